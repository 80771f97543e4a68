"""Whether 32 bytes are a point of Ed25519's main subgroup (RFC 8032, sections 5.1.3 and 5.1.4)."""

from __future__ import annotations

from typing import Optional, Tuple

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)

Point = Tuple[int, int]


def _decode(data: bytes) -> Optional[Point]:
    sign, y = data[31] >> 7, int.from_bytes(data, "little") & (1 << 255) - 1
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if v * x * x % _P != u:
        x = x * _ROOT % _P
    if v * x * x % _P != u or (x == 0 and sign):
        return None
    return (_P - x if x & 1 != sign else x), y


def _add(a: Point, b: Point) -> Point:
    cross = _D * a[0] * b[0] * a[1] * b[1] % _P
    x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + cross, _P - 2, _P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - cross, _P - 2, _P)
    return x % _P, y % _P


def _times(count: int, point: Point) -> Point:
    out = (0, 1)
    while count:
        if count & 1:
            out = _add(out, point)
        point, count = _add(point, point), count >> 1
    return out


def in_main_subgroup(data: bytes) -> bool:
    """In its canonical form, and not the neutral element."""
    point = _decode(data)
    return point is not None and point != (0, 1) and _times(_L, point) == (0, 1)
