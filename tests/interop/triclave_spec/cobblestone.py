"""Cobblestone-256: C2SP chunked-encryption with SHA-512 and AES-256-GCM (SPEC section 7, Streams)."""

from __future__ import annotations

import hmac
import os
from typing import Iterator, List, Tuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import FORGED, INVALID_ARGUMENT, MALFORMED, SpecError, require
from .kdf import Random, expand

CHUNK = 16_384
TAG = 16
SALT = 24
PREFIX = SALT + 32
_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"
_MAX_CHUNKS = 1 << 38


def derive(input_key: bytes, salt: bytes, context: bytes) -> Tuple[bytes, bytes, bytes]:
    """key, base nonce and commitment of a message."""
    require(len(input_key) == 32, INVALID_ARGUMENT, "the input key does not have 32 bytes")
    okm = expand("sha512", input_key, _LABEL + salt + context, 32 + 12 + 32)
    return okm[:32], okm[32:44], okm[44:]


def _nonce(base: bytes, index: int) -> bytes:
    assert index < _MAX_CHUNKS
    return (int.from_bytes(base, "big") ^ index).to_bytes(12, "big")


def encrypt(input_key: bytes, context: bytes, plaintext: bytes, random: Random = os.urandom) -> bytes:
    """salt || commitment || encrypted chunks; the last chunk is short, and empty where need be."""
    #= SPEC OBJ-04
    salt = random(SALT)
    key, base, commitment = derive(input_key, salt, context)
    aead = AESGCM(key)
    out = [salt, commitment]
    for index in range(len(plaintext) // CHUNK + 1):
        out.append(aead.encrypt(_nonce(base, index), plaintext[index * CHUNK:(index + 1) * CHUNK], None))
    return b"".join(out)


def plaintext_length(message_length: int) -> int:
    """The length of the plaintext of a message of this length; refuses a length that no plaintext has."""
    full, last = divmod(message_length - PREFIX, CHUNK + TAG)
    #= SPEC OBJ-06
    require(message_length >= PREFIX + TAG and last >= TAG, MALFORMED, "no plaintext has a stream of this length")
    return full * CHUNK + last - TAG


def entries(message: bytes) -> List[bytes]:
    """salt || commitment, then each encrypted chunk: what the content signature's tree stands over."""
    step = CHUNK + TAG
    return [message[:PREFIX]] + [message[at:at + step] for at in range(PREFIX, len(message), step)]


class Reader:
    """Random access to one message."""

    def __init__(self, input_key: bytes, context: bytes, message: bytes) -> None:
        self._message = message
        self._claimed = plaintext_length(len(message))
        key, self._base, commitment = derive(input_key, message[:SALT], context)
        #= SPEC OBJ-05
        require(hmac.compare_digest(commitment, message[SALT:PREFIX]), FORGED, "the commitment does not fit the key")
        self._aead = AESGCM(key)
        self._last = self._claimed // CHUNK
        self._length_known = False

    def chunk(self, index: int) -> bytes:
        """One chunk's plaintext, after its tag verified."""
        at = PREFIX + index * (CHUNK + TAG)
        sealed = self._message[at:at + CHUNK + TAG]
        try:
            plaintext = self._aead.decrypt(_nonce(self._base, index), sealed, None)
        except InvalidTag:
            raise SpecError(FORGED, f"chunk {index} does not verify") from None
        if index == self._last:
            self._length_known = True
        return plaintext

    def length(self) -> int:
        """The plaintext's length, with the last chunk authenticated."""
        if not self._length_known:
            #= SPEC OBJ-07
            self.chunk(self._last)
        return self._claimed

    def chunks(self) -> Iterator[bytes]:
        """All plaintext, chunk by chunk."""
        return (self.chunk(i) for i in range(self._last + 1))

    def read(self, offset: int, length: int) -> bytes:
        """A range from an offset; one that reaches behind the end is cut there, and the end authenticated."""
        require(offset >= 0 and length >= 0, INVALID_ARGUMENT, "a range is negative")
        if offset + length > self._claimed:
            end = min(offset + length, self.length())
        else:
            end = offset + length
        out = [self.chunk(i) for i in range(offset // CHUNK, -(-end // CHUNK))]
        return b"".join(out)[offset % CHUNK:][:max(0, end - offset)]

    def read_suffix(self, length: int) -> bytes:
        """The last bytes."""
        whole = self.length()
        return self.read(max(0, whole - length), min(length, whole))


def decrypt(input_key: bytes, context: bytes, message: bytes) -> bytes:
    """The whole plaintext, or a refusal."""
    return b"".join(Reader(input_key, context, message).chunks())
