"""Masks, masked shares and their commitments (SPEC section 6, Masks)."""

from __future__ import annotations

import hmac
import os
from typing import Dict, Tuple

from . import hpke, xwing
from .encoding import h, m, u32
from .errors import FORGED, require
from .kdf import Random



def wrap_info(capsule_id: bytes, generation: int, key_id: bytes) -> bytes:
    """The info of a recipient's HPKE set-up in a wrap."""
    return h(m("triclave/v1/wrap", capsule_id, u32(generation), key_id))


class Place:
    """Where a share stands: what binds its mask and its commitment."""

    def __init__(self, capsule_id: bytes, generation: int, dataset: str, compartment: str, path: bytes,
                 policy: bytes) -> None:
        self._share = (capsule_id, u32(generation), compartment.encode(), path)
        self.mask_context = h(m("triclave/v1/mask", dataset, compartment, path, h(policy)))

    def commitment(self, rho: bytes, share: bytes) -> bytes:
        """com."""
        return h(m("triclave/v1/share", *self._share, rho, share))

    def mask(self, context: hpke.Context, share: bytes) -> Tuple[bytes, bytes]:
        """E and com of a share."""
        exported = context.export(self.mask_context, 64)
        return _xor(share, exported[:32]), self.commitment(exported[32:], share)

    def unmask(self, context: hpke.Context, masked: bytes, commitment: bytes) -> bytes:
        """The share behind E, or a refusal where com differs."""
        exported = context.export(self.mask_context, 64)
        share = _xor(masked, exported[:32])
        #= SPEC CAP-11
        require(hmac.compare_digest(self.commitment(exported[32:], share), commitment), FORGED,
                "a share does not fit its commitment")
        return share


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b))


def set_up(publics: Dict[bytes, bytes], capsule_id: bytes, generation: int,
           random: Random = os.urandom) -> Dict[bytes, Tuple[bytes, hpke.Context]]:
    """One fresh set-up for each recipient of a wrap, by key id."""
    out = {}
    for key_id, public in publics.items():
        xwing.check_key_id(public, key_id)
        #= SPEC CAP-10
        out[key_id] = hpke.setup_base_s(public, wrap_info(capsule_id, generation, key_id), random)
    return out
