"""Capsules in another spelling, over a limit, or of a newer format; all well signed."""

from __future__ import annotations

from typing import Callable, Dict, Iterator, Tuple

from triclave_spec import capsule as reading
from triclave_spec import policy as wire
from triclave_spec import protobuf
from triclave_spec.encoding import u32
from triclave_spec.policy import Leaf, Node, Policy, Threshold, all_of, any_of
from triclave_spec.signatures import CORE, WRAP

from .cast import KEYS, OWNER, PRODUCER, PUBLICS, Parts, add_wrap, former_of, leaf, parts, raw, sign, small
from .good_capsules import rewrapped
from .vec import Vec
from .writing import capsule_vec


def _core(name: str, change: Callable[[bytes], bytes]) -> Parts:
    """A small capsule with the core's bytes rewritten and signed."""
    built = small(name)
    return built.with_core(change(built.core))


def _wrap(name: str, change: Callable[[bytes], bytes]) -> Parts:
    """A small capsule with the wrap's bytes rewritten and signed."""
    built = small(name)
    built.wraps = [(change(raw(built.wraps[0][0])), PRODUCER)]
    return built


def spellings() -> Iterator[Vec]:
    """Other spellings of the same message (SPEC section 1, Strict messages)."""
    f = protobuf.write_field
    core: Dict[str, Tuple[str, str, Callable[[bytes], bytes]]] = {
        "unknown-field": ("PB-05", "a field that no schema has", lambda c: c + f(15, b"x", "bytes")),
        "varint-long": ("PB-04", "the suite as two bytes", lambda c: b"\x08\x81\x00" + c[2:]),
        "length-long": ("PB-04", "a length as two bytes", lambda c: c[:2] + b"\x12\xa0\x00" + c[4:]),
        "tag-long": ("PB-04", "a tag as two bytes", lambda c: b"\x88\x00" + c[1:]),
        "out-of-order": ("PB-01", "the suite behind the salt", lambda c: c[2:36] + c[:2] + c[36:]),
        "field-twice": ("PB-02", "the salt stands twice", lambda c: c[:36] + c[2:36] + c[36:]),
        "wire-type": ("PB-06", "the suite as four fixed bytes", lambda c: b"\x0d\x01\x00\x00\x00" + c[2:]),
        "text-not-utf8": ("PB-07", "a compartment's name is not UTF-8", lambda c: c.replace(b"west", b"we\xffs")),
        "name-not-allowed": ("ENC-03", "a compartment's name with a capital", lambda c: c.replace(b"west", b"West")),
        "truncated-field": ("PB-06", "the last field is cut short", lambda c: c[:-1]),
    }
    for name, (rule, comment, change) in core.items():
        yield capsule_vec(f"core-{name}", rule, "malformed", comment, _core(name, change))
    yield capsule_vec("wrap-default-spelled-out", "PB-03", "malformed", "generation 0 is written down",
                      _wrap("default", lambda w: w[:34] + b"\x10\x00" + w[34:]))
    yield capsule_vec("wrap-number-too-large", "PB-06", "malformed", "a generation of 2^32",
                      _wrap("large", lambda w: w[:34] + f(2, 1 << 32, "uint64") + w[34:]), owner=True)
    yield capsule_vec("wrap-repeated-apart", "PB-01", "malformed", "a recipient stands behind the compartments",
                      _wrap("apart", lambda w: w + f(3, b"", "bytes")))
    record = small("outer").record()
    grown = record[16:] + f(4, b"x", "bytes")
    yield capsule_vec("capsule-unknown-field", "PB-05", "malformed", "a field that no schema has, and nothing signs",
                      record[:12] + u32(len(grown)) + grown)


def records() -> Iterator[Vec]:
    """Preambles, lengths and versions (SPEC section 2)."""
    record = small("records").record()
    for name, rule, expect, comment, data in (
            ("record-newer-version", "REC-02", "unsupported", "version 2", record[:11] + b"\x02" + record[12:]),
            ("record-version-0", "REC-02", "malformed", "version 0", record[:11] + b"\x00" + record[12:]),
            ("record-other-kind", "REC-03", "malformed", "an object's kind", record[:9] + b"\x02" + record[10:]),
            ("record-no-magic", "REC-01", "malformed", "not a record of ours", b"T" + record[1:]),
            ("record-empty", "REC-01", "malformed", "no bytes at all", b""),
            ("record-preamble-only", "REC-01", "malformed", "a preamble and no more", record[:12]),
            ("record-trailing-byte", "REC-04", "malformed", "one byte behind the end", record + b"\x00"),
            ("record-cut-short", "REC-01", "malformed", "the last byte is missing", record[:-1]),
            ("record-gigabytes", "LIM-01", "malformed", "a length of 4 GiB", record[:12] + b"\xff" * 4 + record[16:])):
        yield capsule_vec(name, rule, expect, comment, data)
    built = small("no wraps")
    yield capsule_vec("capsule-no-wraps", "LIM-01", "malformed", "at least one wrap",
                      reading.encode(built.core, sign(PRODUCER, CORE, built.core), []))
    wrap = raw(built.wraps[0][0])
    yield capsule_vec("signature-short", "SIG-01", "malformed", "3,372 bytes of signature", reading.encode(
        built.core, sign(PRODUCER, CORE, built.core), [(wrap, sign(PRODUCER, WRAP, wrap)[:-1])]))


