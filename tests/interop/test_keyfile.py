"""Key files, own keys and signatures (SPEC section 3); damaged texts are among the .vec files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from triclave_spec import keyfile, signatures, xwing
from triclave_spec.errors import SpecError
from triclave_spec.keyfile import RECIPIENT, SIGNER, Argon2Parameters
from vector_kit.cast import PRODUCER, STRANGER

SEEDS = {RECIPIENT: bytes(range(32)), SIGNER: bytes(range(64))}
CHEAP = Argon2Parameters(64, 1, 2)


@pytest.mark.parametrize("role", [RECIPIENT, SIGNER])
def test_both_files_of_a_key(role: str) -> None:
    """What is written is read back; every flip of one bit of a byte and every truncation is refused."""
    for data in (keyfile.write_public(role, SEEDS[role], "n", "2024-01-01"),
                 keyfile.write_private(role, SEEDS[role], "n", "2024-01-01"),
                 keyfile.write_private(role, SEEDS[role], "n", "2024-01-01", b"pass", CHEAP)):
        key = keyfile.parse(data)
        if key.private:
            assert key.unlock(b"pass") == SEEDS[role]
        else:
            assert key.fingerprint == (xwing.key_id(xwing.KEM_ID, key.public) if role == RECIPIENT
                                       else signatures.signer_id(key.public))
        for at in range(len(data)):
            for changed in (data[:at], data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1:]):
                with pytest.raises(SpecError):
                    keyfile.parse(changed).unlock(b"pass")


def test_passphrase() -> None:
    """A protected file needs its passphrase; a public one has no secret."""
    key = keyfile.parse(keyfile.write_private(RECIPIENT, SEEDS[RECIPIENT], "n", "2024-01-01", b"pass", CHEAP))
    for passphrase, kind in ((None, "invalid_argument"), (b"", "forged"), (b"pass\n", "forged")):
        with pytest.raises(SpecError, match=kind):
            key.unlock(passphrase)
    with pytest.raises(SpecError, match="invalid_argument"):
        keyfile.parse(keyfile.write_public(RECIPIENT, SEEDS[RECIPIENT], "n", "2024-01-01")).unlock()


def test_modes(tmp_path: Path) -> None:
    """KEY-07."""
    path = str(tmp_path / "a.key")
    keyfile.save_private(path, keyfile.write_private(RECIPIENT, SEEDS[RECIPIENT], "n", "2024-01-01"))
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert keyfile.load(path).unlock() == SEEDS[RECIPIENT]
    for mode in (0o640, 0o604, 0o610, 0o602):
        os.chmod(path, mode)
        with pytest.raises(SpecError, match="invalid_argument"):
            keyfile.load(path)
    os.chmod(path, 0o400)
    keyfile.load(path)


@pytest.mark.parametrize("key", [b"", bytes(32), b"\xff" * 32, bytes(range(31)), bytes(range(33))])
def test_own_key_refused(key: bytes) -> None:
    """KEY-03."""
    with pytest.raises(SpecError, match="invalid_argument"):
        xwing.own_key_seed(key)


def test_signature_is_bound() -> None:
    """To its role, its signer and what is signed; both halves count (SIG-01)."""
    signature = PRODUCER.sign(signatures.CORE, b"x")
    signatures.verify(PRODUCER.public, signatures.CORE, b"x", signature)
    other = STRANGER.sign(signatures.CORE, b"x")
    mixed = PRODUCER.public[:32] + STRANGER.public[32:]
    for public, role, x, given in (
            (PRODUCER.public, signatures.WRAP, b"x", signature), (PRODUCER.public, signatures.CORE, b"y", signature),
            (STRANGER.public, signatures.CORE, b"x", signature), (mixed, signatures.CORE, b"x", signature),
            (PRODUCER.public, signatures.CORE, b"x", signature[:64] + other[64:]),
            (PRODUCER.public, signatures.CORE, b"x", other[:64] + signature[64:])):
        with pytest.raises(SpecError, match="forged"):
            signatures.verify(public, role, x, given)
    for given in (signature[:-1], signature + b"\x00", b""):
        with pytest.raises(SpecError, match="malformed"):
            signatures.verify(PRODUCER.public, signatures.CORE, b"x", given)
