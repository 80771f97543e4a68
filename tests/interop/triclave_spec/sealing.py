"""Building a capsule, and rewrapping one (SPEC section 6)."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from . import capsule as reading
from . import masks, opening, protobuf, rules, shamir, xwing
from . import policy as wire
from .encoding import check_strict_name, h, m
from .errors import INVALID_ARGUMENT, require
from .kdf import Random
from .signatures import CORE, WRAP, Signer

# Deals a secret to a tree's leaves; tests put wrong dealers here.
Dealer = Callable[[wire.Node, int, Random], List[bytes]]
Publics = Mapping[bytes, bytes]


@dataclass(frozen=True)
class Built:
    """A new capsule: its record, and what only the sealer knows."""

    record: bytes
    core: bytes
    data_keys: Dict[str, bytes]
    secrets: Dict[str, int]


def build_core(producer: bytes, owner: bytes, dataset: str, secrets: Mapping[str, int], salt: bytes,
               suite: int = reading.SUITE) -> Tuple[bytes, Dict[str, bytes]]:
    """A Core's bytes and each compartment's K_c."""
    derived = {c: opening.derive(s, salt, producer, dataset, c) for c, s in secrets.items()}
    core = protobuf.encode("Core", {
        "suite": suite, "salt": salt, "producer": producer, "owner": owner, "dataset": dataset,
        "compartments": [{"name": c, "check": check} for c, (_, check) in derived.items()],
    })
    return core, {c: key for c, (key, _) in derived.items()}


def wrap_message(capsule_id: bytes, generation: int, dataset: str, secrets: Mapping[str, int],
                 policies: Mapping[str, bytes], publics: Publics, former: Sequence[bytes] = (),
                 random: Random = os.urandom, dealer: Dealer = wire.split) -> protobuf.Message:
    """A Wrap as a message: each secret split afresh under its policy."""
    trees = {c: wire.decode(p).tree for c, p in policies.items()}
    used = {leaf.key_id for tree in trees.values() for _, leaf in wire.leaves(tree)}
    require(used <= set(publics), INVALID_ARGUMENT, "a policy names a key that is not at hand")
    contexts = masks.set_up({k: publics[k] for k in sorted(used)}, capsule_id, generation, random)
    compartments = []
    for name, tree in trees.items():
        leaves = []
        for (path, leaf), share in zip(wire.leaves(tree), dealer(tree, secrets[name], random)):
            place = masks.Place(capsule_id, generation, dataset, name, path, policies[name])
            masked, commitment = place.mask(contexts[leaf.key_id][1], share)
            leaves.append({"masked_share": masked, "commitment": commitment})
        compartments.append({"name": name, "policy": policies[name], "leaves": leaves})
    return {
        "capsule_id": capsule_id, "generation": generation,
        "recipients": [{"key_id": k, "kem": xwing.KEM_ID, "enc": contexts[k][0]} for k in sorted(used)],
        "compartments": compartments, "former": sorted(former),
    }


def _judge(policies: Mapping[str, wire.Policy], registry: Optional[Mapping[bytes, rules.Facts]],
           now: Optional[int]) -> Dict[str, bytes]:
    for name, policy in policies.items():
        check_strict_name(name, "a compartment")
        wire.check(policy)
        rules.judge(policy, int(time.time()) if now is None else now, registry)
    return {name: wire.encode(policy) for name, policy in policies.items()}


def build(producer: Signer, owner: bytes, dataset: str, policies: Mapping[str, wire.Policy], publics: Publics,
          registry: Optional[Mapping[bytes, rules.Facts]] = None, now: Optional[int] = None,
          random: Random = os.urandom, dealer: Dealer = wire.split) -> Built:
    """A new capsule of generation 0; `owner` is a signer id."""
    check_strict_name(dataset, "the dataset")
    encoded = _judge(policies, registry, now)
    secrets = {name: shamir.random_secret(random) for name in policies}
    core, data_keys = build_core(producer.id, owner, dataset, secrets, random(32))
    wrap = protobuf.encode("Wrap", wrap_message(h(m("triclave/v1/core", core)), 0, dataset, secrets, encoded, publics,
                                                random=random, dealer=dealer))
    record = reading.encode(core, producer.sign(CORE, core), [(wrap, producer.sign(WRAP, wrap))])
    return Built(record, core, data_keys, secrets)


def former_keys(capsule: reading.Capsule, owner_keys: Sequence[bytes]) -> set:
    """Keys of recipients other than the owner's that earlier generations used, as far as the capsule tells."""
    told = {k for w in capsule.wraps for k in list(w.recipients) + w.former}
    return told - set(owner_keys)


def rewrap(capsule: reading.Capsule, owner: Signer, owner_keys: Sequence[bytes], policies: Mapping[str, wire.Policy],
           publics: Publics, identities: Sequence[xwing.PrivateKey],
           registry: Optional[Mapping[bytes, rules.Facts]] = None, now: Optional[int] = None,
           random: Random = os.urandom) -> bytes:
    """Gives compartments to new recipients or policies; `owner_keys` are the ids of the owner's recipients' keys."""
    require(owner.id == capsule.core.owner, INVALID_ARGUMENT, "this signer is not the capsule's owner")
    encoded = _judge(policies, registry, now)
    former = former_keys(capsule, owner_keys)
    used = {leaf.key_id for p in policies.values() for _, leaf in wire.leaves(p.tree)}
    #= SPEC CAP-13
    require(not used & former, INVALID_ARGUMENT, "a recipient's key was used by an earlier generation")
    secrets = {name: opening.open_compartment(capsule, name, identities).secret for name in policies}
    generation = capsule.wraps[-1].generation + 1
    wrap = protobuf.encode("Wrap", wrap_message(capsule.core.id, generation, capsule.core.dataset, secrets, encoded,
                                                publics, sorted(former), random))
    left = set(capsule.core.checks) - set(policies)
    current = {capsule.current(name).generation for name in left}
    kept = [(w.raw, w.signature) for w in capsule.wraps if w.generation in current]
    return reading.encode(capsule.core.raw, capsule.core.signature, kept + [(wrap, owner.sign(WRAP, wrap))])
