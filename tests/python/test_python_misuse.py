"""What bad input, bad timing and bad callbacks get: an exception that says so, nothing half-written, no crash."""

import io
import os
import pathlib
import pickle
import subprocess
import sys
import textwrap

import numpy
import pyarrow
import pytest

import triclave

PLAIN = os.urandom(9 << 20)
TABLE = pyarrow.table({"nir": ["x"] * 1000, "glucose": numpy.arange(1000.0)})


@pytest.fixture
def seal(sealer):
    return lambda data, target=None, **how: sealer.seal(data, target, compartment="clinical", **how)


@pytest.mark.parametrize("wrong", [None, 7, 1.5, [b"x"], {}, object()])
def test_wrong_types(wrong, sealer, opener, here):
    with pytest.raises(TypeError, match="needs a path, bytes or a binary file object"):
        sealer.seal(wrong, compartment="clinical")
    with pytest.raises(TypeError, match="needs a path, bytes or a binary file object"):
        opener.open(wrong)
    with pytest.raises(TypeError, match="needs columns"):
        triclave.seal_table(wrong, "out", sealer=sealer)
    with pytest.raises(TypeError):
        sealer.seal_many([wrong], compartment="clinical")
    with pytest.raises(TypeError):
        opener.add_capsule(wrong)
    assert os.listdir() == []


def test_wrong_targets(seal, sealer, here):
    for wrong in (7, [], {}):
        with pytest.raises(TypeError, match="needs a path or a binary file object"):
            seal(b"x", wrong)
        with pytest.raises(TypeError, match="needs a path or a binary file object"):
            triclave.seal_table(TABLE, wrong, sealer=sealer)
    with pytest.raises(triclave.IoError, match="too small"):
        triclave.seal_table(TABLE, bytearray(10), sealer=sealer)
    with pytest.raises(triclave.IoError, match="too small"):
        sealer.seal_into(b"x", bytearray(10), compartment="clinical")
    with pytest.raises(ValueError, match="writable"):
        triclave.seal_table(TABLE, b"bytes", sealer=sealer)


def test_memory_that_is_not_in_one_piece(seal, opener):
    with pytest.raises(ValueError, match="one piece"):
        seal(numpy.arange(100)[::2])
    with pytest.raises(ValueError, match="one piece"):
        seal(memoryview(b"abcdef")[::2])
    file = opener.open(seal(b"x" * 100))
    with pytest.raises(ValueError, match="writable"):
        file.readinto(b"bytes cannot be written")
    with pytest.raises(ValueError, match="one piece"):
        file.readinto(numpy.zeros(10, dtype=numpy.uint8)[::2])


def test_text_files_are_told_so(seal, here):
    with pytest.raises(TypeError, match="binary mode"):
        seal(io.StringIO("text"))
    pathlib.Path("text").write_text("text")
    with open("text") as file, pytest.raises(TypeError, match="binary mode"):
        seal(file)
    with open("out", "w") as file, pytest.raises(TypeError):
        seal(b"x", file)


def test_closed_files(seal, opener, here):
    file = opener.open(seal(b"x"))
    file.close()
    file.close()
    for use in (file.read, file.tell, file.readall, lambda: file.seek(0), lambda: file.copy_to("x"), lambda: file.readinto(bytearray(1))):
        with pytest.raises(ValueError, match="closed"):
            use()
    given = io.BytesIO(b"x")
    given.close()
    with pytest.raises(ValueError, match="closed file"):
        seal(given)
    under = io.BytesIO(seal(PLAIN))
    file = opener.open(under)
    under.close()
    with pytest.raises(ValueError, match="closed file"):
        file.read()


class Mine(Exception):
    """Somebody's own exception."""


class Bad(io.BytesIO):
    """A file object whose methods go wrong in one way each."""

    def __init__(self, content=b"", **methods):
        super().__init__(content)
        self.methods = methods

    def __getattribute__(self, name):
        return object.__getattribute__(self, "__dict__").get("methods", {}).get(name) or super().__getattribute__(name)


