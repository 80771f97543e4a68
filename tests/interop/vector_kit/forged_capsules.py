"""Capsules with something moved, changed or signed by the wrong hand."""

from __future__ import annotations

from typing import Iterator, List

from triclave_spec import capsule as reading
from triclave_spec import policy as wire
from triclave_spec.encoding import ORDER
from triclave_spec.policy import Policy, Threshold, all_of, any_of
from triclave_spec.signatures import CORE, WRAP

from .cast import KEYS, OWNER, PRODUCER, STRANGER, Parts, Stream, add_wrap, leaf, parts, raw, sign, small
from .good_capsules import TWO_OF_THREE, rewrapped
from .vec import Vec
from .writing import capsule_vec

RESIGNED = "; signed anew by its producer, so only the share's own binding tells"


def flip(data: bytes, at: int, mask: int = 1) -> bytes:
    """One byte changed."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1:]


def _leaves(wrap: dict, compartment: int = 0) -> List[dict]:
    return wrap["compartments"][compartment]["leaves"]


def _swap(items: list) -> None:
    items[0], items[1] = items[1], items[0]


def _signed(built: Parts, core_at: int = -1, wrap_at: int = -1) -> bytes:
    """The record with one byte of one signature flipped; -1: left alone."""
    wrap = raw(built.wraps[0][0])
    core_signature, wrap_signature = sign(PRODUCER, CORE, built.core), sign(PRODUCER, WRAP, wrap)
    if core_at >= 0:
        core_signature = flip(core_signature, core_at)
    if wrap_at >= 0:
        wrap_signature = flip(wrap_signature, wrap_at)
    return reading.encode(built.core, core_signature, [(wrap, wrap_signature)])


def signatures() -> Iterator[Vec]:
    """Who signed what."""
    for part, core_at, wrap_at in (("core-ed25519", 5, -1), ("core-ml-dsa", 700, -1), ("wrap-ed25519", -1, 40),
                                   ("wrap-ml-dsa", -1, 70)):
        rule = "CAP-03" if core_at >= 0 else "CAP-05"
        yield capsule_vec(f"half-signed-{part}", rule, "forged", "one half of the signature does not verify",
                          _signed(small("half " + part), core_at, wrap_at))
    yield capsule_vec("unknown-producer", "CAP-03", "forged", "a capsule of a producer whom the reader does not trust",
                      small("stranger", producer=STRANGER))
    yield capsule_vec("producer-of-another-dataset", "CAP-03", "forged", "the producer is trusted for another dataset",
                      small("another dataset"), dataset="oceans")
    built = small("core changed")
    core = flip(built.core, built.core.index(b"west"), 0x01)
    yield capsule_vec("core-relabelled", "CAP-03", "forged", "another letter in a compartment's name in the core",
                      reading.encode(core, sign(PRODUCER, CORE, built.core),
                                     [(raw(w), sign(PRODUCER, WRAP, raw(w))) for w, _ in built.wraps]))
    built = small("wrap unsigned")
    wrap = raw(built.wraps[0][0])
    record = built.record()
    yield capsule_vec("wrap-changed", "CAP-05", "forged", "one bit of a masked share differs from what was signed",
                      record.replace(wrap, flip(wrap, wrap.rindex(b"\x12\x20") - 1)))
    built = small("roles")
    wrap = raw(built.wraps[0][0])
    yield capsule_vec("wrap-signed-as-core", "CAP-05", "forged", "a signature of another role", reading.encode(
        built.core, sign(PRODUCER, CORE, built.core), [(wrap, sign(PRODUCER, CORE, wrap))]))
    built = small("wrap by owner")
    built.wraps = [(built.wraps[0][0], OWNER)]
    yield capsule_vec("generation-0-by-owner", "CAP-05", "forged", "generation 0 is the producer's to sign", built,
                      owner=True)
    built = rewrapped("wrap by producer")
    built.wraps = [(built.wraps[0][0], PRODUCER)]
    yield capsule_vec("generation-1-by-producer", "CAP-05", "forged", "later ones are the owner's to sign", built,
                      owner=True)
    built = rewrapped("wrap by stranger")
    built.wraps = [(built.wraps[0][0], STRANGER)]
    yield capsule_vec("generation-1-by-stranger", "CAP-05", "forged", "later ones are the owner's to sign", built,
                      owner=True)
    built = small("renumbered")
    signature = sign(PRODUCER, WRAP, raw(built.wraps[0][0]))
    built.wraps[0][0]["generation"] = 2
    yield capsule_vec("old-generation-renumbered", "CAP-05", "forged",
                      "a wrap of generation 0 under its old signature calls itself generation 2",
                      reading.encode(built.core, sign(PRODUCER, CORE, built.core),
                                     [(raw(built.wraps[0][0]), signature)]), owner=True)
    built = small("wrap of a")
    built.wraps = small("wrap of b", core_name="b").wraps
    yield capsule_vec("wrap-of-another-capsule", "CAP-05", "forged", "the wrap names another capsule", built)


def transplants() -> Iterator[Vec]:
    """Masked shares where they do not belong."""
    built, other = small("transplant a"), small("transplant b", core_name="b")
    other.wraps[0][0]["capsule_id"] = built.id
    built.wraps = other.wraps
    yield capsule_vec("transplant-capsule", "CAP-11", "quorum_short", "wrap and shares of another capsule" + RESIGNED,
                      built)
    built = small("transplant generation").edit(lambda w: w.update(generation=3))
    built.wraps = [(built.wraps[0][0], OWNER)]
    yield capsule_vec("transplant-generation", "CAP-11", "quorum_short",
                      "shares of generation 0 in a wrap of generation 3, signed anew by the owner", built, owner=True)
    names = {c: Policy(leaf("owner")) for c in ("west", "east")}
    built = parts("transplant compartment", names)
    built.edit(lambda w: (lambda a, b: (a.append(b.pop()), b.append(a.pop(0))))(_leaves(w, 0), _leaves(w, 1)))
    yield capsule_vec("transplant-compartment", "CAP-11", "quorum_short", "two compartments' shares swapped" + RESIGNED,
                      built)
    built = parts("relabel", names)
    built.edit(lambda w: [c.update(name="east" if c["name"] == "west" else "west") for c in w["compartments"]])
    yield capsule_vec("relabelled-compartment", "CAP-11", "quorum_short", "two compartments' names swapped" + RESIGNED,
                      built)
    built = parts("transplant path", {"west": Policy(all_of(any_of(leaf("owner")), any_of(leaf("owner"))))})
    yield capsule_vec("transplant-path", "CAP-11", "quorum_short", "two shares of one recipient swapped" + RESIGNED,
                      built.edit(lambda w: _swap(_leaves(w))))
    built = parts("transplant recipient", {"west": Policy(all_of(leaf("owner"), leaf("alice")))})
    yield capsule_vec("transplant-recipient", "CAP-11", "quorum_short", "two recipients' shares swapped" + RESIGNED,
                      built.edit(lambda w: _swap(_leaves(w))), who=["owner", "alice"])
    built = parts("lowered k", {"west": Policy(TWO_OF_THREE)})
    lower = wire.encode(Policy(Threshold(1, TWO_OF_THREE.children)))
    built.edit(lambda w: w["compartments"][0].update(policy=lower))
    yield capsule_vec("policy-lowered-k", "CAP-11", "quorum_short", "2 of 3 written as 1 of 3" + RESIGNED, built,
                      who=["alice"])
    built = parts("owner dropped", {"west": Policy(any_of(leaf("owner"), all_of(leaf("alice"), leaf("bob"))))})

    def drop(wrap: dict) -> None:
        wrap["compartments"][0]["policy"] = wire.encode(Policy(any_of(all_of(leaf("alice"), leaf("bob")))))
        _leaves(wrap).pop(0)
        wrap["recipients"] = [r for r in wrap["recipients"] if r["key_id"] != KEYS["owner"].id]
    yield capsule_vec("policy-owner-dropped", "CAP-11", "quorum_short", "the owner taken out of the tree" + RESIGNED,
                      built.edit(drop), who=["owner", "alice", "bob"])


def shares() -> Iterator[Vec]:
    """Wrong shares of a recipient or of the dealer."""
    def one_wrong(wrap: dict, key: str, at: int = 0) -> None:
        _leaves(wrap)[at][key] = flip(_leaves(wrap)[at][key], 9)
    for key, name in (("commitment", "com-flipped"), ("masked_share", "share-flipped")):
        built = small(name).edit(lambda w: one_wrong(w, key))
        yield capsule_vec(name, "CAP-11", "quorum_short", "one bit of it differs" + RESIGNED, built)
    built = parts("one refused", {"west": Policy(TWO_OF_THREE)}).edit(lambda w: one_wrong(w, "masked_share", 1))
    yield capsule_vec("share-flipped-others-open", "CAP-11", "ok", "bob's share is refused, the others open" + RESIGNED,
                      built, who=["alice", "bob", "carol"], extra=[("ask", "all"), ("refused", KEYS["bob"].id.hex())])
    built = small("check").edit_core(lambda c: [x.update(check=flip(x["check"], 3)) for x in c["compartments"]])
    random = Stream("check wrap")
    built.wraps = []
    add_wrap(built, 0, {"west": Policy(leaf("owner"))}, PRODUCER, random=random)
    yield capsule_vec("check-flipped", "CAP-04", "forged", "check_c does not fit the secret that was dealt", built)

    def plus_order(_: wire.Node, value: int, __: object) -> List[bytes]:
        return [(value + ORDER).to_bytes(32, "little")]
    yield capsule_vec("share-not-canonical", "ENC-05", "forged", "the dealer's share is the secret + L",
                      small("canonical", dealer=plus_order))
    yield capsule_vec("share-zero", "ENC-05", "forged", "the dealer's share is 0",
                      small("zero", dealer=lambda *_: [bytes(32)]))

    def off(tree: wire.Node, value: int, random: object) -> List[bytes]:
        dealt = wire.split(tree, value, random)  # type: ignore[arg-type]
        return dealt[:2] + [flip(dealt[2], 0)]
    yield capsule_vec("share-off-polynomial", "SPL-02", "forged", "2 of 3: the third share is off the polynomial",
                      parts("off", {"west": Policy(TWO_OF_THREE)}, dealer=off), who=["alice", "bob", "carol"],
                      extra=[("ask", "all")])
    yield capsule_vec("share-off-polynomial-unasked", "SPL-02", "ok",
                      "2 of 3: the third share is off the polynomial, but its recipient is not at hand",
                      parts("off unasked", {"west": Policy(TWO_OF_THREE)}, dealer=off), who=["alice", "bob"])


def cases() -> Iterator[Vec]:
    """Every forged capsule."""
    yield from signatures()
    yield from transplants()
    yield from shares()
