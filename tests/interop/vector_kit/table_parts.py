"""Tables taken apart, so that cases can change their parts before they are sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence

from triclave_spec import arrow_chunk, cobblestone, protobuf, table_footer, table_segments, tables
from triclave_spec.arrow_chunk import Node
from triclave_spec.encoding import h
from triclave_spec.objects import stream_context
from triclave_spec.protobuf import Message

from .cast import APPENDED, OBJECTS, TABLES, Parts, Stream

__all__ = ["APPENDED", "OBJECTS", "TABLES", "Chunk", "Segment", "column", "field_of", "ints", "texts"]


def field_of(name: str, text: str, nullable: bool = True, **more: Any) -> Message:
    """A Field."""
    return {**protobuf.empty("Field"), "name": name, "format": text, "nullable": nullable, **more}


def column(compartment: str, name: str, text: str, nullable: bool = True, compression: int = 0,
           **more: Any) -> tables.Column:
    """A column of a table."""
    return tables.Column(compartment, field_of(name, text, nullable, **more), compression)


def _validity(values: Sequence[object]) -> bytes:
    bits = sum(1 << i for i, v in enumerate(values) if v is not None)
    return bits.to_bytes((len(values) + 7) // 8, "little") if None in values else b""


def ints(*values: Optional[int], width: int = 4) -> List[Node]:
    """The node of integers."""
    raw = b"".join((v or 0).to_bytes(width, "little", signed=True) for v in values)
    return [Node(len(values), values.count(None), [_validity(values), raw])]


def texts(*values: Optional[str], width: int = 4) -> List[Node]:
    """The node of texts."""
    data = [(v or "").encode() for v in values]
    ends = [sum(map(len, data[:i])) for i in range(len(data) + 1)]
    offsets = b"".join(e.to_bytes(width, "little") for e in ends)
    return [Node(len(values), values.count(None), [_validity(values), offsets, b"".join(data)])]


@dataclass
class Chunk:
    """A chunk before it is sealed. `stream` is set where it is sealed as another one than its place says."""

    plaintext: bytes
    compartment: str
    compression: int
    content: Optional[bytes] = None  # what the message holds, where that is not the plaintext's
    stream: Optional[int] = None
    message: Optional[bytes] = None  # the message itself, as it shall stand


@dataclass
class Segment:
    """A segment of which every part can be changed; `record` seals it."""

    name: str
    columns: List[tables.Column]
    groups: List[tables.RowGroup]
    built: Parts = field(default_factory=lambda: TABLES)
    previous: Optional["Segment"] = None
    header: Dict[str, Any] = field(default_factory=dict)  # fields that are not as they should be
    detached: bool = False
    notes: Sequence[tuple] = ()

    def __post_init__(self) -> None:
        self.compartments = list(dict.fromkeys(c.compartment for c in self.columns))
        self.rows = [g.rows for g in self.groups]
        self.chunks = [[Chunk(arrow_chunk.encode(n), c.compartment, c.compression)
                        for c, n in zip(self.columns, g.columns)] for g in self.groups]
        self.capsule = b"" if self.detached else self.built.record()
        self.place_order: List[tuple] = []  # row group and position of each chunk in the body, where it is not theirs
        self.footer_edits: List[Any] = []
        self.footer_bytes: Dict[str, bytes] = {}  # footers' plaintexts that are no message
        random = Stream("table " + self.name)
        before = self.previous
        fields = {"kind": 3, "capsule_id": self.built.id, "object_id": random(16), "name": self.name,
                  "dataset": "weather", "streams": self.compartments,
                  "previous": h(before.header_bytes) if before else b"", **self.header}
        self.header_bytes = protobuf.encode("ObjectHeader", fields)
        self._random = random

    def edit_footer(self, compartment: str, change: Any) -> "Segment":
        """A footer's message is changed before it is sealed."""
        self.footer_edits.append((compartment, change))
        return self

    def seal(self, compartment: str, stream: int, plaintext: bytes) -> bytes:
        """One message of this segment."""
        key = self.built.data_keys[compartment]
        return cobblestone.encrypt(key, stream_context(self.header_bytes, stream), plaintext, self._random)

    def message(self, group: int, position: int) -> bytes:
        """A chunk's message."""
        chunk = self.chunks[group][position]
        if chunk.message is None:
            place = len(self.compartments) + group * len(self.columns) + position
            content = tables.content(chunk.plaintext, chunk.compression) if chunk.content is None else chunk.content
            chunk.message = self.seal(chunk.compartment, place if chunk.stream is None else chunk.stream, content)
        return chunk.message

    def footers(self, places: List[List[table_footer.Place]]) -> List[bytes]:
        """The sealed footers."""
        out = []
        messages = tables.footers_of(self.columns, self.rows, places, self.compartments, self.notes)
        for i, (compartment, message) in enumerate(zip(self.compartments, messages)):
            for name, change in self.footer_edits:
                if name == compartment:
                    change(message)
            plaintext = self.footer_bytes.get(compartment, protobuf.encode("TableFooter", message))
            out.append(self.seal(compartment, i, plaintext))
        return out

    def parts(self) -> table_segments.Segment:
        """The sealed parts."""
        body, places = b"", [[(0, 0)] * len(group) for group in self.chunks]
        for g, p in self.place_order or [(g, p) for g, group in enumerate(self.chunks) for p in range(len(group))]:
            places[g][p] = (len(body), len(self.message(g, p)))
            body += self.message(g, p)
        return table_segments.Segment(self.header_bytes, self.capsule, body, self.footers(places), {})

    def record(self) -> bytes:
        """The segment's bytes, behind those of the segments before it."""
        sealed = self.parts()
        return ((self.previous.record() if self.previous else b"")
                + table_segments.encode(sealed.header, sealed.capsule, sealed.body, sealed.footers))

    def expected(self, opens: Sequence[str] = ("west", "east")) -> List[str]:
        """What a reader of these compartments tells of this segment and those before it."""
        chain = [self]
        while chain[0].previous:
            chain.insert(0, chain[0].previous)
        mine = [(p, c) for p, c in enumerate(chain[0].columns) if c.compartment in opens]
        out = [f"column: {p} {c.compartment} {c.compression} {protobuf.encode('Field', c.field).hex()}"
               for p, c in mine]
        for s, segment in enumerate(chain):
            out += [f"note: {s} {name} {key.hex()} {value.hex()}" for name in segment.compartments if name in opens
                    for key, value in segment.notes]
            for g, rows in enumerate(segment.rows):
                out.append(f"rows: {s} {g} {rows}")
                out += [f"chunk: {s} {g} {p} {segment.chunks[g][p].plaintext.hex()}" for p, _ in mine]
        return out
