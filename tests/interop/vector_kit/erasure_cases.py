"""Erasure certificates: what follows from good ones, and one bad one for each rule of their form."""

from __future__ import annotations

import copy
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from triclave_spec import erasure, protobuf, xwing
from triclave_spec import policy as wire
from triclave_spec.policy import Policy, Threshold, all_of, any_of
from triclave_spec.signatures import ERASURE, Signer

from .cast import DATASET, KEYS, OWNER, PRODUCER, SHARED, leaf, seed, sign
from .vec import Vec, pack
from .writing import start

TWO_OF_THREE = Threshold(2, (leaf("alice"), leaf("bob"), leaf("carol")))
WEST, EAST = all_of(leaf("owner"), TWO_OF_THREE), TWO_OF_THREE
TIME = 1_790_000_000
CAPSULE, OTHER_CAPSULE = sorted([seed("erased capsule", 32), seed("another erased capsule", 32)])
Statement = protobuf.Message
Change = Callable[[Statement], object]


def _key(name: str, by: int = erasure.NOBODY) -> protobuf.Message:
    out = {"key_id": KEYS[name].id, "kem": xwing.KEM_ID, "name": name, "destroyed_by": by}
    if by != erasure.NOBODY:
        out["destroyed"] = TIME - 60
    if by == erasure.LOG:
        out.update(log=f"{name}.example/log", entry=7)
    return out


def _wrap(generation: int, trees: Dict[str, wire.Node], released: Optional[Dict[str, Sequence[str]]] = None) -> protobuf.Message:
    parts = [{"name": name, "policy": wire.encode(Policy(tree)),
              "released": sorted(KEYS[who].id for who in (released or {}).get(name, ()))}
             for name, tree in trees.items()]
    return {"generation": generation, "wrap_hash": seed(f"erased wrap {generation}", 32), "compartments": parts}


def _statement(wraps: List[protobuf.Message], dead: Sequence[str] = (), words: Sequence[str] = ()) -> Statement:
    trees = [wire.decode(part["policy"]).tree for wrap in wraps for part in wrap["compartments"]]
    used = {at.key_id for tree in trees for _, at in wire.leaves(tree)}
    keys = [_key(name, erasure.LOG if name in dead else erasure.OWNER if name in words else erasure.NOBODY)
            for name in KEYS if KEYS[name].id in used]
    return {"owner": OWNER.id, "dataset": DATASET, "time": TIME,
            "logs": [{"origin": f"{name}.example/log", "size": 9, "root": seed("root " + name, 32)}
                     for name in ("alice", "bob", "carol", "dave", "erin")],
            "keys": sorted(keys, key=lambda k: k["key_id"]),
            "capsules": [{"capsule_id": CAPSULE, "wraps": wraps}]}


def _vec(name: str, rule: str, expect: str, comment: str, statement: object, verdicts: Sequence[str] = (),
         signer: Signer = OWNER, signature: Optional[bytes] = None, trusted: Signer = OWNER) -> Vec:
    raw = statement if isinstance(statement, bytes) else protobuf.encode("ErasureStatement", statement)  # type: ignore[arg-type]
    vec = start("erasure-" + name, "erasure", rule, expect, comment).add("owner", pack(trusted.public, SHARED))
    for line in verdicts:
        vec.add("verdict", f"{CAPSULE.hex()} {line}")
    return vec.add("certificate", pack(erasure.encode(raw, signature or sign(signer, ERASURE, raw)), SHARED))


