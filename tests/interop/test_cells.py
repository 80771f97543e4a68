"""Sealed cells: batches of single values (SPEC section 11)."""

from __future__ import annotations

import pytest
from triclave_spec import cells
from triclave_spec.errors import SpecError
from vector_kit.cast import APPENDED, TABLES

KEY = TABLES.data_keys["west"]
PLACE = cells.Place(TABLES.id, "weather", "west", "nir")
VALUES = [b"", b"2 84 05 88 157 005", bytes(cells.MAX_VALUE)]


def test_round_trip() -> None:
    """Cells open in any order; every batch has its own salt."""
    prefix, sealed = cells.seal(PLACE, KEY, VALUES)
    assert len(prefix) == 100 and [len(c) for c in sealed] == [len(v) + 20 for v in VALUES]
    assert cells.capsule_of(prefix) == TABLES.id
    reader = cells.Reader(PLACE, KEY, prefix)
    assert [reader.open(c) for c in reversed(sealed)] == VALUES[::-1]
    assert cells.seal(PLACE, KEY, [])[0][44:68] != prefix[44:68]
    with pytest.raises(SpecError, match="invalid_argument"):
        cells.seal(PLACE, KEY, [bytes(cells.MAX_VALUE + 1)])


@pytest.mark.parametrize("place,key", [
    (cells.Place(TABLES.id, "weather", "west", "name"), KEY), (cells.Place(TABLES.id, "weather", "east", "nir"), KEY),
    (cells.Place(TABLES.id, "climate", "west", "nir"), KEY), (cells.Place(APPENDED.id, "weather", "west", "nir"), KEY),
    (PLACE, TABLES.data_keys["east"])], ids=["column", "compartment", "dataset", "capsule", "key"])
def test_bound_to_their_place(place: cells.Place, key: bytes) -> None:
    """Another place has another key."""
    prefix, _ = cells.seal(PLACE, KEY, VALUES)
    with pytest.raises(SpecError, match="forged"):
        cells.Reader(place, key, prefix)


def test_flips_and_truncations() -> None:
    """Every bit and every length of a prefix and of a cell."""
    prefix, (cell, other) = cells.seal(PLACE, KEY, [b"one", b"two"])
    for at in range(len(prefix) * 8):
        with pytest.raises(SpecError):
            cells.Reader(PLACE, KEY, (int.from_bytes(prefix, "big") ^ 1 << at).to_bytes(100, "big"))
    for wrong in (prefix + b"\x00", *(prefix[:end] for end in range(100))):
        with pytest.raises(SpecError, match="malformed"):
            cells.Reader(PLACE, KEY, wrong)
    reader = cells.Reader(PLACE, KEY, prefix)
    for at in range(len(cell) * 8):
        with pytest.raises(SpecError, match="forged"):
            reader.open((int.from_bytes(cell, "big") ^ 1 << at).to_bytes(len(cell), "big"))
    for end in range(len(cell)):
        with pytest.raises(SpecError, match="malformed" if end < 20 else "forged"):
            reader.open(cell[:end])
    with pytest.raises(SpecError, match="forged"):
        reader.open(cell[:4] + other[4:])
    with pytest.raises(SpecError, match="malformed"):
        reader.open(bytes(20 + cells.MAX_VALUE + 1))