def cores() -> Iterator[Vec]:
    """Cores that are well spelled and wrong."""
    yield capsule_vec("suite-newer", "CAP-01", "unsupported", "suite 2", small("suite 2", suite=2))
    yield capsule_vec("suite-0", "CAP-01", "malformed", "suite 0", small("suite 0", suite=0))
    yield capsule_vec("core-salt-short", "CAP-02", "malformed", "a salt of 31 bytes",
                      small("salt").edit_core(lambda c: c.update(salt=c["salt"][1:])))
    yield capsule_vec("core-check-long", "CAP-02", "malformed", "a check of 33 bytes", small("check long").edit_core(
        lambda c: c["compartments"][0].update(check=bytes([1] * 33))))
    yield capsule_vec("core-compartment-twice", "CAP-02", "malformed", "a compartment stands twice in the core",
                      small("twice").edit_core(lambda c: c["compartments"].append(c["compartments"][0])))
    lone = small("lone").edit_core(lambda c: c["compartments"].append({"name": "east", "check": bytes([1] * 32)}))
    yield capsule_vec("core-compartment-unwrapped", "CAP-08", "malformed", "no wrap holds east", lone)


def wraps() -> Iterator[Vec]:
    """Wraps that are well spelled and wrong."""
    both = {"west": Policy(any_of(leaf("owner"), leaf("alice")))}

    def vec(name: str, rule: str, comment: str, built: Parts, owner: bool = False, expect: str = "malformed") -> Vec:
        return capsule_vec(name, rule, expect, comment, built, owner=owner)

    def recipient(who: str) -> dict:
        return {"key_id": KEYS[who].id, "kem": 0x647A, "enc": PUBLICS[KEYS[who].id][:1120]}
    yield vec("recipient-stray", "CAP-06", "a recipient whom no leaf uses", small("stray").edit(
        lambda w: w.update(recipients=sorted(w["recipients"] + [recipient("erin")], key=lambda r: r["key_id"]))))
    yield vec("recipients-unsorted", "CAP-06", "recipients in descending order",
              parts("unsorted", both).edit(lambda w: w["recipients"].reverse()))
    yield vec("recipient-twice", "CAP-06", "a recipient stands twice",
              small("doubled").edit(lambda w: w["recipients"].append(w["recipients"][0])))
    yield vec("recipient-missing", "CAP-06", "a leaf's key is not among the recipients", parts("missing", both).edit(
        lambda w: w.update(recipients=[r for r in w["recipients"] if r["key_id"] == KEYS["owner"].id])))
    yield vec("recipient-enc-short", "KEY-02", "an enc of 1,119 bytes",
              small("enc").edit(lambda w: w["recipients"][0].update(enc=w["recipients"][0]["enc"][1:])))
    for number, name in ((0x0020, "x25519"), (0x0011, "p384"), (0xFFFF, "unknown")):
        yield vec(f"recipient-kem-{name}", "KEY-02", f"KEM {number:#06x}",
                  small("kem " + name).edit(lambda w: w["recipients"][0].update(kem=number)), expect="unsupported")
    yield vec("wrap-compartment-twice", "CAP-07", "a compartment stands twice in a wrap",
              small("w twice").edit(lambda w: w["compartments"].append(w["compartments"][0])))
    yield vec("wrap-compartment-unknown", "CAP-07", "a compartment that the core does not list", small("w more").edit(
        lambda w: w["compartments"].append(dict(w["compartments"][0], name="east"))))
    yield vec("wrap-leaf-missing", "CAP-07", "fewer leaves than the policy's tree",
              parts("leaf less", both).edit(lambda w: w["compartments"][0]["leaves"].pop()))
    yield vec("wrap-leaf-surplus", "CAP-07", "more leaves than the policy's tree", small("leaf more").edit(
        lambda w: w["compartments"][0]["leaves"].append(w["compartments"][0]["leaves"][0])))
    yield vec("wrap-share-short", "CAP-07", "a masked share of 31 bytes", small("e short").edit(
        lambda w: w["compartments"][0]["leaves"][0].update(masked_share=bytes([1] * 31))))
    yield vec("former-unsorted", "CAP-09", "former key ids in descending order",
              small("f order").edit(lambda w: w.update(former=former_of("alice", "bob")[::-1])))
    yield vec("former-recipient", "CAP-09", "the wrap's own recipient is a former one",
              small("f own").edit(lambda w: w.update(former=[KEYS["owner"].id])))
    yield vec("former-short", "CAP-09", "a former key id of 31 bytes",
              small("f short").edit(lambda w: w.update(former=[b"\x01" * 31])))
    built = parts("order", {c: Policy(leaf("owner")) for c in ("east", "west")})
    add_wrap(built, 1, {"west": Policy(leaf("owner"))}, OWNER)
    built.wraps.reverse()
    yield vec("wraps-descending", "CAP-08", "generation 1 stands before generation 0", built, owner=True)
    built = small("idle")
    add_wrap(built, 1, {"west": Policy(leaf("owner"))}, OWNER)
    yield vec("wrap-current-for-nothing", "CAP-08", "generation 0 holds nothing that generation 1 does not", built,
              owner=True)
    built = rewrapped("equal", ("east", "west"))
    built.wraps.append(built.wraps[-1])
    yield vec("wraps-repeated", "CAP-08", "a generation stands twice", built, owner=True)