def _good() -> Iterator[Vec]:
    both = {"west": WEST, "east": EAST}
    yield _vec("nobody", "ERA-06", "ok", "nobody says that any key is destroyed", _statement([_wrap(0, both)]),
               ["west lives 0", "east lives 0"])
    yield _vec("owners-word", "ERA-06", "ok", "the owner's own word about its own key",
               _statement([_wrap(0, both)], words=["owner"]), ["west dead", "east lives 0"])
    yield _vec("one-custodian", "ERA-06", "ok", "one of three custodians destroyed its key",
               _statement([_wrap(0, both)], ["alice"]), ["west lives 0", "east lives 0"])
    yield _vec("two-custodians", "ERA-06", "ok", "two of three did", _statement([_wrap(0, both)], ["alice", "carol"]),
               ["west dead", "east dead"])
    yield _vec("any-owner", "ERA-06", "ok", "any(owner, 2 of 3) does not die with two custodians",
               _statement([_wrap(0, {"west": any_of(leaf("owner"), TWO_OF_THREE)})], ["alice", "carol"]), ["west lives 0"])
    yield _vec("released", "ERA-06", "ok", "alice gave a mask of east away before her key was destroyed",
               _statement([_wrap(0, both, {"east": ["alice"]})], ["alice", "carol"]), ["west dead", "east lives 0"])
    later = {"west": all_of(leaf("owner"), leaf("dave"))}
    yield _vec("later-generation", "ERA-06", "ok", "the first generation is dead, the second is not",
               _statement([_wrap(0, both), _wrap(1, later)], ["alice", "carol"]), ["west lives 1", "east dead"])
    yield _vec("every-generation", "ERA-06", "ok", "both generations are dead",
               _statement([_wrap(0, both), _wrap(1, later)], ["alice", "carol", "dave"]), ["west dead", "east dead"])
    yield _vec("missing-generation", "ERA-05", "ok", "of generation 1 no wrap is there",
               _statement([_wrap(0, both), _wrap(2, later)], ["alice", "carol", "dave"]), ["west lives 1", "east lives 1"])
    forked = [_wrap(0, both), _wrap(1, later), dict(_wrap(1, {"west": all_of(leaf("owner"), leaf("erin"))}), wrap_hash=b"\xff" * 32)]
    yield _vec("forked-generation", "ERA-06", "ok", "two wraps of one generation both count",
               _statement(forked, ["alice", "carol", "dave"]), ["west lives 1", "east dead"])
    repeated = all_of(any_of(leaf("alice"), leaf("bob")), any_of(leaf("alice"), leaf("carol")))
    yield _vec("key-at-two-leaves", "ERA-06", "ok", "one key stands at two leaves",
               _statement([_wrap(0, {"west": repeated})], ["bob", "carol"]), ["west lives 0"])
    classical = _statement([_wrap(0, both)], ["alice", "carol"])
    next(k for k in classical["keys"] if k["name"] == "alice")["kem"] = erasure.P384
    yield _vec("classical-key", "ERA-06", "ok", "alice's key is of P-384", classical,
               ["west dead-but-to-quantum", "east dead-but-to-quantum"])


