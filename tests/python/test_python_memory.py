"""What is used stays bounded: tables larger than what they are worked on in, and thousands of calls."""

import os
import pathlib
import subprocess
import sys
import textwrap

import triclave


def run(script):
    """Runs a script in a process of its own, and gives back what it says."""
    begin = """
import os, resource, pyarrow, numpy, triclave
town = triclave.samples.cohort("town")
sealer = triclave.Sealer(town.policy, town.producer)
opener = triclave.Opener(town.policy, list(town.keys.values()))
now = lambda: int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
"""
    env = dict(os.environ, PYTHONPATH=str(pathlib.Path(triclave.__file__).parents[1]))
    ended = subprocess.run([sys.executable, "-c", begin + textwrap.dedent(script)], env=env, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def test_a_table_larger_than_what_it_is_worked_on_in(here):
    """384 MiB go through in a third of that, both ways."""
    script = """
        schema = pyarrow.schema({"x": pyarrow.float64()})
        batches = (pyarrow.record_batch({"x": numpy.full(1 << 19, float(i))}) for i in range(96))
        before = peak()
        sealed = triclave.seal_table(pyarrow.RecordBatchReader.from_batches(schema, batches), "table", sealer=sealer)
        assert sealed.size > 384 << 20 and sealed.row_groups == 96
        rows = pyarrow.RecordBatchReader.from_stream(triclave.open_table("table", opener=opener))
        assert sum(batch["x"][0].as_py() for batch in rows) == sum(range(96))
        print(peak() - before < 128 << 20, peak() - before)
    """
    good, grown = run(script)
    assert good == "True", grown


def test_files_larger_than_what_they_are_worked_on_in(here):
    script = """
        with open("plain", "wb") as plain:
            plain.truncate(256 << 20)
        before = peak()
        sealer.seal("plain", "sealed", compartment="clinical")
        os.unlink("plain")
        assert opener.open("sealed").copy_to("again") == 256 << 20
        print(peak() - before < 52 << 20, peak() - before)
    """
    good, grown = run(script)
    assert good == "True", grown


def test_ten_thousand_calls_leave_nothing(here):
    script = """
        plain, table = bytes(1024), pyarrow.table({"x": [1, 2, 3]})
        def work(count):
            for _ in range(count):
                assert opener.open(sealer.seal(plain, compartment="clinical")).read() == plain
            for _ in range(count // 20):
                room = bytearray(100000)
                sealed = triclave.seal_table(table, room, sealer=sealer)
                assert pyarrow.table(triclave.open_table(memoryview(room)[:sealed.size], opener=opener)).num_rows == 3
                try:
                    opener.open(b"no object at all")
                except triclave.MalformedError:
                    pass
        work(1000)
        before = now()
        work(10000)
        print(now() - before < 1 << 20, now() - before)
    """
    good, grown = run(script)
    assert good == "True", grown
