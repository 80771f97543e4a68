"""Sealed tables that a reader opens, and what it finds in them."""

from __future__ import annotations

from typing import Iterator, List

from triclave_spec import capsule as reading
from triclave_spec import sealing, table_segments
from triclave_spec.arrow_chunk import Node
from triclave_spec.policy import Policy, any_of
from triclave_spec.tables import Column, RowGroup

from .cast import APPENDED, KEYS, OBJECTS, OWNER, PUBLICS, Stream, leaf, parts
from .good_capsules import trust
from .table_parts import Segment, column, field_of, ints, texts
from .table_types import fixed, nested, timestamps
from .vec import Vec
from .writing import table_vec

WEST, EAST = column("west", "n", "i"), column("east", "t", "u")
COLUMNS = [WEST, EAST]


def group(*values: object) -> RowGroup:
    """Rows of an integer and a text."""
    numbers = [v for v in values if isinstance(v, int)]
    return RowGroup(len(numbers), [ints(*numbers), texts(*(f"t{n}" for n in numbers))])


def two(name: str, **options: object) -> Segment:
    """Two columns in two compartments; two row groups, of two rows and of one."""
    return Segment(name, COLUMNS, [group(1, 2), group(3)], **options)  # type: ignore[arg-type]


def appended(name: str, **options: object) -> Segment:
    """The same, and behind it a segment of another session."""
    return two(name + ", appended", built=APPENDED, previous=two(name), **options)


def _vec(name: str, rule: str, comment: str, segment: Segment, **options: object) -> Vec:
    opens = options.get("opens", ("west", "east"))
    return table_vec("table-" + name, rule, "ok", comment, segment.record(),
                     segment.expected(opens), **options)  # type: ignore[arg-type]


def shapes() -> Iterator[Vec]:
    """Compartments, row groups, segments and capsules."""
    yield _vec("one-compartment", "TAB-05", "one compartment with both columns", Segment(
        "one", [column("west", "n", "i"), column("west", "t", "u")], [group(7, 8, 9)], built=OBJECTS),
        who=["owner"], opens=["west"])
    yield _vec("compartments", "TAB-05", "two compartments, both open", two("both"))
    yield _vec("closed-compartment", "TAB-08", "two compartments, one open", two("closed"), who=["owner"],
               opens=["west"])
    yield table_vec("table-right-missing", "SPL-02", "quorum_short", "the reader is no recipient of the second one",
                    two("short").record(), who=["owner"])
    yield _vec("mixed-positions", "TAB-05", "columns of two compartments stand in turns", Segment(
        "mixed", [column("east", "a", "i"), column("west", "b", "u"), column("east", "c", "i"), WEST],
        [RowGroup(2, [ints(1, None), texts(None, "x"), ints(3, 4), ints(5, 6)])]))
    many = [ints(*(None if i % 3 == 0 else i for i in range(rows))) for rows in (1, 8, 9, 17)]
    yield _vec("row-groups", "TAB-06", "row groups of 1, 8, 9 and 17 rows, every third value null", Segment(
        "groups", [WEST], [RowGroup(nodes[0].length, [nodes]) for nodes in many]), opens=["west"])
    yield _vec("no-row-groups", "TAB-06", "columns without rows", Segment("none", COLUMNS, []))
    yield _vec("appended", "TAB-03", "two segments, each with its own capsule", appended("appended"))
    yield _vec("appended-to-empty", "TAB-03", "a segment without row groups, then one with two", two(
        "to empty 2", built=APPENDED, previous=Segment("to empty", COLUMNS, [])))
    yield _vec("appended-closed", "TAB-08", "two segments, one compartment open", appended("appended closed"),
               who=["owner"], opens=["west"])
    first = two("detached", detached=True)
    turned = appended("turned", header={"streams": ["east", "west"]})
    turned.compartments = ["east", "west"]
    yield _vec("segments-other-order", "TAB-07", "the second segment has its compartments in another order", turned)
    yield _vec("detached", "TAB-01", "the capsule is kept elsewhere", first, capsule=first.built.record())
    mixed = two("half detached 2", built=APPENDED, previous=two("half detached", detached=True))
    yield _vec("detached-first", "TAB-01", "the first segment's capsule is kept elsewhere, the second's is inside",
               mixed, capsule=first.built.record())
    in_turns = two("order")
    in_turns.place_order = [(1, 1), (0, 1), (1, 0), (0, 0)]
    yield _vec("chunks-backwards", "TAB-06", "chunks need no order", in_turns)
    unclaimed = two("unclaimed")
    unclaimed.rows.pop()
    yield _vec("body-unclaimed", "TAB-06", "bytes in front of the footers that no chunk claims", unclaimed)
    yield _vec("notes", "TAB-05", "notes for every reader", two("notes", notes=[(b"source", b"station 4"), (
        b"\x00\xff", b"\x01")]))
    yield _vec("unicode-name", "TAB-02", "the table's name, a column's, and one that is empty", Segment(
        "naïve größe 気象", [column("west", "température", "i"), column("east", "", "u")], [group(1)]))


