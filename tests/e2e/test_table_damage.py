"""Tables that were changed or cut, and programs that were killed: no half file, and nothing that is not proven."""

import os
import signal
import time

import pytest

import town as t
from table_town import EVERYBODY, HEADER, STAYS, Tables, flipped, part_of, read_back
from test_interrupted import feed_half_then, start


@pytest.fixture
def tables(town):
    return Tables(town)


def test_a_flipped_byte_of_each_part(tables):
    tables.seal()
    sealed, (segment,) = tables.sealed(), tables.segments()
    body = sealed.index(segment.body)
    footers = body + len(segment.body)
    for at in (body, footers - 1, footers, footers + len(segment.footers[0]) - 1):
        tables.town.write("broken", flipped(sealed, at))
        tables.refuses(t.FORGED, name="broken")
    for at in (0, len(sealed) - 1):
        tables.town.write("broken", flipped(sealed, at))
        tables.refuses(t.MALFORMED, name="broken")
    # Who opens other columns does not read those.
    tables.town.write("broken", flipped(sealed, body))
    assert read_back(tables.open("--columns", "nom", name="broken")) == part_of("nom")


def test_every_way_to_cut_a_table(tables):
    tables.seal()
    sealed, (segment,) = tables.sealed(), tables.segments()
    body = sealed.index(segment.body)
    for end in (0, 7, 12, 19, 100, body - 1, body, body + 100, len(sealed) - 100, len(sealed) - 8, len(sealed) - 1):
        tables.town.write("cut", sealed[:end])
        tables.refuses(t.MALFORMED, name="cut")
        tables.town.fails(t.MALFORMED, "verify", "cut", "--policy", "tables")
    tables.town.write("cut", sealed + b"\0")
    tables.refuses(t.MALFORMED, name="cut")


def test_an_output_that_stands_is_kept_when_opening_fails(tables):
    tables.seal()
    sealed, (segment,) = tables.sealed(), tables.segments()
    tables.town.write("broken", flipped(sealed, sealed.index(segment.body)))
    tables.town.write("out", b"precious")
    tables.town.fails(t.INVALID_ARGUMENT, *tables.opening(), "-o", "out")
    tables.town.fails(t.FORGED, *tables.opening(name="broken"), "-o", "out", "--force")
    assert tables.sealed("out") == b"precious"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_kill_while_a_table_is_sealed_or_appended_to(tables, number):
    half = HEADER.encode() + b"1840175123458;000125;PERON;;2024-03-01;75;12,35;douleur;ras\r\n" * 100000
    tables.seal("--types", "text", out="there")
    before, there = tables.town.names(), tables.sealed("there")
    arguments = [*tables.sealing(rows="-"), "--types", "text"]
    assert feed_half_then(tables.town, arguments, half, number)[0] == -number
    arguments = [*tables.sealing(rows="-", out="there"), "--types", "text", "--append"]
    assert feed_half_then(tables.town, arguments, half, number)[0] == -number
    assert tables.town.names() == before and tables.sealed("there") == there


def written_so_far(running, folder):
    """The largest file that a running program has open in a folder for writing, and that has no name yet or another."""
    sizes = [0]
    try:
        for each in os.listdir(f"/proc/{running.pid}/fd"):
            link = f"/proc/{running.pid}/fd/{each}"
            mode = int(open(f"/proc/{running.pid}/fdinfo/{each}").read().split("flags:")[1].split()[0], 8) & os.O_ACCMODE
            if mode != os.O_RDONLY and os.readlink(link).startswith(str(folder)):
                sizes.append(os.stat(link).st_size)
    except FileNotFoundError:  # closed meanwhile
        pass
    return max(sizes)


def test_a_kill_while_a_table_is_opened(tables):
    tables.town.write("stays.csv", STAYS + b"1840175123458;000125;PERON;;2024-03-01;75;12,35;douleur;ras\r\n" * 400000)
    tables.seal()
    before = tables.town.names()
    code = 0
    for _ in range(20):  # on a busy machine it may be done before it is seen at work
        running = start(tables.town, [*tables.opening(), "-o", "out", "--force"])
        while running.poll() is None and written_so_far(running, tables.folder) == 0:
            time.sleep(0.001)
        running.kill()
        running.communicate()
        code = running.returncode
        if code == -signal.SIGKILL:
            break
        os.remove(tables.folder / "out")
    assert code == -signal.SIGKILL
    assert [n for n in tables.town.names() if not n.startswith("state/")] == [n for n in before if not n.startswith("state/")]
