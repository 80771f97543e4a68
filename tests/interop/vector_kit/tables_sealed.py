"""A sealed segment in its parts, for cases that exchange or change bytes as a store can."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import List

from triclave_spec import table_segments

from .table_parts import Segment


@dataclass
class Sealed:
    """Bytes of a segment; `record` puts them together with lengths that fit."""

    segment: Segment
    header: bytes = b""
    capsule: bytes = b""
    body: bytes = b""
    footers: List[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.header:
            parts = self.segment.parts()
            self.header, self.capsule, self.body, self.footers = parts.header, parts.capsule, parts.body, parts.footers

    def record(self, alone: bool = False) -> bytes:
        """The segment behind those before it, or alone."""
        before = self.segment.previous
        own = table_segments.encode(self.header, self.capsule, self.body, self.footers)
        return (before.record() if before and not alone else b"") + own

    def chunks(self) -> List[bytes]:
        """The chunks' messages in the body's order."""
        return [self.segment.message(g, p) for g, group in enumerate(self.segment.chunks) for p in range(len(group))]

    def with_chunks(self, chunks: List[bytes]) -> "Sealed":
        """With another body."""
        return replace(self, body=b"".join(chunks))

    def footer(self, index: int, data: bytes) -> bytes:
        """The record with other bytes for a footer."""
        return replace(self, footers=self.footers[:index] + [data] + self.footers[index + 1:]).record()
