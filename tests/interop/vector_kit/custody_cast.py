"""Who plays in the vectors of permits, requests and logs: an authority, a requester, a custodian and its log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from triclave_spec import log_entries, notes, permits, policy, protobuf, requests, xwing
from triclave_spec.encoding import h
from triclave_spec.signatures import Signer

from .cast import DATASET, KEYS, leaf, seed
from .vec import Vec, pack

AUTHORITY = Signer(seed("authority", 64))
OTHER_AUTHORITY = Signer(seed("other authority", 64))
REQUESTER = Signer(seed("requester", 64))
CUSTODIAN = KEYS["own"]
ONE_USE = xwing.PrivateKey(seed("one use", 32))
# Any bytes of this length are an enc: ML-KEM answers a wrong one with another secret, the same each time.
ENC = seed("enc", 1_088) + X25519PrivateKey.from_private_bytes(seed("enc x25519", 32)).public_key().public_bytes_raw()
NOW = 1_850_000_000

PERMIT = permits.Permit(seed("permit", 16), AUTHORITY.id, REQUESTER.id, DATASET, ("east", "west"), "météo de 2025", NOW - 1_000,
                        NOW + 1_000)
POLICY = policy.Policy(policy.any_of(leaf("own"), leaf("bob")), AUTHORITY.id)
ITEM = requests.Item(seed("a capsule", 32), 2, ENC, DATASET, "west", b"\x01", policy.encode(POLICY))
REQUEST = requests.Request(CUSTODIAN.id, h(PERMIT.encode()), seed("nonce", 16), NOW, ONE_USE.public, (ITEM,))

LOG = notes.NoteSigner("ovh.example/triclave", notes.LOG, seed("log", 32))
OTHER_LOG = notes.NoteSigner("orange.example/triclave", notes.LOG, seed("other log", 32))
WITNESS = notes.NoteSigner("outscale.example/witness", notes.WITNESS, seed("witness", 32))
OTHER_WITNESS = notes.NoteSigner("orange.example/witness", notes.WITNESS, seed("other witness", 32))

RELEASE: Dict[str, Any] = {
    "kind": log_entries.RELEASE, "time": NOW, "key_id": CUSTODIAN.id, "request_hash": h(REQUEST.encode()),
    "answer_hash": seed("answer hash", 32), "session": REQUEST.session, "permit_id": PERMIT.id,
    "requester": REQUESTER.id, "dataset": DATASET, "compartments": ["east", "west"], "purpose": PERMIT.purpose, "masks": 2}


def entry(**changes: Any) -> bytes:
    """A log entry: the release above with other fields."""
    return protobuf.encode("LogEntry", {**RELEASE, **changes})


def started(count: int) -> List[bytes]:
    """The shortest entries there are."""
    return [protobuf.encode("LogEntry", {"kind": log_entries.STARTED, "time": NOW + n}) for n in range(count)]


# A log of seven entries, and one that says otherwise from the fifth on.
ENTRIES = started(3) + [entry()] + started(6)[3:]
FORKED = ENTRIES[:4] + [entry(time=NOW + 60)] + ENTRIES[5:]


def asks(**changes: Any) -> requests.Request:
    """The request with other fields."""
    return replace(REQUEST, **changes)


def asks_item(**changes: Any) -> requests.Request:
    """The request with another item."""
    return asks(items=(replace(ITEM, **changes),))


def shared() -> Dict[str, bytes]:
    """Strings of bytes that many of these files hold. Of them only the permit's signature is not always the same, which
    no other file hashes."""
    return {"permit": permits.issue(PERMIT, AUTHORITY), "authority": AUTHORITY.public, "requester": REQUESTER.public,
            "one-use-key": ONE_USE.public, "enc": ENC}


SHARED = shared()


def start(name: str, kind: str, rule: str, expect: str, comment: str) -> Vec:
    """The lines that each file begins with."""
    vec = Vec(name)
    for key, value in (("comment", comment), ("type", kind), ("rule", rule), ("expect", expect)):
        vec.add(key, value)
    return vec


def packed(data: bytes) -> str:
    """Bytes as pieces."""
    return pack(data, SHARED)
