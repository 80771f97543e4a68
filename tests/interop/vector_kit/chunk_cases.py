"""Tables whose chunks hold what they must not: only one who has the keys can make them."""

from __future__ import annotations

from typing import Iterator, List, Sequence, Tuple

import pyarrow
from triclave_spec import arrow_chunk, zstd
from triclave_spec.arrow_chunk import Node
from triclave_spec.encoding import u64
from triclave_spec.protobuf import Message
from triclave_spec.tables import Column, RowGroup

from .cast import OBJECTS
from .table_parts import Segment, field_of, ints, texts
from .vec import Vec
from .writing import table_vec

INT, TEXT, BOOL = field_of("n", "i"), field_of("t", "u"), field_of("b", "b")
LIST = field_of("l", "+l", children=[field_of("item", "i")])
STRUCT = field_of("s", "+s", children=[field_of("a", "i"), field_of("b", "u")])
WORDS = field_of("d", "c", dictionary=field_of("", "u"))
STRICT = field_of("n", "i", False)


def offsets(*values: int, width: int = 4) -> bytes:
    """Offsets as they stand."""
    return b"".join(v.to_bytes(width, "little", signed=True) for v in values)


def _segment(name: str, field: Message, rows: int, compression: int = 0) -> Segment:
    segment = Segment(name, [Column("west", field, compression)], [RowGroup(rows, [[]])], built=OBJECTS)
    return segment


def _vec(name: str, rule: str, comment: str, segment: Segment) -> Vec:
    return table_vec("table-" + name, rule, "malformed", comment, segment.record(), who=["owner"], opens=["west"])


Case = Tuple[str, str, str, Message, int, Sequence[Node]]


def _lengths() -> Iterator[Case]:
    yield "rows-more", "TAB-10", "a value more than the row group has", INT, 2, ints(1, 2, 3)
    yield "rows-less", "TAB-10", "a value less than the row group has", INT, 2, ints(1)
    yield "rows-of-nulls", "TAB-10", "a null array with another length", field_of("n", "n"), 2, [Node(3, 3)]
    yield ("child-short", "TAB-10", "a struct's child with a value less", STRUCT, 2,
           [Node(2, 0, [b""])] + ints(1) + texts("a", "b"))
    yield ("child-long", "TAB-10", "a struct's child with a value more", STRUCT, 2,
           [Node(2, 0, [b""])] + ints(1, 2) + texts("a", "b", "c"))
    yield ("items-short", "TAB-10", "a list's child shorter than the last offset", LIST, 2,
           [Node(2, 0, [b"", offsets(0, 1, 3)])] + ints(1, 2))
    yield ("items-long", "TAB-10", "a list's child longer than the last offset", LIST, 2,
           [Node(2, 0, [b"", offsets(0, 1, 3)])] + ints(1, 2, 3, 4))


def _validities() -> Iterator[Case]:
    four = ints(1, 2, 3, 4)[0].buffers[1]
    nine = ints(*range(9))[0].buffers[1]
    yield "validity-needless", "TAB-11", "a validity where nothing is null", INT, 4, [Node(4, 0, [b"\x0f", four])]
    yield "validity-missing", "TAB-11", "a null, and no validity", INT, 4, [Node(4, 1, [b"", four])]
    yield "validity-short", "TAB-11", "one byte of validity for nine values", INT, 9, [Node(9, 1, [b"\xfe", nine])]
    yield "validity-long", "TAB-11", "two bytes of validity for four values", INT, 4, [Node(4, 1, [b"\x0e\x00", four])]
    yield "nulls-more", "TAB-11", "one null more than the validity has", INT, 4, [Node(4, 3, [b"\x05", four])]
    yield "nulls-less", "TAB-11", "one null less than the validity has", INT, 4, [Node(4, 1, [b"\x05", four])]
    yield "nulls-all-set", "TAB-11", "a null, and a validity without one", INT, 4, [Node(4, 1, [b"\x0f", four])]
    yield "nulls-gigabytes", "TAB-11", "2^64 - 1 nulls", INT, 4, [Node(4, 2**64 - 1, [b"\x0f", four])]
    yield "nulls-forbidden", "TAB-11", "a null in a field that is not nullable", STRICT, 4, [
        Node(4, 1, [b"\x07", four])]
    yield ("nulls-forbidden-in-child", "TAB-11", "a null in a child that is not nullable",
           field_of("s", "+s", children=[STRICT]), 2, [Node(2, 0, [b""])] + ints(1, None))
    yield "null-array-nulls", "TAB-11", "a null array with fewer nulls than values", field_of("n", "n"), 2, [Node(2, 1)]
    yield "struct-nulls", "TAB-11", "a struct's nulls are not those of its validity", STRUCT, 2, [
        Node(2, 2, [b"\x01"])] + ints(1, 2) + texts("a", "b")
    yield "validity-tail", "TAB-12", "a bit of the validity behind the last value", INT, 4, [
        Node(4, 1, [b"\x17", four])]
    yield "boolean-tail", "TAB-12", "a bit behind the last boolean", BOOL, 3, [Node(3, 0, [b"", b"\x0d"])]


