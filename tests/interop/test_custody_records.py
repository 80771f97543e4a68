"""Permits, requests, answers and logs (SPEC sections 12 to 14): published examples, and a whole release."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import List

import pytest
from published import MERKLE_LEAVES, MERKLE_ROOTS
from test_standards import HPKE
from triclave_spec import checkpoints, custodian, hpke, merkle, notes, permits, requests, tiles, tree_proof, xwing
from triclave_spec.errors import SpecError
from vector_kit.cast import DATASET, KEYS
from vector_kit.custody_cast import AUTHORITY, CUSTODIAN, LOG, NOW, ONE_USE, OTHER_LOG, PERMIT, REQUEST, REQUESTER, SHARED
from vector_kit.custody_cast import OTHER_WITNESS, WITNESS, entry, started

# C2SP signed-note: its example of a verifier key, and the note that it verifies.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = ("This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXs"
        "YjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n").encode()


def test_published_note() -> None:
    """C2SP's own example."""
    key = notes.parse_key(VKEY)
    notes.verify(notes.parse(NOTE), key)
    with pytest.raises(SpecError, match="forged"):
        notes.verify(notes.parse(NOTE.replace(b"This", b"That")), key)


def test_hpke_message() -> None:
    """The first message of the published case with X-Wing, HKDF-SHA256 and AES-256-GCM, or that AEAD's on another KEM."""
    taken = 0
    for name in ("hpke-pq-test-vectors.json", "test-vectors.json"):
        for v in json.loads((HPKE / name).read_text()):
            if (v["mode"], v["kdf_id"], v["aead_id"]) != (0, 1, hpke.AEAD_AES_256_GCM):
                continue
            context = hpke.Context(v["kem_id"], bytes.fromhex(v["shared_secret"]), bytes.fromhex(v["info"]), v["aead_id"])
            first = v["encryptions"][0]
            aad, plaintext, ciphertext = (bytes.fromhex(first[k]) for k in ("aad", "pt", "ct"))
            assert context.seal(plaintext, aad) == ciphertext and context.open(ciphertext, aad) == plaintext
            taken += 1
    assert taken > 0


def test_tree_proofs() -> None:
    """Every proof in the trees of one to eight published leaves leads to the published root; no other does."""
    roots = [bytes.fromhex(x) for x in MERKLE_ROOTS]
    for size in range(1, 9):
        entries, root = MERKLE_LEAVES[:size], roots[size - 1]
        for index in range(size):
            proof = tree_proof.inclusion(index, entries)
            leaf = tree_proof.leaf_hash(entries[index])
            tree_proof.check_inclusion(leaf, index, size, proof, root)
            for wrong in ([*proof, root], proof[:-1] if proof else [leaf], [*proof[:-1], leaf]):
                with pytest.raises(SpecError, match="forged"):
                    tree_proof.check_inclusion(leaf, index, size, wrong, root)
        for old in range(1, size + 1):
            proof = tree_proof.consistency(old, entries)
            tree_proof.check_consistency(old, roots[old - 1], size, root, proof)
            with pytest.raises(SpecError, match="forged"):
                tree_proof.check_consistency(old, roots[old % 8], size, root, proof)


def _ask(keeper: custodian.Custodian, request: requests.Request, now: int = NOW) -> List[bytes]:
    asked = custodian.build(request, SHARED["permit"], REQUESTER)
    return custodian.accept(ONE_USE, asked["request"], keeper.release(asked, now), LOG.key)


