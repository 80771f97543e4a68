"""Key files, good and bad."""

from __future__ import annotations

import base64
from typing import Callable, Dict, Iterator, Optional, Tuple

from triclave_spec import keyfile
from triclave_spec.encoding import h, m, u16
from triclave_spec.keyfile import RECIPIENT, SIGNER, Argon2Parameters

from .cast import KEYS, PRODUCER, SEEDS, SHARED, STRANGER, Stream
from .vec import Vec, pack
from .writing import keyfile_vec

DATE = "2024-02-29"
CHEAP = Argon2Parameters(1024, 1, 1)
PASSPHRASE = "correct horse, Bätterie"
ALICE, ALICE_SEED = KEYS["alice"], SEEDS["alice"]


def resum(data: bytes) -> bytes:
    """With the checksum made to fit again."""
    body = data[:data.rfind(b"checksum: ")]
    return body + b"checksum: " + h(body)[:8].hex().encode() + b"\n"


def _facts(role: str, private: bool, passphrase: Optional[str] = None) -> Dict[str, str]:
    recipient = role == RECIPIENT
    facts = {"fingerprint": (ALICE if recipient else PRODUCER).id.hex()}
    if private:
        facts["secret"] = (ALICE_SEED if recipient else PRODUCER.seed).hex()
    else:
        facts["public"] = pack(ALICE.public if recipient else PRODUCER.public, SHARED)
    if passphrase is not None:
        facts["passphrase"] = passphrase
    return facts


def _write(role: str, private: bool, passphrase: Optional[str] = None, name: str = "alice of the west") -> bytes:
    seed = ALICE_SEED if role == RECIPIENT else PRODUCER.seed
    if not private:
        return keyfile.write_public(role, seed, name, DATE)
    secret = passphrase.encode() if passphrase is not None else None
    return keyfile.write_private(role, seed, name, DATE, secret, CHEAP, Stream("key file " + role))


def good() -> Iterator[Vec]:
    """Each kind."""
    for role in (RECIPIENT, SIGNER):
        for private, passphrase, label in ((False, None, "public"), (True, None, "private"),
                                           (True, PASSPHRASE, "protected")):
            yield keyfile_vec(f"key-{role}-{label}", "KEY-05", "ok", f"a {role}'s {label} file",
                              _write(role, private, passphrase), _facts(role, private, passphrase))
    yield keyfile_vec("key-name-unicode", "ENC-04", "ok", "a name of 64 bytes, not all ASCII",
                      _write(RECIPIENT, False, name="Größe 気象 " + "x" * 48), _facts(RECIPIENT, False))


def texts() -> Iterator[Vec]:
    """A recipient's public file, rewritten; the checksum fits unless the case is about it."""
    good_file = _write(RECIPIENT, False)

    def drop(start: bytes) -> Callable[[bytes], bytes]:
        return lambda d: b"".join(x for x in d.splitlines(True) if not x.startswith(start))

    def twice(d: bytes) -> bytes:
        lines = d.splitlines(True)
        return b"".join(lines[:3] + [lines[2]] + lines[3:])

    def reorder(d: bytes) -> bytes:
        lines = d.splitlines(True)
        return b"".join(lines[:2] + [lines[3], lines[2]] + lines[4:])
    cases: Tuple[Tuple[str, str, str, str, Callable[[bytes], bytes]], ...] = (
        ("newer-version", "KEY-05", "unsupported", "triclave-key 2",
         lambda d: resum(d.replace(b"triclave-key 1", b"triclave-key 2"))),
        ("other-first-line", "KEY-05", "malformed", "not a key file", lambda d: resum(b"x" + d)),
        ("checksum", "KEY-05", "malformed", "a letter of the name differs", lambda d: d.replace(b"alice", b"alicf")),
        ("checksum-missing", "KEY-05", "malformed", "no checksum line", drop(b"checksum: ")),
        ("line-missing", "KEY-05", "malformed", "no line for the date", lambda d: resum(drop(b"created: ")(d))),
        ("line-twice", "KEY-05", "malformed", "the name stands twice", lambda d: resum(twice(d))),
        ("order", "KEY-05", "malformed", "algorithm before name", lambda d: resum(reorder(d))),
        ("no-final-lf", "KEY-05", "malformed", "the last line does not end in LF", lambda d: d[:-1]),
        ("crlf", "KEY-05", "malformed", "lines end in CR LF", lambda d: resum(d.replace(b"\n", b"\r\n"))),
        ("trailing-line", "KEY-05", "malformed", "an empty line behind the checksum", lambda d: d + b"\n"),
        ("name-empty", "ENC-04", "malformed", "an empty name",
         lambda d: resum(d.replace(b"name: alice of the west", b"name: "))),
        ("name-long", "ENC-04", "malformed", "a name of 65 bytes",
         lambda d: resum(d.replace(b"alice of the west", b"x" * 65))),
        ("name-control", "ENC-04", "malformed", "a tab in the name",
         lambda d: resum(d.replace(b"alice of", b"alice\tof"))),
        ("not-utf8", "KEY-05", "malformed", "the name is not UTF-8", lambda d: resum(d.replace(b"alice", b"al\xffce"))),
        ("kind-unknown", "KEY-05", "malformed", "kind: reader-public",
         lambda d: resum(d.replace(b"kind: recipient", b"kind: reader"))),
        ("base64-unpadded", "KEY-05", "malformed", "the public key lacks its padding",
         lambda d: resum(d.replace(b"=\nchecksum", b"\nchecksum"))),
        ("too-long", "LIM-01", "malformed", "more than 16 KiB",
         lambda d: resum(d.replace(b"name: ", b"name: " + bytes(64) + b"x" * 17000))),
        ("fingerprint", "KEY-08", "forged", "the fingerprint of another key",
         lambda d: resum(d.replace(ALICE.id.hex().encode(), KEYS["bob"].id.hex().encode()))),
        ("public-short", "KEY-02", "malformed", "a public key of 1,213 bytes under its own id",
         lambda d: _with_public(d, ALICE.public[:1213])),
        ("mlkem-modulus", "KEY-02", "malformed", "a coefficient of q: the modulus check fails",
         lambda d: _with_public(d, b"\x01" + bytes([(ALICE.public[1] & 0xF0) | 0x0D]) + ALICE.public[2:])))
    for name, rule, expect, comment, change in cases:
        data = change(good_file)
        assert data != good_file, name
        yield keyfile_vec("key-" + name, rule, expect, comment, data, {"fingerprint": ALICE.id.hex()})


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data)