def policies() -> Iterator[Vec]:
    """Policies that a reader refuses (SPEC section 4)."""
    deep: Node = leaf("owner")
    for _ in range(8):
        deep = any_of(deep)
    wide = all_of(*(all_of(leaf("owner")) for _ in range(17)))
    many = all_of(*(all_of(*(any_of(leaf("owner")) for _ in range(13))) for _ in range(5)))
    for name, rule, comment, policy in (
            ("tree-too-deep", "LIM-01", "nine levels", Policy(deep)),
            ("tree-too-wide", "POL-01", "a node of 17 children", Policy(wide)),
            ("tree-too-many-leaves", "LIM-01", "65 leaves", Policy(many)),
            ("threshold-above-children", "POL-01", "2 of 1", Policy(Threshold(2, (leaf("owner"),)))),
            ("threshold-zero", "POL-01", "0 of 1", Policy(Threshold(0, (leaf("owner"),)))),
            ("threshold-childless", "POL-01", "1 of 0", Policy(any_of(leaf("owner"), Threshold(1, ())))),
            ("operator-twice", "POL-02", "an operator counts twice at one node",
             Policy(any_of(leaf("owner", "acme"), leaf("alice", "acme")))),
            ("key-twice", "POL-02", "a key counts twice at one node",
             Policy(any_of(leaf("owner", "acme"), leaf("owner", "other")))),
            ("operator-empty", "ENC-04", "an operator without a name", Policy(leaf("owner", ""))),
            ("operator-control", "ENC-04", "a control character in an operator", Policy(leaf("owner", "a\x7fb"))),
            ("operator-long", "ENC-04", "an operator of 65 bytes", Policy(leaf("owner", "é" * 32 + "e"))),
            ("key-id-short", "POL-02", "a key id of 31 bytes", Policy(Leaf(KEYS["owner"].id[1:], "owner"))),
            ("authority-short", "POL-03", "an authority of 5 bytes", Policy(leaf("owner"), b"\x01" * 5))):
        yield _policy(name, rule, comment, wire.encode(policy), len(list(wire.leaves(policy.tree))))
    f = protobuf.write_field
    inner = protobuf.encode("PolicyNode", {"leaf": {"key_id": KEYS["owner"].id, "operator": "owner"},
                                           "threshold": {"k": 1, "children": []}})
    yield _policy("node-both", "PB-02", "a node that is a leaf and a threshold", f(4, inner, "bytes"), 1)
    yield _policy("node-neither", "POL-01", "a policy without a tree", f(3, 5, "uint64"), 1)


def _policy(name: str, rule: str, comment: str, policy: bytes, count: int) -> Vec:
    built = small("policy " + name)
    compartment = built.wraps[0][0]["compartments"][0]  # type: ignore[index]
    compartment.update(policy=policy, leaves=compartment["leaves"] * count)
    return capsule_vec(f"policy-{name}", rule, "malformed", comment, built)


def cases() -> Iterator[Vec]:
    """Every malformed or unsupported capsule."""
    for group in (spellings, records, cores, wraps, policies):
        yield from group()
