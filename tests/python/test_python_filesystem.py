"""Sealed files behind fsspec, and those who read and write through it."""

import io
import os
import pathlib
import subprocess
import sys

import dask
import dask.dataframe
import fsspec
import pandas
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
import pytest

import triclave
import triclave.filesystem

PLAIN = os.urandom(500000)
FRAME = pandas.DataFrame({"nir": ["a", "b", None] * 100, "glucose": [1.5, None, 3.0] * 100})

BY_PATHS = {
    "policy": "town/cohort.textproto", "producer": "town/keys/records-system.key", "compartment": "clinical",
    "keys": ["town/keys/outscale.key", "town/keys/orange.key"],
}  # fmt: skip


@pytest.fixture
def options(town, everybody):
    return {"policy": town.policy, "producer": town.producer, "keys": everybody, "compartment": "clinical"}


@pytest.fixture(params=["file", "memory"])
def url(request, here):
    fsspec.filesystem("memory").store.clear()
    fsspec.filesystem("memory").pseudo_dirs[:] = [""]
    if request.param == "memory":
        return "triclave::memory://ward"
    (here / "ward").mkdir()
    return f"triclave::file://{here}/ward"


@pytest.fixture
def fs(url, options):
    return fsspec.url_to_fs(url, triclave=options)


def write(fs, path, content):
    with fs.open(path, "wb") as out:
        out.write(content)


def test_files_and_listings(fs):
    fs, ward = fs
    write(fs, f"{ward}/a.bin", PLAIN)
    fs.makedirs(f"{ward}/deep/er", exist_ok=True)
    write(fs, f"{ward}/deep/er/b.bin", b"b")
    assert {each["name"].removeprefix(ward): each["size"] for each in fs.ls(ward, detail=True) if each["type"] == "file"} == {"/a.bin": len(PLAIN)}
    assert sorted(each.removeprefix(ward) for each in fs.find(ward)) == ["/a.bin", "/deep/er/b.bin"]
    assert fs.glob(f"{ward}/*.bin") == [f"{ward}/a.bin"] and fs.du(ward) == len(PLAIN) + 1
    assert fs.cat_file(f"{ward}/a.bin", 1000, 2000) == PLAIN[1000:2000] and fs.size(f"{ward}/a.bin") == len(PLAIN)
    assert fs.cat(f"{ward}/a.bin") == PLAIN and fs.fs.cat_file(f"{ward}/a.bin")[:8] == b"triclave"
    assert fs.exists(f"{ward}/a.bin") and fs.isfile(f"{ward}/a.bin") and fs.isdir(ward) and not fs.exists(f"{ward}/c.bin")
    fs.cp_file(f"{ward}/a.bin", f"{ward}/c.bin")
    fs.mv(f"{ward}/a.bin", f"{ward}/deep/a.bin")
    assert fs.cat(f"{ward}/c.bin") == fs.cat(f"{ward}/deep/a.bin") == PLAIN and not fs.exists(f"{ward}/a.bin")
    fs.rm(f"{ward}/deep", recursive=True)
    assert fs.find(ward) == [f"{ward}/c.bin"]
    with fs.open(f"{ward}/t.txt", "w") as text:
        text.write("first\nsecond\n")
    with fs.open(f"{ward}/t.txt", "r") as text:
        assert text.readlines() == ["first\n", "second\n"]


def test_writes_are_all_or_nothing(fs):
    fs, ward = fs
    write(fs, f"{ward}/kept", b"old")
    with pytest.raises(KeyError), fs.open(f"{ward}/kept", "wb") as out:
        out.write(PLAIN)
        raise KeyError
    with fs.open(f"{ward}/growing", "wb") as out:
        out.write(PLAIN)
        assert not fs.exists(f"{ward}/growing")
    assert fs.cat(f"{ward}/kept") == b"old" and fs.cat(f"{ward}/growing") == PLAIN
    with pytest.raises(FileExistsError):
        fs.open(f"{ward}/kept", "xb")
    with pytest.raises(triclave.InvalidArgumentError, match="mode"):
        fs.open(f"{ward}/kept", "ab")


