"""Permits and revocations, good and bad."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterator, Optional

from triclave_spec import permits, protobuf
from triclave_spec.encoding import m, u64
from triclave_spec.signatures import OBJECT, PERMIT, REVOCATION, Signer

from .cast import DATASET, STRANGER
from .custody_cast import AUTHORITY, NOW, OTHER_AUTHORITY, SHARED, packed, start
from .custody_cast import PERMIT as GOOD
from .forged_capsules import flip
from .vec import Vec

RECORD = SHARED["permit"]
SIGNED = permits.parse(RECORD)


def _permit(name: str, rule: str, expect: str, comment: str, data: bytes, covers: Optional[str] = None) -> Vec:
    vec = start("permit-" + name, "permit", rule, expect, comment)
    if covers is not None:
        vec.add("covers", covers)
    if expect == "ok":
        permit = permits.read(data)
        vec.add("permit-id", permit.permit.id.hex()).add("permit-hash", permit.hash.hex())
    return vec.add("record", packed(data))


def _issued(change: Any = None, signer: Signer = AUTHORITY, role: str = PERMIT, **changes: Any) -> bytes:
    permit = replace(GOOD, **changes)
    raw = change(permit.encode()) if change else permit.encode()
    return permits.permit_record(raw, signer.public, signer.sign(role, raw))


def permit_cases() -> Iterator[Vec]:
    """Permits."""
    yield _permit("good", "PER-03", "ok", "two compartments, held against its first second", RECORD,
                  f"{DATASET} west {GOOD.not_before}")
    full = _issued(compartments=tuple(sorted(f"{'c' * 62}{n:02}" for n in range(64))), purpose="é" * 128,
                   not_before=0, not_after=permits.LATEST, most_releases=2**32 - 1, needs_approval=True)
    yield _permit("full", "PER-02", "ok", "every field at its limit", full, f"{DATASET} {'c' * 62}63 {permits.LATEST}")
    for name, comment, covers in (
            ("other-dataset", "another dataset", f"oceans west {NOW}"),
            ("other-compartment", "a compartment that it does not name", f"{DATASET} north {NOW}"),
            ("early", "a second before it holds", f"{DATASET} west {GOOD.not_before - 1}"),
            ("late", "a second after it held", f"{DATASET} west {GOOD.not_after + 1}")):
        yield _permit(name, "PER-04", "permit_refused", comment, RECORD, covers)
    yield _permit("other-authority", "PER-01", "forged", "it names an authority that did not sign it",
                  _issued(authority=OTHER_AUTHORITY.id))
    for name, comment, changes in (
            ("id-short", "an id of fifteen bytes", {"id": GOOD.id[:-1]}),
            ("compartments-none", "no compartment", {"compartments": ()}),
            ("compartments-descend", "compartments in descending order", {"compartments": ("west", "east")}),
            ("purpose-control", "a purpose with a line feed", {"purpose": "one\ntwo"}),
            ("purpose-long", "a purpose of 257 bytes", {"purpose": "x" * 257}),
            ("dates-crossed", "it ends before it begins", {"not_after": GOOD.not_before - 1}),
            ("date-far", "a date behind the year 9999", {"not_after": permits.LATEST + 1})):
        yield _permit(name, "PER-02", "malformed", comment, _issued(**changes))
    yield _permit("half-signed-ed25519", "SIG-01", "forged", "the Ed25519 half does not verify",
                  permits.permit_record(SIGNED.raw, SIGNED.key, flip(SIGNED.signature, 3)))
    yield _permit("other-role", "PER-03", "forged", "signed in the role of an object", _issued(role=OBJECT))
    yield _permit("prolonged", "PER-03", "forged", "a later end than was signed",
                  permits.permit_record(replace(GOOD, not_after=NOW + 10**6).encode(), SIGNED.key, SIGNED.signature))
    yield _permit("signature-short", "SIG-01", "malformed", "a signature of 3,372 bytes",
                  permits.permit_record(SIGNED.raw, SIGNED.key, SIGNED.signature[:-1]))
    yield _permit("unknown-field", "PB-05", "malformed", "a field that nobody knows",
                  _issued(lambda raw: raw + protobuf.write_field(11, 1, "uint32")))
    yield _permit("kind", "REC-03", "malformed", "a revocation's kind", flip(RECORD, 9, 5 ^ 6))
    yield _permit("newer-version", "REC-02", "unsupported", "version 2", flip(RECORD, 11, 3))


def _revocation(name: str, rule: str, expect: str, comment: str, data: bytes) -> Vec:
    vec = start("revocation-" + name, "revocation", rule, expect, comment)
    if expect == "ok":
        vec.add("permit-id", permits.read_revocation(data).permit.hex())
    return vec.add("record", packed(data))


def revocation_cases() -> Iterator[Vec]:
    """Revocations."""
    good = permits.revoke(GOOD.id, NOW, AUTHORITY)
    yield _revocation("good", "PER-05", "ok", "by the authority of the permit", good)

    def made(*fields: bytes, role: str = REVOCATION) -> bytes:
        raw = m(*fields)
        return permits.revocation_record(raw, AUTHORITY.public, AUTHORITY.sign(role, raw))

    time = u64(NOW)
    for name, expect, comment, data in (
            ("other-authority", "forged", "it names another than who signed", made(STRANGER.id, GOOD.id, time)),
            ("other-role", "forged", "signed as a permit", made(AUTHORITY.id, GOOD.id, time, role=PERMIT)),
            ("id-short", "malformed", "a permit's id of fifteen bytes", made(AUTHORITY.id, GOOD.id[:-1], time)),
            ("two-fields", "malformed", "no time", made(AUTHORITY.id, GOOD.id)),
            ("four-fields", "malformed", "a field too many", made(AUTHORITY.id, GOOD.id, time, b""))):
        yield _revocation(name, "PER-05", expect, comment, data)
    yield _revocation("kind", "REC-03", "malformed", "a permit's kind", flip(good, 9, 5 ^ 6))


def cases() -> Iterator[Vec]:
    """All of these."""
    yield from permit_cases()
    yield from revocation_cases()
