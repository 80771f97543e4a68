"""Puts .vec files together from what a case says."""

from __future__ import annotations

import hashlib
from typing import Mapping, Optional, Sequence, Tuple, Union

from triclave_spec.signatures import Signer

from .cast import DATASET, OWN_KEY, OWNER, PRODUCER, SEEDS, SHARED, Parts
from .vec import Vec, pack

Extra = Sequence[Tuple[str, str]]
NOTE = "fixed seeds for keys, secrets and salts, but not for encapsulations and signatures: not reproducible bit by bit"


def start(name: str, kind: str, rule: str, expect: str, comment: str) -> Vec:
    """What every file begins with."""
    vec = Vec(name)
    for key, value in (("comment", comment), ("comment", NOTE), ("type", kind), ("rule", rule), ("expect", expect)):
        vec.add(key, value)
    return vec


def _reader(vec: Vec, who: Sequence[str], owner: bool, dataset: str, producer: Optional[Signer]) -> None:
    if producer is not None:
        vec.add("producer", pack(producer.public, SHARED))
    if owner:
        vec.add("owner", pack(OWNER.public, SHARED))
    vec.add("dataset", dataset)
    for name in who:
        if name == "own":
            vec.add("own-key", OWN_KEY.hex())
        else:
            vec.add("identity", SEEDS[name].hex())


def capsule_vec(name: str, rule: str, expect: str, comment: str, data: Union[Parts, bytes], *,
                who: Sequence[str] = ("owner",), opens: Sequence[str] = ("west",), owner: bool = False,
                dataset: str = DATASET, producer: Optional[Signer] = PRODUCER, extra: Extra = ()) -> Vec:
    """A capsule that a reader verifies and whose compartments it opens."""
    vec = start(name, "capsule", rule, expect, comment)
    _reader(vec, who, owner, dataset, producer)
    for compartment in opens:
        vec.add("compartment", compartment)
    for key, value in extra:
        vec.add(key, value)
    if expect == "ok" and isinstance(data, Parts):
        vec.add("capsule-id", data.id.hex())
        for compartment in opens:
            vec.add("data-key", f"{compartment} {data.data_keys[compartment].hex()}")
    vec.add("capsule", pack(data.record() if isinstance(data, Parts) else data, SHARED))
    return vec


def object_vec(name: str, rule: str, expect: str, comment: str, data: bytes, plaintext: bytes = b"", *,
               who: Sequence[str] = ("owner",), owner: bool = False, dataset: str = DATASET,
               capsule: Optional[bytes] = None, ranges: Sequence[Tuple[int, int]] = (), extra: Extra = ()) -> Vec:
    """A sealed object that a reader opens whole, and then by ranges."""
    vec = start(name, "object", rule, expect, comment)
    _reader(vec, who, owner, dataset, PRODUCER)
    for key, value in extra:
        vec.add(key, value)
    if expect == "ok":
        vec.add("plaintext-length", str(len(plaintext)))
        vec.add("plaintext-sha256", hashlib.sha256(plaintext).hexdigest())
        for offset, length in ranges:
            digest = hashlib.sha256(plaintext[offset:offset + length]).hexdigest()
            vec.add("range", f"{offset} {length} {digest}")
    if capsule is not None:
        vec.add("capsule", pack(capsule, SHARED))
    vec.add("object", pack(data, SHARED))
    return vec


def table_vec(name: str, rule: str, expect: str, comment: str, data: bytes, expected: Sequence[str] = (), *,
              who: Sequence[str] = ("owner", "alice"), opens: Sequence[str] = ("west", "east"), owner: bool = False,
              capsule: Optional[bytes] = None) -> Vec:
    """A sealed table of which a reader opens compartments whole; `expected` are the lines of what it tells."""
    vec = start(name, "table", rule, expect, comment)
    _reader(vec, who, owner, DATASET, PRODUCER)
    for compartment in opens:
        vec.add("compartment", compartment)
    for line in expected:
        key, _, value = line.partition(": ")
        vec.add(key, value)
    if capsule is not None:
        vec.add("capsule", pack(capsule, SHARED))
    return vec.add("table", pack(data, SHARED))


def cells_vec(name: str, rule: str, expect: str, comment: str, prefix: bytes, cells: Sequence[bytes],
              values: Sequence[bytes], capsule: bytes, *, who: Sequence[str] = ("owner",), compartment: str = "west",
              column: str = "nir") -> Vec:
    """A batch of cells, opened in the order in which they stand."""
    vec = start(name, "cells", rule, expect, comment)
    _reader(vec, who, False, DATASET, PRODUCER)
    vec.add("compartment", compartment).add("cell-column", column)
    vec.add("capsule", pack(capsule, SHARED)).add("prefix", pack(prefix, SHARED))
    for cell in cells:
        vec.add("cell", cell.hex())
    for value in values:
        vec.add("value", value.hex())
    return vec


def keyfile_vec(name: str, rule: str, expect: str, comment: str, data: bytes, facts: Mapping[str, str]) -> Vec:
    """A key file that a reader parses, and unlocks where it is private."""
    vec = start(name, "keyfile", rule, expect, comment)
    for key, value in facts.items():
        vec.add(key, value)
    return vec.add("file", pack(data, SHARED))
