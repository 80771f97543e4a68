"""Reading and verifying a capsule record (SPEC sections 2, 6 and 8): nothing here opens anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Optional, Tuple

from . import policy as wire
from . import protobuf, record, signatures, xwing
from .encoding import check_strict_name, h, m, u32
from .errors import FORGED, MALFORMED, UNSUPPORTED, require

SUITE = 1


class Trust:
    """Whom a reader trusts: producers, each for all datasets or for some, and the owners whose keys it knows."""

    def __init__(self) -> None:
        self._producers: Dict[bytes, Tuple[bytes, Optional[frozenset]]] = {}
        self._owners: Dict[bytes, bytes] = {}

    def add_producer(self, public: bytes, datasets: Optional[Iterable[str]] = None) -> "Trust":
        """Trusts a producer; `datasets` None: for all."""
        self._producers[signatures.signer_id(public)] = (public, None if datasets is None else frozenset(datasets))
        return self

    def add_owner(self, public: bytes) -> "Trust":
        """Knows an owner's key: it counts only where a core names it."""
        self._owners[signatures.signer_id(public)] = public
        return self

    def producer(self, signer: bytes, dataset: str) -> bytes:
        """The public key of a producer trusted for this dataset."""
        public, datasets = self._producers.get(signer, (b"", None))
        require(public != b"" and (datasets is None or dataset in datasets), FORGED,
                f"no producer trusted for {dataset!r} has the id {signer.hex()}")
        return public

    def owner(self, signer: bytes) -> bytes:
        """The public key of an owner."""
        require(signer in self._owners, FORGED, "the owner's public key is not known")
        return self._owners[signer]


@dataclass(frozen=True)
class Core:
    """What never changes."""

    raw: bytes
    signature: bytes
    salt: bytes
    producer: bytes
    owner: bytes
    dataset: str
    checks: Dict[str, bytes]

    @property
    def id(self) -> bytes:
        """capsule_id, over the core's bytes as received."""
        return h(m("triclave/v1/core", self.raw))


@dataclass(frozen=True)
class WrapCompartment:
    """One compartment's policy and masked shares: (path, leaf, E, com) in written order."""

    policy_bytes: bytes
    policy: wire.Policy
    leaves: List[Tuple[bytes, wire.Leaf, bytes, bytes]]


@dataclass(frozen=True)
class Wrap:
    """Masked shares for one generation of recipients."""

    raw: bytes
    signature: bytes
    generation: int
    recipients: Dict[bytes, Tuple[int, bytes]]
    compartments: Dict[str, WrapCompartment]
    former: List[bytes]


@dataclass(frozen=True)
class Capsule:
    """A verified capsule."""

    core: Core
    wraps: List[Wrap]
    producer_public: bytes = field(repr=False, default=b"")

    def current(self, compartment: str) -> Wrap:
        """The last wrap that holds a compartment."""
        return [w for w in self.wraps if compartment in w.compartments][-1]


def _ascending(items: List[bytes]) -> bool:
    return all(a < b for a, b in zip(items, items[1:]))


def _read_core(raw: bytes, signature: bytes, trust: Trust) -> Tuple[Core, bytes]:
    record.limit(len(raw), 0, record.MAX_CORE, "bytes of a core")
    message = protobuf.decode("Core", raw)
    #= SPEC OPN-01
    public = trust.producer(message["producer"], message["dataset"])
    #= SPEC CAP-03
    signatures.verify(public, signatures.CORE, raw, signature)
    #= SPEC CAP-01
    require(message["suite"] <= SUITE, UNSUPPORTED, f"suite {message['suite']} is newer than this reader")
    require(message["suite"] != 0, MALFORMED, "suite 0")
    compartments = message["compartments"]
    record.limit(len(compartments), 1, record.MAX_COMPARTMENTS, "compartments in a core")
    #= SPEC CAP-02
    for name in ("salt", "producer", "owner"):
        require(len(message[name]) == 32, MALFORMED, f"a core's {name} does not have 32 bytes")
    check_strict_name(message["dataset"], "the dataset")
    for compartment in compartments:
        check_strict_name(compartment["name"], "a compartment")
        require(len(compartment["check"]) == 32, MALFORMED, "a check does not have 32 bytes")
    checks = {c["name"]: c["check"] for c in compartments}
    require(len(checks) == len(compartments), MALFORMED, "a compartment stands twice in the core")
    return Core(raw, signature, message["salt"], message["producer"], message["owner"], message["dataset"],
                checks), public


