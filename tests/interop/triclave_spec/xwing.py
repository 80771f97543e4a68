"""X-Wing (draft-connolly-cfrg-xwing-kem) over ML-KEM-768 and X25519 (SPEC section 3)."""

from __future__ import annotations

import hashlib
import os
from typing import Tuple

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from .encoding import h, m, u16
from .errors import FORGED, INVALID_ARGUMENT, MALFORMED, UNSUPPORTED, require
from .kdf import Random, hkdf

KEM_ID = 0x647A
PUBLIC, ENC, SEED = 1_216, 1_120, 32
_MLKEM_PUBLIC, _MLKEM_CT = 1_184, 1_088
_Q = 3_329
_LABEL = bytes.fromhex("5c2e2f2f5e5c")  # the draft's picture of an X-wing


def check_public(public: bytes) -> None:
    """Length, and FIPS 203's modulus check: every coefficient of the encoded vector is below q."""
    #= SPEC KEY-02
    require(len(public) == PUBLIC, MALFORMED, "an X-Wing public key has 1216 bytes")
    for at in range(0, 3 * 384, 3):
        a, b, c = public[at:at + 3]
        require((a | (b & 15) << 8) < _Q and (b >> 4 | c << 4) < _Q, MALFORMED, "an ML-KEM key is out of range")


def key_id(kem: int, public: bytes) -> bytes:
    """The id of a recipient's public key (KEY-01)."""
    require(kem == KEM_ID, UNSUPPORTED, f"KEM {kem:#06x} is not known")
    check_public(public)
    #= SPEC KEY-01
    return h(m("triclave/v1/key", u16(kem), public))


def check_key_id(public: bytes, claimed: bytes) -> None:
    """Whoever receives a public key recomputes its id."""
    require(key_id(KEM_ID, public) == claimed, FORGED, "a key id does not belong to its public key")


def own_key_seed(key: bytes) -> bytes:
    """The seed behind an owner's own 32 bytes."""
    #= SPEC KEY-03
    require(len(key) == 32 and len(set(key)) > 1, INVALID_ARGUMENT, "an own key has 32 bytes, not all alike")
    return hkdf("sha512", key, b"", m("triclave/v1/own-key"), SEED)


def _x25519(private: X25519PrivateKey, public: bytes) -> bytes:
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:  # a point of small order: X-Wing takes the zero as it is
        return bytes(32)


def _combine(ss_m: bytes, ss_x: bytes, ct_x: bytes, pk_x: bytes) -> bytes:
    return hashlib.sha3_256(ss_m + ss_x + ct_x + pk_x + _LABEL).digest()


class PrivateKey:
    """A private key, expanded from its seed."""

    def __init__(self, seed: bytes) -> None:
        require(len(seed) == SEED, INVALID_ARGUMENT, "an X-Wing seed has 32 bytes")
        self.seed = seed
        expanded = hashlib.shake_256(seed).digest(96)
        self._mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self._x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._x_public = self._x25519.public_key().public_bytes_raw()
        self.public = self._mlkem.public_key().public_bytes_raw() + self._x_public
        self.id = key_id(KEM_ID, self.public)

    def decapsulate(self, enc: bytes) -> bytes:
        """The shared secret behind an encapsulated key."""
        require(len(enc) == ENC, MALFORMED, "an X-Wing enc has 1120 bytes")
        ct_x = enc[_MLKEM_CT:]
        ss_m = self._mlkem.decapsulate(enc[:_MLKEM_CT])
        return _combine(ss_m, _x25519(self._x25519, ct_x), ct_x, self._x_public)


def encapsulate(public: bytes, random: Random = os.urandom) -> Tuple[bytes, bytes]:
    """Shared secret and encapsulated key. ML-KEM's coins come from the library and cannot be chosen here."""
    check_public(public)
    ss_m, ct_m = MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]).encapsulate()
    ephemeral = X25519PrivateKey.from_private_bytes(random(32))
    ct_x, pk_x = ephemeral.public_key().public_bytes_raw(), public[_MLKEM_PUBLIC:]
    return _combine(ss_m, _x25519(ephemeral, pk_x), ct_x, pk_x), ct_m + ct_x