def failing(*_):
    raise Mine


def test_exceptions_of_callbacks_come_out_as_they_are(seal, opener, sealer, here):
    with pytest.raises(Mine):
        seal(PLAIN, "out", progress=failing)
    with pytest.raises(Mine):
        seal(PLAIN, progress=failing)
    with pytest.raises(Mine):
        triclave.seal_table(TABLE, "out", sealer=sealer, progress=failing)
    with pytest.raises(Mine):
        seal(Bad(PLAIN, read=failing), "out")
    with pytest.raises(Mine):
        seal(PLAIN, Bad(write=failing))
    with pytest.raises(Mine):
        seal(PLAIN, Bad(flush=failing))
    with pytest.raises(Mine):
        opener.open(Bad(seal(PLAIN), seek=failing))
    with pytest.raises(Mine):
        opener.open(Bad(seal(PLAIN), read=failing))
    with pytest.raises(Mine):
        opener.open(seal(PLAIN)).copy_to("out", progress=failing)
    assert os.listdir() == []
    with pytest.raises(triclave.MalformedError):  # and leave nothing for the next call
        opener.open(b"not sealed at all")


def test_file_objects_that_lie(seal, opener, here):
    for read in (lambda size: b"x" * (size + 1), lambda size: "text", lambda size: None, lambda size: 7):
        with pytest.raises((TypeError, ValueError)):
            seal(Bad(PLAIN, read=read), "out")
    for write in (lambda data: -1, lambda data: len(data) + 1, lambda data: 0):
        with pytest.raises((TypeError, ValueError)):
            seal(PLAIN, Bad(write=write))
    with pytest.raises((TypeError, ValueError)):
        opener.open(Bad(seal(PLAIN), seek=lambda *_: "far"))
    assert os.listdir() == []


def test_a_file_object_that_takes_little_at_a_time(seal, opener):
    slow = io.BytesIO()
    target = Bad(write=lambda data: slow.write(data[:1000]))
    seal(PLAIN[:100000], target)
    assert opener.open(slow).read() == PLAIN[:100000]
    small = io.BytesIO(PLAIN[:5000])
    assert opener.open(seal(Bad(read=lambda size: small.read(min(size, 7))))).read() == PLAIN[:5000]


def test_calls_back_into_the_object_at_work_are_refused(seal, opener):
    sealed = io.BytesIO(seal(PLAIN))
    busy = []
    file = opener.open(Bad(seek=sealed.seek, read=lambda size: file.read(1) if busy else sealed.read(size)))
    busy.append(True)
    with pytest.raises(triclave.InvalidArgumentError, match="at work already"):
        file.read(100)


def test_streams_that_fail(sealer, here):
    def batches():
        yield from TABLE.to_batches()
        raise Mine("no more rows")

    reader = pyarrow.RecordBatchReader.from_batches(TABLE.schema, batches())
    with pytest.raises(triclave.Error, match="no more rows"):
        triclave.seal_table(reader, "out", sealer=sealer)
    with pytest.raises(ValueError, match="read already"):
        used = TABLE.__arrow_c_stream__()
        fake = type("Fake", (), {"__arrow_c_stream__": lambda self, requested_schema=None: used})()
        triclave.seal_table(fake, "first", sealer=sealer)
        triclave.seal_table(fake, "second", sealer=sealer)
    with pytest.raises(TypeError, match="capsule"):
        triclave.seal_table(type("Fake", (), {"__arrow_c_stream__": lambda self, requested_schema=None: 7})(), "out", sealer=sealer)
    assert os.listdir() == ["first"]


