"""The rows about files: whole ones from start to exit of a program, and random reads."""

import contextlib
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import compare_peers
from compare_tools import GIB, MIB, Driver, interleave, must, run, same_file

READ = 4096
CUSTODIANS = ("outscale", "ovh", "orange")


class Town:
    """Keys and a policy of `all(owner, 2 of (outscale, ovh, orange))`, for the program."""

    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        self.folder.mkdir()
        self.env = dict(os.environ, HOME=str(self.folder), XDG_STATE_HOME=str(self.folder))
        fact = '{ value: "FR" illustrative: true }'
        text = 'version: 1\ndataset: "bench"\n'
        text += 'compartments { name: "clinical" access: "all(owner, 2 of (outscale, ovh, orange))" }\n'
        for name in ("owner", *CUSTODIANS):
            self.run("keygen", "recipient", name, "-o", ".")
            role = "OWNER" if name == "owner" else "CUSTODIAN"
            text += f'recipients {{ name: "{name}" role: {role} operator: "{name}" key_file: "{name}.pub" '
            text += f"country {fact} owner_country {fact} }}\n"
        for name, role in (("hospital", "OWNER"), ("pipeline", "PRODUCER")):
            self.run("keygen", "signer", name, "-o", ".")
            text += f'signers {{ name: "{name}" key_file: "{name}.pub" roles: {role} }}\n'
        (self.folder / "policy").write_text(text, encoding="utf-8")

    def run(self, *words):
        """The program, which must succeed; the seconds from start to exit."""
        return run([self.program, *words], cwd=self.folder, env=self.env)

    def seal_command(self, source, target):
        """What a user types."""
        how = ("--policy", "policy", "--producer", "pipeline.key", "--compartment", "clinical")
        return [self.program, "seal", source, "-o", target, *how]

    def open_command(self, sealed, target):
        """The owner with two custodians."""
        keys = [word for name in ("owner", "outscale", "orange") for word in ("--key", f"{name}.key")]
        return [self.program, "open", sealed, "-o", target, "--policy", "policy", *keys]


