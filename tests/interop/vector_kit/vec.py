"""The text format of .vec files; its grammar stands in tests/vectors/README.md."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Dict, List, Mapping, Tuple

FIRST_LINE = "triclave-vector 1"
SHARED_FILE = "shared.txt"
SHARED_FIRST_LINE = "triclave-vector-shared 1"
_ZEROS = re.compile(rb"\x00{64,}")


def pack(data: bytes, shared: Mapping[str, bytes]) -> str:
    """Bytes as pieces: base64, `@name` for a shared string of bytes, `*n` for n zero bytes."""
    for name, part in shared.items():
        before, found, behind = data.partition(part)
        if found:
            return " ".join(p for p in (pack(before, shared), "@" + name, pack(behind, shared)) if p)
    pieces, at = [], 0
    for run in _ZEROS.finditer(data):
        if run.start() > at:
            pieces.append(base64.b64encode(data[at:run.start()]).decode())
        pieces.append(f"*{len(run.group())}")
        at = run.end()
    if at < len(data):
        pieces.append(base64.b64encode(data[at:]).decode())
    return " ".join(pieces)


def unpack(text: str, shared: Mapping[str, bytes]) -> bytes:
    """Bytes from pieces."""
    out = []
    for piece in text.split(" ") if text else []:
        if piece.startswith("*"):
            out.append(bytes(int(piece[1:])))
        else:
            out.append(shared[piece[1:]] if piece.startswith("@") else base64.b64decode(piece, validate=True))
    return b"".join(out)


def shared_text(shared: Mapping[str, bytes]) -> str:
    """The file of shared strings."""
    return "\n".join([SHARED_FIRST_LINE] + [f"{n}: {base64.b64encode(d).decode()}" for n, d in shared.items()]) + "\n"


def parse_shared(text: str) -> Dict[str, bytes]:
    """Reads the file of shared strings."""
    lines = text.splitlines()
    assert lines[0] == SHARED_FIRST_LINE
    return {name: base64.b64decode(value) for name, value in (line.split(": ") for line in lines[1:])}


@dataclass
class Vec:
    """One test: fields in written order; a key may stand more than once."""

    name: str
    fields: List[Tuple[str, str]] = field(default_factory=list)

    def add(self, key: str, value: str) -> "Vec":
        """Appends a field."""
        self.fields.append((key, value))
        return self

    def all(self, key: str) -> List[str]:
        """Every value of a key."""
        return [v for k, v in self.fields if k == key]

    def one(self, key: str, default: str = "") -> str:
        """The value of a key that stands at most once."""
        values = self.all(key)
        assert len(values) <= 1, (self.name, key)
        return values[0] if values else default

    def has(self, key: str) -> bool:
        """Whether a key stands."""
        return bool(self.all(key))

    def text(self) -> str:
        """The file."""
        lines = [FIRST_LINE] + [f"{k}: {v}".rstrip() for k, v in self.fields]
        return "\n".join(lines) + "\n"


def parse(name: str, text: str) -> Vec:
    """Reads a file."""
    lines = text.splitlines()
    assert lines and lines[0] == FIRST_LINE, name
    vec = Vec(name)
    for line in lines[1:]:
        key, colon, value = line.partition(":")
        assert colon, (name, line[:40])
        vec.add(key, value[1:])
    return vec
