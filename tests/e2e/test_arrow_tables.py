"""Sealed tables through the C Data Interface, with pyarrow and nanoarrow on the other side: the matrix of types."""

import ctypes
import datetime
import decimal
import pathlib

import nanoarrow
import pyarrow as pa
import pytest
from nanoarrow.c_array_stream import allocate_c_array_stream

import town as t

BRIDGE = pathlib.Path(t.PROGRAM).resolve().parents[1] / "lib" / "libarrow_bridge.so"
READERS = ("owner", "outscale", "orange")
WHOLE = 64 << 20


class Stream(ctypes.Structure):
    """An ArrowArrayStream, of which only the size matters here."""

    _fields_ = [("pointers", ctypes.c_void_p * 5)]


def library():
    bridge = ctypes.CDLL(str(BRIDGE))
    text, stream = ctypes.c_char_p, ctypes.c_void_p
    bridge.arrow_bridge_seal.argtypes = [stream, text, text, text, ctypes.c_uint64, text]
    bridge.arrow_bridge_open.argtypes = [text, text, text, text, stream]
    bridge.arrow_bridge_seal.restype = bridge.arrow_bridge_open.restype = text
    return bridge


class Tables:
    """Seals and opens tables in a town."""

    def __init__(self, town):
        registry = [t.recipient("owner", "OWNER", operator="hospital")] + [t.recipient(name) for name in t.CUSTODIANS]
        everything = 'default_compartment: "clinical"'
        town.write_policy("tables", "all(owner, 2 of (outscale, ovh, orange))", registry, everything)
        self.folder = town.folder
        self.bridge = library()

    def _path(self, *parts):
        return str(self.folder.joinpath(*parts)).encode()

    def seal_at(self, address, name="table", row_group_bytes=WHOLE, compress=""):
        """Seals the stream at an address; raises ValueError with the error's kind and text."""
        signer = self._path("keys", "pipeline.key")
        error = self.bridge.arrow_bridge_seal(
            address, self._path("tables"), signer, self._path(name), row_group_bytes, compress.encode())
        if error is not None:
            raise ValueError(error.decode())

    def seal(self, table, **how):
        """Seals a pyarrow table, each of its chunks as a batch."""
        stream = Stream()
        table.to_reader()._export_to_c(ctypes.addressof(stream))
        self.seal_at(ctypes.addressof(stream), **how)

    def seal_nanoarrow(self, stream):
        """Seals a stream of nanoarrow's."""
        self.seal_at(stream._addr())

    def open_at(self, address, name="table", columns=(), by=READERS):
        """Opens a sealed table into the stream at an address."""
        keys = b"\n".join(self._path("keys", f"{each}.key") for each in by)
        error = self.bridge.arrow_bridge_open(
            self._path("tables"), keys, self._path(name), "\n".join(columns).encode(), address)
        if error is not None:
            raise ValueError(error.decode())

    def reader(self, **how):
        """A pyarrow reader of a sealed table."""
        stream = Stream()
        self.open_at(ctypes.addressof(stream), **how)
        return pa.RecordBatchReader._import_from_c(ctypes.addressof(stream))

    def open(self, **how):
        """A sealed table as pyarrow has it, every value checked by pyarrow."""
        table = self.reader(**how).read_all()
        table.validate(full=True)
        return table


@pytest.fixture
def tables(town):
    return Tables(town)


DAY = datetime.date(2024, 2, 29)
NOON = datetime.time(12, 0, 1)
MOMENT = datetime.datetime(2024, 2, 29, 12, 0, 1)
SPAN = datetime.timedelta(days=1, seconds=2)
UNITS = ("s", "ms", "us", "ns")
STRUCT = pa.struct([pa.field("a", pa.int16()), pa.field("b", pa.list_(pa.utf8())), pa.field("c", pa.bool_())])
STRUCTS = [{"a": 1, "b": ["x", None], "c": True}, {"a": None, "b": None, "c": None}, {"a": 4, "b": [], "c": False}]