def random_file(path, size):
    """A file of random bytes, where the page cache holds it."""
    with open(path, "wb") as out:
        for _ in range(size // MIB):
            out.write(os.urandom(MIB))
    return path


def new(command, *targets, **how):
    """A case: the program's targets are removed before it starts, for new files are what is measured."""

    def once():
        for each in targets:
            pathlib.Path(each).unlink(missing_ok=True)
        run(command, **how)

    return once


class Rclone:
    """The crypt backend of rclone over a local folder."""

    def __init__(self, folder):
        self.sealed = folder / "rclone"
        self.sealed.mkdir()
        word = subprocess.run(["rclone", "obscure", "correct horse"], capture_output=True, text=True, check=True).stdout.strip()
        text = f"[local]\ntype = local\n[sealed]\ntype = crypt\nremote = local:{self.sealed}\npassword = {word}\n"
        (folder / "rclone.conf").write_text(text, encoding="utf-8")
        self.command = ["rclone", "--config", folder / "rclone.conf", "copyto"]

    def seal(self, plain):
        """A new file: one that is there already would not be copied again."""
        for each in self.sealed.iterdir():
            each.unlink()
        run([*self.command, plain, "sealed:copy"])

    def open(self, back):
        """The same back."""
        back.unlink(missing_ok=True)
        run([*self.command, "sealed:copy", back])


@contextlib.contextmanager
def gocryptfs(folder):
    """A mounted gocryptfs, or None where there is no FUSE."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="gocryptfs-", dir=folder))
    cipher, mount, word = home / "cipher", home / "mount", home / "word"
    cipher.mkdir()
    mount.mkdir()
    word.write_text("correct horse\n", encoding="utf-8")
    try:
        run(["gocryptfs", "-q", "-init", "-scryptn", "10", "-passfile", word, cipher])
        run(["gocryptfs", "-q", "-passfile", word, cipher, mount])
    except (OSError, RuntimeError) as error:
        print(f"gocryptfs cannot be mounted here, and is left out: {error}", file=sys.stderr)
        yield None
        return
    try:
        yield mount
    finally:
        run(["fusermount3", "-u", mount])
        shutil.rmtree(home)


def file(place, log):
    """A file from the page cache to a new one in memory, by programs from start to exit."""
    folder, town = place.folder, place.town
    plain, sealed, back = place.plain_file(), folder / "sealed", folder / "back"
    size = plain.stat().st_size
    key = folder / "age.key"
    run(["age-keygen", "-o", key])
    owner = subprocess.run(["age-keygen", "-y", key], capture_output=True, text=True, check=True).stdout.strip()
    in_town = {"cwd": town.folder, "env": town.env}
    pyca = [sys.executable, compare_peers.__file__, "file", plain, folder / "pyca"]
    age, age_back = ["age", "-r", owner, "-o", folder / "age", plain], ["age", "-d", "-i", key, "-o", back, folder / "age"]

    def opened():
        must(same_file(back, plain), "what was opened is not what was sealed")
        back.unlink()

    def pyca_opens():
        must(compare_peers.opens_pyca_file(folder / "pyca", plain), "pyca: what was sealed does not open")
        (folder / "pyca").unlink()

    cases = [
        ("seal", size, new(town.seal_command(plain, sealed), sealed, **in_town)),
        ("open", size, new(town.open_command(sealed, back), back, **in_town), opened),
        ("pyca", size, new(pyca, folder / "pyca"), pyca_opens),
        ("age", size, new(age, folder / "age")),
        ("age_open", size, new(age_back, back), opened),
    ]
    seldom = []
    if not place.quick:
        rclone = Rclone(folder)
        seldom += [("rclone", size, lambda: rclone.seal(plain)), ("rclone_open", size, lambda: rclone.open(back), opened)]
    with contextlib.ExitStack() as stack:
        driver = stack.enter_context(Driver(place, "file", input=plain, output=folder / "raw"))
        mount = None if place.quick else stack.enter_context(gocryptfs(folder))
        if mount:
            seldom.append(("gocryptfs", size, new(["cp", plain, mount / "copy"], mount / "copy")))
        best = interleave(place.pick(3, 15), place.pick(4.0, 120), [driver], cases, seldom)
    for each in (sealed, back, folder / "pyca", folder / "age"):
        each.unlink(missing_ok=True)
    log.update(best)
    spent = {name: each["seconds"] for name, each in best.items()}
    return {
        "file.floor": spent["seal"] / spent["raw_2"],
        "file.pyca": spent["seal"] / spent["pyca"],
        "file.age.seal": spent["seal"] / spent["age"],
        "file.age.open": spent["open"] / spent["age_open"],
    }


def same_start(one, other):
    """Whether two files begin with the same MiB."""
    with open(one, "rb") as left, open(other, "rb") as right:
        return left.read(MIB) == right.read(MIB)


def pread_case(name, path, count, forget):
    """Random reads of 4 KiB; `forget`: not from what the kernel keeps of a mounted file."""
    number, blocks, order = os.open(path, os.O_RDONLY), os.path.getsize(path) // READ, random.Random(7)
    offsets = [order.randrange(blocks) * READ for _ in range(count)]
    os.posix_fadvise(number, 0, 0, os.POSIX_FADV_RANDOM)

    def read():
        if forget:
            os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
        for offset in offsets:
            os.pread(number, READ, offset)

    return (name, count, read), lambda: os.close(number)


def parquet_case(path, size, count):
    """Row groups of 64 KiB under Parquet Modular Encryption, each read by itself."""
    import numpy
    import pyarrow

    group = 8192  # rows of 8 bytes
    column = pyarrow.table({"x": numpy.random.Generator(numpy.random.PCG64(5)).normal(size=size // 8)})
    peer = compare_peers.Pme()
    peer.write(column, path, row_group_size=group, write_statistics=False)
    opened, order = peer.open(path), random.Random(7)
    must(opened.read_row_group(1).column("x").to_pylist() == column["x"].slice(group, group).to_pylist(), "Parquet read something else")
    groups = [order.randrange(opened.num_row_groups) for _ in range(count)]
    return ("parquet", count, lambda: [opened.read_row_group(each, use_threads=False) for each in groups] and None)


def ranges(place, log):
    """Random reads of 4 KiB from 1 GiB in a disk's page cache, which hands out more at once than a file in /dev/shm does.

    The peers' files are smaller where time is short, which helps them.
    """
    folder = place.disk
    plain = folder / "plain"
    with open(place.plain_file(), "rb") as source, open(plain, "wb", 0) as target:
        shutil.copyfileobj(source, target, MIB)
    with gocryptfs(folder) as mount, Driver(place, "ranges", input=plain, folder=folder, count=place.pick(20_000, 100_000)) as driver:
        cases, close = [parquet_case(folder / "parquet", place.pick(64 * MIB, GIB), place.pick(500, 2000))], lambda: None
        if mount:
            run(["dd", f"if={plain}", f"of={mount / 'ranges'}", "bs=1M", f"count={place.pick(256, 1024)}"])
            must(same_start(mount / "ranges", plain), "gocryptfs read something else")
            case, close = pread_case("gocryptfs", mount / "ranges", 1000, forget=True)
            cases.append(case)
        best = interleave(place.pick(5, 30), place.pick(2.5, 60), [driver], cases)
        close()
    for name in ("parquet", "plain"):
        (folder / name).unlink()
    log.update(best)
    rate = {name: each["rate"] for name, each in best.items()}
    figures = {"range_reads.file": rate["file"] / rate["pread"], "range_reads.mapped": rate["mapped"] / rate["pread"]}
    figures |= {f"range_reads.{peer}": rate["file"] / rate[peer] for peer in ("gocryptfs", "parquet") if peer in rate}
    return figures
