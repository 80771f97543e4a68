"""Opening a compartment of a verified capsule (SPEC section 8, steps 3 to 5)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Sequence

from . import hpke, masks, xwing
from . import policy as wire
from .capsule import Capsule
from .encoding import m, scalar_to_bytes, share_from_bytes
from .errors import FORGED, INVALID_ARGUMENT, QUORUM_SHORT, SpecError, require
from .kdf import hkdf

# The highest generation seen: capsule id and compartment -> generation.
Memory = Dict[tuple, int]


@dataclass(frozen=True)
class Opened:
    """What an opening gives: the secret (for a rewrap), K_c, and the recipients whose shares were refused."""

    secret: int
    data_key: bytes
    refused: List[bytes]


def derive(secret: int, salt: bytes, producer: bytes, dataset: str, compartment: str) -> tuple:
    """K_c and check_c (SPEC section 6, Data keys)."""
    okm = hkdf("sha512", scalar_to_bytes(secret), salt, m("triclave/v1/data-key", producer, dataset, compartment), 64)
    return okm[:32], okm[32:]


def open_compartment(capsule: Capsule, compartment: str, identities: Sequence[xwing.PrivateKey],
                     memory: Optional[Memory] = None, ask_all: bool = True) -> Opened:
    """Asks the identities (all, or only until the tree is satisfied), combines, derives and compares."""
    core = capsule.core
    require(compartment in core.checks, INVALID_ARGUMENT, f"the capsule has no compartment {compartment!r}")
    wrap = capsule.current(compartment)
    _check_memory(core.id, compartment, wrap.generation, memory)
    mine: Mapping[bytes, xwing.PrivateKey] = {i.id: i for i in identities}
    held = wrap.compartments[compartment]
    contexts: Dict[bytes, hpke.Context] = {}
    known: Dict[bytes, int] = {}
    refused: List[bytes] = []
    for path, leaf, masked, commitment in held.leaves:
        if leaf.key_id not in mine or (not ask_all and wire.satisfied(held.policy.tree, known)):
            continue
        if leaf.key_id not in contexts:
            kem, enc = wrap.recipients[leaf.key_id]
            info = masks.wrap_info(core.id, wrap.generation, leaf.key_id)
            contexts[leaf.key_id] = hpke.setup_base_r(mine[leaf.key_id], kem, enc, info)
        place = masks.Place(core.id, wrap.generation, core.dataset, compartment, path, held.policy_bytes)
        try:
            share = place.unmask(contexts[leaf.key_id], masked, commitment)
        except SpecError:
            refused.append(leaf.key_id)
            continue
        # com held, so these are the bytes that the producer dealt: a bad scalar is its wrong, not the recipient's.
        known[path] = share_from_bytes(share)
    secret = wire.combine(held.policy.tree, known)
    if secret is None:
        wrong = ", ".join(r.hex() for r in refused)
        raise SpecError(QUORUM_SHORT, f"too few shares{'; wrong ones of ' + wrong if wrong else ''}", refused)
    data_key, check = derive(secret, core.salt, core.producer, core.dataset, compartment)
    #= SPEC CAP-04
    require(hmac.compare_digest(check, core.checks[compartment]), FORGED, "the combined secret does not fit the core")
    if memory is not None:
        memory[core.id, compartment] = wrap.generation
    return Opened(secret, data_key, refused)


def _check_memory(capsule_id: bytes, compartment: str, generation: int, memory: Optional[Memory]) -> None:
    seen = (memory or {}).get((capsule_id, compartment), 0)
    #= SPEC CAP-12
    require(generation >= seen, FORGED, f"generation {generation} is older than {seen}, which was seen before")