def test_columns_that_no_table_takes(sealer, here):
    for wrong, error, words in (
        (pyarrow.chunked_array([[1, 2]]), triclave.InvalidArgumentError, "the columns|schema|struct"),
        (pyarrow.table({"m": pyarrow.array([[("k", 1)]], pyarrow.map_(pyarrow.string(), pyarrow.int64()))}), triclave.UnsupportedError, "m"),
        (pyarrow.Table.from_arrays([[1], [2]], names=["twice", "twice"]), triclave.InvalidArgumentError, "twice"),
    ):
        with pytest.raises(error, match=words):
            triclave.seal_table(wrong, "out", sealer=sealer)
    pathlib.Path("neither").write_bytes(b"a;b\n1;2\n")
    with pytest.raises(triclave.InvalidArgumentError, match="neither an Arrow nor a Parquet file"):
        triclave.seal_table("neither", "out", sealer=sealer)
    with pytest.raises(FileNotFoundError):
        triclave.seal_table("nowhere", "out", sealer=sealer)
    assert os.listdir() == ["neither"]


def test_errors_name_culprits_and_can_be_pickled(seal, town, here):
    opener = triclave.Opener(town.policy, [town.keys["orange"]])
    with pytest.raises(triclave.QuorumShortError) as raised:
        opener.open(seal(b"x"))
    assert {each.who for each in raised.value.culprits} == {"outscale", "ovhcloud"} and "outscale: not asked" in str(raised.value)
    again = pickle.loads(pickle.dumps(raised.value))
    assert type(again) is triclave.QuorumShortError and again.culprits == raised.value.culprits
    with pytest.raises(triclave.IoError, match="nowhere"):
        opener.open("nowhere")
    with pytest.raises(triclave.InvalidArgumentError, match="identifiers, clinical"):
        triclave.seal(b"x", policy=town.policy, producer=town.producer)
    with pytest.raises(triclave.InvalidArgumentError, match="dataset"):
        triclave.seal(b"x", policy=town.policy, producer=town.producer, compartment="clinical", dataset="another")
    with pytest.raises(triclave.InvalidArgumentError):
        triclave.Identity.generate("")
    with pytest.raises(ValueError, match="hexadecimal"):
        opener.unlock("xyz")


