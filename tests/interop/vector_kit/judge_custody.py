"""How a reader judges the .vec files of permits, requests and logs; as judge.py."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping

from triclave_spec import checkpoints, custodian, log_entries, notes, permits, requests, tiles, xwing

from .cast import DATASET
from .vec import Vec, unpack

Shared = Mapping[str, bytes]
_LOG = notes.NoteSigner("a.example/log", notes.LOG, bytes(32))
_WITNESS = notes.NoteSigner("a.example/witness", notes.WITNESS, bytes(32))

def _permit(vec: Vec, shared: Shared) -> None:
    signed = permits.read(unpack(vec.one("record"), shared))
    if vec.has("covers"):
        dataset, compartment, time = vec.one("covers").split(" ")
        signed.permit.check_covers(dataset, compartment, int(time))
    if vec.one("expect") == "ok":
        assert signed.permit.id.hex() == vec.one("permit-id") and signed.hash.hex() == vec.one("permit-hash"), vec.name

def _revocation(vec: Vec, shared: Shared) -> None:
    revocation = permits.read_revocation(unpack(vec.one("record"), shared))
    assert revocation.permit.hex() == vec.one("permit-id"), vec.name

def _release(vec: Vec, shared: Shared) -> None:
    key = xwing.PrivateKey(xwing.own_key_seed(bytes.fromhex(vec.one("own-key"))))
    judge = custodian.Custodian(DATASET, key, _LOG)
    asked: Dict[str, Any] = {"permit_record": unpack(vec.one("permit"), shared),
                             "requester_key": unpack(vec.one("requester"), shared),
                             "request": unpack(vec.one("request"), shared),
                             "signature": unpack(vec.one("signature"), shared)}
    permit_hash = permits.parse(asked["permit_record"]).hash
    for record in vec.all("revocation"):
        judge.revoke(unpack(record, shared))
    for nonce in vec.all("seen-nonce"):
        judge.nonces.add((permit_hash, bytes.fromhex(nonce)))
    for line in vec.all("floor"):
        capsule, generation = line.split(" ")
        judge.floors[bytes.fromhex(capsule)] = int(generation)
    if vec.has("approved"):
        judge.approved.add(permit_hash)
    judge.released[permit_hash] = int(vec.one("released", "0"))
    answer = judge.release(asked, int(vec.one("clock")))
    one_use = xwing.PrivateKey(bytes.fromhex(vec.one("one-use")))
    masks = requests.open_answer(one_use, asked["request"], answer["answer"])
    assert [mask.hex() for mask in masks] == vec.all("mask"), vec.name
    assert requests.parse(asked["request"]).session.hex() == vec.one("session"), vec.name
    log_entries.parse(answer["entry"])

def _answer(vec: Vec, shared: Shared) -> None:
    one_use = xwing.PrivateKey(bytes.fromhex(vec.one("one-use")))
    masks = requests.open_answer(one_use, unpack(vec.one("request"), shared), unpack(vec.one("answer"), shared))
    assert [mask.hex() for mask in masks] == vec.all("mask"), vec.name

def _entry(vec: Vec, shared: Shared) -> None:
    log_entries.parse(unpack(vec.one("entry"), shared))

def _key(vec: Vec, _: Shared) -> None:
    assert notes.parse_key(vec.one("log-key")).vkey == vec.one("log-key")

def _checkpoint(vec: Vec, shared: Shared) -> None:
    note = unpack(vec.one("note"), shared)
    head = checkpoints.open_checkpoint(note, notes.parse_key(vec.one("log-key")))
    count = checkpoints.count_cosignatures(note, [notes.parse_key(key) for key in vec.all("witness")])
    assert [str(head.size), head.root.hex(), str(count)] == [vec.one(k) for k in ("size", "root", "cosigned")], vec.name

def _proof(vec: Vec, shared: Shared) -> None:
    key, text = notes.parse_key(vec.one("log-key")), unpack(vec.one("proof"), shared)
    if vec.has("entry"):
        index, _ = checkpoints.verify_proof(key, unpack(vec.one("entry"), shared), text)
    else:
        _, index, _ = checkpoints.verify_receipt(key, text)
    assert str(index) == vec.one("index"), vec.name

def _log(vec: Vec, shared: Shared) -> None:
    files = {}
    for line in vec.all("log-file"):
        path, _, data = line.partition(" ")
        files[path] = unpack(data, shared)
    head = tiles.audit(files.__getitem__, notes.parse_key(vec.one("log-key")),
                       [unpack(text, shared) for text in vec.all("receipt")],
                       [unpack(text, shared) for text in vec.all("kept")])
    assert [str(head.size), head.root.hex()] == [vec.one("size"), vec.one("root")], vec.name

def _path(vec: Vec, _: Shared) -> None:
    assert tiles.parse_path(vec.one("path")).path == vec.one("path")

def _cosign(vec: Vec, shared: Shared) -> None:
    witness = checkpoints.Witness(_WITNESS, [notes.parse_key(vec.one("log-key"))])
    asked = [unpack(text, shared) for text in vec.all("asks")]
    for text in asked[:-1]:
        assert witness.cosign(text, 1).startswith("\u2014"), vec.name
    answer = witness.cosign(asked[-1], 2)
    assert ("cosigned" if answer.startswith("\u2014") else answer[:-1]) == vec.one("answer"), vec.name

JUDGES: Dict[str, Callable[[Vec, Shared], None]] = {
    "permit": _permit, "revocation": _revocation, "release": _release, "answer": _answer, "log-entry": _entry,
    "log-key": _key, "checkpoint": _checkpoint, "log-proof": _proof, "log": _log, "log-path": _path, "cosign": _cosign}
