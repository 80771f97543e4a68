"""Tables whose footers say what they must not: only one who has the keys can make them."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Tuple

from triclave_spec import protobuf
from triclave_spec.encoding import u64
from triclave_spec.protobuf import Message
from triclave_spec.tables import RowGroup

from .cast import APPENDED, OF_TABLES, parts
from .table_cases import COLUMNS, EAST, WEST, group, two
from .table_parts import Segment, column, field_of, ints, texts
from .vec import Vec
from .writing import table_vec

Change = Callable[[Message], Any]
Edits = List[Tuple[str, str, str, str, Change]]


def _vec(name: str, rule: str, expect: str, comment: str, segment: Segment, **options: Any) -> Vec:
    return table_vec("table-" + name, rule, expect, comment, segment.record(), **options)


def _put(message: Message, **fields: Any) -> None:
    message.update(fields)


def _place(index: int, offset: int, length: int, at: int = 0) -> Change:
    """Another place for one of the compartment's columns."""
    def change(footer: Message) -> None:
        row_group = footer["row_groups"][at]
        raw = row_group["chunks"]
        row_group["chunks"] = raw[:16 * index] + u64(offset) + u64(length) + raw[16 * index + 16:]
    return change


def columns() -> Iterator[Vec]:
    """Positions and names: four columns, two of each compartment."""
    four = [column("west", "a", "i"), column("west", "b", "i"), column("east", "c", "i"), column("east", "d", "i")]

    def made(name: str) -> Segment:
        return Segment(name, four, [RowGroup(1, [ints(i) for i in range(4)])])
    for name, comment, compartment, change in (
            ("positions-descend", "a compartment's columns stand by descending position", "west",
             lambda f: f["own"].reverse()),
            ("position-twice", "two columns of one compartment at the same position", "west",
             lambda f: _put(f["own"][1], position=0)),
            ("position-behind", "a position that no column of the segment has", "east",
             lambda f: _put(f["own"][1], position=4)),
            ("position-gigabytes", "position 2^32 - 1", "east", lambda f: _put(f["own"][1], position=2**32 - 1)),
            ("position-of-another", "two compartments have a column at the same position", "east",
             lambda f: _put(f["own"][0], position=1)),
            ("no-column-of-its-own", "a compartment without columns", "east",
             lambda f: (_put(f, own=[]), _put(f["row_groups"][0], chunks=b""))),
            ("name-twice", "two columns of one compartment with the same name", "west",
             lambda f: _put(f["own"][1]["field"], name="a")),
            ("name-of-another", "two columns of two compartments with the same name", "east",
             lambda f: _put(f["own"][0]["field"], name="b")),
            ("column-dropped", "a column is left out: nobody has its position", "east",
             lambda f: (f["own"].pop(), _put(f["row_groups"][0], chunks=f["row_groups"][0]["chunks"][:16])))):
        segment = made(name)
        segment.columns = [column(c.compartment, c.field["name"], "i") for c in four]
        yield _vec(name, "TAB-05", "malformed", comment, segment.edit_footer(compartment, change))
    holes = made("hole")
    for compartment in ("west", "east"):
        holes.edit_footer(compartment, lambda f: _put(f, columns=5))
    yield _vec("position-of-nobody", "TAB-05", "malformed", "all are open, and nobody has the last position", holes)


