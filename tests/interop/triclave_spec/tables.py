"""Sealed tables: sealing segments, and opening the compartments that keys are at hand for (SPEC section 10)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Dict, List, Mapping, Sequence, Tuple

from . import arrow_chunk, cobblestone, protobuf, record, table_footer, table_segments, zstd
from .arrow_format import check_field
from .encoding import check_free_name, h, m
from .errors import INVALID_ARGUMENT, MALFORMED, require
from .kdf import Random
from .objects import stream_context
from .protobuf import Message
from .table_footer import Footer
from .table_segments import Segment

Nodes = List[arrow_chunk.Node]
DataKeys = Mapping[str, bytes]  # by compartment


@dataclass(frozen=True)
class Column:
    """A column to be sealed; its position is its place in the list."""

    compartment: str
    field: Message
    compression: int = zstd.NONE


@dataclass(frozen=True)
class RowGroup:
    """Rows, and the nodes of each column."""

    rows: int
    columns: Sequence[Nodes]


def header_of(core: bytes, compartments: Sequence[str], name: str = "", previous: bytes = b"",
              random: Random = os.urandom) -> bytes:
    """A segment's header; `previous` is H(header) of the segment before."""
    return protobuf.encode("ObjectHeader", {
        "kind": record.SEALED_TABLE, "capsule_id": h(m("triclave/v1/core", core)), "object_id": random(16),
        "name": name, "dataset": protobuf.decode("Core", core)["dataset"], "streams": list(compartments),
        "previous": previous,
    })


def content(plaintext: bytes, compression: int) -> bytes:
    """What a chunk's message holds."""
    return zstd.compress(plaintext) if compression == zstd.ZSTD else plaintext


def footers_of(columns: Sequence[Column], rows: Sequence[int], chunks: Sequence[Sequence[table_footer.Place]],
               compartments: Sequence[str], notes: Sequence[Tuple[bytes, bytes]] = ()) -> List[Message]:
    """The footers as messages, one for each compartment."""
    out = []
    for compartment in compartments:
        mine = [p for p, column in enumerate(columns) if column.compartment == compartment]
        out.append({
            "columns": len(columns),
            "own": [{"position": p, "field": columns[p].field, "compression": columns[p].compression} for p in mine],
            "row_groups": [{"rows": count, "chunks": table_footer.places([group[p] for p in mine])}
                           for count, group in zip(rows, chunks)],
            "notes": [{"key": key, "value": value} for key, value in notes],
        })
    return out


def seal(core: bytes, capsule: bytes, data_keys: DataKeys, columns: Sequence[Column], groups: Sequence[RowGroup],
         name: str = "", previous: bytes = b"", notes: Sequence[Tuple[bytes, bytes]] = (), detached: bool = False,
         random: Random = os.urandom) -> bytes:
    """One segment: of a new table, or to be put behind one whose last header's hash is `previous`."""
    check_free_name(name, 1024, "a table's name", may_be_empty=True)
    for column in columns:
        check_field(column.field)
    compartments = list(dict.fromkeys(column.compartment for column in columns))
    header = header_of(core, compartments, name, previous, random)
    body, chunks = b"", []
    for g, group in enumerate(groups):
        places = []
        for p, (column, nodes) in enumerate(zip(columns, group.columns)):
            plaintext = arrow_chunk.encode(nodes)
            arrow_chunk.decode(column.field, group.rows, plaintext)
            index = len(compartments) + g * len(columns) + p
            message = cobblestone.encrypt(data_keys[column.compartment], stream_context(header, index),
                                          content(plaintext, column.compression), random)
            places.append((len(body), len(message)))
            body += message
        chunks.append(places)
    footers = []
    for i, message in enumerate(footers_of(columns, [g.rows for g in groups], chunks, compartments, notes)):
        plaintext = protobuf.encode("TableFooter", message)
        table_footer.parse(plaintext, len(compartments), len(body))
        footers.append(cobblestone.encrypt(data_keys[compartments[i]], stream_context(header, i), plaintext, random))
    return table_segments.encode(header, b"" if detached else capsule, body, footers)


class OpenSegment:
    """A segment with the footers of some compartments opened."""

    def __init__(self, segment: Segment, data_keys: DataKeys) -> None:
        self.segment, self._keys = segment, data_keys
        missing = set(data_keys) - set(segment.compartments)
        require(not missing, INVALID_ARGUMENT, f"a segment has no compartments {sorted(missing)}")
        self.footers: Dict[str, Footer] = {}
        for index, compartment in enumerate(segment.compartments):
            if compartment in data_keys:
                self.footers[compartment] = self._footer(index, compartment)
        table_footer.check_together(self.footers, len(segment.compartments))

    def _footer(self, index: int, compartment: str) -> Footer:
        message = self.segment.footers[index]
        record.limit(cobblestone.plaintext_length(len(message)), 0, record.MAX_FOOTER, "bytes of a footer")
        #= SPEC TAB-08
        plaintext = cobblestone.decrypt(self._keys[compartment], stream_context(self.segment.header, index), message)
        return table_footer.parse(plaintext, len(self.segment.compartments), len(self.segment.body))

    def chunk(self, compartment: str, column: Message, group: int) -> bytes:
        """A chunk's plaintext, not yet checked."""
        footer, position = self.footers[compartment], column["position"]
        own = next(each for each in footer.own if each["position"] == position)  # whose compression is this segment's
        offset, length = footer.chunks[group][position]
        index = len(self.segment.compartments) + group * footer.columns + position
        message = cobblestone.decrypt(self._keys[compartment], stream_context(self.segment.header, index),
                                      self.segment.body[offset:offset + length])
        return zstd.decompress(message) if own["compression"] == zstd.ZSTD else message


class OpenTable:
    """The open compartments of a table; `columns` has compartment and the first segment's Column by ascending position."""

    def __init__(self, segments: Sequence[Segment], data_keys: Sequence[DataKeys]) -> None:
        for segment in segments:
            #= SPEC TAB-07
            require(set(segment.compartments) == set(segments[0].compartments), MALFORMED,
                    "a table's segments have different compartments")
        self.segments = [OpenSegment(s, k) for s, k in zip(segments, data_keys)]
        for other in self.segments[1:]:
            table_footer.check_segments(self.segments[0].footers, other.footers)
        self.columns = sorted(((name, column) for name, footer in self.segments[0].footers.items()
                               for column in footer.own), key=lambda pair: pair[1]["position"])

    def rows(self, segment: int) -> List[int]:
        """The rows of each row group of a segment."""
        return next(iter(self.segments[segment].footers.values())).rows

    def nodes(self, segment: int, group: int, compartment: str, column: Message) -> Nodes:
        """One column of one row group, checked."""
        plaintext = self.segments[segment].chunk(compartment, column, group)
        return arrow_chunk.decode(column["field"], self.rows(segment)[group], plaintext)
