"""Key files (SPEC section 3, Key files)."""

from __future__ import annotations

import base64
import os
import re
import stat
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from . import cobblestone, record, xwing
from .encoding import base64_bytes, check_free_name, h, m
from .errors import FORGED, INVALID_ARGUMENT, MALFORMED, UNSUPPORTED, SpecError, require
from .kdf import Random
from .signatures import POSSESSION, PUBLIC, Signer, signer_id, verify
from .signatures import SEED as SIGNER_SEED

RECIPIENT, SIGNER = "recipient", "signer"
_ALGORITHM = {RECIPIENT: "x-wing", SIGNER: "ed25519+ml-dsa-65"}
_SEED = {RECIPIENT: xwing.SEED, SIGNER: SIGNER_SEED}
_ARGON2ID = re.compile(r"argon2id m=(0|[1-9][0-9]{0,9}) t=(0|[1-9][0-9]{0,9}) p=(0|[1-9][0-9]{0,9}) salt=(\S+)")


@dataclass(frozen=True)
class Argon2Parameters:
    """m in KiB, passes, lanes."""

    m: int
    t: int
    p: int

    def check(self) -> None:
        """Before anything is allocated."""
        #= SPEC KEY-06
        require(self.m <= 2_097_152 and self.t <= 16 and self.p <= 64 and self.m >= 8 * self.p, UNSUPPORTED,
                "Argon2id parameters are out of bounds")
        require(self.t >= 1 and self.p >= 1, UNSUPPORTED, "Argon2id has at least one pass and one lane")

    def derive(self, passphrase: bytes, salt: bytes) -> bytes:
        """32 bytes of a passphrase."""
        self.check()
        return Argon2id(salt=salt, length=32, iterations=self.t, lanes=self.p, memory_cost=self.m).derive(passphrase)


@dataclass(frozen=True)
class KeyFile:
    """A key file, read; `secret` is None in public files and as long as it is protected."""

    role: str
    private: bool
    name: str
    created: str
    fingerprint: bytes
    public: bytes = b""
    secret: Optional[bytes] = None
    protected: Optional[Tuple[Argon2Parameters, bytes, bytes, bytes]] = None

    def unlock(self, passphrase: Optional[bytes] = None) -> bytes:
        """The seeds, with the fingerprint checked."""
        require(self.private, INVALID_ARGUMENT, "this is a public key file")
        secret = self.secret
        if self.protected is not None:
            require(passphrase is not None, INVALID_ARGUMENT, "the key file needs a passphrase")
            parameters, salt, sealed, before = self.protected
            secret = cobblestone.decrypt(parameters.derive(passphrase or b"", salt), _context(before), sealed)
        assert secret is not None
        require(len(secret) == _SEED[self.role], MALFORMED, "a secret has the wrong length")
        #= SPEC KEY-08
        require(_private_id(self.role, secret) == self.fingerprint, FORGED, "the fingerprint is not the key's id")
        return secret


def _context(before: bytes) -> bytes:
    return m("triclave/v1/key-file", before)


def _private_id(role: str, seed: bytes) -> bytes:
    return xwing.PrivateKey(seed).id if role == RECIPIENT else Signer(seed).id


def _seal_up(lines: List[str]) -> bytes:
    body = "".join(line + "\n" for line in lines).encode()
    return body + f"checksum: {h(body)[:8].hex()}\n".encode()


def _head(role: str, side: str, name: str, created: str, fingerprint: bytes) -> List[str]:
    check_free_name(name, 64, "a key's name")
    return ["triclave-key 1", f"kind: {role}-{side}", f"name: {name}", f"algorithm: {_ALGORITHM[role]}",
            f"created: {created}", f"fingerprint: {fingerprint.hex()}"]


def write_public(role: str, seed: bytes, name: str, created: str) -> bytes:
    """The public file of a key, with the proof of possession where the key can sign."""
    if role == RECIPIENT:
        key = xwing.PrivateKey(seed)
        lines = _head(role, "public", name, created, key.id) + ["public: " + base64.b64encode(key.public).decode()]
    else:
        signer = Signer(seed)
        lines = _head(role, "public", name, created, signer.id)
        lines.append("public: " + base64.b64encode(signer.public).decode())
        lines.append("proof: " + base64.b64encode(signer.sign(POSSESSION, name.encode())).decode())
    return _seal_up(lines)


def write_private(role: str, seed: bytes, name: str, created: str, passphrase: Optional[bytes] = None,
                  parameters: Argon2Parameters = Argon2Parameters(65_536, 3, 4), random: Random = os.urandom) -> bytes:
    """The private file of a key, protected where there is a passphrase."""
    lines = _head(role, "private", name, created, _private_id(role, seed))
    if passphrase is None:
        lines += ["protection: none", "secret: " + base64.b64encode(seed).decode()]
    else:
        salt = random(16)
        lines.append(f"protection: argon2id m={parameters.m} t={parameters.t} p={parameters.p} "
                     f"salt={base64.b64encode(salt).decode()}")
        before = "".join(line + "\n" for line in lines).encode()
        sealed = cobblestone.encrypt(parameters.derive(passphrase, salt), _context(before), seed, random)
        lines.append("secret: " + base64.b64encode(sealed).decode())
    return _seal_up(lines)


