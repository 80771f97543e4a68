"""Whatever Arrow columns hypothesis thinks of come back as they were: types, nulls, slices, chunks, views."""

import datetime

import numpy
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as some

import triclave

SCALARS = [
    (pyarrow.null(), some.none()),
    (pyarrow.bool_(), some.booleans()),
    *((getattr(pyarrow, f"int{bits}")(), some.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)) for bits in (8, 16, 32, 64)),
    *((getattr(pyarrow, f"uint{bits}")(), some.integers(0, 2**bits - 1)) for bits in (8, 16, 32, 64)),
    (pyarrow.float32(), some.floats(width=32, allow_nan=False)),
    (pyarrow.float64(), some.floats(allow_nan=False)),
    (pyarrow.decimal128(12, 2), some.decimals(-10**9, 10**9, places=2)),
    (pyarrow.decimal256(50, 3), some.decimals(-10**9, 10**9, places=3)),
    (pyarrow.string(), some.text(max_size=40)),
    (pyarrow.large_string(), some.text(max_size=40)),
    (pyarrow.binary(), some.binary(max_size=40)),
    (pyarrow.large_binary(), some.binary(max_size=40)),
    (pyarrow.binary(5), some.binary(min_size=5, max_size=5)),
    (pyarrow.date32(), some.dates()),
    (pyarrow.timestamp("us"), some.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1))),
    (pyarrow.timestamp("ms", tz="Europe/Paris"), some.integers(-(10**12), 10**12)),
    (pyarrow.duration("ms"), some.timedeltas(datetime.timedelta(-999), datetime.timedelta(999)).map(lambda d: d - d % datetime.timedelta(milliseconds=1))),
    (pyarrow.time64("us"), some.times()),
]  # fmt: skip
VIEWS = [(pyarrow.string_view(), some.text(max_size=40)), (pyarrow.binary_view(), some.binary(max_size=40))]


def nested(inner):
    """A type and its values: of its own, or made of others."""
    kind, values = inner
    lists = some.lists(some.none() | values, max_size=3)
    return some.sampled_from(
        [
            inner,
            (pyarrow.list_(kind), lists),
            (pyarrow.large_list(kind), lists),
            (pyarrow.struct([("a", kind), ("b", pyarrow.int8())]), some.fixed_dictionaries({"a": some.none() | values, "b": some.just(1)})),
        ]
    )


@some.composite
def columns(draw, scalars):
    """A chunked array of some type, sliced."""
    kind, values = draw(some.sampled_from(scalars).flatmap(nested).flatmap(nested))
    chunks = draw(some.lists(some.lists(some.none() | values, max_size=8), min_size=1, max_size=3))
    whole = pyarrow.chunked_array([pyarrow.array(each, kind) for each in chunks], kind)
    begin = draw(some.integers(0, len(whole)))
    return whole.slice(begin, draw(some.integers(0, len(whole) - begin)))


@some.composite
def tables(draw, scalars):
    """Columns of one length."""
    drawn = draw(some.lists(columns(scalars), min_size=1, max_size=3))
    rows = min(map(len, drawn))
    return pyarrow.table({f"c{i}": each.slice(len(each) - rows) for i, each in enumerate(drawn)})


def there_and_back(table, seal_table, open_table, **how):
    seal_table(table, **how)
    back = pyarrow.table(open_table())
    back.validate(full=True)
    return back


@given(tables(SCALARS), some.sampled_from([{}, {"compress": "*"}, {"row_group_bytes": 64}, {"threads": 1}]))
def test_columns_come_back(seal_table, open_table, table, how):
    back = there_and_back(table, seal_table, open_table, **how)
    assert back.schema.equals(table.schema) and back.equals(table)


def without_views(kind):
    """What a type becomes: views are sealed as text and binary with 64 bit offsets."""
    if pyarrow.types.is_struct(kind):
        return pyarrow.struct([(each.name, without_views(each.type)) for each in kind])
    if pyarrow.types.is_list(kind):
        return pyarrow.list_(without_views(kind.value_type))
    if pyarrow.types.is_large_list(kind):
        return pyarrow.large_list(without_views(kind.value_type))
    return {pyarrow.string_view(): pyarrow.large_string(), pyarrow.binary_view(): pyarrow.large_binary()}.get(kind, kind)


@given(tables(VIEWS + SCALARS[:3]))
def test_views_come_back_as_text_and_binary(seal_table, open_table, table):
    back = there_and_back(table, seal_table, open_table)
    assert [each.type for each in back.schema] == [without_views(each.type) for each in table.schema]
    assert back.to_pylist() == table.to_pylist()


@given(some.lists(some.none() | some.text(max_size=30), max_size=50), some.integers(0, 50))
def test_polars_categories_and_slices(seal_table, open_table, values, begin):
    frame = polars.DataFrame({"c": polars.Series(values, dtype=polars.Categorical), "s": polars.Series(values, dtype=polars.String)})[begin:]
    back = there_and_back(frame, seal_table, open_table)
    assert back["c"].to_pylist() == back["s"].to_pylist() == frame["s"].to_list()


@given(some.binary(max_size=100000), some.booleans())
def test_bytes_come_back(sealer, opener, plain, signed):
    assert opener.open(sealer.seal(plain, compartment="clinical", sign_content=signed)).read() == plain


def test_numpy_columns_go_in_where_they_stand(sealer, open_table):
    values = numpy.arange(1 << 20, dtype=numpy.float64)
    table = pyarrow.table({"x": values})
    assert table["x"].chunk(0).buffers()[1].address == values.ctypes.data
    room = numpy.empty(10 << 20, dtype=numpy.uint8)
    sealed = triclave.seal_table(table, room, sealer=sealer)
    out = pyarrow.table(open_table(room[: sealed.size]))["x"].chunk(0).to_numpy(zero_copy_only=True)
    assert (out == values).all()



@pytest.mark.parametrize("number, offset, length", [(1, 0, 20), (-1, 0, 20), (0, 90, 20), (0, -1, 20), (0, 0, -5), (0, 2**31 - 1, 20)])
def test_views_that_lead_elsewhere_are_refused(sealer, here, number, offset, length):
    view = length.to_bytes(4, "little", signed=True) + b"abcd" + number.to_bytes(4, "little", signed=True) + offset.to_bytes(4, "little", signed=True)
    buffers = [None, pyarrow.py_buffer(view), pyarrow.py_buffer(b"abcd" * 25)]
    column = pyarrow.Array.from_buffers(pyarrow.string_view(), 1, buffers)
    with pytest.raises(triclave.InvalidArgumentError, match="out of its buffers"):
        triclave.seal_table(pyarrow.Table.from_arrays([column], names=["x"]), "out", sealer=sealer)
    assert list(here.iterdir()) == []
