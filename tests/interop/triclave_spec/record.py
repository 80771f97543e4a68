"""Preambles of records (SPEC section 2) and the limits on sizes (SPEC section 1, LIM-01)."""

from __future__ import annotations

from .encoding import u16
from .errors import MALFORMED, UNSUPPORTED, require

MAGIC = b"triclave"
CAPSULE = 1
SEALED_OBJECT = 2
SEALED_TABLE = 3
CELLS = 4
ERASURE = 7
PERMIT = 5
REVOCATION = 6
VERSION = 1
PREAMBLE = 12

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
MAX_CAPSULE, MAX_CORE, MAX_WRAP, MAX_POLICY = 4 * MIB, 16 * KIB, 2 * MIB, 16 * KIB
MAX_HEADER, MAX_KEY_FILE = 64 * KIB, 16 * KIB
MAX_WRAPS, MAX_COMPARTMENTS, MAX_RECIPIENTS, MAX_FORMER = 64, 64, 256, 1024
MAX_LEVELS, MAX_LEAVES, MAX_CHILDREN = 8, 64, 16
MAX_SEGMENTS, MAX_SEGMENT_COMPARTMENTS, MAX_COLUMNS = 1024, 64, 65_536
MAX_FIELDS_OF_COLUMN, MAX_FIELD_LEVELS = 4096, 16
MAX_ROW_GROUPS, MAX_ROWS = 262_144, 2**31 - 1
MAX_FOOTER, MAX_CHUNK = 64 * MIB, GIB
MAX_ERASURE = 16 * MIB
MAX_PERMIT, MAX_REVOCATION, MAX_REQUEST = 16 * KIB, 8 * KIB, 512 * KIB
MAX_PERMIT_COMPARTMENTS, MAX_ITEMS = 64, 64


def preamble(kind: int) -> bytes:
    """The 12 bytes that a record begins with."""
    return MAGIC + u16(kind) + u16(VERSION)


def check_preamble(record: bytes, kind: int) -> None:
    """Refuses what is not a record of this kind and version. The version is judged before the kind."""
    #= SPEC REC-01
    require(record[:8] == MAGIC and len(record) >= PREAMBLE, MALFORMED, "this is not a Triclave record")
    version = int.from_bytes(record[10:12], "big")
    require(version != 0, MALFORMED, "version 0")
    #= SPEC REC-02
    require(version <= VERSION, UNSUPPORTED, f"written by a newer version ({version}) of the format")
    #= SPEC REC-03
    require(record[8:10] == u16(kind), MALFORMED, "this record is of another kind")


def read_u32(record: bytes, at: int, what: str) -> int:
    """A u32 at an offset; a record that ends before it is cut short."""
    require(len(record) >= at + 4, MALFORMED, f"the record is cut short in its {what}")
    return int.from_bytes(record[at:at + 4], "big")


def limit(count: int, least: int, most: int, what: str) -> None:
    """Keeps a row of the table of limits."""
    #= SPEC LIM-01
    require(least <= count <= most, MALFORMED, f"{what}: {count} is not within {least} and {most}")
