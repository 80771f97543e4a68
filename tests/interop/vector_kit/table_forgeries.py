"""Tables whose segments, headers or bytes are wrong: what a store can do, and what a wrong sealer can."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Dict, Iterator, List, Tuple

from triclave_spec.encoding import h, u32, u64
from triclave_spec.tables import RowGroup

from .cast import APPENDED, TABLES
from .forged_capsules import flip
from .table_cases import COLUMNS, appended, group, two
from .table_parts import Segment, column, ints
from .tables_sealed import Sealed
from .vec import Vec
from .writing import table_vec

Bad = Tuple[str, str, str, str, bytes]


def _vec(bad: Bad) -> Vec:
    name, rule, expect, comment, data = bad
    return table_vec("table-" + name, rule, expect, comment, data)


def lengths() -> Iterator[Bad]:
    """Lengths that no tag covers."""
    sealed = Sealed(two("lengths"))
    data, end = sealed.record(), len(sealed.record())
    first, second = (len(f) for f in sealed.footers)

    def with_length(value: int, at: int = 8) -> bytes:
        return data[:end - at] + u64(value) + data[end - at + 8:]
    for name, comment, wrong in (
            ("segment-length-zero", "a segment of no bytes", with_length(0)),
            ("segment-length-short", "the segment's length leads to its second byte", with_length(end - 1)),
            ("segment-length-long", "the segment's length leads before the file's begin", with_length(end + 1)),
            ("segment-length-gigabytes", "a segment of 2^63 bytes", with_length(1 << 63)),
            ("footer-length-long", "a footer longer than the body", with_length(end, 16)),
            ("footer-length-gigabytes", "a footer of 2^64 - 1 bytes", with_length((1 << 64) - 1, 24)),
            ("footer-lengths-overflow", "two footers of 2^63 bytes: the sum is 0 in 64 bits",
             data[:end - 24] + u64(1 << 63) * 2 + data[end - 8:]),
            ("capsule-length-long", "the capsule is longer than the segment", data[:16] + u32(end) + data[20:]),
            ("header-length-long", "the header is longer than the segment", data[:12] + u32(end) + data[16:]),
            ("trailing-byte", "one byte behind the end", data + b"\x00"),
            ("last-byte-missing", "the last byte is missing", data[:-1]),
            ("cut-in-body", "cut within the body", data[:end - 300]),
            ("cut-in-capsule", "cut within the capsule", data[:600]),
            ("preamble-only", "nothing behind the preamble", data[:12]),
            ("between-segments", "a byte between two segments",
             data + b"\x00" + Sealed(Segment("between", COLUMNS, [], built=APPENDED,
                                             previous=sealed.segment)).record(alone=True))):
        yield name, "TAB-01", "malformed", comment, wrong
    yield ("footer-lengths-moved", "TAB-01", "forged", "one byte moves from the second footer to the first",
           data[:end - 24] + u64(first + 1) + u64(second - 1) + data[end - 8:])
    yield ("footer-into-chunks", "TAB-01", "forged", "the first footer begins one byte early",
           with_length(first + 1, 24))
    for name, comment, size in (("empty", "a footer of no bytes", 0), ("too-short", "a footer of 71 bytes", 71)):
        yield ("footer-" + name, "OBJ-06", "malformed", comment, Sealed(two(name)).footer(0, b"\x01" * size))
    yield ("header-gigabytes", "LIM-01", "malformed", "a header of 4 GiB", data[:12] + b"\xff" * 4 + data[16:])
    yield ("capsule-gigabytes", "LIM-01", "malformed", "a capsule of 4 GiB", data[:16] + b"\xff" * 4 + data[20:])
    yield "newer-version", "REC-02", "unsupported", "version 2", data[:11] + b"\x02" + data[12:]
    yield ("newer-version-other-kind", "REC-03", "unsupported", "version 2 and a kind that version 1 does not have",
           data[:8] + b"\x00\x09\x00\x02" + data[12:])
    yield "preamble-of-object", "REC-03", "malformed", "an object's kind", data[:9] + b"\x02" + data[10:]
    yield "plaintext", "REC-01", "malformed", "no record at all", b"n,t\n1,one\n2,two\n3,three and some more text\n"


def headers() -> Iterator[Bad]:
    """Headers that are wrong by themselves, or for their capsule."""
    changes: List[Tuple[str, str, str, str, Dict[str, Any]]] = [
        ("kind", "TAB-02", "malformed", "a byte object's kind", {"kind": 2}),
        ("signed", "TAB-02", "unsupported", "it says that its content is signed", {"signed": True}),
        ("compartment-twice", "TAB-02", "malformed", "a compartment stands twice", {"streams": ["west", "west"]}),
        ("no-compartment", "LIM-01", "malformed", "no compartment", {"streams": []}),
        ("compartments-65", "LIM-01", "malformed", "65 compartments", {"streams": [f"c{i}" for i in range(65)]}),
        ("compartment-name", "ENC-03", "malformed", "a compartment in capitals", {"streams": ["west", "EAST"]}),
        ("compartment-unknown", "OBJ-02", "forged", "a compartment that the capsule does not list",
         {"streams": ["west", "north"]}),
        ("name-control", "TAB-02", "malformed", "a line feed in the name", {"name": "a\nb"}),
        ("name-long", "TAB-02", "malformed", "a name of 1,025 bytes", {"name": "x" * 1025}),
        ("capsule-id-short", "TAB-02", "malformed", "31 bytes of capsule id", {"capsule_id": b"\x01" * 31}),
        ("object-id-short", "TAB-02", "malformed", "15 bytes of object id", {"object_id": b"\x01" * 15}),
        ("other-capsule", "OBJ-02", "forged", "another capsule's id", {"capsule_id": APPENDED.id}),
        ("other-dataset", "OBJ-02", "forged", "another dataset", {"dataset": "climate"}),
        ("previous-short", "TAB-03", "malformed", "31 bytes of the previous segment's hash",
         {"previous": b"\x01" * 31}),
        ("previous-of-none", "TAB-03", "forged", "the first segment names one before it", {"previous": b"\x01" * 32})]
    for name, rule, expect, comment, change in changes:
        yield "header-" + name, rule, expect, comment, two("header " + name, header=change).record()
    sealed = Sealed(two("unknown field"))
    yield ("header-unknown-field", "PB-05", "malformed", "field 9",
           replace(sealed, header=sealed.header + b"\x48\x01").record())
    sealed = Sealed(two("foreign capsule"))
    yield ("foreign-capsule", "OBJ-02", "forged", "another capsule inside",
           replace(sealed, capsule=APPENDED.record()).record())
    yield ("header-swapped", "TAB-08", "forged", "the header of another table of the same capsule",
           replace(sealed, header=Sealed(two("other header")).header).record())


def chains() -> Iterator[Bad]:
    """Segments dropped, moved, repeated and exchanged."""
    both = appended("chain")
    one, two_ = Sealed(both.previous), Sealed(both)  # type: ignore[arg-type]
    first, second = one.record(), two_.record(alone=True)
    third = Segment("chain 3", COLUMNS, [group(9)], built=TABLES, previous=both)
    other = Segment("another chain", COLUMNS, [group(8)], built=APPENDED, previous=two("another first"))
    strange = two("strange", header={"dataset": "climate", "previous": h(one.header)})
    for name, comment, data in (
            ("first-dropped", "the first of two segments is missing", second),
            ("middle-dropped", "the second of three segments is missing", first + Sealed(third).record(alone=True)),
            ("swapped", "two segments change places", second + first),
            ("first-twice", "the first segment stands twice", first + first),
            ("second-twice", "the second segment stands twice", first + second + second),
            ("of-another", "the second segment of another table", first + Sealed(other).record(alone=True)),
            ("first-exchanged", "the first segment of another table of the same capsule",
             Sealed(two("exchanged")).record() + second),
            ("of-another-dataset", "the second segment is of another dataset",
             first + Sealed(strange).record(alone=True))):
        yield "segment-" + name, "TAB-03", "forged", comment, data
    yield ("segment-header-changed", "TAB-03", "forged", "the first segment's header, and with it its hash",
           replace(one, header=flip(one.header, one.header.index(b"weather") - 5)).record() + second)
    yield ("segment-newer-version", "REC-02", "unsupported", "the second segment has version 2",
           first + second[:11] + b"\x02" + second[12:])


def _pair() -> Sealed:
    """Columns of the same width in one compartment, two row groups: messages of one length."""
    columns = [column("west", "a", "i"), column("west", "b", "i"), column("east", "c", "i")]
    rows = [[ints(1, 2), ints(3, 4), ints(5, 6)], [ints(7, 8), ints(9, 10), ints(11, 12)]]
    return Sealed(Segment("pair", columns, [RowGroup(2, r) for r in rows]))


def bodies() -> Iterator[Bad]:
    """Chunks and footers that a store moved, changed or left out, lengths made to fit."""
    pair = _pair()
    changes: Tuple[Tuple[str, str, Callable[[List[bytes]], List[bytes]]], ...] = (
        ("columns-swapped", "two columns of a row group change places", lambda c: [c[1], c[0]] + c[2:]),
        ("compartments-swapped", "columns of two compartments change places", lambda c: [c[2], c[1], c[0]] + c[3:]),
        ("row-groups-swapped", "two row groups change places", lambda c: c[3:] + c[:3]),
        ("twice", "a chunk stands in the place of the same column's next", lambda c: c[:3] + [c[0]] + c[4:]),
        ("flipped", "one bit of a value", lambda c: [flip(c[0], 60)] + c[1:]),
        ("salt-flipped", "one bit of a chunk's salt", lambda c: [flip(c[0], 0)] + c[1:]),
        ("tag-flipped", "one bit of the last chunk's tag", lambda c: c[:-1] + [flip(c[-1], -1)]))
    for name, comment, change in changes:
        yield "chunks-" + name, "OBJ-05", "forged", comment, pair.with_chunks(change(pair.chunks())).record()
    for name, comment, change in (
            ("chunk-dropped", "a chunk is missing: the last one's place lies outside", lambda c: c[1:]),
            ("row-group-dropped", "the chunks of a row group are missing", lambda c: c[:3]),
            ("body-dropped", "every chunk is missing", lambda c: [])):
        yield name, "TAB-06", "malformed", comment, pair.with_chunks(change(pair.chunks())).record()
    strange = Sealed(replace_name(pair.segment))
    yield ("chunk-of-another", "OBJ-05", "forged", "a chunk of another table of the same capsule",
           pair.with_chunks(strange.chunks()[:1] + pair.chunks()[1:]).record())
    sealed, other = Sealed(two("footers")), Sealed(two("other footers"))
    west, east = sealed.footers
    for name, comment, footers in (
            ("swapped", "the footers of two compartments change places", [east, west]),
            ("twice", "one compartment's footer stands in both places", [west, west]),
            ("of-another", "the footers of another table of the same capsule", other.footers),
            ("flipped", "one bit of a footer", [flip(west, 80), east]),
            ("cut", "a footer without its last byte, the lengths fit", [west[:-1], east])):
        yield "footers-" + name, "TAB-08", "forged", comment, replace(sealed, footers=footers).record()
    both = appended("footers of segments")
    one, last = Sealed(both.previous), Sealed(both)  # type: ignore[arg-type]
    for name, built in (("segments", APPENDED), ("segments-of-one-capsule", TABLES)):
        last = Sealed(two("2 of " + name, built=built, previous=one.segment))
        yield ("footers-of-" + name, "TAB-08", "forged", "the footers of two segments change places",
               replace(one, footers=last.footers).record() + replace(last, footers=one.footers).record(alone=True))


def replace_name(segment: Segment) -> Segment:
    """The same table, once more."""
    return Segment(segment.name + " again", segment.columns, segment.groups, segment.built)


def cases() -> Iterator[Vec]:
    """Every table that is wrong outside its messages."""
    for part in (lengths, headers, chains, bodies):
        yield from map(_vec, part())
