"""The files of C2SP tlog-tiles, and a log's audit from them (SPEC section 14, Files)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, Dict, List, Sequence

from . import checkpoints, log_entries, merkle, notes
from .encoding import u16
from .errors import FORGED, INVALID_ARGUMENT, MALFORMED, require

WIDTH = 256
MAX_LEVEL = 7
_PATH = re.compile(r"tile/(entries|[0-7])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class Tile:
    """A tile's coordinates; level -1 is a bundle of entries."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its name."""
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        suffix = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level < 0 else self.level}/{'/'.join(groups)}{suffix}"


def parse_path(path: str) -> Tile:
    """The tile that a path names; its one spelling only."""
    match = _PATH.fullmatch(path)
    #= SPEC LOG-12
    require(match is not None, INVALID_ARGUMENT, f"no such file: {path!r}")
    level, index, width = match.groups()  # type: ignore[union-attr]
    tile = Tile(-1 if level == "entries" else int(level), int(re.sub("[x/]", "", index)), int(width or WIDTH))
    require(tile.path == path, INVALID_ARGUMENT, f"no such file: {path!r}")
    return tile


def tiles_of(size: int) -> List[Tile]:
    """Every tile of a log of this size."""
    out = []
    for level in range(-1, MAX_LEVEL + 1):
        hashes = size >> 8 * max(level, 0)
        out += [Tile(level, n) for n in range(hashes // WIDTH)]
        if hashes % WIDTH:
            out.append(Tile(level, hashes // WIDTH, hashes % WIDTH))
    return out


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries behind their lengths."""
    return b"".join(u16(len(entry)) + entry for entry in entries)


def parse_bundle(data: bytes, width: int) -> List[bytes]:
    """The entries of a bundle."""
    out, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at:at + 2], "big")
        #= SPEC LOG-13
        require(len(data) - at - 2 >= length, MALFORMED, "a bundle is cut short")
        out.append(data[at + 2:at + 2 + length])
        at += 2 + length
    require(len(out) == width, MALFORMED, f"a bundle has {len(out)} entries instead of {width}")
    return out


def hashes(entries: Sequence[bytes], tile: Tile) -> bytes:
    """What a tile of hashes holds."""
    span = 1 << 8 * tile.level
    first = tile.index * WIDTH
    return b"".join(merkle.root(entries[n * span:(n + 1) * span]) for n in range(first, first + tile.width))


def files(entries: Sequence[bytes], signer: notes.NoteSigner) -> Dict[str, bytes]:
    """Everything that a log serves."""
    out = {}
    for tile in tiles_of(len(entries)):
        own = entries[tile.index * WIDTH:tile.index * WIDTH + tile.width]
        out[tile.path] = bundle(own) if tile.level < 0 else hashes(entries, tile)
    out["checkpoint"] = checkpoints.sign(signer, len(entries), merkle.root(entries)).encode()
    return out


def audit(read: Callable[[str], bytes], key: notes.NoteKey, receipts: Sequence[bytes] = (),
          kept: Sequence[bytes] = ()) -> checkpoints.Checkpoint:
    """Computes a whole log again, and holds it against what was kept of it."""
    head = checkpoints.open_checkpoint(read("checkpoint"), key)
    tiles = tiles_of(head.size)
    entries: List[bytes] = []
    for tile in tiles:
        if tile.level < 0:
            entries += parse_bundle(read(tile.path), tile.width)
    for entry in entries:
        log_entries.parse(entry)
    for tile in tiles:
        if tile.level >= 0:
            data = read(tile.path)
            require(len(data) == 32 * tile.width, MALFORMED, "a tile has not its width of hashes")
            #= SPEC LOG-15
            require(data == hashes(entries, tile), FORGED, f"{tile.path} is not what the entries give")
    require(merkle.root(entries) == head.root, FORGED, "the entries do not give the signed root")
    for each in kept:
        older = checkpoints.open_checkpoint(each, key)
        require(older.size <= head.size and merkle.root(entries[:older.size]) == older.root, FORGED,
                "a kept checkpoint does not fit")
    for each in receipts:
        entry, index, older = checkpoints.verify_receipt(key, each)
        require(older.size <= head.size and merkle.root(entries[:older.size]) == older.root, FORGED,
                "a receipt does not fit")
        require(entries[index] == entry, FORGED, "a receipt's entry is another")
    return head