def test_release() -> None:
    """A request is answered once, its mask is the one that a sealer drew, and it stands in the log."""
    enc, sealer = hpke.setup_base_s(CUSTODIAN.public, custodian.requests.masks.wrap_info(
        REQUEST.items[0].capsule_id, REQUEST.items[0].generation, CUSTODIAN.id))
    item = replace(REQUEST.items[0], enc=enc)
    place = requests.masks.Place(item.capsule_id, item.generation, item.dataset, item.compartment, item.path, item.policy)
    keeper = custodian.Custodian(DATASET, CUSTODIAN, LOG)
    request = replace(REQUEST, items=(item,))
    assert _ask(keeper, request) == [sealer.export(place.mask_context, 64)]
    with pytest.raises(SpecError, match="permit_refused.*before"):
        _ask(keeper, request)
    with pytest.raises(SpecError, match="permit_refused.*dataset"):
        _ask(custodian.Custodian("oceans", CUSTODIAN, LOG), request)
    keeper.revoke(permits.revoke(PERMIT.id, NOW, AUTHORITY))
    with pytest.raises(SpecError, match="permit_refused.*revoked"):
        _ask(keeper, replace(request, nonce=bytes(16)))
    assert tiles.audit(tiles.files(keeper.entries, LOG).__getitem__, LOG.key).size == 1


def test_answers_are_held_against_the_log() -> None:
    """ANS-04: an entry about something else, another log, a proof of another entry."""
    keeper = custodian.Custodian(DATASET, CUSTODIAN, LOG)
    asked = custodian.build(REQUEST, SHARED["permit"], REQUESTER)
    good = keeper.release(asked, NOW)
    custodian.accept(ONE_USE, asked["request"], good, LOG.key)
    keeper.entries.append(entry())
    for wrong in ({"entry": entry(), "proof": keeper.proof(1)}, {"proof": keeper.proof(1)}, {"answer": good["answer"][:-1] + b"x"}):
        with pytest.raises(SpecError, match="forged"):
            custodian.accept(ONE_USE, asked["request"], {**good, **wrong}, LOG.key)
    with pytest.raises(SpecError, match="forged"):
        custodian.accept(ONE_USE, asked["request"], good, OTHER_LOG.key)
    with pytest.raises(SpecError, match="forged"):
        custodian.accept(KEYS["bob"], asked["request"], good, LOG.key)


def test_one_use_keys() -> None:
    """ANS-03."""
    assert requests.one_use_key().public != requests.one_use_key().public
    assert len(requests.one_use_key().public) == xwing.PUBLIC


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
def test_logs(size: int) -> None:
    """Tiles have one path each, and a log of any size gives its root."""
    entries = started(size)
    files = tiles.files(entries, LOG)
    for path in set(files) - {"checkpoint"}:
        assert tiles.parse_path(path).path == path
    assert tiles.audit(files.__getitem__, LOG.key) == checkpoints.Checkpoint(LOG.key.name, size, merkle.root(entries))
    for path, data in files.items():
        with pytest.raises(SpecError):
            tiles.audit({**files, path: data[:-1] + bytes([data[-1] ^ 1])}.__getitem__, LOG.key)


def test_witnesses() -> None:
    """A log takes a witness's line only if it is that one's; a witness without its memory goes on under another key."""
    def signed(entries: List[bytes]) -> str:
        return checkpoints.sign(LOG, len(entries), merkle.root(entries))

    def asked(old: int, entries: List[bytes]) -> bytes:
        return checkpoints.cosign_request(old, tree_proof.consistency(old, entries), signed(entries)).encode()

    entries, forked = started(3), [*started(2), entry()]
    witness = checkpoints.Witness(WITNESS, [LOG.key])
    line = witness.cosign(asked(0, entries), NOW)
    assert signed(entries) in checkpoints.add_cosignature(signed(entries), line, WITNESS.key)
    for note, key in ((signed(forked), WITNESS.key), (signed(entries), OTHER_WITNESS.key)):
        with pytest.raises(SpecError, match="forged"):
            checkpoints.add_cosignature(note, line, key)
    with pytest.raises(SpecError, match="forged"):
        witness.restored(WITNESS)
    again = witness.restored(OTHER_WITNESS)
    other = again.cosign(asked(0, forked), NOW)
    with pytest.raises(SpecError, match="forged"):
        checkpoints.add_cosignature(signed(forked), other, WITNESS.key)