def _sizes() -> Iterator[Case]:
    yield "boolean-long", "TAB-13", "two bytes for three booleans", BOOL, 3, [Node(3, 0, [b"", b"\x05\x00"])]
    yield "boolean-short", "TAB-13", "one byte for nine booleans", BOOL, 9, [Node(9, 0, [b"", b"\x05"])]
    yield "values-long", "TAB-13", "thirteen bytes for three integers", INT, 3, [Node(3, 0, [b"", bytes(13)])]
    yield "values-short", "TAB-13", "eleven bytes for three integers", INT, 3, [Node(3, 0, [b"", bytes(11)])]
    yield "values-none", "TAB-13", "no bytes for three integers", INT, 3, [Node(3, 0, [b"", b""])]
    for name, comment, ends, data in (
            ("begin", "offsets that begin at 1", offsets(1, 1, 2), b"xy"),
            ("negative", "offsets that begin below 0", offsets(-1, 0, 2), b"xy"),
            ("descend", "offsets that descend", offsets(0, 2, 1), b"x"),
            ("descend-below", "offsets that descend below 0", offsets(0, -2, 2), b"xy"),
            ("behind", "an offset behind the data", offsets(0, 1, 3), b"xy"),
            ("before", "data behind the last offset", offsets(0, 1, 1), b"xy"),
            ("gigabytes", "an offset of 2^31 - 1", offsets(0, 1, 2**31 - 1), b"xy"),
            ("few", "as many offsets as values", offsets(0, 2), b"xy"),
            ("many", "two offsets more than values", offsets(0, 1, 2, 2), b"xy"),
            ("cut", "an offset of three bytes", offsets(0, 1, 2)[:-1], b"xy"),
            ("none", "no offsets", b"", b"")):
        yield "offsets-" + name, "TAB-13", comment, TEXT, 2, [Node(2, 0, [b"", ends, data])]
    wide = field_of("t", "U")
    yield ("offsets-wide-descend", "TAB-13", "offsets of 64 bits that descend", wide, 2,
           [Node(2, 0, [b"", offsets(0, 2, 1, width=8), b"x"])])
    yield ("offsets-wide-negative", "TAB-13", "the last offset of 64 bits is the least number", wide, 2,
           [Node(2, 0, [b"", offsets(0, 1, -2**63, width=8), b"x"])])
    yield ("offsets-of-nothing", "TAB-13", "an array of no texts without its one offset",
           field_of("l", "+l", children=[field_of("item", "u")]), 2,
           [Node(2, 0, [b"", offsets(0, 0, 0)]), Node(0, 0, [b"", b"", b""])])
    yield ("list-offsets-descend", "TAB-13", "a list's offsets descend", LIST, 2,
           [Node(2, 0, [b"", offsets(0, 2, 1)])] + ints(1))


def _dictionaries() -> Iterator[Case]:
    for name, comment, indices in (
            ("behind", "an index of the dictionary's length", ints(0, 2, width=1)),
            ("negative", "an index below 0", ints(0, -1, width=1)),
            ("behind-with-null", "an index that is none, beside a null", [Node(2, 1, [b"\x02", b"\x00\x07"])])):
        yield "index-" + name, "TAB-14", comment, WORDS, 2, indices + texts("a", "b")
    yield "index-of-nothing", "TAB-14", "an index into an empty dictionary", WORDS, 1, ints(0, width=1) + texts()
    unsigned = field_of("d", "C", dictionary=field_of("", "u"))
    yield ("index-unsigned", "TAB-14", "index 255 into two words", unsigned, 1,
           [Node(1, 0, [b"", b"\xff"])] + texts("a", "b"))
    wide = field_of("d", "L", dictionary=field_of("", "u"))
    yield ("index-gigabytes", "TAB-14", "index 2^64 - 1", wide, 1, [Node(1, 0, [b"", b"\xff" * 8])] + texts("a", "b"))
    numbers = field_of("d", "c", dictionary=field_of("", "i"))
    yield ("dictionary-gigabytes", "TAB-13", "a dictionary of 2^62 integers, whose bytes are none in 64 bits", numbers,
           1, ints(0, width=1) + [Node(2**62, 0, [b"", b""])])
    listed = field_of("l", "+l", children=[WORDS])
    yield ("index-in-list", "TAB-14", "a list's index of the dictionary's length", listed, 1,
           [Node(1, 0, [b"", offsets(0, 1)])] + ints(1, width=1) + texts("a"))


