"""Formats and fields of columns (SPEC section 10): what a field may be, and which buffers each of its nodes has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator, List, Tuple

from . import record
from .encoding import check_free_name
from .errors import MALFORMED, UNSUPPORTED, require
from .protobuf import Message

BITS = 0  # the width of values that are single bits
MAX_METADATA, MAX_METADATA_BYTES = 64, record.MIB
INTEGERS = {"c": 1, "C": 1, "s": 2, "S": 2, "i": 4, "I": 4, "l": 8, "L": 8}
_FIXED = {
    "b": BITS, **INTEGERS, "e": 2, "f": 4, "g": 8,
    "tdD": 4, "tdm": 8, "tts": 4, "ttm": 4, "ttu": 8, "ttn": 8, "tDs": 8, "tDm": 8, "tDu": 8, "tDn": 8,
    "tiM": 4, "tiD": 8, "tin": 16,
}
_OFFSETS = {"u": 4, "z": 4, "U": 8, "Z": 8, "+l": 4, "+L": 8}
_NUMBER = "(0|[1-9][0-9]{0,9})"


@dataclass(frozen=True)
class Layout:
    """The buffers of a node: validity, then offsets of this width, then values of this width or data."""

    validity: bool = True
    offsets: int = 0
    values: int = -1
    data: bool = False
    children: Tuple[int, ...] = (0,)  # how many a field may have; empty: any number

    @property
    def buffers(self) -> int:
        """How many a chunk has of them."""
        return self.validity + (self.offsets > 0) + (self.values >= 0 or self.data)


def layout(text: str) -> Layout:
    """The layout of a format, or a refusal where the table does not have it."""
    if text == "n":
        return Layout(validity=False)
    if text in _FIXED:
        return Layout(values=_FIXED[text])
    if text in _OFFSETS:
        nested = text.startswith("+")
        return Layout(offsets=_OFFSETS[text], data=not nested, children=(1,) if nested else (0,))
    if text == "+s":
        return Layout(children=())
    if re.match("ts[smun]:", text):
        require(len(text[4:].encode()) <= 64, UNSUPPORTED, "a time zone has more than 64 bytes")
        return Layout(values=8)
    width = re.fullmatch("w:" + _NUMBER, text)
    if width:
        require(1 <= int(width[1]) <= 65_536, UNSUPPORTED, f"values of {width[1]} bytes are not supported")
        return Layout(values=int(width[1]))
    decimal = re.fullmatch(f"d:{_NUMBER},(?!-0)(-?{_NUMBER})(,256)?", text)
    if decimal:
        digits, most = int(decimal[1]), 76 if decimal[4] else 38
        require(1 <= digits <= most, UNSUPPORTED, f"decimals of {digits} digits are not supported")
        require(-76 <= int(decimal[2]) <= 76, UNSUPPORTED, f"decimals with the scale {decimal[2]} are not supported")
        return Layout(values=32 if decimal[4] else 16)
    #= SPEC TAB-09
    require(False, UNSUPPORTED, f"the format {text!r} is not supported")
    raise AssertionError


def nodes(field: Message) -> Iterator[Message]:
    """The fields of a tree, depth first: a field, its children, its dictionary."""
    yield field
    for child in field["children"]:
        yield from nodes(child)
    if field["dictionary"] is not None:
        yield from nodes(field["dictionary"])


def levels(field: Message) -> int:
    """Fields from the root to the deepest leaf."""
    below = field["children"] + ([field["dictionary"]] if field["dictionary"] is not None else [])
    return 1 + max(map(levels, below), default=0)


def check_pairs(pairs: List[Message], what: str) -> None:
    """A field's metadata, or a footer's notes."""
    record.limit(len(pairs), 0, MAX_METADATA, f"pairs of {what}")
    for pair in pairs:
        for part in ("key", "value"):
            record.limit(len(pair[part]), 0, MAX_METADATA_BYTES, f"bytes of {what}")


def _check_node(field: Message) -> None:
    check_free_name(field["name"], 1024, "a field's name", may_be_empty=True)
    check_pairs(field["metadata"], "a field's metadata")
    allowed = layout(field["format"]).children
    require(not allowed or len(field["children"]) in allowed, MALFORMED,
            f"a field of format {field['format']!r} has {len(field['children'])} children")
    values = field["dictionary"]
    if values is not None:
        require(field["format"] in INTEGERS, MALFORMED, "the indices of a dictionary are not integers")
        require(values["dictionary"] is None, MALFORMED, "a dictionary's field has a dictionary")


def check_field(field: Message) -> None:
    """A column's whole tree."""
    record.limit(levels(field), 1, record.MAX_FIELD_LEVELS, "levels of a column's fields")
    every = list(nodes(field))
    record.limit(len(every), 1, record.MAX_FIELDS_OF_COLUMN, "fields of a column")
    for each in every:
        _check_node(each)
