"""HKDF (RFC 5869) over the standard library's HMAC."""

from __future__ import annotations

import hmac
from typing import Callable

Random = Callable[[int], bytes]


def extract(hash_name: str, salt: bytes, ikm: bytes) -> bytes:
    """HKDF-Extract; an empty salt stands for zeros, as HMAC pads it."""
    return hmac.digest(salt, ikm, hash_name)


def expand(hash_name: str, prk: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand."""
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([counter]), hash_name)
        out += block
        counter += 1
    return out[:length]


def hkdf(hash_name: str, ikm: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF: extract, then expand."""
    return expand(hash_name, extract(hash_name, salt, ikm), info, length)