# Three values of each type that is taken.
MATRIX = [
    (pa.null(), [None, None, None]),
    (pa.bool_(), [True, False, True]),
    *((kind, [0, 1, 127]) for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64())),
    *((kind, [0, 1, 255]) for kind in (pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())),
    *((kind, [1.5, -0.0, float("inf")]) for kind in (pa.float16(), pa.float32(), pa.float64())),
    (pa.decimal128(38, 2), [decimal.Decimal(text) for text in ("1.50", "-1.50", "0.00")]),
    (pa.decimal256(76, 1), [decimal.Decimal(text) for text in ("1.5", "-1.5", "0.0")]),
    (pa.date32(), [DAY, DAY, datetime.date(1970, 1, 1)]),
    (pa.date64(), [DAY, DAY, datetime.date(1970, 1, 1)]),
    *((kind, [NOON, datetime.time(0), NOON]) for kind in (
        pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns"))),
    *((pa.timestamp(unit, zone), [MOMENT] * 3) for unit in UNITS for zone in (None, "UTC", "Europe/Paris")),
    *((pa.duration(unit), [SPAN, -SPAN, SPAN]) for unit in UNITS),
    (pa.month_day_nano_interval(), [(1, 2, 3), (0, 0, 0), (-1, -2, -3)]),
    *((kind, ["", "naïve", "a longer text"]) for kind in (pa.utf8(), pa.large_utf8())),
    *((kind, [b"", b"\x00\xff", b"more bytes"]) for kind in (pa.binary(), pa.large_binary())),
    (pa.binary(3), [b"abc", b"\x00\x00\x00", b"xyz"]),
    (pa.list_(pa.int32()), [[1, None], [], [3]]),
    (pa.large_list(pa.large_utf8()), [["a"], [], ["b", None, "c"]]),
    (pa.list_(pa.list_(pa.int8())), [[[1], None], [], [[2, 3], []]]),
    (STRUCT, STRUCTS),
    (pa.list_(STRUCT), [STRUCTS, [], [None, STRUCTS[0]]]),
    (pa.struct([]), [{}, {}, {}]),
    *((pa.dictionary(index, pa.utf8()), ["x", "y", "x"]) for index in (
        pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())),
    (pa.dictionary(pa.int32(), pa.float64(), ordered=True), [2.5, 1.5, 2.5]),
    (pa.list_(pa.dictionary(pa.int8(), pa.large_utf8())), [["x"], [], ["y", None]]),
]  # fmt: skip
IDS = [str(kind).replace("\n", " ") for kind, _ in MATRIX]
every_type = pytest.mark.parametrize("kind, values", MATRIX, ids=IDS)


def columns_of(kind, values):
    """The type with and without nulls, and with nothing but these, 20 rows each."""
    some = (values + [None] + values[::-1] + [None, None]) * 3
    columns = {"full": (values * 7)[:20], "some": some[:20], "none": [None] * 20}
    return pa.table({name: pa.array(column, kind) for name, column in columns.items()})


def chunks(table, *ranges):
    """Parts of a table, one behind the other, each a slice of what it was."""
    return pa.concat_tables([table.slice(begin, end - begin) for begin, end in ranges])


@every_type
def test_pyarrow(tables, kind, values):
    table = columns_of(kind, values)
    tables.seal(table)
    assert tables.open().equals(table) and tables.open().schema.equals(table.schema)


@every_type
def test_slices(tables, kind, values):
    """Offsets within bytes of a bitmap, between rows of one chunk, and where nothing is left."""
    table = chunks(columns_of(kind, values), (0, 1), (1, 9), (3, 20), (8, 16), (5, 5), (7, 20))
    tables.seal(table)
    assert tables.open().equals(table)


@every_type
def test_empty(tables, kind, values):
    table = columns_of(kind, values).slice(20)
    tables.seal(table)
    assert tables.open().equals(table)


@every_type
def test_nanoarrow_reads(tables, kind, values):
    table = columns_of(kind, values)
    tables.seal(table)
    stream = allocate_c_array_stream()
    tables.open_at(stream._addr())
    zoned = pa.types.is_timestamp(kind) and kind.tz is not None  # whose values it shows where the system has time zones
    if zoned or pa.types.is_decimal(kind) or pa.types.is_interval(kind):  # and these nowhere
        assert pa.RecordBatchReader.from_stream(nanoarrow.ArrayStream(stream)).read_all().equals(table)
    else:
        back, expected = (list(nanoarrow.ArrayStream(each).iter_tuples()) for each in (stream, table))
        assert str(back) == str(expected)


NANOARROW = [
    (nanoarrow.bool_(), [True, None, False]),
    *((kind(), [1, None, 3]) for kind in (
        nanoarrow.int8, nanoarrow.uint8, nanoarrow.int16, nanoarrow.uint16, nanoarrow.int32, nanoarrow.uint32,
        nanoarrow.int64, nanoarrow.uint64)),
    *((kind(), [1.5, None, -3.0]) for kind in (nanoarrow.float16, nanoarrow.float32, nanoarrow.float64)),
    *((kind(), ["a", None, "béç"]) for kind in (nanoarrow.string, nanoarrow.large_string)),
    *((kind(), [b"a", None, b"\x00"]) for kind in (nanoarrow.binary, nanoarrow.large_binary)),
]  # fmt: skip


def name_of(kind):
    return str(kind).removeprefix("<Schema> ")


def rows_of(kind, column):
    """The stream of one record batch with a column of nanoarrow's."""
    row = nanoarrow.c_array_from_buffers(nanoarrow.struct({"x": kind}), len(column), [None], children=[column])
    return nanoarrow.c_array_stream(row)


@pytest.mark.parametrize("kind, values", NANOARROW, ids=[name_of(kind) for kind, _ in NANOARROW])
def test_nanoarrow_writes(tables, kind, values):
    tables.seal_nanoarrow(rows_of(kind, nanoarrow.c_array(values, kind)))
    assert tables.open().column("x").to_pylist() == values


# Types that nanoarrow makes of bare buffers only; pyarrow has none of the first two. Bytes of a value.
OF_BUFFERS = [
    (nanoarrow.interval_months(), 4), (nanoarrow.interval_day_time(), 8), (nanoarrow.interval_month_day_nano(), 16),
    (nanoarrow.date32(), 4), (nanoarrow.date64(), 8), (nanoarrow.time32("s"), 4), (nanoarrow.time64("ns"), 8),
    (nanoarrow.timestamp("us", "Europe/Paris"), 8), (nanoarrow.duration("ms"), 8), (nanoarrow.decimal128(38, 2), 16),
    (nanoarrow.decimal256(76, 2), 32), (nanoarrow.fixed_size_binary(5), 5),
]  # fmt: skip


@pytest.mark.parametrize("kind, width", OF_BUFFERS, ids=[name_of(kind) for kind, _ in OF_BUFFERS])
def test_nanoarrow_writes_slices_of_buffers(tables, kind, width):
    """Rows 3 to 10 of 12."""
    values = bytes(i % 100 for i in range(12 * width))
    validity = bytes([0b00110110, 0b1010])
    tables.seal_nanoarrow(rows_of(kind, nanoarrow.c_array_from_buffers(kind, 8, [validity, values], offset=3)))
    stream = allocate_c_array_stream()
    tables.open_at(stream._addr())
    (row,) = stream
    back = row.child(0).view()
    assert (back.length, back.offset, back.null_count) == (8, 0, 5)
    assert bytes(back.buffer(0)) == bytes([0b01000110]), "bits 3 to 10, moved to the front"
    assert bytes(back.buffer(1)) == values[3 * width : 11 * width]


REFUSED = [
    (pa.array(["a"], pa.string_view()), "string views"),
    (pa.array([b"a"], pa.binary_view()), "binary views"),
    (pa.array([[("a", 1)]], pa.map_(pa.utf8(), pa.int8())), "maps"),
    (pa.array([[1, 2]], pa.list_(pa.int8(), 2)), "fixed-size lists"),
    (pa.array([[1]], pa.list_view(pa.int8())), "list views"),
    (pa.array([[1]], pa.large_list_view(pa.int8())), "large list views"),
    (pa.array([1], pa.decimal32(5, 2)), "decimals of less than 128 bits"),
    (pa.array([1], pa.decimal64(5, 2)), "decimals of less than 128 bits"),
    (pa.UnionArray.from_dense(pa.array([0], pa.int8()), pa.array([0], pa.int32()), [pa.array([1])]), "dense unions"),
    (pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]), "sparse unions"),
    (pa.RunEndEncodedArray.from_arrays(pa.array([1], pa.int32()), pa.array(["a"])), "run-end encoded"),
]