def rewrapped() -> Iterator[Vec]:
    """A table whose capsule was replaced."""
    built = parts("table rewrap", {c: Policy(any_of(leaf("owner"), leaf("alice"))) for c in ("west", "east")})
    segment = two("rewrapped", built=built)
    capsule = sealing.rewrap(reading.read(segment.capsule, trust()), OWNER, [KEYS["owner"].id],
                             {"west": Policy(any_of(leaf("owner"), leaf("bob")))}, PUBLICS, [KEYS["owner"]], now=0,
                             random=Stream("table rewrap 1"))
    (old,) = table_segments.parse(segment.record())
    record = table_segments.replace_capsule(old, capsule)
    yield table_vec("table-rewrapped", "CAP-13", "ok", "rewrapped: bob opens one compartment", record,
                    segment.expected(["west"]), who=["bob"], opens=["west"], owner=True)
    yield table_vec("table-rewrapped-former", "CAP-13", "quorum_short", "a former recipient opens it no longer", record,
                    who=["alice"], opens=["west"], owner=True)


def _typed(name: str, rule: str, comment: str, columns: List[tuple], rows: int) -> Vec:
    fields = [Column("west", field) for field, _ in columns]
    segment = Segment(name, fields, [RowGroup(rows, [nodes for _, nodes in columns])], built=OBJECTS)
    return _vec(name, rule, comment, segment, who=["owner"], opens=["west"])


def types() -> Iterator[Vec]:
    """Every format."""
    yield _typed("types-fixed", "TAB-09", "every format of fixed width: a value, a null, a value", list(fixed()), 3)
    yield _typed("types-timestamps", "TAB-09", "timestamps with and without zones", list(timestamps()), 3)
    yield _typed("types-nested", "TAB-10", "texts, lists, structs, dictionaries, one in another", list(nested()), 3)
    yield _typed("not-nullable", "TAB-11", "fields that are not nullable", [
        (field_of("n", "i", False), ints(1, 2)), (field_of("t", "u", False), texts("", "x"))], 2)
    yield _typed("field-metadata", "TAB-09", "metadata and an ordered dictionary", [
        (field_of("n", "c", metadata=[{"key": b"unit", "value": b"\xb0C"}, {"key": b"", "value": b""}],
                  dictionary_ordered=True, dictionary=field_of("", "u", metadata=[{"key": b"k", "value": b"v"}])),
         ints(1, 0, width=1) + texts("low", "high"))], 2)
    yield _typed("format-decimal-negative-scale", "TAB-09", "scales from -76 to 76, whatever the digits", [
        (field_of(text, text), [Node(1, 0, [b"", bytes(range(1, 1 + (32 if text.endswith("256") else 16)))])])
        for text in ("d:5,-2", "d:38,-76", "d:1,76", "d:76,-76,256", "d:3,76,256")], 1)
    hidden = Node(3, 1, [b"\x05", b"\x00\x7f\x01", ])
    yield _typed("under-null", "TAB-14", "what stands under nulls: an index that is none, a text, an integer", [
        (field_of("d", "c", dictionary=field_of("", "u")), [hidden] + texts("a", "b")),
        (field_of("t", "u"), [Node(3, 1, [b"\x05", texts("a", "hid", "c")[0].buffers[1], b"ahidc"])]),
        (field_of("n", "i"), [Node(3, 1, [b"\x05", ints(1, -9, 3)[0].buffers[1]])])], 3)


def compressed() -> Iterator[Vec]:
    """Zstandard."""
    columns = [column("west", "n", "i", compression=1), column("east", "t", "u")]
    rows = RowGroup(40, [ints(*range(40)), texts(*(["the same text"] * 40))])
    yield _vec("compressed", "TAB-15", "one of two columns is compressed", Segment("compressed", columns, [rows]))
    yield _vec("compression-differs", "TAB-07", "a segment compresses another column than the first one", Segment(
        "other compression 2", [column("west", "n", "i"), column("east", "t", "u", compression=1)], [rows],
        built=APPENDED, previous=Segment("other compression", columns, [rows])))
    told = column("west", "n", "i", metadata=[{"key": b"k", "value": b"v"}])
    yield _vec("metadata-differs", "TAB-07", "a column has metadata in the second segment only", Segment(
        "other metadata 2", [told, columns[1]], [rows], built=APPENDED, previous=Segment("other metadata", columns, [rows])))
    nothing = [column("west", "n", "n", compression=1)]
    yield _vec("compressed-nothing", "TAB-15", "a null column, compressed", Segment(
        "nothing", nothing, [RowGroup(2, [[Node(2, 2)]])]), opens=["west"])


def cases() -> Iterator[Vec]:
    """Every good table."""
    for part in (shapes, rewrapped, types, compressed):
        yield from part()
