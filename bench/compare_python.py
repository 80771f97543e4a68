"""The Python package, measured as its users call it: the package of build/python, which cmake/python.sh makes.

usage: compare_python.py bulk PACKAGE FOLDER SIZE TOTAL   a round for each line that it reads
       compare_python.py growth PACKAGE FOLDER            MiB that 10,000 seals leave behind
       compare_python.py import PACKAGE                   ms of the import
"""

import collections
import os
import pathlib
import sys
import time

import compare_data
import compare_peers
from compare_tools import GIB, KIB, MIB, Driver, Rounds, interleave, output

GROUP = 64 * MIB  # bench_compare's row groups: at most so many bytes in at most 16 columns
MOST_COLUMNS = 16


class Session:
    """One sealer and one opener under the sample policy, from a package in a folder."""

    def __init__(self, package, folder):
        if str(package) not in sys.path:
            sys.path.insert(0, str(package))
        import triclave
        import triclave.samples

        self.triclave = triclave
        town = triclave.samples.cohort(folder)
        self.sealer = triclave.Sealer(town.policy, town.producer)
        self.opener = triclave.Opener(town.policy, town.keys.values(), capsules=[self.sealer.capsule])

    def table_cases(self, table, row_group_bytes, names):
        """A table sealed into warm memory and read from it by one thread."""
        import numpy
        import pyarrow

        room = numpy.ones(int(table.nbytes * 1.02) + MIB, numpy.uint8)

        def seal():
            return self.triclave.seal_table(table, room, sealer=self.sealer, threads=1, row_group_bytes=row_group_bytes).size

        sealed = memoryview(room)[: seal()]

        def batches():
            opened = self.triclave.open_table(sealed, opener=self.opener, threads=1)
            return pyarrow.RecordBatchReader.from_stream(opened)

        def open_again():
            collections.deque(batches(), 0)  # each is let go before the next one, as bench_compare does

        assert batches().read_all().equals(table)
        return [(names[0], table.nbytes, seal), (names[1], table.nbytes, open_again)]

    def objects(self, count):
        """Objects of 1 KiB, all in one call."""
        plains = [os.urandom(KIB)] * count
        sealed = self.sealer.seal_many(plains, compartment="clinical")
        assert self.opener.open_many(sealed) == plains
        return [
            ("seal", count, lambda: self.sealer.seal_many(plains, compartment="clinical") and None),
            ("open", count, lambda: self.opener.open_many(sealed) and None),
        ]


def number_columns(size, total):
    """As many columns of `size` as `total` has, in batches that become row groups."""
    import numpy
    import pyarrow

    columns = min(MOST_COLUMNS, max(1, GROUP // size))
    schema = pyarrow.schema([(f"c{i}", pyarrow.int64()) for i in range(columns)])
    data = pyarrow.py_buffer(numpy.random.Generator(numpy.random.PCG64(1)).bytes(total))

    def column(at):
        return pyarrow.Array.from_buffers(pyarrow.int64(), size // 8, [None, data.slice(at, size)])

    starts = range(0, total, size * columns)
    batches = [pyarrow.record_batch([column(at + size * i) for i in range(columns)], schema=schema) for at in starts]
    return pyarrow.Table.from_batches(batches)


def growth(session):
    """MiB, after a thousand seals that warm up."""

    def resident():
        return int(pathlib.Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    plain = bytes(KIB)
    for done in range(11_000):
        if done == 1000:
            before = resident()
        session.sealer.seal(plain, compartment="clinical")
    return (resident() - before) / MIB


def python(place, log):
    """The row: what users of the Python package get."""
    package = place.build.parent / "python"
    if not (package / "triclave").is_dir():
        raise RuntimeError("build/python has no package: run cmake/python.sh")  # no path of this machine in what is published
    program, folder = [sys.executable, __file__], place.folder / "python"
    session = Session(package, folder)
    figures, total = {}, place.pick(128 * MIB, GIB)
    esdk = compare_peers.Esdk()
    for name, size in (("1M", MIB), ("64M", 64 * MIB)):
        with Rounds([*program, "bulk", package, folder, size, total]) as ours, Driver(place, "bulk", size=size, total=total, managed=0) as core:
            peer = ("tink", MIB) if name == "1M" else ("pyca", size)  # 1 MiB: Tink's best size
            with Rounds([sys.executable, compare_peers.__file__, "bulk", *peer, total]) as theirs:
                alone = esdk.bulk(os.urandom(size)) if name == "64M" else []
                log[name] = best = interleave(place.pick(8, 25), place.pick(2.0, 40), [core, ours, theirs], alone)
        for way in ("seal", "open"):
            figures[f"python.overhead.{way}.{name}"] = best[way]["rate"] / best[f"python_{way}"]["rate"] - 1
    plain = log["64M"]["python_seal"]["rate"]
    figures["python.bulk_vs_pyca"] = plain / log["64M"]["pyca"]["rate"]
    figures["python.bulk_vs_tink"] = plain / log["1M"]["tink"]["rate"]
    figures["python.bulk_vs_esdk"] = plain / log["64M"]["esdk"]["rate"]

    made = compare_data.make_table(place.pick(300_000, 4_800_000)).combine_chunks()
    cases = session.table_cases(made, GROUP, ("seal", "open")) + compare_peers.Pme().cases(made)  # 64 MiB: what a plain call has
    log["table"] = best = interleave(place.pick(4, 11), place.pick(0.5, 20), cases=cases)
    for way, theirs in (("write", "seal"), ("read", "open")):
        figures[f"python.table_vs_pme.{way}"] = best[theirs]["rate"] / best[f"pme_{way}"]["rate"]

    cases = session.objects(2000) + compare_peers.pyca_objects(2000)
    log["objects"] = best = interleave(place.pick(7, 25), place.pick(0.5, 10), cases=cases)
    for way in ("seal", "open"):
        figures[f"python.small_objects.{way}"] = best[way]["rate"] / best[f"pyca_{way}"]["rate"]

    imports = [float(output([*program, "import", package])) for _ in range(place.pick(3, 15))]
    figures["python.import"] = log["import"] = min(imports)
    figures["python.growth"] = log["growth"] = float(output([*program, "growth", package, folder]))
    return figures


def main(job, package, *rest):
    """The programs that the row runs."""
    if job == "import":
        sys.path.insert(0, package)
        start = time.perf_counter()
        import triclave  # pylint: disable=unused-import

        print((time.perf_counter() - start) * 1e3)
    elif job == "growth":
        print(growth(Session(package, rest[0])))
    else:
        from compare_tools import serve

        table = number_columns(int(rest[1]), int(rest[2]))
        serve(Session(package, rest[0]).table_cases(table, 0, ("python_seal", "python_open")))


if __name__ == "__main__":
    main(*sys.argv[1:])
