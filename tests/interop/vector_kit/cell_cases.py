"""Batches of sealed cells, good and bad."""

from __future__ import annotations

from typing import Any, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from triclave_spec import cells

from .cast import APPENDED, OBJECTS, TABLES, Stream
from .forged_capsules import flip
from .vec import Vec
from .writing import cells_vec

VALUES = [b"2840588157005", b"", b"\x00\xff", "Ångström".encode()]


def cases() -> Iterator[Vec]:
    """Every batch."""
    capsule = OBJECTS.record()
    key = OBJECTS.data_keys["west"]
    place = cells.Place(OBJECTS.id, "weather", "west", "nir")
    prefix, sealed = cells.seal(place, key, VALUES, Stream("cells"))
    other, others = cells.seal(place, key, VALUES[::-1], Stream("other cells"))

    def made(name: str, rule: str, expect: str, comment: str, head: bytes = prefix, batch: Any = tuple(sealed),
             values: Any = (), record: bytes = capsule, **options: Any) -> Vec:
        return cells_vec("cells-" + name, rule, expect, comment, head, batch, values, record, **options)
    yield made("batch", "CEL-01", "ok", "four values, one empty", values=VALUES)
    yield made("any-order", "CEL-02", "ok", "opened backwards, and one of them twice",
               batch=sealed[::-1] + sealed[:1], values=VALUES[::-1] + VALUES[:1])
    yield made("none", "CEL-01", "ok", "a prefix without cells", batch=())
    empty = cells.Place(TABLES.id, "weather", "east", "größe")
    head, batch = cells.seal(empty, TABLES.data_keys["east"], [b"1.80"], Stream("east cells"))
    yield made("second-compartment", "CEL-02", "ok", "of the second compartment, in a column with an umlaut", head,
               batch, [b"1.80"], TABLES.record(), who=["alice"], compartment="east", column="größe")
    batch_key, _ = place.derive(key, prefix[44:68])
    last = b"\xff" * 4 + AESGCM(batch_key).encrypt(bytes(8) + b"\xff" * 4, b"last", None)
    yield made("last-number", "CEL-01", "ok", "the highest number", batch=[last], values=[b"last"])
    for name, rule, comment, head in (
            ("prefix-salt", "CEL-02", "one bit of the salt", flip(prefix, 44)),
            ("prefix-commitment", "CEL-02", "one bit of the commitment", flip(prefix, 99)),
            ("prefix-capsule", "CEL-02", "one bit of the capsule's id", flip(prefix, 12)),
            ("prefix-of-another", "CEL-02", "the prefix of another batch of the same column", other)):
        yield made(name, rule, "forged", comment, head)
    for name, rule, expect, comment, head in (
            ("prefix-short", "CEL-02", "malformed", "99 bytes", prefix[:-1]),
            ("prefix-long", "CEL-02", "malformed", "101 bytes", prefix + b"\x00"),
            ("prefix-preamble", "REC-01", "malformed", "eleven bytes", prefix[:11]),
            ("prefix-kind", "REC-03", "malformed", "a table's kind", prefix[:9] + b"\x03" + prefix[10:]),
            ("prefix-version", "REC-02", "unsupported", "version 2", prefix[:11] + b"\x02" + prefix[12:]),
            ("prefix-version-0", "REC-02", "malformed", "version 0", prefix[:11] + b"\x00" + prefix[12:]),
            ("plaintext", "REC-01", "malformed", "no record at all", b"2840588157005" * 8)):
        yield made(name, rule, expect, comment, head)
    for name, comment, batch in (
            ("flipped", "one bit of a value", [flip(sealed[0], 5)]), ("tag", "one bit of a tag", [flip(sealed[0], -1)]),
            ("number", "the number of another cell", [sealed[1][:4] + sealed[0][4:]]),
            ("cut", "the last byte of a tag is missing", [sealed[0][:-1]]),
            ("extended", "a byte behind the tag", [sealed[0] + b"\x00"]),
            ("of-another-batch", "a cell of another batch, with the same number", [others[0]])):
        yield made("cell-" + name, "CEL-02", "forged", comment, batch=batch)
    for name, comment, batch in (("short", "nineteen bytes", [sealed[1][:-1]]), ("empty", "no bytes", [b""])):
        yield made("cell-" + name, "CEL-02", "malformed", comment, batch=batch)
    for name, comment, options in (
            ("column", "another column", {"column": "name"}),
            ("column-unnamed", "the column without its name", {"column": ""}),
            ("capsule", "another capsule at hand", {"record": APPENDED.record()})):
        yield made("other-" + name, "CEL-02", "forged", comment, **options)
    head, batch = cells.seal(cells.Place(TABLES.id, "weather", "west", "nir"), TABLES.data_keys["west"], VALUES,
                             Stream("west cells"))
    yield made("other-compartment", "CEL-02", "forged", "another compartment of the same capsule", head, batch,
               record=TABLES.record(), who=["alice"], compartment="east")
    yield made("nobody", "SPL-02", "quorum_short", "the reader is no recipient", who=["erin"])