@pytest.mark.parametrize("array, words", REFUSED, ids=[str(array.type) for array, _ in REFUSED])
def test_what_is_not_taken_is_named(tables, array, words):
    with pytest.raises(ValueError, match=f"^unsupported: column x: .*{words}"):
        tables.seal(pa.table({"x": array}))
    with pytest.raises(ValueError, match=f"^unsupported: column y.x: .*{words}"):
        tables.seal(pa.table({"y": pa.StructArray.from_arrays([array], ["x"])}))


def test_slices_of_nested_columns(tables):
    """A record batch's offset, a struct's and a list's own add up."""
    kind = pa.struct([("a", pa.list_(pa.int64())), ("b", pa.struct([("c", pa.utf8())]))])
    rows = [None if i % 5 == 0 else {"a": range(i % 4), "b": None if i % 3 == 0 else {"c": str(i)}} for i in range(100)]
    column = pa.array(rows, kind)
    ends = pa.array(sorted((i * 37) % 97 for i in range(51)), pa.int32())
    for begin in range(0, 40, 3):
        table = pa.table({"x": column.slice(begin, 50), "y": pa.ListArray.from_arrays(ends, column)})
        table = table.slice(begin % 7, 33)
        tables.seal(table, name=f"at {begin}")
        assert tables.open(name=f"at {begin}").equals(table)


