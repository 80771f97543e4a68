"""Secret sharing over the scalars of ristretto255 (SPEC section 5; RFC 9591, appendix C.1)."""

from __future__ import annotations

import os
from typing import List, Mapping, Sequence

from .encoding import ORDER
from .errors import FORGED, require
from .kdf import Random


def random_scalar(random: Random = os.urandom) -> int:
    """A uniform scalar, by reduction of 64 bytes."""
    return int.from_bytes(random(64), "little") % ORDER


def random_secret(random: Random = os.urandom) -> int:
    """A uniform scalar that is not 0."""
    while True:
        value = random_scalar(random)
        if value:
            return value


def evaluate(coefficients: Sequence[int], x: int) -> int:
    """The polynomial's value at x; coefficients from the constant term up."""
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * x + coefficient) % ORDER
    return value


def shard(secret: int, k: int, n: int, random: Random = os.urandom) -> List[int]:
    """Child i of n gets the value at x = i of a fresh polynomial of degree k - 1."""
    #= SPEC SPL-01
    coefficients = [secret] + [random_scalar(random) for _ in range(k - 1)]
    return [evaluate(coefficients, i) for i in range(1, n + 1)]


def interpolate(points: Mapping[int, int], x: int) -> int:
    """The value at x of the polynomial through these points."""
    value = 0
    for i, y in points.items():
        top = bottom = 1
        for j in points:
            if j != i:
                top = top * (x - j) % ORDER
                bottom = bottom * (i - j) % ORDER
        value = (value + y * top * pow(bottom, -1, ORDER)) % ORDER
    return value


def combine(points: Mapping[int, int], k: int) -> int:
    """The secret behind at least k known points; each surplus point must lie on the same polynomial."""
    known = sorted(points)
    assert len(known) >= k
    #= SPEC SPL-02
    base = {x: points[x] for x in known[:k]}
    for x in known[k:]:
        require(interpolate(base, x) == points[x], FORGED, f"the share of child {x} is off the polynomial: dealt wrong")
    return interpolate(base, 0)