def test_damage_is_told_by_kind(seal, opener, here):
    sealed = seal(PLAIN)
    with pytest.raises((triclave.MalformedError, triclave.ForgedError)):
        opener.open(sealed[: len(sealed) // 2]).read()
    flipped = bytearray(sealed)
    flipped[-20000] ^= 1
    file = opener.open(flipped)
    assert file.read(1000) == PLAIN[:1000]
    out = bytearray(len(PLAIN))
    with pytest.raises(triclave.ForgedError):
        file.seek(0) or file.readinto(out)
    assert out == bytes(len(PLAIN))  # nothing of it is released
    with pytest.raises(triclave.ForgedError):
        file.copy_to("out")
    assert os.listdir() == []


def run(script, **how):
    """Runs a script in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], env=dict(os.environ, PYTHONPATH=str(pathlib.Path(triclave.__file__).parents[1])),
        capture_output=True, text=True, timeout=60, **how,
    )  # fmt: skip


BEGIN = """
import os, signal, sys, threading, io, triclave, pyarrow
town = triclave.samples.cohort("town")
sealer = triclave.Sealer(town.policy, town.producer)
opener = triclave.Opener(town.policy, list(town.keys.values()))
sealed = sealer.seal(bytes(1 << 20), compartment="clinical")
"""


def test_ctrl_c_in_the_middle(here):
    ended = run(BEGIN + """
if True:
    class Endless(io.RawIOBase):
        given = 0
        def read(self, size):
            self.given += 1
            if self.given == 5:
                os.kill(os.getpid(), signal.SIGINT)
            return bytes(size)
    for target in ("out", None):
        try:
            sealer.seal(Endless(), target, compartment="clinical")
        except KeyboardInterrupt:
            print("interrupted", os.listdir())
    def batches():
        batch = pyarrow.record_batch({"x": pyarrow.array(range(1 << 20))})
        for i in range(1000):
            if i == 5:
                threading.Thread(target=lambda: os.kill(os.getpid(), signal.SIGINT)).start()
            yield batch
    reader = pyarrow.RecordBatchReader.from_batches(pyarrow.schema({"x": pyarrow.int64()}), batches())
    try:
        triclave.seal_table(reader, "out", sealer=sealer)
    except KeyboardInterrupt:
        print("interrupted", os.listdir())
""")
    assert ended.stdout.split("\n")[:3] == ["interrupted ['town']"] * 3, ended.stderr


def test_forks_and_threads(here):
    ended = run(BEGIN + """
if True:
    import concurrent.futures
    with open("big", "wb") as big:
        big.write(bytes(8 << 20))
    sealer.seal("big", "big.sealed", compartment="clinical", threads=0)
    def work(number):
        mine = sealer.seal(bytes([number]) * 100000, compartment="clinical")
        return opener.open(mine).read() == bytes([number]) * 100000
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        print(all(pool.map(work, range(100))))
    shared = opener.open(sealed)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        print(all(pool.map(lambda _: shared._core.read(5000, 50000) == bytes(50000), range(200))))
    capsules = []
    for child in range(2):
        reading, writing = os.pipe()
        if os.fork() == 0:
            good = work(child) and opener.open("big.sealed").copy_to("copy") == 8 << 20 and shared.read(10) == bytes(10)
            fresh = triclave.Sealer(town.policy, town.producer)
            os.write(writing, (fresh.capsule_id + str(good)).encode())
            os._exit(0)
        os.close(writing)
        capsules.append(os.fdopen(reading).read())
        os.wait()
    print(capsules[0][64:], capsules[1][64:], capsules[0] != capsules[1])
""")
    assert ended.stdout.split("\n")[:3] == ["True", "True", "True True True"], ended.stderr


def test_a_fork_while_another_thread_is_at_work(here):
    ended = run(BEGIN + """
if True:
    inside, go = threading.Event(), threading.Event()
    class Slow(io.BytesIO):
        def read(self, size=-1):
            if hasattr(self, "armed"):
                inside.set(); go.wait()
            return super().read(size)
    under = Slow(sealed)
    file = opener.open(under)
    under.armed = True
    thread = threading.Thread(target=file.read)
    thread.start(); inside.wait()
    child = os.fork()
    if child == 0:
        try:
            file.read(1)
        except triclave.InvalidArgumentError as error:
            print("forked" in str(error), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    go.set(); thread.join()
""")
    assert ended.stdout == "True\n", ended.stderr


def test_the_interpreter_ends_with_open_objects(here):
    ended = run(BEGIN + """
if True:
    triclave.seal_table(pyarrow.table({"x": [1, 2]}), "table", sealer=sealer)
    table = triclave.open_table("table", opener=opener)
    reader = pyarrow.RecordBatchReader.from_stream(table)
    capsule = table.__arrow_c_stream__()
    file = opener.open(io.BytesIO(sealed))
    buffer = opener.open(sealed)
    out = sealer.create("never", compartment="clinical")
    out.write(b"x" * 1000000)
    loop = [file, buffer, out, reader]; loop.append(loop)
    sys.modules["kept"] = loop
    print("end")
""")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "end\n", "")
    assert not pathlib.Path("never").exists()


def test_the_interpreter_ends_while_daemons_work(here):
    ended = run(BEGIN + """
if True:
    started = [threading.Event() for _ in range(4)]
    def work(event):
        while True:
            opener.open(io.BytesIO(sealer.seal(io.BytesIO(bytes(100000)), compartment="clinical"))).read()
            event.set()
    for event in started:
        threading.Thread(target=work, args=(event,), daemon=True).start()
    for event in started:
        event.wait()
    print("end")
""")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "end\n", "")