def test_columns_are_chosen(tables):
    table = pa.table({"a": [1, 2], "b": ["x", "y"], "c": [None, 2.5]})
    tables.seal(table)
    assert tables.open(columns=["c", "a"]).equals(table.select(["c", "a"]))
    with pytest.raises(ValueError, match="^invalid_argument: "):
        tables.reader(columns=["d"])


@pytest.mark.parametrize("compress", ["", "*"], ids=["plain", "compressed"])
def test_large_batches_are_split(tables, compress):
    texts = [str(i) * (i % 5) if i % 3 else None for i in range(50_000)]
    table = pa.table({"n": pa.array(range(50_000)), "t": pa.array(texts)})
    tables.seal(table, row_group_bytes=100_000, compress=compress)
    back = tables.reader().read_all()
    back.validate(full=True)
    assert back.equals(table) and back.column(0).num_chunks > 4


def test_batches_may_have_dictionaries_of_their_own(tables):
    column = pa.chunked_array([pa.array(["a", "b"]).dictionary_encode(), pa.array(["c", None]).dictionary_encode()])
    tables.seal(pa.table({"x": column}))
    assert tables.open().column("x").to_pylist() == ["a", "b", "c", None]


def test_fields_keep_what_is_said_of_them(tables):
    said = {"ARROW:extension:name": "hospital.code", "k": b"\xff\x00"}
    schema = pa.schema([pa.field("x", pa.int8(), nullable=False, metadata=said)])
    table = pa.Table.from_arrays([pa.array([1], pa.int8())], schema=schema)
    tables.seal(table)
    assert tables.open().schema.equals(table.schema, check_metadata=True)


def test_a_changed_table_does_not_open(tables):
    tables.seal(pa.table({"x": list(range(5000))}))
    path = tables.folder / "table"
    sealed = bytearray(path.read_bytes())
    middle = sealed.index(b"clinical") + 20_000  # within the only chunk
    sealed[middle] ^= 1
    path.write_bytes(sealed)
    with pytest.raises((OSError, ValueError), match="chunk 0 does not verify"):
        tables.open()


def test_too_few_keys_open_nothing(tables):
    tables.seal(pa.table({"x": [1]}))
    with pytest.raises(ValueError, match="^quorum_short: "):
        tables.reader(by=("owner", "outscale"))


def test_a_table_has_columns(tables):
    with pytest.raises(ValueError, match="^invalid_argument: "):
        tables.seal(pa.table({}))
    with pytest.raises(ValueError, match="^invalid_argument: two columns are called 'x'"):
        tables.seal(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["x", "x"]))
