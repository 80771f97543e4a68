"""Sealed cells: single values in batches with one key (SPEC section 11)."""

from __future__ import annotations

import hmac
import os
from typing import List, Sequence, Tuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import record
from .encoding import check_free_name, m, u32
from .errors import FORGED, INVALID_ARGUMENT, MALFORMED, SpecError, require
from .kdf import Random, hkdf

SALT, TAG, NUMBER = 24, 16, 4
PREFIX = record.PREAMBLE + 32 + SALT + 32
MAX_VALUE = record.MIB


class Place:
    """Where a batch's cells stand: the capsule in hand, and what the caller knows of the column."""

    def __init__(self, capsule_id: bytes, dataset: str, compartment: str, column: str) -> None:
        check_free_name(column, 1024, "a column's name", may_be_empty=True)
        self.capsule_id = capsule_id
        self._info = m("triclave/v1/cells", capsule_id, dataset, compartment, column)

    def derive(self, data_key: bytes, salt: bytes) -> Tuple[bytes, bytes]:
        """key and commitment."""
        okm = hkdf("sha512", data_key, salt, self._info, 64)
        return okm[:32], okm[32:]


def _nonce(number: int) -> bytes:
    return bytes(8) + u32(number)


def seal(place: Place, data_key: bytes, values: Sequence[bytes],
         random: Random = os.urandom) -> Tuple[bytes, List[bytes]]:
    """A batch: the prefix, and a cell for each value."""
    #= SPEC CEL-01
    salt = random(SALT)
    key, commitment = place.derive(data_key, salt)
    aead = AESGCM(key)
    for value in values:
        require(len(value) <= MAX_VALUE, INVALID_ARGUMENT, "a value has more than 1 MiB")
    prefix = record.preamble(record.CELLS) + place.capsule_id + salt + commitment
    return prefix, [u32(i) + aead.encrypt(_nonce(i), bytes(value), None) for i, value in enumerate(values)]


def capsule_of(prefix: bytes) -> bytes:
    """The id of the capsule that a batch names; nothing is verified."""
    record.check_preamble(prefix, record.CELLS)
    require(len(prefix) == PREFIX, MALFORMED, "a batch's prefix does not have 100 bytes")
    return prefix[12:44]


class Reader:
    """Opens the cells of one batch."""

    def __init__(self, place: Place, data_key: bytes, prefix: bytes) -> None:
        require(capsule_of(prefix) == place.capsule_id, FORGED, "the cells belong to another capsule")
        key, commitment = place.derive(data_key, prefix[44:44 + SALT])
        #= SPEC CEL-02
        require(hmac.compare_digest(commitment, prefix[44 + SALT:]), FORGED, "the commitment does not fit the key")
        self._aead = AESGCM(key)

    def open(self, cell: bytes) -> bytes:
        """A cell's value, after its tag verified."""
        require(len(cell) >= NUMBER + TAG, MALFORMED, "a cell is cut short")
        record.limit(len(cell) - NUMBER - TAG, 0, MAX_VALUE, "bytes of a cell's value")
        try:
            return self._aead.decrypt(_nonce(int.from_bytes(cell[:NUMBER], "big")), cell[NUMBER:], None)
        except InvalidTag:
            raise SpecError(FORGED, "a cell does not verify") from None
