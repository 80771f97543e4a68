"""Requests that a custodian judges, and answers that a requester opens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterator, Sequence, Tuple

from triclave_spec import permits, policy, requests
from triclave_spec.encoding import h, m, u64
from triclave_spec.signatures import REQUEST as ROLE
from triclave_spec.signatures import Signer

from .cast import KEYS, OWN_KEY, Stream, seed
from .custody_cast import AUTHORITY, CUSTODIAN, ENC, ITEM, NOW, ONE_USE, OTHER_AUTHORITY, PERMIT, POLICY, REQUEST
from .custody_cast import REQUESTER, SHARED, asks, asks_item, packed, start
from .forged_capsules import flip
from .vec import Vec

Extra = Sequence[Tuple[str, str]]
RECORD = SHARED["permit"]


def _release(name: str, rule: str, expect: str, comment: str, raw: bytes = REQUEST.encode(), record: bytes = RECORD,
             extra: Extra = (), clock: int = NOW, by: Signer = REQUESTER, broken: int = -1) -> Vec:
    """One request to the custodian; `broken`: the byte of the signature that is flipped."""
    vec = start("release-" + name, "release", rule, expect, comment)
    vec.add("own-key", OWN_KEY.hex()).add("clock", str(clock))
    for key, value in extra:
        vec.add(key, value)
    if expect == "ok":
        request = requests.parse(raw)
        vec.add("session", request.session.hex()).add("one-use", ONE_USE.seed.hex())
        for mask in requests.export_masks(CUSTODIAN, request):
            vec.add("mask", mask.hex())
    signature = by.sign(ROLE, raw)
    vec.add("permit", packed(record)).add("requester", packed(by.public)).add("request", packed(raw))
    return vec.add("signature", packed(flip(signature, broken) if broken >= 0 else signature))


def _under(**changes: Any) -> Tuple[bytes, bytes]:
    """A request under a changed permit, and that permit."""
    permit = replace(PERMIT, **changes)
    return asks(permit_hash=h(permit.encode())).encode(), permits.issue(permit, AUTHORITY)


def _fields(at: int, value: bytes, whole: bytes = b"") -> bytes:
    """The request with one of its fields as it should not be."""
    parts = [REQUEST.key_id, REQUEST.permit_hash, REQUEST.nonce, u64(REQUEST.time), REQUEST.one_use_key,
             m(ITEM.encode())]
    parts[at] = value
    return m(*parts) + whole


def good_cases() -> Iterator[Vec]:
    """Requests that are answered."""
    yield _release("one-item", "REQ-08", "ok", "one item")
    second = replace(ITEM, compartment="east", path=b"\x02", policy=policy.encode(policy.Policy(
        policy.all_of(policy.Leaf(KEYS["bob"].id, "bob"), policy.Leaf(CUSTODIAN.id, "own")), AUTHORITY.id)))
    yield _release("two-items", "REQ-08", "ok", "two compartments, two policies", asks(items=(ITEM, second)).encode())
    root = replace(POLICY, tree=policy.Leaf(CUSTODIAN.id, "own"), expires=NOW + 1)
    yield _release("root", "REQ-06", "ok", "the custodian is the whole tree, in the policy's last second",
                   asks_item(path=b"", policy=policy.encode(root)).encode())
    yield _release("clock-behind", "REQ-04", "ok", "120 seconds early", clock=NOW - 120)
    yield _release("clock-ahead", "REQ-04", "ok", "120 seconds late", clock=NOW + 120)
    raw, record = _under(needs_approval=True, most_releases=2)
    yield _release("approved", "REQ-05", "ok", "approved, and the last but one was the first release", raw, record,
                   [("approved", "yes"), ("released", "1")])
    stranger = permits.revoke(PERMIT.id, NOW, OTHER_AUTHORITY)
    yield _release("revoked-by-another", "PER-06", "ok", "another authority revoked a permit of this id",
                   extra=[("revocation", packed(stranger))])
    yield _release("floor", "REQ-07", "ok", "the generation is the floor",
                   extra=[("floor", f"{ITEM.capsule_id.hex()} 2")])


def malformed_cases() -> Iterator[Vec]:
    """REQ-01 and what else is not a request."""
    for name, comment, raw in (
            ("key-id-short", "a key id of 31 bytes", _fields(0, REQUEST.key_id[:-1])),
            ("one-use-key-short", "a one-use key of 1,215 bytes", _fields(4, ONE_USE.public[:-1])),
            ("no-items", "nothing is asked for", _fields(5, b"")),
            ("items-65", "65 items", asks(items=(replace(ITEM, enc=bytes(1_120)),) * 65).encode()),
            ("field-surplus", "a seventh field", _fields(0, REQUEST.key_id, m(b""))),
            ("length-gigabytes", "a field that claims four gigabytes", REQUEST.encode() + b"\xff\xff\xff\xff"),
            ("enc-short", "an enc of 1,119 bytes", asks_item(enc=ENC[:-1]).encode()),
            ("path-long", "a path of eight steps", asks_item(path=b"\x01" * 8).encode()),
            ("path-0", "a path with the step 0", asks_item(path=b"\x00").encode()),
            ("policy-long", "a policy of 16 KiB and a byte", asks_item(policy=bytes(16 * 1024 + 1)).encode())):
        yield _release(name, "REQ-01", "malformed", comment, raw)
    yield _release("one-use-key-modulus", "ANS-01", "malformed", "a one-use key with a coefficient above q",
                   asks(one_use_key=b"\xff\xff" + ONE_USE.public[2:]).encode())
    yield _release("policy-none", "REQ-06", "malformed", "a policy that is none", asks_item(policy=b"\x01").encode())


def refused_cases() -> Iterator[Vec]:
    """What a custodian does not answer."""
    raw, record = _under(purpose="another")
    yield _release("other-permit", "REQ-02", "permit_refused", "another permit lies beside it", record=record)
    yield _release("other-requester", "REQ-02", "permit_refused", "another requester's permit", by=AUTHORITY)
    yield _release("half-signed-ml-dsa", "REQ-02", "forged", "the ML-DSA half does not verify", broken=999)
    yield _release("re-addressed", "REQ-03", "permit_refused", "for another custodian's key",
                   asks(key_id=KEYS["bob"].id).encode())
    yield _release("early", "REQ-04", "permit_refused", "121 seconds early", clock=NOW - 121)
    yield _release("late", "REQ-04", "permit_refused", "121 seconds late", clock=NOW + 121)
    yield _release("replayed", "REQ-04", "permit_refused", "the nonce was seen under this permit",
                   extra=[("seen-nonce", REQUEST.nonce.hex())])
    yield _release("uncovered", "REQ-05", "permit_refused", "a compartment that the permit does not name",
                   asks_item(compartment="north").encode())
    raw, record = _under(not_after=NOW - 1)
    yield _release("expired", "REQ-05", "permit_refused", "the permit held until a second ago", raw, record)
    yield _release("second-uncovered", "REQ-05", "permit_refused", "the second item is of another dataset",
                   asks(items=(ITEM, replace(ITEM, dataset="oceans"))).encode())
    yield _release("revoked", "PER-06", "permit_refused", "revoked, at a time to come",
                   extra=[("revocation", packed(permits.revoke(PERMIT.id, NOW + 500, AUTHORITY)))])
    raw, record = _under(most_releases=2)
    yield _release("used-up", "REQ-05", "permit_refused", "the third of two releases", raw, record, [("released", "2")])
    raw, record = _under(needs_approval=True)
    yield _release("unapproved", "REQ-05", "permit_refused", "it waits for an officer", raw, record)
    for name, expect, comment, change, path in (
            ("other-authority", "permit_refused", "the policy names another authority",
             {"authority": OTHER_AUTHORITY.id}, b"\x01"),
            ("no-authority", "permit_refused", "under this policy nobody issues permits", {"authority": b""}, b"\x01"),
            ("policy-expired", "policy_refused", "the policy ended this second", {"expires": NOW}, b"\x01"),
            ("other-path", "policy_refused", "at the path stands another's key", {}, b"\x02"),
            ("path-beyond", "policy_refused", "the path leads below a leaf", {}, b"\x01\x01")):
        yield _release(name, "REQ-06", expect, comment,
                       asks_item(path=path, policy=policy.encode(replace(POLICY, **change))).encode())
    yield _release("below-floor", "REQ-07", "policy_refused", "a generation below the floor",
                   extra=[("floor", f"{ITEM.capsule_id.hex()} 3")])


def answer_cases() -> Iterator[Vec]:
    """Answers, on their way back."""
    raw = REQUEST.encode()
    masks = requests.export_masks(CUSTODIAN, REQUEST)
    random = Stream("answers")

    def sealed(key_id: bytes = CUSTODIAN.id, request: bytes = raw, key: bytes = ONE_USE.public) -> bytes:
        return requests.seal_answer(key_id, request, key, masks, random)

    good = sealed()
    other = asks(nonce=seed("other nonce", 16)).encode()
    for name, expect, comment, data in (
            ("good", "ok", "one mask", good), ("flipped", "forged", "one bit of the masks", flip(good, 1_130)),
            ("extended", "malformed", "a byte too many", good + b"\x00"),
            ("of-another-request", "forged", "it answers another request", sealed(request=other)),
            ("of-another-key", "forged", "another custodian's key in its info", sealed(key_id=KEYS["bob"].id)),
            ("for-another", "forged", "sealed for another one-use key", sealed(key=KEYS["bob"].public))):
        vec = start("answer-" + name, "answer", "ANS-02", expect, comment)
        vec.add("one-use", ONE_USE.seed.hex())
        if expect == "ok":
            vec.add("mask", masks[0].hex())
        yield vec.add("request", packed(raw)).add("answer", packed(data))


def cases() -> Iterator[Vec]:
    """All of these."""
    yield from good_cases()
    yield from malformed_cases()
    yield from refused_cases()
    yield from answer_cases()
