"""Every single-bit flip and every truncation of a small capsule and a small signed object is refused.

Sampled only where the bytes are a signature (3,373 bytes) or a recipient's enc (1,120 bytes): there one bit of each
byte is flipped, another one from byte to byte. Every other bit is flipped.
"""

from __future__ import annotations

from typing import Iterator, List, Tuple

import pytest
from triclave_spec import capsule as reading
from triclave_spec import objects, opening, protobuf
from triclave_spec.errors import SpecError
from triclave_spec.signatures import SIGNATURE
from vector_kit.cast import KEYS, OBJECTS
from vector_kit.good_capsules import trust
from vector_kit.object_cases import TEXT, Sealed

TRUST = trust()
RECORD = OBJECTS.record()
CAPSULE = reading.read(RECORD, TRUST)
DATA_KEY = opening.open_compartment(CAPSULE, "west", [KEYS["owner"]]).data_key


def _open_capsule(data: bytes) -> None:
    opening.open_compartment(reading.read(data, TRUST), "west", [KEYS["owner"]])


def _open_object(data: bytes) -> bytes:
    sealed = objects.parse(data)
    capsule = CAPSULE if sealed.capsule == RECORD else reading.read(sealed.capsule, TRUST)
    sealed.check_against(capsule)
    return sealed.read_whole(capsule, DATA_KEY)


def _sampled(data: bytes) -> List[Tuple[int, int]]:
    outer = protobuf.decode("Capsule", RECORD[16:])
    enc = next(iter(CAPSULE.wraps[0].recipients.values()))[1]
    found = [outer["core_signature"], outer["wraps"][0]["signature"], enc]
    return [(data.index(s), data.index(s) + len(s)) for s in found]


def _flips(data: bytes, sampled: List[Tuple[int, int]], skip: range = range(0)) -> Iterator[bytes]:
    for at in range(len(data)):
        if at in skip:
            continue
        inside = any(start <= at < end for start, end in sampled)
        for bit in [at % 8] if inside else range(8):
            yield data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1:]


def test_capsule_flips() -> None:
    """A capsule, embedded or alone."""
    _open_capsule(RECORD)
    count = 0
    for flipped in _flips(RECORD, _sampled(RECORD)):
        count += 1
        with pytest.raises(SpecError):
            _open_capsule(flipped)
    assert count > 2 * SIGNATURE + 1_120


def test_capsule_truncations() -> None:
    """A capsule that ends early, with the length as it was and with one that fits."""
    for end in range(len(RECORD)):
        with pytest.raises(SpecError):
            _open_capsule(RECORD[:end])
        if end >= 16:
            with pytest.raises(SpecError):
                _open_capsule(RECORD[:12] + (end - 16).to_bytes(4, "big") + RECORD[16:end])


@pytest.mark.parametrize("signed", [False, True])
def test_object_flips(signed: bool) -> None:
    """An object: everything around the capsule, which the test above flips."""
    sealed = Sealed("flips", signed=signed)
    data = sealed.record()
    assert _open_object(data) == TEXT
    start = data.index(sealed.capsule)
    signature = [(len(data) - SIGNATURE, len(data))] if signed else []
    for flipped in _flips(data, signature, range(start, start + len(sealed.capsule))):
        with pytest.raises(SpecError):
            _open_object(flipped)


@pytest.mark.parametrize("signed", [False, True])
def test_object_truncations_and_extensions(signed: bool) -> None:
    """An object that ends early or late."""
    data = Sealed("truncations", signed=signed).record()
    for end in range(len(data)):
        with pytest.raises(SpecError):
            _open_object(data[:end])
    for more in (b"\x00", data[-1:], bytes(16), bytes(SIGNATURE), data):
        with pytest.raises(SpecError):
            _open_object(data + more)
