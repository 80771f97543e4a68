"""The Merkle tree hash of RFC 6962, section 2.1 (SPEC section 7, Content signature)."""

from __future__ import annotations

from typing import Sequence

from .encoding import h


def root(entries: Sequence[bytes]) -> bytes:
    """MTH(D[n]): leaf prefix 0x00, node prefix 0x01, split at the largest power of two below n."""
    if not entries:
        return h(b"")
    if len(entries) == 1:
        return h(b"\x00" + entries[0])
    split = 1 << ((len(entries) - 1).bit_length() - 1)
    return h(b"\x01" + root(entries[:split]) + root(entries[split:]))