def _edits() -> List[Tuple[str, str, str, str, Change]]:
    key = lambda s, name: next(k for k in s["keys"] if k["name"] == name)  # noqa: E731
    wrap = lambda s: s["capsules"][0]["wraps"][0]  # noqa: E731
    part = lambda s: wrap(s)["compartments"][1]  # noqa: E731
    return [
        ("owner-short", "ERA-02", "malformed", "the owner's id has 31 bytes", lambda s: s.update(owner=OWNER.id[:31])),
        ("dataset", "ERA-02", "malformed", "the dataset is not a name", lambda s: s.update(dataset="The Weather")),
        ("logs-order", "ERA-02", "malformed", "logs do not ascend", lambda s: s["logs"].reverse()),
        ("log-root", "ERA-02", "malformed", "a root of 31 bytes", lambda s: s["logs"][0].update(root=bytes(31))),
        ("log-origin", "ERA-02", "malformed", "a log without an origin", lambda s: s["logs"][0].update(origin="")),
        ("keys-order", "ERA-03", "malformed", "keys do not ascend", lambda s: s["keys"].reverse()),
        ("key-missing", "ERA-03", "malformed", "a leaf's key is not told of", lambda s: s["keys"].pop()),
        ("key-twice", "ERA-03", "malformed", "a key stands twice", lambda s: s["keys"].append(s["keys"][-1])),
        ("key-surplus", "ERA-03", "malformed", "a key that stands at no leaf",
         lambda s: s.update(keys=sorted(s["keys"] + [_key("erin")], key=lambda k: k["key_id"]))),
        ("kem", "ERA-03", "unsupported", "an unknown KEM", lambda s: s["keys"][0].update(kem=0x0020)),
        ("key-name", "ERA-02", "malformed", "a key's name with a control character", lambda s: s["keys"][0].update(name="a\tb")),
        ("evidence", "ERA-03", "unsupported", "an unknown kind of evidence", lambda s: s["keys"][0].update(destroyed_by=3)),
        ("nobodys-time", "ERA-03", "malformed", "a time, and nobody says so", lambda s: key(s, "bob").update(destroyed=TIME)),
        ("nobodys-log", "ERA-03", "malformed", "a log, and nobody says so", lambda s: key(s, "bob").update(log="bob.example/log")),
        ("owners-log", "ERA-03", "malformed", "a log beside the owner's word", lambda s: key(s, "owner").update(log="bob.example/log")),
        ("log-unknown", "ERA-03", "malformed", "a log that is not among those read", lambda s: key(s, "alice").update(log="x.example/log")),
        ("entry-behind", "ERA-03", "malformed", "an entry behind the log's end", lambda s: key(s, "alice").update(entry=9)),
        ("nothing", "ERA-02", "malformed", "about no capsule", lambda s: s["capsules"].clear()),
        ("capsules-order", "ERA-02", "malformed", "capsules do not ascend",
         lambda s: s["capsules"].insert(0, dict(s["capsules"][0], capsule_id=OTHER_CAPSULE))),
        ("capsule-id", "ERA-02", "malformed", "a capsule's id of 16 bytes", lambda s: s["capsules"][0].update(capsule_id=bytes(16))),
        ("wraps-none", "ERA-02", "malformed", "a capsule without a wrap", lambda s: s["capsules"][0]["wraps"].clear()),
        ("wraps-twice", "ERA-02", "malformed", "the same wrap twice", lambda s: s["capsules"][0]["wraps"].append(wrap(s))),
        ("wrap-hash", "ERA-02", "malformed", "a wrap without its hash", lambda s: wrap(s).update(wrap_hash=b"")),
        ("wrap-empty", "ERA-02", "malformed", "a wrap without a compartment", lambda s: wrap(s)["compartments"].clear()),
        ("compartment-twice", "ERA-02", "malformed", "a compartment twice in a wrap", lambda s: part(s).update(name="west")),
        ("policy", "POL-01", "malformed", "a policy that asks for more than it has",
         lambda s: part(s).update(policy=wire.encode(Policy(Threshold(4, EAST.children))))),
        ("released-stranger", "ERA-02", "malformed", "a mask of a key that stands at no leaf",
         lambda s: part(s).update(released=[KEYS["owner"].id])),
        ("released-twice", "ERA-02", "malformed", "a released key twice", lambda s: part(s).update(released=[KEYS["bob"].id] * 2)),
    ]


def cases() -> Iterator[Vec]:
    """Every certificate."""
    yield from _good()
    base = _statement([_wrap(0, {"west": WEST, "east": EAST})], ["alice"], ["owner"])
    for name, rule, expect, comment, change in _edits():
        statement = copy.deepcopy(base)
        change(statement)
        yield _vec(name, rule, expect, comment, statement)
    raw = protobuf.encode("ErasureStatement", base)
    yield _vec("signed-by-another", "ERA-01", "forged", "the producer signed it", base, signer=PRODUCER)
    yield _vec("another-owner", "ERA-01", "forged", "a signature that stands, of another than the owner named", base,
               signer=PRODUCER, trusted=PRODUCER)
    yield _vec("other-role", "ERA-01", "forged", "signed for another role", base, signature=sign(OWNER, "core", raw))
    yield _vec("half-signed", "ERA-01", "forged", "only one half of the signature stands", base,
               signature=sign(OWNER, ERASURE, raw)[:64] + sign(OWNER, ERASURE, raw + b"x")[64:])
    yield _vec("signature-short", "SIG-01", "malformed", "half a signature", base, signature=sign(OWNER, ERASURE, raw)[:64])
