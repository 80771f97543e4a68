"""The strict Protocol Buffers encoding of SPEC section 1: one spelling for each message.

Messages are dictionaries from field name to value; a missing message is None, a missing scalar its default.
"""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from .errors import MALFORMED, SpecError, require
from .messages import SCALARS, SCHEMA, Field

Message = Dict[str, Any]

MAX_FIELDS = 65_536
MAX_FIELDS_OF = {"TableFooter": 1_048_576}
MAX_DEPTH = 24

_DEFAULTS: Dict[str, Any] = {"uint32": 0, "uint64": 0, "bool": False, "bytes": b"", "string": ""}
_RANGES = {"uint32": 1 << 32, "uint64": 1 << 64, "bool": 2}


def write_varint(value: int) -> bytes:
    """The shortest varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(0x80 | (value & 0x7F))
        value >>= 7
    out.append(value)
    return bytes(out)


def write_field(number: int, value: Any, kind: str) -> bytes:
    """One field with its tag, whatever the value."""
    if kind in _RANGES:
        return write_varint(number << 3) + write_varint(int(value))
    body = value if kind == "bytes" else value.encode() if kind == "string" else encode(kind, value)
    return write_varint(number << 3 | 2) + write_varint(len(body)) + body


def encode(name: str, message: Message) -> bytes:
    """Writes a message: ascending fields, no defaults."""
    out = bytearray()
    known = SCHEMA[name]
    assert set(message) <= {f.name for f in known.values()}, (name, set(message))
    for number in sorted(known):
        field = known[number]
        value = message.get(field.name)
        if field.repeated:
            for element in value or []:
                out += write_field(number, element, field.type)
        elif field.type in SCALARS:
            if value:
                out += write_field(number, value, field.type)
        elif value is not None:
            out += write_field(number, value, field.type)
    return bytes(out)


def read_varint(data: bytes, at: int) -> Tuple[int, int]:
    """Reads one varint; gives the value and the place behind it."""
    value = 0
    for count in range(10):
        require(at < len(data), MALFORMED, "a varint is cut short")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            #= SPEC PB-04
            require(count == 0 or byte != 0, MALFORMED, "a varint is longer than needed")
            require(value < 1 << 64, MALFORMED, "a varint exceeds 64 bits")
            return value, at
    raise SpecError(MALFORMED, "a varint exceeds 64 bits")


def empty(name: str) -> Message:
    """A message with every field at its default."""
    return {
        f.name: [] if f.repeated else _DEFAULTS.get(f.type) for f in SCHEMA[name].values()
    }


def decode(name: str, data: bytes) -> Message:
    """Reads a message and refuses every spelling but the one that `encode` writes."""
    return _decode(name, data, 1, [MAX_FIELDS_OF.get(name, MAX_FIELDS)])


def _decode(name: str, data: bytes, depth: int, left: List[int]) -> Message:
    #= SPEC PB-08
    require(depth <= MAX_DEPTH, MALFORMED, "messages are nested too deep")
    message = empty(name)
    oneofs: set = set()
    last = at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        left[0] -= 1
        require(left[0] >= 0, MALFORMED, "a message has too many fields")
        #= SPEC PB-05
        require(number in SCHEMA[name], MALFORMED, f"unknown field {number} in {name}")
        field = SCHEMA[name][number]
        #= SPEC PB-01
        require(number >= last, MALFORMED, f"field {field.name} stands out of order")
        #= SPEC PB-02
        require(number != last or field.repeated, MALFORMED, f"field {field.name} stands twice")
        require(not field.oneof or field.oneof not in oneofs, MALFORMED, f"two members of {field.oneof}")
        oneofs.add(field.oneof)
        last = number
        value, at = _read_value(field, wire, data, at, depth, left)
        if field.repeated:
            message[field.name].append(value)
        else:
            message[field.name] = value
    return message


def _read_value(field: Field, wire: int, data: bytes, at: int, depth: int, left: List[int]) -> Tuple[Any, int]:
    numeric = field.type in _RANGES
    #= SPEC PB-06
    require(wire == (0 if numeric else 2), MALFORMED, f"field {field.name} has the wrong wire type")
    number, at = read_varint(data, at)
    if numeric:
        require(number < _RANGES[field.type], MALFORMED, f"field {field.name} is out of range")
        require(number != 0 or field.repeated, MALFORMED, f"field {field.name} spells out its default")
        return (bool(number) if field.type == "bool" else number), at
    require(number <= len(data) - at, MALFORMED, f"field {field.name} is cut short")
    #= SPEC PB-03
    require(number != 0 or field.repeated, MALFORMED, f"field {field.name} spells out its default")
    body, at = data[at:at + number], at + number
    if field.type == "bytes":
        return body, at
    if field.type == "string":
        try:
            #= SPEC PB-07
            return body.decode("utf-8", "strict"), at
        except UnicodeDecodeError:
            raise SpecError(MALFORMED, f"field {field.name} is not UTF-8") from None
    return _decode(field.type, body, depth + 1, left), at
