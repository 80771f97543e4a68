"""Sealed objects: sealing, whole and range reads, content signatures (SPEC sections 2, 7 and 8)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import List, Optional

from . import capsule as reading
from . import cobblestone, merkle, protobuf, record
from .encoding import check_free_name, check_strict_name, h, m, u32
from .errors import FORGED, INVALID_ARGUMENT, MALFORMED, require
from .kdf import Random
from .signatures import OBJECT, SIGNATURE, Signer, verify


def stream_context(header: bytes, index: int) -> bytes:
    """The context of stream i."""
    return m("triclave/v1/stream", h(header), u32(index))


def content(header: bytes, streams: List[bytes]) -> bytes:
    """What a content signature stands over."""
    roots = [merkle.root(cobblestone.entries(s)) for s in streams]
    return m(h(header), u32(len(streams)), *roots)


def encode(header: bytes, capsule: bytes, stream: bytes, signature: bytes = b"") -> bytes:
    """A sealed object record of parts as they stand."""
    return (record.preamble(record.SEALED_OBJECT) + u32(len(header)) + u32(len(capsule)) + header + capsule + stream
            + signature)


def seal(core: bytes, capsule: bytes, compartment: str, data_key: bytes, plaintext: bytes, name: str = "",
         signer: Optional[Signer] = None, detached: bool = False, random: Random = os.urandom) -> bytes:
    """Seals bytes under a compartment; `signer` is the producer where the content is to be signed."""
    fields = protobuf.decode("Core", core)
    check_free_name(name, 1024, "an object's name", may_be_empty=True)
    require(signer is None or signer.id == fields["producer"], INVALID_ARGUMENT, "only the producer signs content")
    header = protobuf.encode("ObjectHeader", {
        "kind": record.SEALED_OBJECT,
        "capsule_id": h(m("triclave/v1/core", core)),
        #= SPEC OBJ-03
        "object_id": random(16),
        "name": name, "dataset": fields["dataset"], "streams": [compartment], "signed": signer is not None,
    })
    stream = cobblestone.encrypt(data_key, stream_context(header, 0), plaintext, random)
    signature = signer.sign(OBJECT, content(header, [stream])) if signer else b""
    return encode(header, b"" if detached else capsule, stream, signature)


@dataclass(frozen=True)
class SealedObject:
    """The parts of a record, with the header's form checked and nothing verified yet."""

    header: bytes
    capsule: bytes
    stream: bytes
    signature: bytes
    capsule_id: bytes
    object_id: bytes
    name: str
    dataset: str
    compartment: str
    signed: bool

    def check_against(self, capsule: reading.Capsule) -> None:
        """The header against the capsule in hand."""
        #= SPEC OBJ-02
        require(self.capsule_id == capsule.core.id, FORGED, "the object belongs to another capsule")
        require(self.dataset == capsule.core.dataset, FORGED, "the object belongs to another dataset")
        require(self.compartment in capsule.core.checks, FORGED, "the capsule does not list the stream's compartment")

    def reader(self, data_key: bytes) -> cobblestone.Reader:
        """Range reads; they stand under K_c only, whatever the header says of a signature."""
        return cobblestone.Reader(data_key, stream_context(self.header, 0), self.stream)

    def read_whole(self, capsule: reading.Capsule, data_key: bytes) -> bytes:
        """The whole plaintext, the content signature verified first."""
        self.check_against(capsule)
        cobblestone.plaintext_length(len(self.stream))
        if self.signed:
            #= SPEC OBJ-08
            verify(capsule.producer_public, OBJECT, content(self.header, [self.stream]), self.signature)
        return b"".join(self.reader(data_key).chunks())


def parse(data: bytes) -> SealedObject:
    """Takes a sealed object record apart (SPEC section 8, step 1)."""
    record.check_preamble(data, record.SEALED_OBJECT)
    header_length = record.read_u32(data, 12, "header length")
    capsule_length = record.read_u32(data, 16, "capsule length")
    record.limit(header_length, 0, record.MAX_HEADER, "bytes of an object header")
    record.limit(capsule_length, 0, record.MAX_CAPSULE, "bytes of a capsule record")
    body = 20 + header_length + capsule_length
    require(len(data) >= body, MALFORMED, "the record is cut short")
    header = data[20:20 + header_length]
    message = protobuf.decode("ObjectHeader", header)
    #= SPEC OBJ-01
    require(message["kind"] == record.SEALED_OBJECT, MALFORMED, "the header is of another kind than the record")
    require(len(message["capsule_id"]) == 32, MALFORMED, "a capsule id does not have 32 bytes")
    require(len(message["object_id"]) == 16, MALFORMED, "an object id does not have 16 bytes")
    require(len(message["streams"]) == 1, MALFORMED, "a byte object has exactly one stream")
    require(message["previous"] == b"", MALFORMED, "a byte object has no previous segment")
    check_strict_name(message["dataset"], "the dataset")
    check_strict_name(message["streams"][0], "a stream's compartment")
    check_free_name(message["name"], 1024, "an object's name", may_be_empty=True)
    end = len(data) - (SIGNATURE if message["signed"] else 0)
    require(end >= body, MALFORMED, "the record is cut short in its signature")
    return SealedObject(header, data[20 + header_length:body], data[body:end], data[end:], message["capsule_id"],
                        message["object_id"], message["name"], message["dataset"], message["streams"][0],
                        message["signed"])


def replace_capsule(data: bytes, capsule: bytes) -> bytes:
    """The same object with another capsule record inside (a rewrap leaves every other byte as it was)."""
    sealed = parse(data)
    return encode(sealed.header, capsule, sealed.stream, sealed.signature)
