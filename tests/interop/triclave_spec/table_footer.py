"""Footers of a table: parsing, and what footers must agree in (SPEC section 10, Footer)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Sequence, Tuple

from . import cobblestone, protobuf, record, zstd
from .arrow_format import check_field, check_pairs
from .encoding import u64
from .errors import MALFORMED, UNSUPPORTED, require
from .protobuf import Message

Place = Tuple[int, int]  # offset from the body's begin, length


@dataclass(frozen=True)
class Footer:
    """What one compartment's footer tells of a segment."""

    columns: int
    own: List[Message]
    rows: List[int]
    chunks: List[Dict[int, Place]]  # by row group, then by position
    notes: List[Message]


def places(pairs: Sequence[Place]) -> bytes:
    """The `chunks` of a row group."""
    return b"".join(u64(offset) + u64(length) for offset, length in pairs)


def _read_places(raw: bytes, own: List[Message], body: int) -> Dict[int, Place]:
    #= SPEC TAB-06
    require(len(raw) == 16 * len(own), MALFORMED, "a row group has not one place for each column")
    found = {}
    for index, column in enumerate(own):
        offset, length = (int.from_bytes(raw[at:at + 8], "big") for at in (16 * index, 16 * index + 8))
        require(offset + length <= body, MALFORMED, "a chunk lies outside the body")
        plain = cobblestone.plaintext_length(length)
        record.limit(plain, 0, record.MAX_CHUNK, "bytes of a column chunk")
        found[column["position"]] = (offset, length)
    return found


def parse(plaintext: bytes, compartments: int, body: int) -> Footer:
    """Reads a footer of a segment with so many compartments and so many bytes of chunks."""
    message = protobuf.decode("TableFooter", plaintext)
    columns, own, groups = message["columns"], message["own"], message["row_groups"]
    record.limit(columns, 1, record.MAX_COLUMNS, "columns of a segment")
    record.limit(len(groups), 0, record.MAX_ROW_GROUPS, "row groups of a segment")
    #= SPEC TAB-04
    require(compartments + columns * len(groups) < 1 << 32, MALFORMED, "a segment has too many streams")
    positions = [c["position"] for c in own]
    #= SPEC TAB-05
    require(own != [], MALFORMED, "a compartment has no column")
    require(all(a < b for a, b in zip(positions, positions[1:])), MALFORMED, "columns do not stand by position")
    require(positions[-1] < columns, MALFORMED, "a column's position lies behind the last column")
    for column in own:
        #= SPEC TAB-15
        require(column["compression"] in (zstd.NONE, zstd.ZSTD), UNSUPPORTED,
                f"compression {column['compression']} is not known")
        require(column["field"] is not None, MALFORMED, "a column without a field")
        check_field(column["field"])
    check_pairs(message["notes"], "a footer's notes")
    rows, chunks = [], []
    for group in groups:
        record.limit(group["rows"], 1, record.MAX_ROWS, "rows of a row group")
        rows.append(group["rows"])
        chunks.append(_read_places(group["chunks"], own, body))
    return Footer(columns, own, rows, chunks, message["notes"])


def check_together(footers: Dict[str, Footer], compartments: int) -> None:
    """The footers that are open of one segment, by compartment."""
    opened = list(footers.values())
    for other in opened[1:]:
        #= SPEC TAB-07
        require((other.columns, other.rows) == (opened[0].columns, opened[0].rows), MALFORMED,
                "the footers of a segment tell of different columns or rows")
    own = [column for footer in opened for column in footer.own]
    taken = {column["position"] for column in own}
    require(len(taken) == len(own), MALFORMED, "two compartments have a column at the same position")
    names = {column["field"]["name"] for column in own}
    require(len(names) == len(own), MALFORMED, "two columns have the same name")
    if len(opened) == compartments:
        require(len(taken) == opened[0].columns, MALFORMED, "a position has no column")


def check_segments(first: Dict[str, Footer], other: Dict[str, Footer]) -> None:
    """The footers that are open of the first segment and of another one."""
    def bare(field: Message) -> Message:
        """The field without metadata, and so those below it."""
        out = {key: value for key, value in field.items() if key != "metadata"}
        out["children"] = [bare(child) for child in field["children"]]
        out["dictionary"] = field["dictionary"] and bare(field["dictionary"])
        return out

    def columns(footer: Footer) -> object:
        return footer.columns, [(column["position"], bare(column["field"])) for column in footer.own]
    for compartment, footer in first.items():
        #= SPEC TAB-07
        require(columns(footer) == columns(other[compartment]), MALFORMED,
                "a compartment's columns change between segments")