def places() -> Iterator[Vec]:
    """Where chunks lie."""
    edits: Edits = [
        ("place-behind", "TAB-06", "malformed", "a chunk that ends behind the body", _place(0, 10_000, 200)),
        ("place-overflow", "TAB-06", "malformed", "offset and length have the sum 0 in 64 bits",
         _place(0, 2**64 - 200, 200)),
        ("place-gigabytes", "TAB-06", "malformed", "a chunk of 2^63 bytes", _place(0, 0, 2**63)),
        ("place-into-footers", "TAB-06", "malformed", "a chunk that reaches one byte into the footers", _into_footers),
        ("place-too-short", "TAB-06", "malformed", "71 bytes: no message", _place(0, 0, 71)),
        ("place-of-no-bytes", "TAB-06", "malformed", "a message of no bytes", _place(0, 0, 0)),
        ("places-short", "TAB-06", "malformed", "fifteen bytes for a place",
         lambda f: _put(f["row_groups"][0], chunks=bytes(15))),
        ("places-missing", "TAB-06", "malformed", "no place", lambda f: _put(f["row_groups"][0], chunks=b"")),
        ("places-surplus", "TAB-06", "malformed", "two places for one column",
         lambda f: _put(f["row_groups"][0], chunks=f["row_groups"][0]["chunks"] * 2)),
        ("place-of-another", "OBJ-05", "forged", "the place of another row group's chunk",
         lambda f: _put(f["row_groups"][1], chunks=f["row_groups"][0]["chunks"])),
        ("rows-none", "LIM-01", "malformed", "a row group without rows", lambda f: _put(f["row_groups"][0], rows=0)),
        ("columns-none", "LIM-01", "malformed", "no column in the segment", lambda f: _put(f, columns=0)),
        ("columns-many", "LIM-01", "malformed", "65,537 columns", lambda f: _put(f, columns=65_537)),
        ("notes-many", "TAB-09", "malformed", "65 notes",
         lambda f: _put(f, notes=[{"key": b"k", "value": b"v"}] * 65)),
        ("column-without-field", "TAB-09", "malformed", "a column without a field",
         lambda f: _put(f["own"][0], field=None)),
        ("compression-unknown", "TAB-15", "unsupported", "compression 2", lambda f: _put(f["own"][0], compression=2))]
    for name, rule, expect, comment, change in edits:
        yield _vec(name, rule, expect, comment, two(name).edit_footer("west", change), who=["owner"], opens=["west"])
    many_rows = two("rows-many")
    for compartment in ("west", "east"):
        many_rows.edit_footer(compartment, lambda f: _put(f["row_groups"][0], rows=2**31))
    yield _vec("rows-many", "LIM-01", "malformed", "a row group of 2^31 rows", many_rows)
    for name, comment, data in (
            ("not-a-message", "a footer that is no message", b"\xff" * 20),
            ("nothing", "a footer without any field", b""),
            ("unknown-field", "field 5", protobuf.encode("TableFooter", {"columns": 2}) + b"\x28\x01")):
        segment = two("footer " + name)
        segment.footer_bytes["west"] = data
        yield _vec("footer-" + name, "PB-05" if name == "unknown-field" else "TAB-08", "malformed", comment, segment,
                   who=["owner"], opens=["west"])


def _into_footers(footer: Message) -> None:
    last = footer["row_groups"][1]["chunks"]
    offset, length = int.from_bytes(last[:8], "big"), int.from_bytes(last[8:], "big")
    footer["row_groups"][1]["chunks"] = u64(offset) + u64(length + _EAST_CHUNK + 1)


# What a chunk of the text column takes in `two`: it stands between the integers' last chunk and the footers.
_EAST_CHUNK = 56 + 16 + 64 + 64 + 64


def agreement() -> Iterator[Vec]:
    """Footers of a segment that disagree, and those of one compartment in two segments."""
    edits: List[Tuple[str, str, Change]] = [
        ("columns-disagree", "one footer tells of a column more", lambda f: _put(f, columns=3)),
        ("row-groups-disagree", "one footer leaves out the last row group", lambda f: f["row_groups"].pop()),
        ("rows-disagree", "one footer has other rows in a row group", lambda f: _put(f["row_groups"][0], rows=3)),
        ("rows-exchanged", "one footer has the row groups' rows the other way round",
         lambda f: (_put(f["row_groups"][0], rows=1), _put(f["row_groups"][1], rows=2)))]
    for name, comment, change in edits:
        yield _vec(name, "TAB-07", "malformed", comment, two(name).edit_footer("east", change))

    def second(name: str, columns_: list, nodes: list) -> Segment:
        first = Segment(name, COLUMNS + [column("west", "m", "i")], [RowGroup(1, [ints(1), texts("a"), ints(2)])])
        return Segment(name + " 2", columns_, [RowGroup(1, nodes)], built=APPENDED, previous=first)
    other = column("west", "m", "i")
    plain = [ints(1), texts("a"), ints(2)]
    for name, comment, columns_, nodes in (
            ("other-name", "a column has another name in the second segment", [WEST, EAST, column("west", "l", "i")],
             plain),
            ("other-format", "a column has another format in the second segment",
             [WEST, EAST, column("west", "m", "I")], plain),
            ("other-nullable", "a column is not nullable in the second segment",
             [WEST, EAST, column("west", "m", "i", False)], plain),
            ("other-order", "two columns of a compartment change places", [other, EAST, WEST],
             [ints(1), texts("a"), ints(2)]),
            ("other-positions", "a column has another position in the second segment", [WEST, other, EAST],
             [ints(1), ints(2), texts("a")]),
            ("column-less", "the second segment lacks a column", [WEST, EAST], [ints(1), texts("a")]),
            ("column-more", "the second segment has a column more", [WEST, EAST, other, column("west", "k", "i")],
             plain + [ints(3)])):
        yield _vec("appended-" + name, "TAB-07", "malformed", comment, second(name, columns_, nodes))
    north = parts("north", {"west": OF_TABLES["west"], "north": OF_TABLES["east"]}, core_name="north")
    strange = Segment("strange compartment", [WEST, column("north", "t", "u")], [group(1)], built=north,
                      previous=two("before a strange compartment"))
    yield _vec("segments-other-compartments", "TAB-07", "malformed", "the second segment has another compartment", strange,
               who=["owner"], opens=["west"])


