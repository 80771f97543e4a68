"""HPKE's base mode, receiver and sender, and its exporter (RFC 9180), for KDF 0x0001 (SPEC section 6, Masks)."""

from __future__ import annotations

import os
from typing import Tuple

from . import xwing
from .encoding import h, m, u16
from .errors import FORGED, UNSUPPORTED, require
from .kdf import Random, expand, extract

KDF_HKDF_SHA256 = 0x0001
AEAD_EXPORT_ONLY = 0xFFFF


class Context:
    """The key schedule's exporter; nothing else of HPKE is used."""

    def __init__(self, kem: int, shared_secret: bytes, info: bytes, aead: int = AEAD_EXPORT_ONLY) -> None:
        self._suite = b"HPKE" + u16(kem) + u16(KDF_HKDF_SHA256) + u16(aead)
        psk_id_hash = self._labeled_extract(b"", b"psk_id_hash", b"")
        info_hash = self._labeled_extract(b"", b"info_hash", info)
        secret = self._labeled_extract(shared_secret, b"secret", b"")
        self.exporter_secret = self._labeled_expand(secret, b"exp", b"\x00" + psk_id_hash + info_hash, 32)

    def _labeled_extract(self, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return extract("sha256", salt, b"HPKE-v1" + self._suite + label + ikm)

    def _labeled_expand(self, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
        return expand("sha256", prk, u16(length) + b"HPKE-v1" + self._suite + label + info, length)

    def export(self, context: bytes, length: int) -> bytes:
        """Export(context, length)."""
        return self._labeled_expand(self.exporter_secret, b"sec", context, length)


def setup_base_s(public: bytes, info: bytes, random: Random = os.urandom) -> Tuple[bytes, Context]:
    """SetupBaseS: a fresh encapsulated key and the sender's context."""
    shared, enc = xwing.encapsulate(public, random)
    return enc, Context(xwing.KEM_ID, shared, info)


def setup_base_r(private: xwing.PrivateKey, kem: int, enc: bytes, info: bytes) -> Context:
    """SetupBaseR: the recipient's context."""
    require(kem == xwing.KEM_ID, UNSUPPORTED, f"KEM {kem:#06x} is not known")
    return Context(kem, private.decapsulate(enc), info)


def _possession_info(key_id: bytes) -> bytes:
    return h(m("triclave/v1/possession", key_id))


def possession_challenge(public: bytes, random: Random = os.urandom) -> Tuple[bytes, bytes]:
    """A registry's challenge to a recipient's key: what to send, and the answer to expect (SPEC section 3)."""
    enc, context = setup_base_s(public, _possession_info(xwing.key_id(xwing.KEM_ID, public)), random)
    return enc, context.export(b"", 32)


def possession_answer(private: xwing.PrivateKey, enc: bytes) -> bytes:
    """A recipient's answer to a registry's challenge."""
    return setup_base_r(private, xwing.KEM_ID, enc, _possession_info(private.id)).export(b"", 32)


def check_possession(expected: bytes, answer: bytes) -> None:
    """Compares an answer with what the challenge expects."""
    require(expected == answer, FORGED, "a recipient did not prove that it holds its key")
