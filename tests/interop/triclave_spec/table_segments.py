"""Segments of a sealed table: lengths from the end, headers and their chain (SPEC section 10, Segments)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from . import capsule as reading
from . import protobuf, record
from .encoding import check_free_name, check_strict_name, h, u32, u64
from .errors import FORGED, MALFORMED, UNSUPPORTED, require
from .protobuf import Message

_LENGTH = 8  # of each length behind the body


@dataclass(frozen=True)
class Segment:
    """The parts of a segment, with the header's form checked and nothing verified yet."""

    header: bytes
    capsule: bytes  # empty: kept elsewhere
    body: bytes     # the chunks' part
    footers: List[bytes]
    fields: Message

    @property
    def compartments(self) -> List[str]:
        """In the footers' order."""
        return self.fields["streams"]

    def check_against(self, capsule: reading.Capsule) -> None:
        """The header against the capsule in hand."""
        #= SPEC OBJ-02
        require(self.fields["capsule_id"] == capsule.core.id, FORGED, "the segment belongs to another capsule")
        require(self.fields["dataset"] == capsule.core.dataset, FORGED, "the segment belongs to another dataset")
        require(set(self.compartments) <= set(capsule.core.checks), FORGED,
                "the capsule does not list a segment's compartment")


def encode(header: bytes, capsule: bytes, body: bytes, footers: List[bytes]) -> bytes:
    """A segment of parts as they stand."""
    lengths = b"".join(u64(len(f)) for f in footers)
    data = (record.preamble(record.SEALED_TABLE) + u32(len(header)) + u32(len(capsule)) + header + capsule + body
            + b"".join(footers) + lengths)
    return data + u64(len(data) + _LENGTH)


def replace_capsule(segment: Segment, capsule: bytes) -> bytes:
    """The same segment with another capsule record inside."""
    return encode(segment.header, capsule, segment.body, segment.footers)


def _check_header(message: Message) -> None:
    #= SPEC TAB-02
    require(message["kind"] == record.SEALED_TABLE, MALFORMED, "the header is of another kind than the record")
    require(len(message["capsule_id"]) == 32, MALFORMED, "a capsule id does not have 32 bytes")
    require(len(message["object_id"]) == 16, MALFORMED, "an object id does not have 16 bytes")
    check_free_name(message["name"], 1024, "a table's name", may_be_empty=True)
    check_strict_name(message["dataset"], "the dataset")
    names = message["streams"]
    record.limit(len(names), 1, record.MAX_SEGMENT_COMPARTMENTS, "compartments of a segment")
    for name in names:
        check_strict_name(name, "a segment's compartment")
    require(len(set(names)) == len(names), MALFORMED, "a compartment stands twice in a segment")
    require(len(message["previous"]) in (0, 32), MALFORMED, "the previous segment's hash does not have 32 bytes")
    require(not message["signed"], UNSUPPORTED, "signed tables belong to a later version")


def _read_u64(data: bytes, at: int) -> int:
    return int.from_bytes(data[at:at + _LENGTH], "big")


def _parse(data: bytes) -> Segment:
    record.check_preamble(data, record.SEALED_TABLE)
    header_length = record.read_u32(data, 12, "header length")
    capsule_length = record.read_u32(data, 16, "capsule length")
    record.limit(header_length, 0, record.MAX_HEADER, "bytes of an object header")
    record.limit(capsule_length, 0, record.MAX_CAPSULE, "bytes of a capsule record")
    start = 20 + header_length + capsule_length
    #= SPEC TAB-01
    require(start + _LENGTH <= len(data), MALFORMED, "a segment's header or capsule is longer than the segment")
    header = data[20:20 + header_length]
    message = protobuf.decode("ObjectHeader", header)
    _check_header(message)
    count = len(message["streams"])
    end = len(data) - _LENGTH * (count + 1)
    require(start <= end, MALFORMED, "a segment is too short for its footers' lengths")
    lengths = [_read_u64(data, end + _LENGTH * i) for i in range(count)]
    require(sum(lengths) <= end - start, MALFORMED, "a segment's footers are longer than its body")
    footers, at = [], end - sum(lengths)
    body = data[start:at]
    for length in lengths:
        footers.append(data[at:at + length])
        at += length
    return Segment(header, data[20 + header_length:start], body, footers, message)


def parse(data: bytes) -> List[Segment]:
    """Takes a sealed table apart, from its end to its begin, and checks that its segments belong together."""
    record.check_preamble(data, record.SEALED_TABLE)
    parts: List[bytes] = []
    end = len(data)
    while end > 0:
        record.limit(len(parts) + 1, 1, record.MAX_SEGMENTS, "segments of a table")
        length = _read_u64(data, end - _LENGTH) if end >= _LENGTH else 0
        require(_LENGTH < length <= end, MALFORMED, "the lengths of a table's segments do not add up")
        parts.insert(0, data[end - length:end])
        end -= length
    segments = [_parse(part) for part in parts]
    previous: Optional[Segment] = None
    for segment in segments:
        #= SPEC TAB-03
        require(segment.fields["previous"] == (h(previous.header) if previous else b""), FORGED,
                "a segment does not follow the one before it")
        require(segment.fields["dataset"] == segments[0].fields["dataset"], FORGED, "segments of different datasets")
        previous = segment
    return segments
