"""Sealed tables: written and read by segments, compartments and columns (SPEC section 10)."""

from __future__ import annotations

from typing import Dict, List, Sequence

import pyarrow as pa
import pytest
from triclave_spec import arrow_bridge, arrow_format, protobuf, table_footer, table_segments, tables
from triclave_spec import capsule as reading
from triclave_spec.encoding import h
from triclave_spec.errors import SpecError
from vector_kit.cast import APPENDED, TABLES, Parts
from vector_kit.good_capsules import trust
from vector_kit.table_parts import Segment, column, field_of, ints, texts

DATA = pa.table({
    "id": pa.array([f"p-{i}" for i in range(50)]), "age": pa.array([None if i % 7 == 0 else i for i in range(50)]),
    "marks": pa.array([[i] * (i % 3) for i in range(50)]), "town": pa.array(["Lyon", "Lille"] * 25).dictionary_encode(),
})
PLACES = {"id": "east", "age": "west", "marks": "west", "town": "east"}


def _seal(data: pa.Table, step: int, built: Parts, compression: int = 0, previous: bytes = b"") -> bytes:
    columns = [tables.Column(PLACES[f.name], arrow_bridge.field_from(f), compression) for f in data.schema]
    groups = []
    for start in range(0, len(data), step):
        part = data.slice(start, step).combine_chunks()
        arrays = [c.chunk(0) for c in part.columns]
        groups.append(tables.RowGroup(len(part), [arrow_bridge.nodes_from(c.field, a)
                                                  for c, a in zip(columns, arrays)]))
    return tables.seal(built.core, built.record(), built.data_keys, columns, groups, previous=previous)


def _open(data: bytes, builds: Sequence[Parts], compartments: Sequence[str]) -> tables.OpenTable:
    segments = table_segments.parse(data)
    for segment, built in zip(segments, builds):
        segment.check_against(reading.read(segment.capsule, trust()))
    return tables.OpenTable(segments, [{c: b.data_keys[c] for c in compartments} for b in builds])


def _read(table: tables.OpenTable) -> Dict[str, List[object]]:
    out: Dict[str, List[object]] = {}
    for compartment, each in table.columns:
        values = out.setdefault(each["field"]["name"], [])
        for s in range(len(table.segments)):
            for g in range(len(table.rows(s))):
                nodes = table.nodes(s, g, compartment, each)
                values += arrow_bridge.array_to(each["field"], nodes).to_pylist()
    return out


@pytest.mark.parametrize("compression", [0, 1])
@pytest.mark.parametrize("step", [1, 7, 50])
def test_round_trip(step: int, compression: int) -> None:
    """All, and each compartment by itself."""
    sealed = _seal(DATA, step, TABLES, compression)
    everything = DATA.to_pydict()
    for opened in (["west"], ["east"], ["west", "east"]):
        got = _read(_open(sealed, [TABLES], opened))
        assert got == {n: everything[n] for n in DATA.column_names if PLACES[n] in opened}


def test_appending() -> None:
    """A second segment under another capsule; neither touches the other's bytes."""
    first = _seal(DATA, 20, TABLES)
    (segment,) = table_segments.parse(first)
    both = first + _seal(DATA, 30, APPENDED, previous=h(segment.header))
    got = _read(_open(both, [TABLES, APPENDED], ["west"]))
    assert got == {n: DATA.to_pydict()[n] * 2 for n in ("age", "marks")}
    assert _read(_open(first, [TABLES], ["west"]))["age"] == DATA.to_pydict()["age"]
    with pytest.raises(SpecError, match="forged"):
        table_segments.parse(both[len(first):])
    with pytest.raises(SpecError, match="forged"):
        table_segments.parse(first + first)


def test_many_compartments_fields_and_columns_are_limited() -> None:
    """LIM-01 and TAB-04, where a vector would be large."""
    def footer(columns: int, groups: int) -> bytes:
        own = [{"position": 0, "field": field_of("x", "i")}]
        group = {"rows": 1, "chunks": table_footer.places([(0, 72)])}
        return protobuf.encode("TableFooter", {"columns": columns, "own": own, "row_groups": [group] * groups})
    assert table_footer.parse(footer(65_536, 3), 1, 72).columns == 65_536
    for wrong in (footer(65_537, 3), footer(0, 3), footer(65_536, 65_536)):
        with pytest.raises(SpecError, match="malformed"):
            table_footer.parse(wrong, 1, 72)
    assert len(table_footer.parse(footer(65_535, 65_536), 64, 72).rows) == 65_536
    tree = field_of("x", "i")
    for _ in range(15):
        tree = field_of("x", "+l", children=[tree])
    arrow_format.check_field(tree)
    arrow_format.check_field(field_of("x", "+s", children=[field_of("y", "n")] * 4095))
    for deep_or_wide in (field_of("x", "+s", children=[tree]), field_of("x", "+s", children=[tree] * 256),
                         field_of("x", "+s", children=[field_of("y", "n")] * 4096)):
        with pytest.raises(SpecError, match="malformed"):
            arrow_format.check_field(deep_or_wide)