def _with_public(good_file: bytes, public: bytes) -> bytes:
    key_id = h(m("triclave/v1/key", u16(0x647A), public))
    changed = good_file.replace(_base64(ALICE.public), _base64(public))
    return resum(changed.replace(ALICE.id.hex().encode(), key_id.hex().encode()))


def secrets() -> Iterator[Vec]:
    """Signers' public files and private files with something wrong in them."""
    public = _write(SIGNER, False)
    facts = {"fingerprint": PRODUCER.id.hex()}
    other = keyfile.write_public(SIGNER, STRANGER.seed, "alice of the west", DATE)
    proof, foreign = (next(x for x in d.splitlines() if x.startswith(b"proof: ")) for d in (public, other))
    yield keyfile_vec("key-proof-of-another", "KEY-04", "forged", "another signer's proof of possession",
                      resum(public.replace(proof, foreign)), facts)
    yield keyfile_vec("key-proof-of-another-name", "KEY-04", "forged", "the name is not the one that was proved",
                      resum(public.replace(b"of the west", b"of the east")), facts)
    yield keyfile_vec("key-proof-missing", "KEY-05", "malformed", "a signer's public file without a proof",
                      resum(public.replace(proof + b"\n", b"")), facts)
    plain = _write(RECIPIENT, True)
    facts = {"fingerprint": ALICE.id.hex()}
    yield keyfile_vec("key-private-fingerprint", "KEY-08", "forged", "the fingerprint of another key", resum(
        plain.replace(ALICE.id.hex().encode(), KEYS["bob"].id.hex().encode())), facts)
    yield keyfile_vec("key-secret-short", "KEY-05", "malformed", "a seed of 30 bytes",
                      resum(plain.replace(_base64(ALICE_SEED), _base64(ALICE_SEED[:30]))), facts)
    yield keyfile_vec("key-protection-unknown", "KEY-05", "unsupported", "protection: rot13",
                      resum(plain.replace(b"protection: none", b"protection: rot13")), facts)
    sealed = _write(RECIPIENT, True, PASSPHRASE)
    facts["passphrase"] = PASSPHRASE
    yield keyfile_vec("key-passphrase-wrong", "OBJ-05", "forged", "another passphrase", sealed,
                      dict(facts, passphrase="wrong"))
    yield keyfile_vec("key-protected-renamed", "OBJ-05", "forged", "another name in a protected file",
                      resum(sealed.replace(b"of the west", b"of the east")), facts)
    for label, kib, t, p in (("memory", 2_097_153, 1, 1), ("passes", 1024, 17, 1), ("lanes", 1024, 1, 65),
                           ("memory-per-lane", 31, 1, 4), ("gigantic", 4_294_967_295, 1, 1)):
        yield keyfile_vec(f"key-argon2-{label}", "KEY-06", "unsupported", f"m={kib} t={t} p={p}", resum(
            sealed.replace(b"m=1024 t=1 p=1", f"m={kib} t={t} p={p}".encode())), facts)


def cases() -> Iterator[Vec]:
    """Every key file."""
    for group in (good, texts, secrets):
        yield from group()
