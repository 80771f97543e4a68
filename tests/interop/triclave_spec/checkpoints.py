"""C2SP tlog-checkpoint, tlog-proof and tlog-witness (SPEC section 14)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Dict, List, Sequence, Tuple

from . import merkle, notes, tree_proof
from .encoding import base64_bytes, sized, text
from .errors import FORGED, MALFORMED, PERMIT_REFUSED, require

MAX_SIZE = 1 << 62
MAX_HASHES, MAX_PROOF = 63, 512 * 1024
PROOF = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Checkpoint:
    """A log's head."""

    origin: str
    size: int
    root: bytes

    def text(self, extensions: Sequence[str] = ()) -> str:
        """The note's text."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *extensions]
        return "".join(line + "\n" for line in lines)


def sign(signer: notes.NoteSigner, size: int, root: bytes) -> str:
    """A signed checkpoint."""
    body = Checkpoint(signer.key.name, size, root).text()
    return body + "\n" + signer.sign(body)


def _decimal(value: str, what: str) -> int:
    require(re.fullmatch("0|[1-9][0-9]{0,18}", value) is not None, MALFORMED, f"{what} is no number")
    require(int(value) <= MAX_SIZE, MALFORMED, f"{what} is too large")
    return int(value)


def _hash(value: str) -> bytes:
    return sized(base64_bytes(value, "a hash"), 32, "a hash")


def parse(note_text: str) -> Checkpoint:
    """A note's text."""
    lines = note_text[:-1].split("\n")
    #= SPEC LOG-09
    require(len(lines) >= 3 and all(lines), MALFORMED, "a checkpoint has three lines at least, and no empty one")
    checkpoint = Checkpoint(lines[0], _decimal(lines[1], "a tree's size"), _hash(lines[2]))
    require(checkpoint.size != 0 or checkpoint.root == merkle.root([]), MALFORMED, "an empty log has one root only")
    return checkpoint


def open_note(note: notes.Note, key: notes.NoteKey) -> Checkpoint:
    """A checkpoint that this log has signed."""
    notes.verify(note, key)
    checkpoint = parse(note.text)
    #= SPEC LOG-10
    require(checkpoint.origin == key.name, FORGED, "a checkpoint's origin is not its signer")
    return checkpoint


def open_checkpoint(data: bytes, key: notes.NoteKey) -> Checkpoint:
    """The same from bytes."""
    return open_note(notes.parse(data), key)


def count_cosignatures(data: bytes, witnesses: Sequence[notes.NoteKey]) -> int:
    """How many of these have cosigned a note."""
    note = notes.parse(data)
    return sum(notes.cosigned(note, key) for key in witnesses)


@dataclass(frozen=True)
class Proof:
    """A tlog-proof taken apart."""

    extra: bytes
    index: int
    path: List[bytes]
    checkpoint: str

    def text(self) -> str:
        """The proof as it stands in a file."""
        extra = [f"extra {base64.b64encode(self.extra).decode()}"] if self.extra else []
        lines = [PROOF, *extra, f"index {self.index}", *(base64.b64encode(each).decode() for each in self.path), ""]
        return "".join(line + "\n" for line in lines) + self.checkpoint


def parse_proof(data: bytes) -> Proof:
    """Form and limits."""
    require(len(data) <= MAX_PROOF, MALFORMED, "a proof is too long")
    head, blank, checkpoint = text(data, "a proof").partition("\n\n")
    require(blank != "", MALFORMED, "a proof without a checkpoint")
    lines = head.split("\n")
    require(lines.pop(0) == PROOF, MALFORMED, "this is no tlog-proof")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = base64_bytes(lines.pop(0)[6:], "a proof's extra")
        require(extra != b"", MALFORMED, "an extra without data")
    require(bool(lines) and lines[0].startswith("index "), MALFORMED, "a proof without an index")
    index = _decimal(lines.pop(0)[6:], "an index")
    require(len(lines) <= MAX_HASHES, MALFORMED, "a proof has too many hashes")
    return Proof(extra, index, [_hash(line) for line in lines], checkpoint)


def verify_proof(key: notes.NoteKey, entry: bytes, data: bytes) -> Tuple[int, Checkpoint]:
    """Where an entry stands, as a proof says and the log has signed."""
    proof = parse_proof(data)
    checkpoint = open_checkpoint(proof.checkpoint.encode(), key)
    tree_proof.check_inclusion(tree_proof.leaf_hash(entry), proof.index, checkpoint.size, proof.path, checkpoint.root)
    return proof.index, checkpoint


def verify_receipt(key: notes.NoteKey, data: bytes) -> Tuple[bytes, int, Checkpoint]:
    """The same with the entry inside."""
    entry = parse_proof(data).extra
    require(entry != b"", MALFORMED, "a receipt has the entry as its extra")
    return (entry, *verify_proof(key, entry, data))


def cosign_request(old: int, proof: Sequence[bytes], checkpoint: str) -> str:
    """What a log asks a witness."""
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof), ""]
    return "".join(line + "\n" for line in lines) + checkpoint


def add_cosignature(note: str, line: str, witness: notes.NoteKey) -> str:
    """A checkpoint's note with what a witness answered."""
    text_and_lines = note + line
    #= SPEC LOG-17
    require(count_cosignatures(text_and_lines.encode(), [witness]) == 1, FORGED, "not cosigned by the witness that was asked")
    return text_and_lines


class Witness:
    """Who cosigns the checkpoints of logs and remembers the last of each."""

    def __init__(self, signer: notes.NoteSigner, logs: Sequence[notes.NoteKey]) -> None:
        self._signer, self._logs = signer, list(logs)
        self.last: Dict[str, Tuple[int, bytes]] = {}

    def restored(self, fresh: notes.NoteSigner) -> "Witness":
        """What goes on in its place once its memory may be too old."""
        #= SPEC LOG-16
        require(fresh.key.public != self._signer.key.public, FORGED, "a restored witness has a key of its own")
        return Witness(fresh, self._logs)

    def cosign(self, data: bytes, time: int) -> str:
        """Its line, or the size that it remembers and a newline."""
        head, blank, rest = text(data, "a witness's request").partition("\n\n")
        lines = head.split("\n")
        require(blank != "" and lines[0].startswith("old "), MALFORMED, "a witness's request is none")
        old = _decimal(lines[0][4:], "an old size")
        require(len(lines) - 1 <= MAX_HASHES, MALFORMED, "a proof has too many hashes")
        proof = [_hash(line) for line in lines[1:]]
        note = notes.parse(rest.encode())
        origin = note.text.split("\n")[0]
        logs = [key for key in self._logs if key.name == origin]
        require(bool(logs), PERMIT_REFUSED, f"{origin} is not watched")
        #= SPEC LOG-14
        checkpoint = open_note(note, logs[0])
        size, root = self.last.get(origin, (0, merkle.root([])))
        if old != size:
            return f"{size}\n"
        tree_proof.check_consistency(size, root, checkpoint.size, checkpoint.root, proof)
        self.last[origin] = (checkpoint.size, checkpoint.root)
        return self._signer.cosign(note.text, time)
