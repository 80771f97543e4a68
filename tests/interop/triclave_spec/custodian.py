"""A custodian: judges requests, logs, answers (SPEC section 13). Also what a requester checks of an answer."""

from __future__ import annotations

from typing import Dict, List, Set, Tuple

from . import checkpoints, log_entries, merkle, notes, permits, policy, protobuf, requests
from . import tree_proof, xwing
from .encoding import h
from .errors import FORGED, PERMIT_REFUSED, POLICY_REFUSED, require
from .signatures import REQUEST, Signer, signer_id, verify


def build(request: requests.Request, permit_record: bytes, requester: Signer) -> protobuf.Message:
    """A signed request with what travels beside it: a ReleaseRequest."""
    raw = request.encode()
    return {"permit_record": permit_record, "requester_key": requester.public, "request": raw,
            "signature": requester.sign(REQUEST, raw)}


class Custodian:
    """One key for one dataset. Its state is in memory; time is told by the caller."""

    def __init__(self, dataset: str, key: xwing.PrivateKey, signer: notes.NoteSigner) -> None:
        self.dataset, self.key, self.signer = dataset, key, signer
        self.entries: List[bytes] = []
        self.nonces: Set[Tuple[bytes, bytes]] = set()
        self.revoked: Set[Tuple[bytes, bytes]] = set()
        self.approved: Set[bytes] = set()
        self.released: Dict[bytes, int] = {}
        self.floors: Dict[bytes, int] = {}

    def revoke(self, record: bytes) -> None:
        """Takes note of a revocation."""
        revocation = permits.read_revocation(record)
        self.revoked.add((revocation.authority, revocation.permit))

    def judge(self, asked: protobuf.Message, now: int) -> Tuple[requests.Request, permits.SignedPermit]:
        """Refuses a request, or gives it back with its permit."""
        signed = permits.read(asked["permit_record"])
        permit = signed.permit
        request = requests.parse(asked["request"])
        #= SPEC REQ-02
        require(request.permit_hash == signed.hash, PERMIT_REFUSED, "the request names another permit")
        require(signer_id(asked["requester_key"]) == permit.requester, PERMIT_REFUSED, "another requester's permit")
        verify(asked["requester_key"], REQUEST, asked["request"], asked["signature"])
        #= SPEC REQ-03
        require(request.key_id == self.key.id, PERMIT_REFUSED, "the request is for another's key")
        require(all(item.dataset == self.dataset for item in request.items), PERMIT_REFUSED, "the key is for another dataset")
        #= SPEC REQ-04
        require(abs(request.time - now) <= requests.SKEW, PERMIT_REFUSED, "the request's time is not now")
        require((signed.hash, request.nonce) not in self.nonces, PERMIT_REFUSED, "the request was seen before")
        #= SPEC PER-06
        require((permit.authority, permit.id) not in self.revoked, PERMIT_REFUSED, "the permit is revoked")
        #= SPEC REQ-05
        require(not permit.needs_approval or signed.hash in self.approved, PERMIT_REFUSED, "the permit is not approved")
        require(permit.most_releases == 0 or self.released.get(signed.hash, 0) < permit.most_releases, PERMIT_REFUSED,
                "the permit is used up")
        for item in request.items:
            permit.check_covers(item.dataset, item.compartment, now)
            self._check_policy(item, request.key_id, permit.authority, now)
        return request, signed

    def _check_policy(self, item: requests.Item, key_id: bytes, authority: bytes, now: int) -> None:
        #= SPEC REQ-06
        wire = policy.decode(item.policy)
        require(wire.authority == authority, PERMIT_REFUSED, "the policy names another authority")
        require(wire.expires == 0 or now < wire.expires, POLICY_REFUSED, "the policy has expired")
        leaf = dict(policy.leaves(wire.tree)).get(item.path)
        require(leaf is not None and leaf.key_id == key_id, POLICY_REFUSED, "the key does not stand at the path")
        #= SPEC REQ-07
        require(item.generation >= self.floors.get(item.capsule_id, 0), POLICY_REFUSED, "a former generation")

    def export(self, request: requests.Request) -> List[bytes]:
        """What the answer is to hold."""
        return requests.export_masks(self.key, request)

    def release(self, asked: protobuf.Message, now: int) -> protobuf.Message:
        """A ReleaseAnswer; it is in the log before it is given back."""
        request, signed = self.judge(asked, now)
        masks = self.export(request)
        answer = requests.seal_answer(request.key_id, asked["request"], request.one_use_key, masks)
        self.nonces.add((signed.hash, request.nonce))
        self.released[signed.hash] = self.released.get(signed.hash, 0) + 1
        entry = protobuf.encode("LogEntry", {
            "kind": log_entries.RELEASE, "time": now, "key_id": request.key_id, "request_hash": h(asked["request"]),
            "answer_hash": h(answer), "session": request.session, "permit_id": signed.permit.id,
            "requester": signed.permit.requester, "dataset": signed.permit.dataset,
            "compartments": sorted({item.compartment for item in request.items}), "purpose": signed.permit.purpose,
            "masks": len(masks)})
        #= SPEC REQ-09
        self.entries.append(entry)
        return {"answer": answer, "entry": entry, "proof": self.proof(len(self.entries) - 1)}

    def proof(self, index: int) -> str:
        """That an entry stands in the log as it is now."""
        checkpoint = checkpoints.sign(self.signer, len(self.entries), merkle.root(self.entries))
        return checkpoints.Proof(b"", index, tree_proof.inclusion(index, self.entries), checkpoint).text()


def accept(one_use: xwing.PrivateKey, request: bytes, answer: protobuf.Message, log_key: notes.NoteKey) -> List[bytes]:
    """The masks of an answer that stands in the custodian's log."""
    masks = requests.open_answer(one_use, request, answer["answer"])
    entry = log_entries.parse(answer["entry"])
    #= SPEC ANS-04
    require(entry["request_hash"] == h(request) and entry["answer_hash"] == h(answer["answer"]), FORGED,
            "the log's entry is about another answer")
    checkpoints.verify_proof(log_key, answer["entry"], answer["proof"].encode())
    return masks