def test_refusals(fs, town, everybody):
    fs, ward = fs
    write(fs, f"{ward}/one", b"1")
    fs.fs.cp_file(f"{ward}/one", f"{ward}/other")  # by the store, not through us
    with pytest.raises(triclave.ForgedError, match="another name"):
        fs.cat(f"{ward}/other")
    fs.fs.pipe_file(f"{ward}/plain", b"not sealed")
    with pytest.raises(triclave.MalformedError):
        fs.cat(f"{ward}/plain")
    assert fs.info(f"{ward}/plain")["size"] is None
    with pytest.raises(FileNotFoundError):
        fs.open(f"{ward}/nothing")
    reading = triclave.filesystem.TriclaveFileSystem(policy=town.policy, keys=everybody, fs=fs.fs)
    assert reading.cat(f"{ward}/one") == b"1"
    with pytest.raises(triclave.InvalidArgumentError, match="producer"):
        reading.open(f"{ward}/new", "wb")
    blind = triclave.filesystem.TriclaveFileSystem(policy=town.policy, fs=fs.fs)
    assert blind.info(f"{ward}/one")["size"] == 1
    with pytest.raises(triclave.QuorumShortError):
        blind.cat(f"{ward}/one")


def test_opens_what_the_program_sealed(town, options, here):
    program = os.environ.get("TRICLAVE_PROGRAM", str(pathlib.Path(__file__).parents[2] / "build" / "release" / "bin" / "triclave"))
    triclave.samples.cohort("town")
    pathlib.Path("data/deep").mkdir(parents=True)
    pathlib.Path("data/deep/a.csv").write_bytes(PLAIN)
    arguments = "seal data --policy town/cohort.textproto --producer town/keys/records-system.key --compartment clinical -o cloud"
    subprocess.run([program, *arguments.split()], check=True, capture_output=True)
    mine = triclave.samples.cohort("town")
    fs = triclave.filesystem.TriclaveFileSystem(policy=mine.policy, keys=mine.keys.values())
    assert fs.find(f"{here}/cloud") == [f"{here}/cloud/deep/a.csv"] and fs.cat(f"{here}/cloud/deep/a.csv") == PLAIN
    assert fs.du(f"{here}/cloud") == len(PLAIN)


def test_pandas(url, options):
    how = {"storage_options": {"triclave": options}}
    FRAME.to_parquet(f"{url}/f.parquet", **how)
    pandas.testing.assert_frame_equal(pandas.read_parquet(f"{url}/f.parquet", **how), FRAME)
    FRAME.to_csv(f"{url}/f.csv", index=False, **how)
    pandas.testing.assert_frame_equal(pandas.read_csv(f"{url}/f.csv", **how), FRAME)


def test_polars(fs):
    given = polars.from_pandas(FRAME)
    fs, ward = fs
    with fs.open(f"{ward}/p.parquet", "wb") as out:
        given.write_parquet(out)
    with fs.open(f"{ward}/p.parquet") as file:
        assert polars.read_parquet(file).equals(given)
    write(fs, f"{ward}/p.csv", given.write_csv().encode())
    with fs.open(f"{ward}/p.csv") as file:
        assert polars.read_csv(file).equals(given)


def test_pyarrow_datasets(fs):
    fs, ward = fs
    arrow = pyarrow.fs.PyFileSystem(pyarrow.fs.FSSpecHandler(fs))
    table = pyarrow.table({"year": [2023] * 50 + [2024] * 50, "x": range(100)})
    pyarrow.dataset.write_dataset(table, f"{ward}/years", format="parquet", partitioning=["year"], partitioning_flavor="hive", filesystem=arrow)
    read = pyarrow.dataset.dataset(f"{ward}/years", format="parquet", partitioning="hive", filesystem=arrow)
    assert len(read.files) == 2 and read.to_table(filter=pyarrow.dataset.field("year") == 2024)["x"].to_pylist() == list(range(50, 100))
    assert fs.fs.cat_file(fs.find(ward)[0])[:8] == b"triclave"


def test_dask(url):
    triclave.samples.cohort("town")
    frame = dask.dataframe.from_pandas(FRAME, npartitions=3)
    with dask.config.set(scheduler="threads"):
        frame.to_parquet(f"{url}/parts", storage_options={"triclave": BY_PATHS})
        back = dask.dataframe.read_parquet(f"{url}/parts", storage_options={"triclave": BY_PATHS}).compute()
    pandas.testing.assert_frame_equal(back.reset_index(drop=True), FRAME, check_dtype=False)


def test_the_file_system_travels_by_paths(here):
    town = triclave.samples.cohort("town")
    fs = triclave.filesystem.TriclaveFileSystem(**BY_PATHS)
    write(fs, f"{here}/x", b"1")
    again = fsspec.AbstractFileSystem.from_json(fs.to_json())
    assert again.cat(f"{here}/x") == b"1" and town.policy.dataset == "cohort"


def test_importing_triclave_imports_no_fsspec():
    script = "import sys, triclave; print([each for each in ('fsspec', 'pyarrow', 'pandas', 'numpy') if each in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                           env=dict(os.environ, PYTHONPATH=str(pathlib.Path(triclave.__file__).parents[1])))  # fmt: skip
    assert ended.stdout == "[]\n"
