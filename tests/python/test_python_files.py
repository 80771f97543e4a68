"""Sealed objects as files: sealed from and into what Python calls a file, read by ranges by those who expect one."""

import io
import os
import pathlib
import threading
import zipfile

import numpy
import pyarrow
import pyarrow.parquet
import pydicom
import pydicom.data
import pytest

import triclave

PLAIN = os.urandom(3 * 256 * 1024 + 4321)


@pytest.fixture
def seal(sealer):
    return lambda data, target=None, **how: sealer.seal(data, target, compartment="clinical", **how)


@pytest.mark.parametrize("size", [0, 1, 16383, 16384, 16385, 262144, len(PLAIN)])
@pytest.mark.parametrize("signed", [False, True])
def test_bytes_and_back(size, signed, seal, opener):
    sealed = seal(PLAIN[:size], sign_content=signed)
    assert type(sealed) is bytes and PLAIN[:32] not in sealed
    with opener.open(sealed) as file:
        assert file.size() == size and file.content_signed == signed
        assert file.read() == PLAIN[:size] and file.read() == b""


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda data: numpy.frombuffer(data, dtype=numpy.uint8).reshape(5, -1)])
def test_takes_buffers(kind, seal, opener):
    assert opener.open(seal(kind(PLAIN[:1000]))).read() == PLAIN[:1000]


def test_files_of_every_kind(seal, opener, here):
    pathlib.Path("plain").write_bytes(PLAIN)
    assert seal(pathlib.Path("plain"), "by path") == len(PLAIN)
    with open("plain", "rb") as plain, open("by file", "wb") as target:
        plain.seek(100)
        assert seal(plain, target, name="the rest") == len(PLAIN) - 100
    into = io.BytesIO()
    seal(io.BytesIO(PLAIN), into)
    with opener.open("by path") as file:
        assert (file.name, file.dataset, file.compartment) == ("plain", "cohort", "clinical")
        assert file.copy_to("copy") == len(PLAIN) and pathlib.Path("copy").read_bytes() == PLAIN
        copied = io.BytesIO()
        assert file.copy_to(copied) == len(PLAIN) and copied.getvalue() == PLAIN
    with open("by file", "rb") as sealed:
        assert opener.open(sealed).read() == PLAIN[100:]
        assert opener.open(sealed).name == "the rest"
    assert opener.open(into).read() == PLAIN


def test_reads_pipes_from_front_to_back(seal, opener):
    sealed = seal(PLAIN)
    reading, writing = os.pipe()
    with open(reading, "rb") as pipe:
        feeder = threading.Thread(target=lambda: [os.fdopen(writing, "wb").write(sealed)])
        feeder.start()
        file = opener.open(pipe)
        assert not file.seekable() and file.read(10) == PLAIN[:10] and file.read() == PLAIN[10:]
        feeder.join()
        with pytest.raises(io.UnsupportedOperation, match="pipe"):
            file.seek(0)
        with pytest.raises(io.UnsupportedOperation, match="pipe"):
            file.size()


def test_ranges(seal, opener):
    file = opener.open(seal(PLAIN))
    assert file.readable() and file.seekable() and not file.writable()
    for offset, size in [(0, 1), (16383, 2), (16384, 16384), (5, 300000), (len(PLAIN) - 3, 10), (len(PLAIN), 5), (len(PLAIN) + 99, 5)]:
        assert file.seek(offset) == offset and file.read(size) == PLAIN[offset : offset + size]
    assert file.seek(-5, io.SEEK_END) == len(PLAIN) - 5 and file.read(-1) == PLAIN[-5:] and file.tell() == len(PLAIN)
    assert file.seek(3) == 3 and file.seek(4, io.SEEK_CUR) == 7
    out = numpy.zeros((2, 5), dtype=numpy.uint8)
    assert file.readinto(out) == 10 and out.tobytes() == PLAIN[7:17]
    assert io.BufferedReader(opener.open(seal(b"a\nb\n"))).readlines() == [b"a\n", b"b\n"]


def test_a_writer_of_files(sealer, opener, here):
    with sealer.create("grown", compartment="clinical") as out:
        assert out.writable() and not out.readable()
        assert out.write(PLAIN[:1000]) == 1000 and out.write(memoryview(PLAIN)[1000:]) == len(PLAIN) - 1000
        assert out.tell() == len(PLAIN) and not pathlib.Path("grown").exists()
    assert opener.open("grown").read() == PLAIN
    with pytest.raises(ValueError, match="closed"):
        out.write(b"more")


def test_a_writer_that_is_left_leaves_nothing(sealer, here):
    with pytest.raises(KeyError), sealer.create("left", compartment="clinical") as out:
        out.write(PLAIN)
        raise KeyError
    dropped = sealer.create("dropped", compartment="clinical")
    dropped.write(PLAIN)
    del dropped
    assert os.listdir() == []


def test_zip_files(sealer, opener, here):
    with sealer.create("archive", compartment="clinical") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "first")
        archive.writestr("b.bin", PLAIN)
    with zipfile.ZipFile(opener.open("archive")) as archive:
        assert archive.testzip() is None and archive.read("b.bin") == PLAIN and archive.read("a.txt") == b"first"


def test_parquet_files(sealer, opener, here):
    table = pyarrow.table({"x": range(100000), "s": [str(i) for i in range(100000)]})
    with sealer.create("stays", compartment="clinical") as out:
        pyarrow.parquet.write_table(table, out, row_group_size=10000)
    file = pyarrow.parquet.ParquetFile(opener.open("stays"))
    assert file.num_row_groups == 10 and file.read_row_group(7, columns=["x"]).column("x")[0].as_py() == 70000
    assert pyarrow.parquet.read_table(opener.open("stays")).equals(table)


def test_dicom_files(sealer, opener, here):
    path = pydicom.data.get_testdata_file("CT_small.dcm")
    sealer.seal(path, "ct", compartment="clinical")
    image, plain = pydicom.dcmread(opener.open("ct")), pydicom.dcmread(path)
    assert image.PatientName == plain.PatientName and (image.pixel_array == plain.pixel_array).all()


def test_many_small_objects(sealer, opener):
    plains = [PLAIN[i : i + i % 1500] for i in range(3000)]
    sealed = sealer.seal_many(plains, compartment="clinical")
    with pytest.raises(triclave.InvalidArgumentError, match="capsule"):
        opener.open_many(sealed)
    opener.add_capsule(sealer.capsule)
    assert opener.open_many(sealed) == plains
    assert opener.open(sealed[77]).read() == plains[77]
    with pytest.raises(triclave.ForgedError, match="object 5: "):
        opener.open_many([*sealed[:5], sealed[5][:-1] + bytes([sealed[5][-1] ^ 1])])
    assert sealer.seal_many([], compartment="clinical") == [] and opener.open_many([]) == []


def test_progress_counts_every_byte(seal, opener, here):
    plain = bytes(40 << 20)
    for target in (None, "sealed"):
        told = []
        seal(plain, target, progress=told.append)
        assert sum(told) == len(plain) and all(each > 0 for each in told)
    told = []
    opener.open("sealed").copy_to("plain", progress=told.append)
    assert sum(told) == len(plain) and len(told) > 1
