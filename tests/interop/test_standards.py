"""The primitives against published vectors: whole files where they are at hand, short hand-carried ones always."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from pathlib import Path

import cryptography_vectors
import pytest
from published import COBBLESTONE, FROST_E3, HKDF_SHA256_A1, MERKLE_LEAVES, MERKLE_ROOTS, XWING
from triclave_spec import cobblestone, hpke, kdf, merkle, shamir, xwing
from triclave_spec.encoding import ORDER, scalar_to_bytes
from triclave_spec.errors import SpecError

HPKE = Path(cryptography_vectors.__file__).parent / "HPKE"
# The folder of published vectors too long to carry along, where it is at hand; the short ones below run always.
STANDARDS = Path(os.environ["TRICLAVE_VECTORS"]) if "TRICLAVE_VECTORS" in os.environ else None


def test_hkdf_rfc5869() -> None:
    """RFC 5869, A.1."""
    v = HKDF_SHA256_A1
    assert kdf.hkdf("sha256", v["ikm"], v["salt"], v["info"], 42) == v["okm"]


def test_merkle_rfc6962() -> None:
    """The trees of one to eight leaves of the Certificate Transparency reference implementation."""
    assert [merkle.root(MERKLE_LEAVES[:n]).hex() for n in range(1, 9)] == MERKLE_ROOTS
    assert merkle.root([]).hex() == hashlib.sha256(b"").hexdigest()


def test_shard_rfc9591() -> None:
    """RFC 9591, E.3: participants' shares of FROST(ristretto255, SHA-512)."""
    coefficients = [int.from_bytes(FROST_E3[k], "little") for k in ("secret", "coefficient")]
    shares = [shamir.evaluate(coefficients, i) for i in (1, 2, 3)]
    assert [scalar_to_bytes(s) for s in shares] == FROST_E3["shares"]
    for pair in ((1, 2), (1, 3), (2, 3)):
        assert shamir.combine({i: shares[i - 1] for i in pair}, 2) == coefficients[0]
    assert shamir.combine({i: s for i, s in enumerate(shares, 1)}, 2) == coefficients[0]
    with pytest.raises(SpecError, match="forged"):
        shamir.combine({1: shares[0], 2: shares[1], 3: (shares[2] + 1) % ORDER}, 2)


@pytest.mark.parametrize("vector", COBBLESTONE, ids=lambda v: v["comment"])
def test_cobblestone_short(vector: dict) -> None:
    """Two short messages of the published Cobblestone-256 vectors."""
    plaintext = cobblestone.decrypt(vector["key"], b"", vector["ct"])
    assert len(plaintext) == vector["length"]
    assert hashlib.sha512(plaintext).hexdigest() == vector["sha512"]
    for at in range(len(vector["ct"])):
        with pytest.raises(SpecError):
            cobblestone.decrypt(vector["key"], b"", vector["ct"][:at])
    with pytest.raises(SpecError, match="forged"):
        cobblestone.decrypt(vector["key"], b"x", vector["ct"])


def test_xwing_short() -> None:
    """The draft's first vector, by digests."""
    key = xwing.PrivateKey(XWING["seed"])
    assert hashlib.sha256(key.public).hexdigest() == XWING["pk_sha256"]
    assert key.decapsulate(XWING["ct"]) == XWING["ss"]


def test_xwing_round_trip() -> None:
    """Encapsulation has no derandomised form here, so it is tested against our own decapsulation."""
    key = xwing.PrivateKey(bytes(range(32)))
    shared, enc = xwing.encapsulate(key.public)
    assert len(enc) == xwing.ENC and key.decapsulate(enc) == shared
    assert key.decapsulate(enc[:-1] + bytes([enc[-1] ^ 1])) != shared
    with pytest.raises(SpecError, match="malformed"):
        key.decapsulate(enc[:-1])


def test_possession() -> None:
    """A recipient answers a registry's challenge, another one does not."""
    key, other = xwing.PrivateKey(bytes(range(32))), xwing.PrivateKey(bytes(range(1, 33)))
    enc, expected = hpke.possession_challenge(key.public)
    hpke.check_possession(expected, hpke.possession_answer(key, enc))
    with pytest.raises(SpecError, match="forged"):
        hpke.check_possession(expected, hpke.possession_answer(other, enc))


if STANDARDS:

    def test_cobblestone_file() -> None:
        """The published Cobblestone-256 vectors, all of them."""
        data = json.loads((STANDARDS / "c2sp_chunked_encryption_aes_256_gcm_test.json").read_text())
        tests = [t for g in data["testGroups"] for t in g["tests"]]
        assert len(tests) == data["numberOfTests"]
        for t in tests:
            key, context = bytes.fromhex(t["key"]), bytes.fromhex(t["ctx"])
            message = zlib.decompress(bytes.fromhex(t["ct"]))
            if t["result"] == "valid":
                assert cobblestone.derive(key, message[:24], context)[0].hex() == t["aeadKey"]
                plaintext = cobblestone.decrypt(key, context, message)
                assert len(plaintext) == t["msgLength"] and hashlib.sha512(plaintext).hexdigest() == t["msgSha512"]
                assert cobblestone.encrypt(key, context, plaintext, lambda _: message[:24]) == message
            else:
                with pytest.raises(SpecError):
                    cobblestone.decrypt(key, context, message)

    def test_xwing_file() -> None:
        """The draft's vectors: key generation and decapsulation."""
        for v in json.loads((STANDARDS / "xwing_test_vectors.json").read_text()):
            key = xwing.PrivateKey(bytes.fromhex(v["seed"]))
            assert key.public.hex() == v["pk"] and key.decapsulate(bytes.fromhex(v["ct"])).hex() == v["ss"]


def test_hpke_file() -> None:
    """HPKE with X-Wing and KDF 0x0001: the KEM's secret, the key schedule and the exporter."""
    vectors = json.loads((HPKE / "hpke-pq-test-vectors.json").read_text())
    ours = [v for v in vectors if (v["mode"], v["kem_id"], v["kdf_id"]) == (0, xwing.KEM_ID, 1)]
    assert ours
    for v in ours:
        key = xwing.PrivateKey(bytes.fromhex(v["skRm"]))
        shared = key.decapsulate(bytes.fromhex(v["enc"]))
        assert key.public.hex() == v["pkRm"] and shared.hex() == v["shared_secret"]
        context = hpke.Context(xwing.KEM_ID, shared, bytes.fromhex(v["info"]), v["aead_id"])
        assert context.exporter_secret.hex() == v["exporter_secret"]
        for export in v["exports"]:
            got = context.export(bytes.fromhex(export["exporter_context"]), export["L"])
            assert got.hex() == export["exported_value"]


def test_hpke_export_only_file() -> None:
    """The key schedule with the export-only AEAD 0xFFFF (RFC 9180's vectors of that suite, on other KEMs)."""
    vectors = json.loads((HPKE / "test-vectors.json").read_text())
    ours = [v for v in vectors if (v["mode"], v["kdf_id"], v["aead_id"]) == (0, 1, 0xFFFF)]
    assert ours
    for v in ours:
        context = hpke.Context(v["kem_id"], bytes.fromhex(v["shared_secret"]), bytes.fromhex(v["info"]), 0xFFFF)
        assert context.exporter_secret.hex() == v["exporter_secret"]
        for export in v["exports"]:
            got = context.export(bytes.fromhex(export["exporter_context"]), export["L"])
            assert got.hex() == export["exported_value"]
