"""Who plays in the vectors: keys from fixed seeds, fixed randomness, and the two capsules that most cases start from.

ML-KEM's encapsulations and ML-DSA's signatures draw coins inside the library that no caller can fix: so keys, secrets,
shares and salts are the same at every writing, but the files are not the same bit by bit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from triclave_spec import capsule as reading
from triclave_spec import policy as wire
from triclave_spec import protobuf, sealing, shamir, xwing
from triclave_spec.encoding import h, m
from triclave_spec.signatures import CORE, WRAP, Signer

DATASET = "weather"
LABEL = b"triclave/v1/test-vectors/"


def seed(name: str, length: int) -> bytes:
    """A fixed seed."""
    return hashlib.shake_256(LABEL + name.encode()).digest(length)


class Stream:
    """The randomness of one file: a SHAKE-256 stream with a fixed seed."""

    def __init__(self, name: str) -> None:
        self._name, self._count = name, 0

    def __call__(self, length: int) -> bytes:
        self._count += 1
        return seed(f"{self._name}/{self._count}", length)


PRODUCER = Signer(seed("producer", 64))
OWNER = Signer(seed("owner", 64))
STRANGER = Signer(seed("stranger", 64))
OWN_KEY = seed("own key", 32)
NAMES = ("owner", "alice", "bob", "carol", "dave", "erin")
SEEDS = {name: seed("recipient " + name, 32) for name in NAMES}
KEYS = {name: xwing.PrivateKey(s) for name, s in SEEDS.items()}
KEYS["own"] = xwing.PrivateKey(xwing.own_key_seed(OWN_KEY))
PUBLICS = {key.id: key.public for key in KEYS.values()}


def leaf(name: str, operator: Optional[str] = None) -> wire.Leaf:
    """A recipient's leaf."""
    return wire.Leaf(KEYS[name].id, operator if operator is not None else name)


@lru_cache(maxsize=None)
def sign(signer: Signer, role: str, x: bytes) -> bytes:
    """A signature, the same for the same words, so that files can share it."""
    return signer.sign(role, x)


@dataclass
class Parts:
    """A capsule before it is signed; `wraps` are messages or bytes with their signer."""

    core: bytes
    secrets: Dict[str, int]
    data_keys: Dict[str, bytes]
    wraps: List[Tuple[object, Signer]]
    producer: Signer = PRODUCER

    @property
    def id(self) -> bytes:
        """capsule_id."""
        return h(m("triclave/v1/core", self.core))

    def record(self) -> bytes:
        """Signs everything anew."""
        return reading.encode(self.core, sign(self.producer, CORE, self.core),
                              [(raw(w), sign(s, WRAP, raw(w))) for w, s in self.wraps])

    def edit_core(self, change: Callable[[protobuf.Message], object]) -> "Parts":
        """With a changed core, which the wraps name."""
        message = protobuf.decode("Core", self.core)
        change(message)
        return self.with_core(protobuf.encode("Core", message))

    def with_core(self, core: bytes) -> "Parts":
        """With other bytes for a core, which the wraps name."""
        parts = replace(self, core=core)
        for wrap, _ in parts.wraps:
            wrap["capsule_id"] = parts.id  # type: ignore[index]
        return parts

    def edit(self, change: Callable[[protobuf.Message], object], at: int = -1) -> "Parts":
        """With a changed wrap."""
        change(self.wraps[at][0])  # type: ignore[arg-type]
        return self


def raw(wrap: object) -> bytes:
    """A wrap's bytes."""
    return wrap if isinstance(wrap, bytes) else protobuf.encode("Wrap", wrap)  # type: ignore[arg-type]


def parts(name: str, policies: Dict[str, wire.Policy], dataset: str = DATASET, producer: Signer = PRODUCER,
          suite: int = 1, dealer: sealing.Dealer = wire.split, core_name: str = "shared") -> Parts:
    """A capsule of generation 0; `name` seeds its shares, `core_name` its secrets and salt."""
    random = Stream("core " + core_name)
    secrets = {c: shamir.random_secret(random) for c in policies}
    core, data_keys = sealing.build_core(producer.id, OWNER.id, dataset, secrets, random(32), suite)
    built = Parts(core, secrets, data_keys, [], producer)
    add_wrap(built, 0, policies, producer, random=Stream(name), dealer=dealer)
    return built


def add_wrap(to: Parts, generation: int, policies: Dict[str, wire.Policy], signer: Signer, former: Sequence[bytes] = (),
             random: Optional[Stream] = None, dealer: sealing.Dealer = wire.split) -> Parts:
    """One more wrap; nothing is checked."""
    dataset = protobuf.decode("Core", to.core)["dataset"]
    encoded = {c: wire.encode(p) for c, p in policies.items()}
    to.wraps.append((sealing.wrap_message(to.id, generation, dataset, to.secrets, encoded, PUBLICS, former,
                                          random or Stream(f"wrap {generation}"), dealer), signer))
    return to


def small(name: str, **options: object) -> Parts:
    """One compartment, `west`, for the owner alone."""
    return parts(name, {"west": wire.Policy(leaf("owner"))}, **options)  # type: ignore[arg-type]


def former_of(*names: str) -> List[bytes]:
    """Key ids, sorted."""
    return sorted(KEYS[n].id for n in names)


# The capsule that objects stand in where their case is about something else.
OBJECTS = small("objects")

# Those of tables: what the owner may open, and what alice may, twice.
OF_TABLES = {"west": wire.Policy(leaf("owner")), "east": wire.Policy(leaf("alice"))}
TABLES = parts("tables", OF_TABLES, core_name="tables")
APPENDED = parts("appended", OF_TABLES, core_name="appended")


def shared() -> Dict[str, bytes]:
    """Strings of bytes that many files hold, longest first: they stand in one file."""
    core = small("core").core
    signature = sign(PRODUCER, CORE, core)
    return {"table-capsule": TABLES.record(), "append-capsule": APPENDED.record(), "capsule": OBJECTS.record(),
            "core": protobuf.write_field(1, core, "bytes") + protobuf.write_field(2, signature, "bytes"),
            "producer": PRODUCER.public, "owner": OWNER.public}


SHARED = shared()
