"""The plaintext of a column chunk: nodes with their buffers, written and read with every check (SPEC section 10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator, List

from .arrow_format import BITS, INTEGERS, layout, nodes
from .encoding import u64
from .errors import MALFORMED, require
from .protobuf import Message

ALIGNMENT = 64
SIGNED = "csil"


@dataclass(frozen=True)
class Node:
    """One array: its buffers in the order validity (empty where nothing is null), offsets, values or data."""

    length: int
    nulls: int = 0
    buffers: List[bytes] = field(default_factory=list)


def _padding(size: int) -> bytes:
    return bytes(-size % ALIGNMENT)


def encode(arrays: List[Node]) -> bytes:
    """A chunk's plaintext; nothing is checked, so that tests can write wrong ones."""
    head = b"".join(u64(a.length) + u64(a.nulls) + b"".join(u64(len(b)) for b in a.buffers) for a in arrays)
    return head + _padding(len(head)) + b"".join(b + _padding(len(b)) for a in arrays for b in a.buffers)


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def take(self, size: int) -> bytes:
        require(size <= len(self._data) - self.at, MALFORMED, "a chunk is cut short")
        self.at += size
        return self._data[self.at - size:self.at]

    def number(self) -> int:
        return int.from_bytes(self.take(8), "big")

    def align(self) -> None:
        #= SPEC TAB-12
        require(not any(self.take(-self.at % ALIGNMENT)), MALFORMED, "bytes of a chunk's padding are not zero")

    def end(self) -> None:
        require(self.at == len(self._data), MALFORMED, "bytes stand behind a chunk's last buffer")


def decode(column: Message, rows: int, plaintext: bytes) -> List[Node]:
    """The nodes of a column's chunk of so many rows."""
    fields = list(nodes(column))
    cursor = _Cursor(plaintext)
    heads = []
    for each in fields:
        length, nulls = cursor.number(), cursor.number()
        heads.append((length, nulls, [cursor.number() for _ in range(layout(each["format"]).buffers)]))
    cursor.align()
    arrays = []
    for length, nulls, sizes in heads:
        buffers = []
        for size in sizes:
            buffers.append(cursor.take(size))
            cursor.align()
        arrays.append(Node(length, nulls, buffers))
    cursor.end()
    #= SPEC TAB-10
    require(arrays[0].length == rows, MALFORMED, "a chunk does not have its row group's rows")
    left = iter(arrays)
    _check(column, left)
    assert next(left, None) is None
    return arrays


def bit(bits: bytes, at: int) -> bool:
    """One bit, least significant first."""
    return bool(bits[at // 8] >> (at % 8) & 1)


def _check_bits(bits: bytes, length: int) -> None:
    tail = length % 8
    #= SPEC TAB-12
    require(tail == 0 or bits[-1] >> tail == 0, MALFORMED, "bits behind the last value are not zero")


def _check_validity(column: Message, array: Node) -> None:
    validity = array.buffers[0]
    #= SPEC TAB-11
    require(array.nulls == 0 or column["nullable"], MALFORMED, "nulls in a field that is not nullable")
    size = (array.length + 7) // 8 if array.nulls else 0
    require(len(validity) == size, MALFORMED, "a validity of the wrong size")
    if array.nulls:
        _check_bits(validity, array.length)
        zeros = array.length - int.from_bytes(validity, "little").bit_count()
        require(zeros == array.nulls, MALFORMED, "a validity with another number of nulls")


def offsets_of(buffer: bytes, width: int) -> List[int]:
    """Signed offsets."""
    return [int.from_bytes(buffer[at:at + width], "little", signed=True) for at in range(0, len(buffer), width)]


def _check_offsets(array: Node, width: int) -> int:
    buffer = array.buffers[1]
    #= SPEC TAB-13
    require(len(buffer) == (array.length + 1) * width, MALFORMED, "a chunk has not one offset more than values")
    offsets = offsets_of(buffer, width)
    require(offsets[0] == 0, MALFORMED, "offsets do not begin at 0")
    require(all(a <= b for a, b in zip(offsets, offsets[1:])), MALFORMED, "offsets descend")
    return offsets[-1]


def indices_of(column: Message, array: Node) -> List[int]:
    """A dictionary's indices, also those of nulls."""
    width = INTEGERS[column["format"]]
    values, signed = array.buffers[1], column["format"] in SIGNED
    return [int.from_bytes(values[at:at + width], "little", signed=signed) for at in range(0, len(values), width)]


def _check_indices(column: Message, array: Node, words: int) -> None:
    for at, index in enumerate(indices_of(column, array)):
        #= SPEC TAB-14
        require(0 <= index < words or (array.nulls > 0 and not bit(array.buffers[0], at)), MALFORMED,
                "an index lies outside its dictionary")


def _check(column: Message, arrays: Iterator[Node]) -> Node:
    """Checks a field's array and those below it; takes them from the iterator and gives the field's own."""
    array, shape = next(arrays), layout(column["format"])
    length = array.length
    if not shape.validity:
        require(array.nulls == length, MALFORMED, "a null array has not as many nulls as values")
        return array
    _check_validity(column, array)
    if shape.offsets:
        length = _check_offsets(array, shape.offsets)
    if shape.data:
        require(len(array.buffers[2]) == length, MALFORMED, "data do not have the last offset's size")
    elif shape.values == BITS:
        require(len(array.buffers[1]) == (length + 7) // 8, MALFORMED, "booleans of the wrong size")
        _check_bits(array.buffers[1], length)
    elif shape.values > 0:
        require(len(array.buffers[1]) == length * shape.values, MALFORMED, "values of the wrong size")
    for child in column["children"]:
        require(_check(child, arrays).length == length, MALFORMED, "a child of the wrong length")
    if column["dictionary"] is not None:
        _check_indices(column, array, _check(column["dictionary"], arrays).length)
    return array
