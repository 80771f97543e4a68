"""Hybrid signatures Ed25519 || ML-DSA-65 (SPEC section 3)."""

from __future__ import annotations

from functools import lru_cache
from typing import Tuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

from .encoding import h, m
from .errors import FORGED, INVALID_ARGUMENT, MALFORMED, SpecError, require

PUBLIC, SIGNATURE, SEED = 32 + 1_952, 64 + 3_309, 64

CORE, WRAP, OBJECT, POSSESSION = "core", "wrap", "object", "possession"
ERASURE = "erasure"
PERMIT, REVOCATION, REQUEST = "permit", "revocation", "request"


def signer_id(public: bytes) -> bytes:
    """The id of a signer's public key (KEY-01)."""
    require(len(public) == PUBLIC, MALFORMED, "a signer's public key has 1984 bytes")
    return h(m("triclave/v1/signer", public[:32], public[32:]))


def _input(role: str, signer: bytes, x: bytes) -> bytes:
    return m("triclave/v1/sig", role, signer, x)


class Signer:
    """A signer's private keys, from Ed25519 seed || ML-DSA seed."""

    def __init__(self, seed: bytes) -> None:
        require(len(seed) == SEED, INVALID_ARGUMENT, "a signer's seeds have 64 bytes")
        self.seed = seed
        self._ed = Ed25519PrivateKey.from_private_bytes(seed[:32])
        self._ml = MLDSA65PrivateKey.from_seed_bytes(seed[32:])
        self.public = self._ed.public_key().public_bytes_raw() + self._ml.public_key().public_bytes_raw()
        self.id = signer_id(self.public)

    def sign(self, role: str, x: bytes) -> bytes:
        """Sig(role, x)."""
        data = _input(role, self.id, x)
        return self._ed.sign(data) + self._ml.sign(data)


@lru_cache(maxsize=64)
def _load(public: bytes) -> Tuple[Ed25519PublicKey, MLDSA65PublicKey]:
    return Ed25519PublicKey.from_public_bytes(public[:32]), MLDSA65PublicKey.from_public_bytes(public[32:])


def verify(public: bytes, role: str, x: bytes, signature: bytes) -> None:
    """Refuses a signature unless both halves verify."""
    require(len(signature) == SIGNATURE, MALFORMED, "a signature has 3373 bytes")
    data = _input(role, signer_id(public), x)
    try:
        #= SPEC SIG-01
        ed, ml = _load(public)
        ed.verify(signature[:64], data)
        ml.verify(signature[64:], data)
    except (InvalidSignature, ValueError):
        raise SpecError(FORGED, f"the signature with role {role} does not verify") from None
