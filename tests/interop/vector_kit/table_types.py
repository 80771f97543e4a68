"""Columns of every format: fields and the nodes of three rows each, the second of them null."""

from __future__ import annotations

from typing import Iterator, List, Tuple

from triclave_spec.arrow_chunk import Node
from triclave_spec.protobuf import Message

from .cast import seed
from .table_parts import field_of, ints, texts

Typed = Tuple[Message, List[Node]]

WIDTHS = {"c": 1, "C": 1, "s": 2, "S": 2, "i": 4, "I": 4, "l": 8, "L": 8, "e": 2, "f": 4, "g": 8, "d:5,2": 16,
          "d:38,0": 16, "d:76,76,256": 32, "w:1": 1, "w:5": 5, "tdD": 4, "tdm": 8, "tts": 4, "ttm": 4, "ttu": 8,
          "ttn": 8, "tDs": 8, "tDm": 8, "tDu": 8, "tDn": 8, "tiM": 4, "tiD": 8, "tin": 16}
HOLES = b"\x05"  # validity of three values, the second of them null


def _values(text: str, width: int) -> bytes:
    drawn = seed("values " + text, 3 * width)
    return drawn[:width] + bytes(width) + drawn[2 * width:]


def fixed() -> Iterator[Typed]:
    """Nulls, booleans and all that has values of a fixed width; the values are arbitrary bytes."""
    yield field_of("n", "n"), [Node(3, 3)]
    yield field_of("b", "b"), [Node(3, 1, [HOLES, b"\x04"])]
    for text, width in WIDTHS.items():
        yield field_of(text, text), [Node(3, 1, [HOLES, _values(text, width)])]


def timestamps() -> Iterator[Typed]:
    """Every unit, with and without a zone."""
    for unit in "smun":
        for zone in ("", "UTC", "Europe/Paris", "+01:00"):
            text = f"ts{unit}:{zone}"
            yield field_of(text, text), [Node(3, 1, [HOLES, _values(text, 8)])]


def _offsets(*ends: int, width: int = 4) -> bytes:
    return b"".join(e.to_bytes(width, "little") for e in ends)


def nested() -> Iterator[Typed]:
    """Offsets of both widths, children, dictionaries."""
    for text, width in (("u", 4), ("z", 4), ("U", 8), ("Z", 8)):
        yield field_of(text, text), texts("ab", None, "größe", width=width)
    for text, width in (("+l", 4), ("+L", 8)):
        lists = [Node(3, 1, [HOLES, _offsets(0, 2, 2, 3, width=width)])]
        yield field_of(text, text, children=[field_of("item", "s")]), lists + ints(1, None, 3, width=2)
    yield (field_of("lists of none", "+l", children=[field_of("item", "u")]),
           [Node(3, 0, [b"", _offsets(0, 0, 0, 0)])] + texts())
    yield (field_of("struct", "+s", children=[field_of("a", "i"), field_of("b", "u", False)]),
           [Node(3, 1, [HOLES])] + ints(1, None, None) + texts("x", "", "z"))
    yield field_of("empty struct", "+s"), [Node(3, 1, [HOLES])]
    inner = field_of("item", "+s", children=[field_of("m", "+l", children=[field_of("", "b")]), field_of("n", "n")])
    yield (field_of("deep", "+L", children=[inner]),
           [Node(3, 0, [b"", _offsets(0, 1, 1, 2, width=8)]), Node(2, 0, [b""]), Node(2, 0, [b"", _offsets(0, 3, 9)]),
            Node(9, 0, [b"", b"\xa5\x01"]), Node(2, 2)])
    for text in "cCsSiIlL":
        field = field_of("index " + text, text, dictionary=field_of("", "u"))
        yield field, ints(1, None, 0, width=WIDTHS[text]) + texts("first", "second")
    lists_of_words = field_of("", "+l", children=[field_of("w", "c", dictionary=field_of("", "z", False))])
    yield (field_of("dictionary of lists", "s", dictionary=lists_of_words),
           ints(1, None, 1, width=2) + [Node(2, 0, [b"", _offsets(0, 1, 3)])] + ints(0, 0, 1, width=1)
           + texts("x", "y"))
    yield (field_of("empty dictionary", "i", dictionary=field_of("", "u")),
           [Node(3, 3, [b"\x00", bytes(12)])] + texts())