def _read_recipients(message: protobuf.Message) -> Dict[bytes, Tuple[int, bytes]]:
    recipients = message["recipients"]
    record.limit(len(recipients), 1, record.MAX_RECIPIENTS, "recipients in a wrap")
    #= SPEC CAP-06
    require(_ascending([r["key_id"] for r in recipients]), MALFORMED, "recipients are not sorted and unique")
    for recipient in recipients:
        require(recipient["kem"] == xwing.KEM_ID, UNSUPPORTED, f"KEM {recipient['kem']:#06x} is not known")
        require(len(recipient["enc"]) == xwing.ENC, MALFORMED, "an enc has the wrong length")
        require(len(recipient["key_id"]) == 32, MALFORMED, "a recipient's key id does not have 32 bytes")
    return {r["key_id"]: (r["kem"], r["enc"]) for r in recipients}


def _read_compartments(message: protobuf.Message, core: Core) -> Dict[str, WrapCompartment]:
    record.limit(len(message["compartments"]), 1, record.MAX_COMPARTMENTS, "compartments in a wrap")
    compartments: Dict[str, WrapCompartment] = {}
    for item in message["compartments"]:
        #= SPEC CAP-07
        require(item["name"] in core.checks, MALFORMED, "a wrap holds a compartment that the core does not list")
        require(item["name"] not in compartments, MALFORMED, "a compartment stands twice in a wrap")
        policy = wire.decode(item["policy"])
        places = list(wire.leaves(policy.tree))
        require(len(places) == len(item["leaves"]), MALFORMED, "a wrap's leaves are not those of its policy")
        for leaf in item["leaves"]:
            require(len(leaf["masked_share"]) == 32, MALFORMED, "a masked share does not have 32 bytes")
            require(len(leaf["commitment"]) == 32, MALFORMED, "a share's commitment does not have 32 bytes")
        compartments[item["name"]] = WrapCompartment(item["policy"], policy, [
            (path, leaf, e["masked_share"], e["commitment"]) for (path, leaf), e in zip(places, item["leaves"])])
    return compartments


def _read_wrap(raw: bytes, signature: bytes, core: Core, producer: bytes, trust: Trust) -> Wrap:
    record.limit(len(raw), 0, record.MAX_WRAP, "bytes of a wrap")
    message = protobuf.decode("Wrap", raw)
    #= SPEC CAP-05
    require(message["capsule_id"] == core.id, FORGED, "a wrap belongs to another capsule")
    signer = producer if message["generation"] == 0 else trust.owner(core.owner)
    signatures.verify(signer, signatures.WRAP, raw, signature)
    recipients = _read_recipients(message)
    compartments = _read_compartments(message, core)
    used = {leaf.key_id for c in compartments.values() for _, leaf, _, _ in c.leaves}
    require(used == set(recipients), MALFORMED, "a wrap's recipients are not those of its leaves")
    former = message["former"]
    record.limit(len(former), 0, record.MAX_FORMER, "former key ids")
    #= SPEC CAP-09
    require(_ascending(former) and all(len(f) == 32 for f in former), MALFORMED, "former key ids are not in order")
    require(not set(former) & set(recipients), MALFORMED, "a recipient of a wrap is a former one")
    return Wrap(raw, signature, message["generation"], recipients, compartments, former)


def read(data: bytes, trust: Trust) -> Capsule:
    """Reads a whole capsule record and verifies all of it."""
    record.check_preamble(data, record.CAPSULE)
    length = record.read_u32(data, record.PREAMBLE, "length")
    record.limit(record.PREAMBLE + 4 + length, 0, record.MAX_CAPSULE, "bytes of a capsule record")
    require(len(data) >= record.PREAMBLE + 4 + length, MALFORMED, "a capsule record is cut short")
    #= SPEC REC-04
    require(len(data) == record.PREAMBLE + 4 + length, MALFORMED, "bytes stand behind a capsule record")
    message = protobuf.decode("Capsule", data[record.PREAMBLE + 4:])
    record.limit(len(message["wraps"]), 1, record.MAX_WRAPS, "wraps in a capsule")
    core, producer = _read_core(message["core"], message["core_signature"], trust)
    wraps = [_read_wrap(w["wrap"], w["signature"], core, producer, trust) for w in message["wraps"]]
    #= SPEC CAP-08
    require(all(a.generation < b.generation for a, b in zip(wraps, wraps[1:])), MALFORMED,
            "wraps do not stand by ascending generation")
    held = {name for w in wraps for name in w.compartments}
    require(held == set(core.checks), MALFORMED, "a compartment has no wrap")
    capsule = Capsule(core, wraps, producer)
    current = {capsule.current(name).generation for name in core.checks}
    require(current == {w.generation for w in wraps}, MALFORMED, "a wrap is current for nothing")
    return capsule


def encode(core: bytes, core_signature: bytes, wraps: List[Tuple[bytes, bytes]]) -> bytes:
    """A capsule record of parts as they stand."""
    body = protobuf.encode("Capsule", {
        "core": core, "core_signature": core_signature,
        "wraps": [{"wrap": raw, "signature": signature} for raw, signature in wraps],
    })
    return record.preamble(record.CAPSULE) + u32(len(body)) + body
