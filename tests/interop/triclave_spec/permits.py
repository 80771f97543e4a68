"""Permits and their revocation (SPEC section 12)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Tuple

from . import protobuf, record
from .encoding import check_free_name, check_strict_name, h, m, read_m, sized, u64
from .errors import FORGED, MALFORMED, PERMIT_REFUSED, require
from .signatures import PERMIT, REVOCATION, Signer, signer_id, verify

LATEST = 253_402_300_799
MAX_PURPOSE = 256


@dataclass(frozen=True)
class Permit:
    """What a permit says."""

    id: bytes
    authority: bytes
    requester: bytes
    dataset: str
    compartments: Tuple[str, ...]
    purpose: str
    not_before: int
    not_after: int
    most_releases: int = 0
    needs_approval: bool = False

    def encode(self) -> bytes:
        """The Permit message, well-formed or not."""
        return protobuf.encode("Permit", {**asdict(self), "compartments": list(self.compartments)})

    def check_covers(self, dataset: str, compartment: str, time: int) -> None:
        """Whether it opens this compartment at this time."""
        #= SPEC PER-04
        require(dataset == self.dataset and compartment in self.compartments, PERMIT_REFUSED,
                "the permit is not for this compartment")
        require(self.not_before <= time <= self.not_after, PERMIT_REFUSED, "the permit does not hold now")


@dataclass(frozen=True)
class SignedPermit:
    """A permit record taken apart: `raw` is what was signed."""

    permit: Permit
    raw: bytes
    key: bytes
    signature: bytes

    @property
    def hash(self) -> bytes:
        """H(permit)."""
        return h(self.raw)


@dataclass(frozen=True)
class Revocation:
    """Whose permit holds no longer."""

    authority: bytes
    permit: bytes
    time: int


def _signed(kind: int, name: str, statement: str, data: bytes, key: bytes, signature: bytes) -> bytes:
    return record.preamble(kind) + protobuf.encode(
        name, {statement: data, "authority_key": key, "signature": signature})


def permit_record(raw: bytes, key: bytes, signature: bytes) -> bytes:
    """A permit record, whatever is in it."""
    return _signed(record.PERMIT, "SignedPermit", "permit", raw, key, signature)


def revocation_record(raw: bytes, key: bytes, signature: bytes) -> bytes:
    """A revocation record, whatever is in it."""
    return _signed(record.REVOCATION, "SignedRevocation", "revocation", raw, key, signature)


def issue(permit: Permit, authority: Signer) -> bytes:
    """A record of a permit by this authority, which is put into it."""
    raw = replace(permit, authority=authority.id).encode()
    return permit_record(raw, authority.public, authority.sign(PERMIT, raw))


def revocation_bytes(revocation: Revocation) -> bytes:
    """What a revocation's signature is over."""
    return m(revocation.authority, revocation.permit, u64(revocation.time))


def revoke(permit_id: bytes, time: int, authority: Signer) -> bytes:
    """A record that revokes a permit of this authority."""
    raw = revocation_bytes(Revocation(authority.id, permit_id, time))
    return revocation_record(raw, authority.public, authority.sign(REVOCATION, raw))


def _check_permit(permit: Permit) -> None:
    #= SPEC PER-02
    sized(permit.id, 16, "a permit's id")
    sized(permit.authority, 32, "a permit's authority")
    sized(permit.requester, 32, "a permit's requester")
    check_strict_name(permit.dataset, "a permit's dataset")
    record.limit(len(permit.compartments), 1, record.MAX_PERMIT_COMPARTMENTS, "compartments of a permit")
    for name in permit.compartments:
        check_strict_name(name, "a permit's compartment")
    require(list(permit.compartments) == sorted(set(permit.compartments)), MALFORMED,
            "a permit's compartments are not in ascending order")
    check_free_name(permit.purpose, MAX_PURPOSE, "a permit's purpose")
    require(permit.not_before <= permit.not_after <= LATEST, MALFORMED, "a permit's dates")


def parse(data: bytes) -> SignedPermit:
    """Takes a permit record apart; the signature is not verified yet."""
    record.check_preamble(data, record.PERMIT)
    record.limit(len(data), 0, record.MAX_PERMIT, "bytes of a permit record")
    signed = protobuf.decode("SignedPermit", data[record.PREAMBLE:])
    message = protobuf.decode("Permit", signed["permit"])
    permit = Permit(**{**message, "compartments": tuple(message["compartments"])})
    _check_permit(permit)
    #= SPEC PER-01
    require(signer_id(signed["authority_key"]) == permit.authority, FORGED, "the permit names another authority")
    return SignedPermit(permit, signed["permit"], signed["authority_key"], signed["signature"])


def read(data: bytes) -> SignedPermit:
    """A permit record whose signature verifies."""
    signed = parse(data)
    #= SPEC PER-03
    verify(signed.key, PERMIT, signed.raw, signed.signature)
    return signed


def read_revocation(data: bytes) -> Revocation:
    """A revocation record whose signature verifies."""
    record.check_preamble(data, record.REVOCATION)
    record.limit(len(data), 0, record.MAX_REVOCATION, "bytes of a revocation record")
    signed = protobuf.decode("SignedRevocation", data[record.PREAMBLE:])
    #= SPEC PER-05
    authority, permit_id, time = read_m(signed["revocation"], 3, "a revocation")
    sized(authority, 32, "a revocation's authority")
    sized(permit_id, 16, "a permit's id")
    seconds = int.from_bytes(sized(time, 8, "a revocation's time"), "big")
    require(seconds <= LATEST, MALFORMED, "a revocation's time is behind the year 9999")
    require(signer_id(signed["authority_key"]) == authority, FORGED, "the revocation names another authority")
    verify(signed["authority_key"], REVOCATION, signed["revocation"], signed["signature"])
    return Revocation(authority, permit_id, seconds)