def _fields() -> Iterator[Tuple[str, str, str, Dict[str, Any]]]:
    item = field_of("item", "i")
    for name, text in (("union", "+us:0,1"), ("view", "vu"), ("list-view", "+vl"), ("fixed-list", "+w:2"),
                       ("map", "+m"), ("run-end", "+r"), ("none", ""), ("unknown", "q"), ("zoneless", "tss"),
                       ("zone-long", "tss:" + "Z" * 65), ("width-none", "w:0"), ("width-large", "w:65537"), ("digits-39", "d:39,0"),
                       ("digits-77", "d:77,0,256"), ("digits-none", "d:0,0"), ("decimal-32", "d:9,2,32"),
                       ("decimal-scale-77", "d:5,77"), ("decimal-scale-minus-77", "d:5,-77"),
                       ("decimal-scale-minus-0", "d:5,-0"), ("trailing", "i ")):
        yield f"format-{name}", "unsupported", f"the format {text[:10]!r}", {"format": text}
    deep = item
    for _ in range(15):
        deep = field_of("", "+l", children=[deep])
    words = field_of("", "u")
    for name, comment, more in (
            ("list-childless", "a list without child", {"format": "+l"}),
            ("list-of-two", "a list with two children", {"format": "+L", "children": [item, item]}),
            ("integer-with-child", "an integer with a child", {"children": [item]}),
            ("text-with-child", "a text with a child", {"format": "u", "children": [item]}),
            ("dictionary-of-text", "the indices of a dictionary are text", {"format": "u", "dictionary": words}),
            ("dictionary-of-floats", "the indices of a dictionary are floats", {"format": "f", "dictionary": words}),
            ("dictionary-of-dates", "the indices of a dictionary are dates", {"format": "tdD", "dictionary": words}),
            ("dictionary-twice", "a dictionary whose field has a dictionary",
             {"dictionary": field_of("", "i", dictionary=words)}),
            ("name-control", "a tab in a column's name", {"name": "a\tb"}),
            ("name-long", "a column's name of 1,025 bytes", {"name": "é" * 512 + "x"}),
            ("child-name-control", "a line feed in a child's name",
             {"format": "+l", "children": [field_of("a\nb", "i")]}),
            ("metadata-many", "65 pairs of metadata", {"metadata": [{"key": b"k", "value": b"v"}] * 65}),
            ("deep", "seventeen levels", {"format": "+l", "children": [deep]}),
            ("child-format", "a child of no format", {"format": "+s", "children": [field_of("x", "")]})):
        expect = "unsupported" if name == "child-format" else "malformed"
        yield "field-" + name, expect, comment, more


def fields() -> Iterator[Vec]:
    """Fields that are not for tables, or break the rules."""
    for name, expect, comment, more in _fields():
        def change(footer: Message, more: Dict[str, Any] = more) -> None:
            footer["own"][0]["field"] = {**footer["own"][0]["field"], **more}
        segment = Segment(name, COLUMNS, [group(1)]).edit_footer("west", change)
        yield _vec(name, "TAB-09", expect, comment, segment, who=["owner"], opens=["west"])


def cases() -> Iterator[Vec]:
    """Every footer that is wrong."""
    for part in (columns, places, agreement, fields):
        yield from part()
