"""C2SP signed-note, verifier keys, and the cosignatures of C2SP tlog-cosignature (SPEC section 14)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import List

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from . import ed25519
from .encoding import base64_bytes, h, sized, text, u8, u64
from .errors import FORGED, MALFORMED, UNSUPPORTED, SpecError, require

LOG, WITNESS = 1, 4
MAX_NOTE, MAX_SIGNATURES = 256 * 1024, 64
# Unicode's White_Space.
_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def check_key_name(name: str) -> None:
    """Not empty, no spaces of any kind, no plus."""
    require(name != "" and not set(name) & set(_SPACES + "+") and not re.search("[\x00-\x1f]", name), MALFORMED,
            "a key's name is none")


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that name a key beside its name."""
    return h(name.encode() + b"\n" + u8(kind) + public)[:4]


@dataclass(frozen=True)
class NoteKey:
    """The public key of a log (type 1) or a witness (type 4)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Its id."""
        return key_id(self.name, self.kind, self.public)

    @property
    def vkey(self) -> str:
        """The verifier key."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(u8(self.kind) + self.public).decode()}"


def parse_key(vkey: str) -> NoteKey:
    """Reads a verifier key."""
    parts = vkey.split("+", 2)
    require(len(parts) == 3, MALFORMED, "a verifier key has three parts")
    check_key_name(parts[0])
    data = base64_bytes(parts[2], "a verifier key")
    require(data != b"", MALFORMED, "a verifier key without a type")
    key = NoteKey(parts[0], data[0], data[1:])
    #= SPEC LOG-08
    require(key.kind in (LOG, WITNESS), UNSUPPORTED, f"type {key.kind} of a verifier key")
    sized(key.public, 32, "an Ed25519 key")
    require(key.id.hex() == parts[1], FORGED, "a key's id is not that of the key")
    require(ed25519.in_main_subgroup(key.public), MALFORMED, "an Ed25519 key is no point of the main subgroup")
    return key


@dataclass(frozen=True)
class Line:
    """A signature line taken apart."""

    name: str
    id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A signed note: `text` with its last newline."""

    text: str
    lines: List[Line]


def parse(note: bytes) -> Note:
    """Form and limits; nothing is verified."""
    #= SPEC LOG-06
    require(len(note) <= MAX_NOTE, MALFORMED, "a note is too long")
    whole = text(note, "a note")
    require(not re.search("[\x00-\x09\x0b-\x1f]", whole), MALFORMED, "a note has a control character")
    body, blank, signatures = whole.rpartition("\n\n")
    require(blank != "", MALFORMED, "a note without a blank line")
    return Note(body + "\n", parse_lines(signatures))


def parse_lines(signatures: str) -> List[Line]:
    """Signature lines."""
    require(signatures.endswith("\n"), MALFORMED, "a signature line does not end")
    rows = signatures[:-1].split("\n")
    require(len(rows) <= MAX_SIGNATURES, MALFORMED, "too many signatures")
    out = []
    for row in rows:
        words = row.split(" ")
        require(len(words) == 3 and words[0] == "\u2014", MALFORMED, "a signature line is none")
        check_key_name(words[1])
        data = base64_bytes(words[2], "a note's signature")
        require(len(data) > 4, MALFORMED, "a note's signature is too short")
        out.append(Line(words[1], data[:4], data[4:]))
    return out


def signature_line(name: str, identity: bytes, signature: bytes) -> str:
    """A line as it stands below the text."""
    return f"\u2014 {name} {base64.b64encode(identity + signature).decode()}\n"


def _verify(key: NoteKey, message: bytes, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise SpecError(FORGED, f"a signature of {key.name} does not verify") from None


def _lines_of(note: Note, key: NoteKey) -> List[Line]:
    #= SPEC LOG-07
    return [line for line in note.lines if line.name == key.name and line.id == key.id]


def verify(note: Note, key: NoteKey) -> None:
    """Refuses a note that this log has not signed."""
    require(key.kind == LOG, FORGED, "a witness's key does not sign as a log")
    lines = _lines_of(note, key)
    require(lines != [], FORGED, f"{key.name} has not signed")
    for line in lines:
        _verify(key, note.text.encode(), line.signature)


def cosigned_text(note_text: str, time: int) -> bytes:
    """What a cosignature is over."""
    return f"cosignature/v1\ntime {time}\n{note_text}".encode()


def cosigned(note: Note, key: NoteKey) -> bool:
    """Whether this witness has cosigned; refuses a line of its own that does not verify."""
    lines = _lines_of(note, key)
    for line in lines:
        time = int.from_bytes(line.signature[:8], "big")
        require(len(line.signature) == 72 and time < 1 << 63, FORGED, "a cosignature is none")
        _verify(key, cosigned_text(note.text, time), line.signature[8:])
    return lines != []


class NoteSigner:
    """The private half of a NoteKey."""

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = NoteKey(name, kind, self._private.public_key().public_bytes_raw())

    def sign(self, note_text: str) -> str:
        """A log's line."""
        return signature_line(self.key.name, self.key.id, self._private.sign(note_text.encode()))

    def cosign(self, note_text: str, time: int) -> str:
        """A witness's line."""
        signature = u64(time) + self._private.sign(cosigned_text(note_text, time))
        return signature_line(self.key.name, self.key.id, signature)
