"""Capsules that a reader opens."""

from __future__ import annotations

from typing import Iterator

from triclave_spec import capsule as reading
from triclave_spec import sealing
from triclave_spec.policy import Policy, Rules, Threshold, all_of, any_of

from .cast import DATASET, KEYS, OWNER, PRODUCER, PUBLICS, Parts, Stream, add_wrap, former_of, leaf, parts, small
from .vec import Vec
from .writing import capsule_vec

NESTED = all_of(leaf("owner"), any_of(Threshold(2, (leaf("alice"), leaf("bob"), leaf("carol"))), leaf("dave")))
TWO_OF_THREE = Threshold(2, (leaf("alice"), leaf("bob"), leaf("carol")))


def trust() -> reading.Trust:
    """What every vector's reader trusts."""
    return reading.Trust().add_producer(PRODUCER.public, [DATASET]).add_owner(OWNER.public)


def deep() -> Parts:
    """Eight levels: seven nodes of one child over a leaf."""
    node = leaf("owner")
    for _ in range(7):
        node = any_of(node)
    return parts("deep", {"west": Policy(node)})


def rewrapped(name: str, compartments: tuple = ("west",)) -> Parts:
    """Generation 0 for owner and alice, rewrapped for owner and bob."""
    built = parts(name, {c: Policy(any_of(leaf("owner"), leaf("alice"))) for c in compartments})
    random = Stream(name + " rewrap")
    record = sealing.rewrap(reading.read(built.record(), trust()), OWNER, [KEYS["owner"].id],
                            {"west": Policy(any_of(leaf("owner"), leaf("bob")))}, PUBLICS, [KEYS["owner"]],
                            now=0, random=random)
    capsule = reading.read(record, trust())
    built.wraps = [(w.raw, PRODUCER if w.generation == 0 else OWNER) for w in capsule.wraps]
    return built


def renewed(name: str) -> Parts:
    """Two wraps, both current, put together by hand: east at generation 0, west at generation 5."""
    built = parts(name, {c: Policy(any_of(leaf("owner"), leaf("alice"))) for c in ("east", "west")})
    return add_wrap(built, 5, {"west": Policy(leaf("owner"))}, OWNER, former_of("alice"))


def cases() -> Iterator[Vec]:
    """Every good capsule."""
    yield capsule_vec("capsule-small", "CAP-04", "ok", "one compartment, one recipient", small("small"))
    yield capsule_vec("capsule-own-key", "KEY-03", "ok", "the owner's own 32 bytes are the identity",
                      parts("own", {"west": Policy(leaf("own"))}), who=["own"])
    yield capsule_vec("capsule-two-of-three", "SPL-02", "ok", "2 of 3, the first and the third are at hand",
                      parts("two of three", {"west": Policy(TWO_OF_THREE)}), who=["alice", "carol"])
    yield capsule_vec("capsule-surplus", "SPL-02", "ok", "2 of 3, all three at hand and on the polynomial",
                      parts("surplus", {"west": Policy(TWO_OF_THREE)}), who=["alice", "bob", "carol"])
    for label, who in (("by-quorum", ["owner", "bob", "carol"]), ("by-one", ["owner", "dave"])):
        yield capsule_vec(f"capsule-nested-{label}", "POL-01", "ok", "all(owner, any(2 of 3, dave))",
                          parts("nested " + label, {"west": Policy(NESTED)}), who=who)
    yield capsule_vec("capsule-nested-short", "SPL-02", "quorum_short", "the same tree without the owner",
                      parts("nested short", {"west": Policy(NESTED)}), who=["alice", "bob", "dave"])
    yield capsule_vec("capsule-nobody", "SPL-02", "quorum_short", "the reader is no recipient", small("nobody"),
                      who=["erin"])
    yield capsule_vec("capsule-compartments", "CAP-07", "ok", "three compartments with three policies",
                      parts("compartments", {"west": Policy(leaf("owner")), "east": Policy(leaf("alice")),
                                             "0.a_b-c": Policy(any_of(leaf("alice"), leaf("owner")))}),
                      who=["owner", "alice"], opens=["west", "east", "0.a_b-c"])
    yield capsule_vec("capsule-policy-fields", "POL-04", "ok",
                      "authority, rules and an expiry long past: a reader opens, only a sealer judges them",
                      parts("fields", {"west": Policy(leaf("owner"), b"\x07" * 32, Rules(
                          ("US", "CN"), ("iso27001",), "EEA", 1, 1), 1_000_000_000)}))
    yield capsule_vec("capsule-repeated-key", "POL-02", "ok", "one key at two nodes: two leaves, two paths",
                      parts("twice", {"west": Policy(all_of(any_of(leaf("owner")), any_of(leaf("owner"))))}))
    yield capsule_vec("capsule-deep", "LIM-01", "ok", "a tree of eight levels", deep())
    yield capsule_vec("capsule-rewrapped", "CAP-13", "ok", "generation 1 for owner and bob; alice is a former one",
                      rewrapped("rewrapped"), who=["bob"], owner=True)
    yield capsule_vec("capsule-rewrapped-former", "CAP-13", "quorum_short", "a former recipient opens no longer",
                      rewrapped("rewrapped former"), who=["alice"], owner=True)
    yield capsule_vec("capsule-rewrapped-half", "CAP-08", "ok", "east stays at generation 0, west is at generation 1",
                      rewrapped("rewrapped half", ("west", "east")), who=["owner"], opens=["west", "east"], owner=True)
    yield capsule_vec("capsule-generations", "CAP-08", "ok", "generations need not follow one another",
                      renewed("generations"), opens=["west", "east"], owner=True)
    yield capsule_vec("capsule-seen-same", "CAP-12", "ok", "the generation that was seen before",
                      rewrapped("seen same"), owner=True, extra=[("seen", "west 1")])
    yield capsule_vec("capsule-seen-newer", "CAP-12", "forged", "an older generation than the one seen before",
                      rewrapped("seen newer"), owner=True, extra=[("seen", "west 2")])
