"""Columns of every type: pyarrow's arrays become chunks and come back the same, slices too."""

from __future__ import annotations

import datetime
import decimal
from typing import List

import pyarrow as pa
import pytest
from triclave_spec import arrow_bridge, arrow_chunk

DAY = datetime.date(2024, 2, 29)
NOON = datetime.time(12, 0, 1)
MOMENT = datetime.datetime(2024, 2, 29, 12, 0, 1)
SPAN = datetime.timedelta(days=1, seconds=2)


def _structs() -> pa.Array:
    kind = pa.struct([pa.field("a", pa.int16()), pa.field("b", pa.list_(pa.utf8()))])
    return pa.array([{"a": 1, "b": ["x", None]}, None, {"a": None, "b": None}, {"a": 4, "b": []}], kind)


ARRAYS: List[pa.Array] = [
    pa.nulls(5),
    pa.array([True, None, False, True] * 5),
    *(pa.array([1, None, 3, 127], kind()) for kind in (pa.int8, pa.int16, pa.int32, pa.int64, pa.uint8, pa.uint16,
                                                       pa.uint32, pa.uint64)),
    pa.array([1.5, None, -2.0], pa.float16()), pa.array([1.5, None, -2.0], pa.float32()),
    pa.array([1.5, float("nan"), None], pa.float64()),
    pa.array([decimal.Decimal("1.50"), None], pa.decimal128(38, 2)),
    pa.array([decimal.Decimal("-1.5"), None], pa.decimal256(76, 1)),
    pa.array([b"abc", None, b"xyz"], pa.binary(3)),
    pa.array([DAY, None], pa.date32()), pa.array([DAY, None], pa.date64()),
    *(pa.array([NOON, None], kind) for kind in (pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns"))),
    *(pa.array([SPAN, None], pa.duration(unit)) for unit in ("s", "ms", "us", "ns")),
    *(pa.array([MOMENT, None], pa.timestamp(unit, zone)) for unit in ("s", "ms", "us", "ns") for zone in (
        None, "Europe/Paris")),
    pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
    *(pa.array(["", "naïve", None, "end"], kind()) for kind in (pa.utf8, pa.large_utf8)),
    *(pa.array([b"", b"\x00\xff", None, b"end"], kind()) for kind in (pa.binary, pa.large_binary)),
    pa.array([[1, None], [], None, [3]], pa.list_(pa.int32())),
    pa.array([["a"], None, ["b", "c"]], pa.large_list(pa.large_utf8())),
    pa.array([[[1], None], None, [[2, 3], []]], pa.list_(pa.list_(pa.int8()))),
    _structs(),
    pa.array(["x", None, "y", "x"]).dictionary_encode(),
    pa.DictionaryArray.from_arrays(pa.array([1, 0, None], pa.uint16()), pa.array([2.5, 1.5]), ordered=True),
    pa.array([["x"], None, ["y", "x"]], pa.list_(pa.dictionary(pa.int8(), pa.utf8()))),
]


def _there_and_back(array: pa.Array) -> pa.Array:
    field = arrow_bridge.field_from(pa.field("x", array.type))
    plaintext = arrow_chunk.encode(arrow_bridge.nodes_from(field, array))
    assert len(plaintext) % 64 == 0
    return arrow_bridge.array_to(field, arrow_chunk.decode(field, len(array), plaintext))


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: str(a.type))
def test_array(array: pa.Array) -> None:
    """A whole array, and every slice of it."""
    for start in range(len(array)):
        for end in range(start + 1, len(array) + 1):
            part = array.slice(start, end - start)
            back = _there_and_back(part)
            back.validate(full=True)
            assert back.type == part.type
            assert back.to_pylist() == part.to_pylist() or str(back) == str(part)  # NaN differs from itself


def test_field() -> None:
    """A field with everything that a field may have."""
    inner = pa.field("größe", pa.dictionary(pa.int8(), pa.utf8(), True), metadata={"unit": "cm"})
    field = pa.field("x", pa.struct([inner, pa.field("", pa.decimal256(70, 3), nullable=False)]), metadata={"a": "b"})
    message = arrow_bridge.field_from(field)
    assert arrow_bridge.field_to(message).equals(field, check_metadata=True)
    assert message["children"][0]["dictionary_ordered"] and not message["children"][1]["nullable"]
