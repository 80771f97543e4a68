"""HPKE's base mode (RFC 9180) for KDF 0x0001: its exporter (SPEC section 6, Masks) and one message (section 13, Answer)."""

from __future__ import annotations

import os
from typing import Tuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import xwing
from .encoding import h, m, u16
from .errors import FORGED, UNSUPPORTED, SpecError, require
from .kdf import Random, expand, extract

KDF_HKDF_SHA256 = 0x0001
AEAD_AES_256_GCM = 0x0002
AEAD_EXPORT_ONLY = 0xFFFF


class Context:
    """The key schedule, with the exporter and, for AES-256-GCM, the one message that there is."""

    def __init__(self, kem: int, shared_secret: bytes, info: bytes, aead: int = AEAD_EXPORT_ONLY) -> None:
        self._suite = b"HPKE" + u16(kem) + u16(KDF_HKDF_SHA256) + u16(aead)
        psk_id_hash = self._labeled_extract(b"", b"psk_id_hash", b"")
        info_hash = self._labeled_extract(b"", b"info_hash", info)
        secret = self._labeled_extract(shared_secret, b"secret", b"")
        schedule = b"\x00" + psk_id_hash + info_hash
        self.exporter_secret = self._labeled_expand(secret, b"exp", schedule, 32)
        if aead == AEAD_AES_256_GCM:
            self._aead = AESGCM(self._labeled_expand(secret, b"key", schedule, 32))
            self._nonce = self._labeled_expand(secret, b"base_nonce", schedule, 12)

    def _labeled_extract(self, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return extract("sha256", salt, b"HPKE-v1" + self._suite + label + ikm)

    def _labeled_expand(self, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
        return expand("sha256", prk, u16(length) + b"HPKE-v1" + self._suite + label + info, length)

    def export(self, context: bytes, length: int) -> bytes:
        """Export(context, length)."""
        return self._labeled_expand(self.exporter_secret, b"sec", context, length)

    def seal(self, plaintext: bytes, aad: bytes = b"") -> bytes:
        """The first message, whose nonce is the base nonce."""
        return self._aead.encrypt(self._nonce, plaintext, aad)

    def open(self, ciphertext: bytes, aad: bytes = b"") -> bytes:
        """The same back."""
        try:
            return self._aead.decrypt(self._nonce, ciphertext, aad)
        except InvalidTag:
            raise SpecError(FORGED, "a sealed message does not open") from None


def setup_base_s(public: bytes, info: bytes, random: Random = os.urandom,
                 aead: int = AEAD_EXPORT_ONLY) -> Tuple[bytes, Context]:
    """SetupBaseS: a fresh encapsulated key and the sender's context."""
    shared, enc = xwing.encapsulate(public, random)
    return enc, Context(xwing.KEM_ID, shared, info, aead)


def setup_base_r(private: xwing.PrivateKey, kem: int, enc: bytes, info: bytes,
                 aead: int = AEAD_EXPORT_ONLY) -> Context:
    """SetupBaseR: the recipient's context."""
    require(kem == xwing.KEM_ID, UNSUPPORTED, f"KEM {kem:#06x} is not known")
    return Context(kem, private.decapsulate(enc), info, aead)


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