def nodes() -> Iterator[Vec]:
    """Arrays that break a rule."""
    for part in (_lengths, _validities, _sizes, _dictionaries):
        for name, rule, comment, field, rows, arrays in part():
            segment = _segment(name, field, rows)
            segment.chunks[0][0].plaintext = arrow_chunk.encode(list(arrays))
            yield _vec(name, rule, comment, segment)


def layouts() -> Iterator[Vec]:
    """Chunks that are not laid out as they must."""
    good = arrow_chunk.encode(texts("ab", "c"))  # 40 bytes of head, 12 of offsets, 3 of data, each up to 64
    assert len(good) == 192

    def with_byte(at: int) -> bytes:
        return good[:at] + b"\x01" + good[at + 1:]
    size = u64(2) + u64(0) + u64(0) + u64(12)
    for name, rule, comment, plaintext in (
            ("head-padding", "TAB-12", "a byte of the padding behind the sizes", with_byte(63)),
            ("buffer-padding", "TAB-12", "a byte of the padding behind the offsets", with_byte(64 + 12)),
            ("last-padding", "TAB-12", "the last byte of the padding", with_byte(191)),
            ("chunk-trailing", "TAB-12", "64 zeros behind the last buffer", good + bytes(64)),
            ("chunk-padding-missing", "TAB-12", "the last buffer without its padding", good[:128 + 3]),
            ("chunk-cut-in-buffer", "TAB-13", "cut within the data", good[:128 + 2]),
            ("chunk-cut-in-head", "TAB-10", "cut within the sizes", good[:39]),
            ("chunk-empty", "TAB-10", "no bytes", b""),
            ("chunk-size-gigabytes", "TAB-13", "a buffer of 2^63 bytes", size + u64(2**63) + good[40:]),
            ("chunk-sizes-overflow", "TAB-13", "a buffer of 2^64 - 1 bytes", size + u64(2**64 - 1) + good[40:])):
        segment = _segment(name, TEXT, 2)
        segment.chunks[0][0].plaintext = plaintext
        yield _vec(name, rule, comment, segment)
    lengths = _segment("length-gigabytes", INT, 2)
    lengths.chunks[0][0].plaintext = u64(2**62) + u64(0) + u64(0) + u64(0) + bytes(32)
    yield _vec("length-gigabytes", "TAB-10", "2^62 values of four bytes, which are none in 64 bits", lengths)


def compressed() -> Iterator[Vec]:
    """Contents of compressed columns."""
    nodes_: List[Node] = ints(*range(100))
    plain = arrow_chunk.encode(nodes_)
    frame = zstd.compress(plain)[8:]
    skippable = bytes.fromhex("502a4d18") + (4).to_bytes(4, "little") + b"skip"
    half = len(plain) // 2
    codec = pyarrow.Codec("zstd")
    halves = [codec.compress(part, asbytes=True) for part in (plain[:half], plain[half:])]
    for name, comment, content in (
            ("size-more", "a size that is one byte more than the frame gives", u64(len(plain) + 1) + frame),
            ("size-less", "a size that is one byte less than the frame gives", u64(len(plain) - 1) + frame),
            ("size-none", "a size of 0", u64(0) + frame),
            ("size-over-limit", "a size of 1 GiB and one byte", u64(2**30 + 1) + frame),
            ("size-gigabytes", "a size of 2^64 - 1", u64(2**64 - 1) + frame),
            ("frame-cut", "a frame without its last byte", u64(len(plain)) + frame[:-1]),
            ("frame-trailing", "a byte behind the frame", u64(len(plain)) + frame + b"\x00"),
            ("frame-missing", "a size and no frame", u64(len(plain))),
            ("frame-twice", "the plaintext in two frames", u64(len(plain)) + halves[0] + halves[1]),
            ("frame-skippable", "a skippable frame in front", u64(len(plain)) + skippable + frame),
            ("frame-magic", "no frame", u64(len(plain)) + b"\x00" + frame[1:]),
            ("not-compressed", "the plaintext as it is", u64(len(plain)) + plain),
            ("size-cut", "seven bytes", u64(len(plain))[:7])):
        segment = _segment("compressed " + name, INT, 100, compression=1)
        segment.chunks[0][0].content = content
        yield _vec("compressed-" + name, "TAB-15", comment, segment)
    segment = _segment("compressed plain", INT, 100)
    segment.chunks[0][0].content = zstd.compress(plain)
    yield _vec("compressed-untold", "TAB-10", "compressed, where the footer says that it is not", segment)


def cases() -> Iterator[Vec]:
    """Every chunk that is wrong."""
    for part in (nodes, layouts, compressed):
        yield from part()
