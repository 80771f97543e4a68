"""The erasure certificate (SPEC section 15): its form, its signature, and what follows from it."""

from __future__ import annotations

from itertools import islice
from typing import Dict, List, NamedTuple, Sequence, Tuple

from . import policy as wire
from . import protobuf, record, signatures, xwing
from .encoding import check_free_name, check_strict_name
from .errors import FORGED, INVALID_ARGUMENT, MALFORMED, UNSUPPORTED, require

NOBODY, LOG, OWNER = 0, 1, 2
P384 = 0x0011
DEAD, DEAD_CLASSICALLY, LIVES = "dead", "dead-but-to-quantum", "lives"


class Verdict(NamedTuple):
    """What is said of one compartment; `generations` are those that keep it alive or are missing."""

    capsule: bytes
    compartment: str
    verdict: str
    generations: Tuple[int, ...]


def _ascending(items: Sequence[object], what: str) -> None:
    require(all(a < b for a, b in zip(items, items[1:])), MALFORMED, f"{what} do not ascend")  # type: ignore[operator]


def _id(value: bytes, what: str) -> None:
    require(len(value) == 32, MALFORMED, f"{what} does not have 32 bytes")


def _check_key(key: protobuf.Message, logs: Dict[str, int]) -> None:
    #= SPEC ERA-03
    _id(key["key_id"], "a key's id")
    require(key["kem"] in (xwing.KEM_ID, P384), UNSUPPORTED, "an unknown KEM")
    check_free_name(key["name"], 64, "a key's name")
    by = key["destroyed_by"]
    require(by <= OWNER, UNSUPPORTED, "an unknown kind of evidence")
    require(by != NOBODY or key["destroyed"] == 0, MALFORMED, "a time at which nobody says that anything happened")
    if by == LOG:
        require(key["entry"] < logs.get(key["log"], 0), MALFORMED, "an entry that no log has")
    else:
        require(key["log"] == "" and key["entry"] == 0, MALFORMED, "a log that is no evidence")


def _trees(capsule: protobuf.Message) -> List[Dict[str, wire.Node]]:
    """The policies' trees of each wrap, by compartment."""
    #= SPEC ERA-02
    _id(capsule["capsule_id"], "a capsule's id")
    require(capsule["wraps"] != [], MALFORMED, "a capsule without a wrap")
    _ascending([(w["generation"], w["wrap_hash"]) for w in capsule["wraps"]], "wraps")
    out = []
    for wrap in capsule["wraps"]:
        _id(wrap["wrap_hash"], "a wrap's hash")
        record.limit(len(wrap["compartments"]), 1, record.MAX_COMPARTMENTS, "compartments of a wrap")
        trees: Dict[str, wire.Node] = {}
        for part in wrap["compartments"]:
            check_strict_name(part["name"], "a compartment")
            require(part["name"] not in trees, MALFORMED, "a compartment stands twice")
            trees[part["name"]] = wire.decode(part["policy"]).tree
            at_leaves = {leaf.key_id for _, leaf in wire.leaves(trees[part["name"]])}
            _ascending(part["released"], "released keys")
            require(set(part["released"]) <= at_leaves, MALFORMED, "a released key that stands at no leaf")
        out.append(trees)
    return out


def _dual(node: wire.Node) -> wire.Node:
    if isinstance(node, wire.Leaf):
        return node
    return wire.Threshold(len(node.children) - node.k + 1, tuple(_dual(c) for c in node.children))


def _is_dead(tree: wire.Node, released: Sequence[bytes], keys: Dict[bytes, protobuf.Message], quantum: bool) -> bool:
    #= SPEC ERA-06
    gone = {path: True for path, leaf in wire.leaves(tree)
            if keys[leaf.key_id]["destroyed_by"] != NOBODY and leaf.key_id not in released
            and not (quantum and keys[leaf.key_id]["kem"] == P384)}
    return wire.satisfied(_dual(tree), gone)


def _judge(capsule: protobuf.Message, trees: List[Dict[str, wire.Node]], keys: Dict[bytes, protobuf.Message]) -> List[Verdict]:
    present = {w["generation"] for w in capsule["wraps"]}
    #= SPEC ERA-05
    missing = list(islice((g for g in range(max(present)) if g not in present), 16))  # that many are told
    out = []
    for name in dict.fromkeys(name for wrap in trees for name in wrap):
        living, quantum_living = list(missing), list(missing)
        for wrap, here in zip(capsule["wraps"], trees):
            if name not in here:
                continue
            released = next(p["released"] for p in wrap["compartments"] if p["name"] == name)
            if not _is_dead(here[name], released, keys, quantum=False):
                living.append(wrap["generation"])
            if not _is_dead(here[name], released, keys, quantum=True):
                quantum_living.append(wrap["generation"])
        verdict = LIVES if living else DEAD_CLASSICALLY if quantum_living else DEAD
        out.append(Verdict(capsule["capsule_id"], name, verdict, tuple(living)))
    return out


def read(data: bytes, owner: bytes) -> List[Verdict]:
    """Reads a certificate under the owner's public key, and derives the verdicts."""
    record.check_preamble(data, record.ERASURE)
    record.limit(len(data), 0, record.MAX_ERASURE, "bytes of an erasure certificate")
    message = protobuf.decode("SignedErasure", data[record.PREAMBLE:])
    #= SPEC ERA-01
    signatures.verify(owner, signatures.ERASURE, message["statement"], message["signature"])
    statement = protobuf.decode("ErasureStatement", message["statement"])
    _id(statement["owner"], "the owner")
    require(statement["owner"] == signatures.signer_id(owner), FORGED, "another owner than the one who signed")
    #= SPEC ERA-02
    check_strict_name(statement["dataset"], "the dataset")
    for log in statement["logs"]:
        check_free_name(log["origin"], 255, "an origin")
        _id(log["root"], "a log's root")
    _ascending([log["origin"].encode() for log in statement["logs"]], "logs")
    logs = {log["origin"]: log["size"] for log in statement["logs"]}
    for key in statement["keys"]:
        _check_key(key, logs)
    require(statement["capsules"] != [], MALFORMED, "a certificate about nothing")
    trees = [_trees(capsule) for capsule in statement["capsules"]]
    _ascending([c["capsule_id"] for c in statement["capsules"]], "capsules")
    #= SPEC ERA-03
    used = {leaf.key_id for wraps in trees for wrap in wraps for tree in wrap.values() for _, leaf in wire.leaves(tree)}
    require([k["key_id"] for k in statement["keys"]] == sorted(used), MALFORMED, "its keys are not those of its leaves")
    keys = {k["key_id"]: k for k in statement["keys"]}
    return [v for capsule, here in zip(statement["capsules"], trees) for v in _judge(capsule, here, keys)]


def issue(statement: protobuf.Message, owner: signatures.Signer, own_keys: Sequence[bytes]) -> bytes:
    """A certificate of the owner, who speaks of its own keys only."""
    #= SPEC ERA-04
    for key in statement["keys"]:
        require(key["destroyed_by"] != OWNER or key["key_id"] in own_keys, INVALID_ARGUMENT, "another's key")
    raw = protobuf.encode("ErasureStatement", statement)
    record_bytes = encode(raw, owner.sign(signatures.ERASURE, raw))
    read(record_bytes, owner.public)
    return record_bytes


def encode(statement: bytes, signature: bytes) -> bytes:
    """A certificate record of its parts."""
    return record.preamble(record.ERASURE) + protobuf.encode("SignedErasure",
                                                             {"statement": statement, "signature": signature})
