"""Compressed column chunks: u64 size || one Zstandard frame (SPEC section 10, RFC 8878)."""

from __future__ import annotations

import pyarrow

from . import record
from .encoding import u64
from .errors import MALFORMED, SpecError, require

NONE, ZSTD = 0, 1
_MAGIC = bytes.fromhex("28b52ffd")
_RAW, _RLE, _COMPRESSED = 0, 1, 2


def compress(plaintext: bytes) -> bytes:
    """What a compressed column's message holds."""
    return u64(len(plaintext)) + pyarrow.Codec("zstd").compress(plaintext, asbytes=True)


def frame_length(data: bytes) -> int:
    """The length of the frame that the data begin with (RFC 8878, section 3.1.1): the codec would take several."""
    require(data[:4] == _MAGIC and len(data) >= 5, MALFORMED, "this is not a Zstandard frame")
    descriptor = data[4]
    single = descriptor >> 5 & 1
    content_size = (single, 2, 4, 8)[descriptor >> 6]
    at = 5 + (1 - single) + (0, 1, 2, 4)[descriptor & 3] + content_size
    last = False
    while not last:
        require(at + 3 <= len(data), MALFORMED, "a Zstandard frame is cut short")
        block = int.from_bytes(data[at:at + 3], "little")
        last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
        require(kind in (_RAW, _RLE, _COMPRESSED), MALFORMED, "a Zstandard block of a reserved kind")
        at += 3 + (1 if kind == _RLE else size)
    at += 4 * (descriptor >> 2 & 1)
    require(at <= len(data), MALFORMED, "a Zstandard frame is cut short")
    return at


def decompress(content: bytes) -> bytes:
    """The plaintext, of exactly the size that is claimed."""
    require(len(content) >= 8, MALFORMED, "a compressed chunk has no size")
    size, frame = int.from_bytes(content[:8], "big"), content[8:]
    #= SPEC TAB-15
    record.limit(size, 0, record.MAX_CHUNK, "bytes of a chunk before compression")
    require(frame_length(frame) == len(frame), MALFORMED, "bytes stand behind a Zstandard frame")
    try:
        return pyarrow.Codec("zstd").decompress(frame, decompressed_size=size, asbytes=True)
    except OSError:
        raise SpecError(MALFORMED, "a Zstandard frame does not give what it claims") from None