def test_many_segments_fields_and_bytes_of_metadata_are_limited() -> None:
    """LIM-01, TAB-09 and PB-08, where a vector would be large."""
    segments, previous = [], b""
    for _ in range(1025):
        header = tables.header_of(TABLES.core, ["west"], previous=previous)
        segments.append(table_segments.encode(header, b"", b"", [b"unopened"]))
        previous = h(header)
    assert len(table_segments.parse(b"".join(segments[:1024]))) == 1024
    with pytest.raises(SpecError, match="malformed.*segments of a table"):
        table_segments.parse(b"".join(segments))
    for size, kind in ((1 << 20, "ok"), ((1 << 20) + 1, "malformed")):
        for pair in ({"key": bytes(size), "value": b""}, {"key": b"", "value": bytes(size)}):
            described = field_of("x", "i", metadata=[pair] * 64)
            if kind == "ok":
                arrow_format.check_field(described)
                continue
            with pytest.raises(SpecError, match=kind):
                arrow_format.check_field(described)
            with pytest.raises(SpecError, match=kind):
                arrow_format.check_pairs([pair], "a footer's notes")
    sealed = SMALL.parts()
    for groups, kind in ((262_144, "ok"), (262_145, "malformed")):
        footer = {"columns": 1, "own": [{"position": 0, "field": field_of("x", "n"), "compression": 0}],
                  "row_groups": [{"rows": 1, "chunks": table_footer.places([(0, 72)])}] * groups}
        raw = protobuf.encode("TableFooter", footer)
        if kind == "ok":
            assert len(table_footer.parse(raw, 1, len(sealed.body)).rows) == groups
            continue
        with pytest.raises(SpecError, match="malformed.*row groups"):
            table_footer.parse(raw, 1, len(sealed.body))
    assert len(protobuf.decode("TableFooter", b"\x22\x00" * 1_048_576)["notes"]) == 1_048_576
    with pytest.raises(SpecError, match="too many fields"):
        protobuf.decode("TableFooter", b"\x22\x00" * 1_048_577)


@pytest.mark.parametrize("text,kind", [
    ("d:0,0", ""), ("d:38,38", "ok"), ("d:39,0", ""), ("d:76,0,256", "ok"), ("d:77,0,256", ""), ("d:9,2,128", ""),
    ("d:9,-2", "ok"), ("d:9,-76", "ok"), ("d:76,76,256", "ok"), ("d:1,76", "ok"), ("d:9,77", ""), ("d:9,-77", ""),
    ("d:9,-0", ""), ("d:9,-02", ""), ("d:-9,2", ""), ("d:9,--2", ""), ("d:09,2", ""), ("d:9", ""), ("w:0", ""), ("w:1", "ok"), ("w:65536", "ok"), ("w:65537", ""), ("w:01", ""),
    ("tss:", "ok"), ("tss", ""), ("tss:" + "x" * 64, "ok"), ("tsn:" + "x" * 65, ""), ("tsx:", ""), ("+w:3", ""),
    ("+m", ""), ("+us:0,1", ""), ("+r", ""), ("vu", ""), ("vz", ""), ("+vl", ""), ("", ""), ("x", ""), ("ii", ""),
    ("n\n", ""), ("tdD ", "")])
def test_formats(text: str, kind: str) -> None:
    """TAB-09: what the table has, and nothing else."""
    if kind == "ok":
        assert arrow_format.layout(text).buffers == 2
        return
    with pytest.raises(SpecError, match="unsupported"):
        arrow_format.layout(text)


SMALL = Segment("small", [column("west", "n", "i"), column("east", "t", "u")], [
    tables.RowGroup(3, [ints(1, None, 3), texts("a", "", None)])])


def _judge(data: bytes, capsule: bytes, everyone: reading.Capsule) -> None:
    segments = table_segments.parse(data)
    for segment in segments:
        segment.check_against(everyone if segment.capsule == capsule else reading.read(segment.capsule, trust()))
    _read(tables.OpenTable(segments, [TABLES.data_keys] * len(segments)))


def test_flips_and_truncations() -> None:
    """Every bit of a small table around its capsule, which test_flips.py flips, and every length."""
    data = SMALL.record()
    capsule = SMALL.capsule
    everyone = reading.read(capsule, trust())
    _judge(data, capsule, everyone)
    start = data.index(capsule)
    places = [at for at in range(len(data)) if not start <= at < start + len(capsule)]
    assert len(places) < 2_000
    for at in places:
        for bit in range(8):
            with pytest.raises(SpecError):
                _judge(data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1:], capsule, everyone)
    for end in range(len(data)):
        with pytest.raises(SpecError):
            _judge(data[:end], capsule, everyone)
    for more in (b"\x00", bytes(8), data[-8:], data):
        with pytest.raises(SpecError):
            _judge(data + more, capsule, everyone)


def test_nobody_learns_of_a_closed_compartment() -> None:
    """TAB-08: of a closed compartment the owner's footer tells no more than how many columns there are in all."""
    table = _open(SMALL.record(), [TABLES], ["west"])
    assert [c["field"]["name"] for _, c in table.columns] == ["n"] and table.segments[0].footers["west"].columns == 2
    with pytest.raises(SpecError, match="forged"):
        tables.OpenTable(table_segments.parse(SMALL.record()), [{"east": TABLES.data_keys["west"]}])
