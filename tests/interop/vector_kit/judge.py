"""How a reader judges a .vec file: the kind of error that it got, or "ok" after comparing all that is expected."""

from __future__ import annotations

import hashlib
from typing import Dict, List, Mapping

from triclave_spec import capsule as reading
from triclave_spec import arrow_chunk, cells, erasure, keyfile, objects, opening, protobuf, table_segments, tables, xwing
from triclave_spec.errors import SpecError

from .judge_custody import JUDGES
from .vec import Vec, unpack

Shared = Mapping[str, bytes]

_PRIVATE: Dict[bytes, xwing.PrivateKey] = {}


def _private(seed: bytes) -> xwing.PrivateKey:
    return _PRIVATE.setdefault(seed, xwing.PrivateKey(seed))


def _trust(vec: Vec, shared: Shared) -> reading.Trust:
    trust = reading.Trust()
    for public in vec.all("producer"):
        trust.add_producer(unpack(public, shared), vec.all("dataset"))
    for public in vec.all("owner"):
        trust.add_owner(unpack(public, shared))
    return trust


def _identities(vec: Vec) -> List[xwing.PrivateKey]:
    seeds = [bytes.fromhex(s) for s in vec.all("identity")]
    return [_private(s) for s in seeds + [xwing.own_key_seed(bytes.fromhex(k)) for k in vec.all("own-key")]]


def _open(vec: Vec, capsule: reading.Capsule, compartment: str) -> bytes:
    memory = {}
    for line in vec.all("seen"):
        name, generation = line.split(" ")
        memory[capsule.core.id, name] = int(generation)
    opened = opening.open_compartment(capsule, compartment, _identities(vec), memory, vec.one("ask", "all") == "all")
    expected = {line.split(" ")[0]: line.split(" ")[1] for line in vec.all("data-key")}
    if vec.one("expect") == "ok":
        assert [r.hex() for r in opened.refused] == vec.all("refused"), vec.name
        assert opened.data_key.hex() == expected.get(compartment, opened.data_key.hex()), vec.name
    return opened.data_key


def _capsule(vec: Vec, shared: Shared) -> None:
    capsule = reading.read(unpack(vec.one("capsule"), shared), _trust(vec, shared))
    if vec.has("capsule-id"):
        assert capsule.core.id.hex() == vec.one("capsule-id"), vec.name
    for compartment in vec.all("compartment"):
        _open(vec, capsule, compartment)


def _object(vec: Vec, shared: Shared) -> None:
    sealed = objects.parse(unpack(vec.one("object"), shared))
    record = unpack(vec.one("capsule"), shared) if vec.has("capsule") else sealed.capsule
    capsule = reading.read(record, _trust(vec, shared))
    sealed.check_against(capsule)
    key = _open(vec, capsule, sealed.compartment)
    plaintext = sealed.read_whole(capsule, key)
    assert hashlib.sha256(plaintext).hexdigest() == vec.one("plaintext-sha256"), vec.name
    assert len(plaintext) == int(vec.one("plaintext-length")), vec.name
    for line in vec.all("range"):
        offset, length, digest = line.split(" ")
        part = sealed.reader(key).read(int(offset), int(length))
        assert hashlib.sha256(part).hexdigest() == digest, (vec.name, line)


def _keyfile(vec: Vec, shared: Shared) -> None:
    key = keyfile.parse(unpack(vec.one("file"), shared))
    if key.private:
        secret = key.unlock(vec.one("passphrase").encode() if vec.has("passphrase") else None)
        assert secret.hex() == vec.one("secret"), vec.name
    else:
        assert key.public == unpack(vec.one("public"), shared), vec.name
    assert key.fingerprint.hex() == vec.one("fingerprint"), vec.name


def told(segments: tables.OpenTable) -> List[str]:
    """What a reader of a table reports, as the lines of a vector."""
    out = []
    for compartment, column in segments.columns:
        raw = protobuf.encode("Field", column["field"])
        out.append(f"column: {column['position']} {compartment} {column['compression']} {raw.hex()}")
    for s, segment in enumerate(segments.segments):
        for compartment, footer in segment.footers.items():
            out += [f"note: {s} {compartment} {n['key'].hex()} {n['value'].hex()}" for n in footer.notes]
        for g, rows in enumerate(segments.rows(s)):
            out.append(f"rows: {s} {g} {rows}")
            for compartment, column in segments.columns:
                plaintext = arrow_chunk.encode(segments.nodes(s, g, compartment, column))
                out.append(f"chunk: {s} {g} {column['position']} {plaintext.hex()}")
    return out


def _table(vec: Vec, shared: Shared) -> None:
    segments = table_segments.parse(unpack(vec.one("table"), shared))
    elsewhere = unpack(vec.one("capsule"), shared)
    keys = []
    for segment in segments:
        capsule = reading.read(segment.capsule or elsewhere, _trust(vec, shared))
        segment.check_against(capsule)
        keys.append({name: _open(vec, capsule, name) for name in vec.all("compartment")})
    got = told(tables.OpenTable(segments, keys))
    assert got == [f"{k}: {v}" for k, v in vec.fields if k in ("column", "note", "rows", "chunk")], vec.name


def _cells(vec: Vec, shared: Shared) -> None:
    capsule = reading.read(unpack(vec.one("capsule"), shared), _trust(vec, shared))
    compartment = vec.one("compartment")
    prefix = unpack(vec.one("prefix"), shared)
    place = cells.Place(capsule.core.id, capsule.core.dataset, compartment, vec.one("cell-column"))
    reader = cells.Reader(place, _open(vec, capsule, compartment), prefix)
    values = [reader.open(bytes.fromhex(cell)).hex() for cell in vec.all("cell")]
    assert values == vec.all("value"), vec.name


def _erasure(vec: Vec, shared: Shared) -> None:
    got = erasure.read(unpack(vec.one("certificate"), shared), unpack(vec.one("owner"), shared))
    lines = [" ".join([v.capsule.hex(), v.compartment, v.verdict, *map(str, v.generations)]) for v in got]
    assert lines == vec.all("verdict"), vec.name


_JUDGES = {"capsule": _capsule, "object": _object, "keyfile": _keyfile, "table": _table, "cells": _cells,
           "erasure": _erasure, **JUDGES}


def judge(vec: Vec, shared: Shared) -> str:
    """The kind of the refusal, or ok."""
    try:
        _JUDGES[vec.one("type")](vec, shared)
    except SpecError as error:
        return error.kind
    return "ok"
