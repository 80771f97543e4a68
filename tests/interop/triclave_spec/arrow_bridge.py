"""Fields and nodes from and to pyarrow, for those who hold tables there: arrays may be slices of others."""

from __future__ import annotations

from typing import Any, List, Optional

import nanoarrow
import pyarrow as pa

from .arrow_chunk import Node, offsets_of
from .arrow_format import BITS, layout
from .arrow_format import nodes as fields_of
from .protobuf import Message

_ORDERED, _NULLABLE = 1, 2
_UNITS = {"s": "s", "m": "ms", "u": "us", "n": "ns"}
_TYPES = {
    "n": pa.null(), "b": pa.bool_(), "c": pa.int8(), "C": pa.uint8(), "s": pa.int16(), "S": pa.uint16(),
    "i": pa.int32(), "I": pa.uint32(), "l": pa.int64(), "L": pa.uint64(), "e": pa.float16(), "f": pa.float32(),
    "g": pa.float64(), "tdD": pa.date32(), "tdm": pa.date64(), "tts": pa.time32("s"), "ttm": pa.time32("ms"), "ttu": pa.time64("us"),
    "ttn": pa.time64("ns"), "tin": pa.month_day_nano_interval(), "u": pa.utf8(), "U": pa.large_utf8(), "z": pa.binary(),
    "Z": pa.large_binary(),
}


def _message(schema: Any) -> Message:
    metadata = [] if schema.metadata is None else list(schema.metadata.items())
    return {
        "name": schema.name or "", "format": schema.format, "nullable": bool(schema.flags & _NULLABLE),
        "dictionary_ordered": schema.dictionary is not None and bool(schema.flags & _ORDERED),
        "metadata": [{"key": key, "value": value} for key, value in metadata],
        "children": [_message(schema.child(i)) for i in range(schema.n_children)],
        "dictionary": _message(schema.dictionary) if schema.dictionary is not None else None,
    }


def field_from(field: pa.Field) -> Message:
    """A Field as the Arrow C Data Interface shows it."""
    return _message(nanoarrow.c_schema(field))


def type_of(field: Message) -> pa.DataType:
    """The type of a Field; pyarrow has none for intervals of months or of days."""
    text, children = field["format"], [field_to(child) for child in field["children"]]
    if field["dictionary"] is not None:
        return pa.dictionary(_TYPES[text], type_of(field["dictionary"]), field["dictionary_ordered"])
    if text in _TYPES:
        return _TYPES[text]
    if text.startswith("tD"):
        return pa.duration(_UNITS[text[2]])
    if text.startswith("ts"):
        return pa.timestamp(_UNITS[text[2]], text[4:] or None)
    if text.startswith("w:"):
        return pa.binary(int(text[2:]))
    if text.startswith("d:"):
        digits, scale, *bits = map(int, text[2:].split(","))
        return pa.decimal256(digits, scale) if bits else pa.decimal128(digits, scale)
    return {"+l": pa.list_, "+L": pa.large_list, "+s": lambda *c: pa.struct(c)}[text](*children)


def field_to(field: Message) -> pa.Field:
    """A pyarrow field."""
    metadata = {pair["key"]: pair["value"] for pair in field["metadata"]}
    return pa.field(field["name"], type_of(field), field["nullable"], metadata or None)


def _bits(buffer: Optional[pa.Buffer], offset: int, length: int) -> bytes:
    """Bits from an offset on, and zeros behind the last one."""
    if buffer is None:
        return b""
    number = int.from_bytes(memoryview(buffer)[offset // 8:(offset + length + 7) // 8], "little") >> offset % 8
    return (number & (1 << length) - 1).to_bytes((length + 7) // 8, "little")


def _slice(buffer: Optional[pa.Buffer], offset: int, length: int) -> bytes:
    return b"" if buffer is None else bytes(memoryview(buffer)[offset:offset + length])


def nodes_from(field: Message, array: pa.Array) -> List[Node]:
    """An array's nodes."""
    shape, length = layout(field["format"]), len(array)
    if not shape.validity:
        return [Node(length, length)]
    if field["dictionary"] is not None:
        plain = {**field, "dictionary": None}
        return nodes_from(plain, array.indices) + nodes_from(field["dictionary"], array.dictionary)
    nulls, (validity, *more) = array.null_count, array.buffers()
    buffers, below = [_bits(validity, array.offset, length) if nulls else b""], []
    if shape.offsets:
        raw = _slice(more[0], array.offset * shape.offsets, (length + 1) * shape.offsets) or bytes(shape.offsets)
        offsets = offsets_of(raw, shape.offsets)
        buffers.append(b"".join((o - offsets[0]).to_bytes(shape.offsets, "little") for o in offsets))
        size = offsets[-1] - offsets[0]
        if shape.data:
            buffers.append(_slice(more[1], offsets[0], size))
        else:
            below = nodes_from(field["children"][0], array.values.slice(offsets[0], size))
    elif shape.values == BITS:
        buffers.append(_bits(more[0], array.offset, length))
    elif shape.values > 0:
        buffers.append(_slice(more[0], array.offset * shape.values, length * shape.values))
    else:
        below = [node for i, child in enumerate(field["children"]) for node in nodes_from(child, array.field(i))]
    return [Node(length, nulls, buffers), *below]


def array_to(field: Message, nodes: List[Node]) -> pa.Array:
    """An array of checked nodes."""
    array, below = nodes[0], list(nodes[1:])
    if field["format"] == "n":
        return pa.nulls(array.length)
    validity, *more = [pa.py_buffer(b) for b in array.buffers]
    buffers = [validity if array.nulls else None, *more]
    if field["dictionary"] is not None:
        indices = pa.Array.from_buffers(_TYPES[field["format"]], array.length, buffers, array.nulls)
        values = array_to(field["dictionary"], below)
        return pa.DictionaryArray.from_arrays(indices, values, ordered=field["dictionary_ordered"])
    children = []
    for child in field["children"]:
        count = sum(1 for _ in fields_of(child))
        children.append(array_to(child, below[:count]))
        below = below[count:]
    return pa.Array.from_buffers(type_of(field), array.length, buffers, array.nulls, children=children or None)
