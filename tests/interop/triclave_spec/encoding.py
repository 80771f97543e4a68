"""Encodings of SPEC section 1: LP, M, H, fixed-width integers, names and scalars."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import List, Union

from .errors import FORGED, MALFORMED, SpecError, require

# The order of the ristretto255 group (SPEC section 1, RFC 9496).
ORDER = 2**252 + 27742317777372353535851937790883648493

_STRICT_NAME = re.compile(rb"[a-z0-9._-]{1,64}")


def u8(value: int) -> bytes:
    """One byte (ENC-02)."""
    return value.to_bytes(1, "big")


def u16(value: int) -> bytes:
    """Two bytes, big-endian (ENC-02)."""
    return value.to_bytes(2, "big")


def u32(value: int) -> bytes:
    """Four bytes, big-endian (ENC-02)."""
    #= SPEC ENC-02
    return value.to_bytes(4, "big")


def u64(value: int) -> bytes:
    """Eight bytes, big-endian (ENC-02)."""
    return value.to_bytes(8, "big")


def lp(field: bytes) -> bytes:
    """LP(x): u32 length, then x."""
    return u32(len(field)) + field


def m(*fields: Union[bytes, str]) -> bytes:
    """M(a, b, ..): each field behind its length; text stands for its bytes."""
    #= SPEC ENC-01
    return b"".join(lp(f.encode() if isinstance(f, str) else f) for f in fields)


def read_m(data: bytes, count: int, what: str) -> List[bytes]:
    """The fields of an M(..) that must have so many; -1: any number."""
    fields, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at:at + 4], "big")
        require(len(data) - at - 4 >= length, MALFORMED, f"{what} is cut short")
        fields.append(data[at + 4:at + 4 + length])
        at += 4 + length
    require(count in (-1, len(fields)), MALFORMED, f"{what} has {len(fields)} fields")
    return fields


def sized(field: bytes, length: int, what: str) -> bytes:
    """A field of exactly this length."""
    require(len(field) == length, MALFORMED, f"{what} has {len(field)} bytes instead of {length}")
    return field


def text(field: bytes, what: str) -> str:
    """A field of text."""
    try:
        return field.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise SpecError(MALFORMED, f"{what} is not UTF-8") from None


def base64_bytes(value: str, what: str) -> bytes:
    """Base64 as RFC 4648 writes it: padded, no stray bits (section 3)."""
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError:
        raise SpecError(MALFORMED, f"{what} is not base64") from None
    require(base64.b64encode(data).decode() == value, MALFORMED, f"{what} is not in base64's one spelling")
    return data


def h(data: bytes) -> bytes:
    """H(x) = SHA-256(x)."""
    return hashlib.sha256(data).digest()


def check_strict_name(name: str, what: str) -> None:
    """Names of datasets and compartments."""
    #= SPEC ENC-03
    require(_STRICT_NAME.fullmatch(name.encode()) is not None, MALFORMED, f"{what} is not a name: {name!r}")


def check_free_name(name: str, most: int, what: str, may_be_empty: bool = False) -> None:
    """Other names: UTF-8 without control characters, limited in bytes."""
    #= SPEC ENC-04
    require(not any(ord(c) < 0x20 or ord(c) == 0x7F for c in name), MALFORMED, f"{what} has a control character")
    require(len(name.encode()) <= most, MALFORMED, f"{what} is too long")
    require(may_be_empty or name != "", MALFORMED, f"{what} is empty")


def scalar_to_bytes(value: int) -> bytes:
    """A scalar as 32 bytes, little-endian."""
    return value.to_bytes(32, "little")


def share_from_bytes(data: bytes) -> int:
    """Reads an unmasked share."""
    value = int.from_bytes(data, "little")
    #= SPEC ENC-05
    require(len(data) == 32 and 0 < value < ORDER, FORGED, "a share is zero or not below the group's order")
    return value