def _lines(data: bytes) -> Tuple[List[str], int]:
    record.limit(len(data), 0, record.MAX_KEY_FILE, "bytes of a key file")
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise SpecError(MALFORMED, "a key file is not UTF-8") from None
    first = text.split("\n", 1)[0]
    version = re.fullmatch(r"triclave-key ([1-9][0-9]{0,8})", first)
    require(version is not None, MALFORMED, "this is not a key file")
    #= SPEC KEY-05
    require(first == "triclave-key 1", UNSUPPORTED, "a key file of a newer version")
    require(text.endswith("\n"), MALFORMED, "the last line does not end in LF")
    return text[:-1].split("\n"), data.rfind(b"checksum: ")


def _fields(lines: List[str]) -> Dict[str, str]:
    kind = lines[1][len("kind: "):] if len(lines) > 1 else ""
    order = ["kind", "name", "algorithm", "created", "fingerprint"]
    order += {"recipient-public": ["public"], "signer-public": ["public", "proof"]}.get(kind, ["protection", "secret"])
    order.append("checksum")
    require(len(lines) == len(order) + 1, MALFORMED, "a key file has missing or repeated lines")
    fields = {}
    for want, line in zip(order, lines[1:]):
        require(line.startswith(want + ": "), MALFORMED, f"a key file lacks the line {want} in its place")
        fields[want] = line[len(want) + 2:]
    return fields


def parse(data: bytes) -> KeyFile:
    """Reads a key file; `unlock` then gives the secret of a private one."""
    lines, checksum_at = _lines(data)
    fields = _fields(lines)
    require(fields["checksum"] == h(data[:checksum_at])[:8].hex(), MALFORMED, "the checksum does not fit")
    role, _, side = fields["kind"].partition("-")
    require(role in _ALGORITHM and side in ("public", "private"), MALFORMED, "an unknown kind of key file")
    check_free_name(fields["name"], 64, "a key's name")
    require(fields["algorithm"] in _ALGORITHM.values(), UNSUPPORTED, "an unknown algorithm")
    require(fields["algorithm"] == _ALGORITHM[role], MALFORMED, "the algorithm is not one of this kind of key")
    require(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fields["created"]) is not None, MALFORMED, "not a date")
    require(re.fullmatch(r"[0-9a-f]{64}", fields["fingerprint"]) is not None, MALFORMED, "not a fingerprint")
    base = dict(role=role, name=fields["name"], created=fields["created"],
                fingerprint=bytes.fromhex(fields["fingerprint"]))
    if side == "public":
        return _parse_public(fields, base)
    before = data[:data.rfind(b"secret: ", 0, checksum_at)]
    return _parse_private(fields, base, before)


def _parse_public(fields: Dict[str, str], base: dict) -> KeyFile:
    public = base64_bytes(fields["public"], "a public key")
    if base["role"] == RECIPIENT:
        xwing.check_key_id(public, base["fingerprint"])
    else:
        require(len(public) == PUBLIC and signer_id(public) == base["fingerprint"],
                MALFORMED if len(public) != PUBLIC else FORGED, "the fingerprint is not the key's id")
        #= SPEC KEY-04
        verify(public, POSSESSION, base["name"].encode(), base64_bytes(fields["proof"], "a proof"))
    return KeyFile(private=False, public=public, **base)


def _parse_private(fields: Dict[str, str], base: dict, before: bytes) -> KeyFile:
    secret = base64_bytes(fields["secret"], "a secret")
    if fields["protection"] == "none":
        require(len(secret) == _SEED[base["role"]], MALFORMED, "a secret has the wrong length")
        return KeyFile(private=True, secret=secret, **base)
    require(fields["protection"].startswith("argon2id "), UNSUPPORTED, "an unknown protection")
    match = _ARGON2ID.fullmatch(fields["protection"])
    require(match is not None, MALFORMED, "parameters of argon2id that are not in order")
    assert match is not None
    parameters = Argon2Parameters(*(int(g) for g in match.groups()[:3]))
    parameters.check()
    salt = base64_bytes(match.group(4), "a salt")
    require(len(salt) == 16, MALFORMED, "a salt does not have 16 bytes")
    return KeyFile(private=True, protected=(parameters, salt, secret, before), **base)


def save_private(path: str, data: bytes) -> None:
    """Writes a new private file with mode 0600."""
    #= SPEC KEY-07
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def load(path: str) -> KeyFile:
    """Reads a key file and, of a private one, its mode and owner."""
    with open(path, "rb") as file:
        status, data = os.fstat(file.fileno()), file.read(record.MAX_KEY_FILE + 1)
    key = parse(data)
    fit = stat.S_ISREG(status.st_mode) and status.st_uid in (0, os.getuid()) and not status.st_mode & 0o077
    require(fit or not key.private, INVALID_ARGUMENT, f"{path}: group or others have a right to a private key")
    return key
