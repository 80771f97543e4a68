"""Who gives columns to sealed tables and takes them from there: each library as it comes, no conversion by hand."""

import io

import dask.dataframe
import duckdb
import nanoarrow
import numpy
import pandas
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.parquet
import pytest

import triclave

ROWS = [
    {"nir": "2840175123456", "glucose": 5.4, "visits": 3},
    {"nir": None, "glucose": None, "visits": None},
    {"nir": "a name that is longer than twelve bytes", "glucose": -0.5, "visits": 2**40},
]
ARROW = pyarrow.Table.from_pylist(ROWS)


def frame():
    return ARROW.to_pandas(types_mapper=pandas.ArrowDtype)


GIVERS = {
    "pyarrow table": lambda folder: ARROW,
    "pyarrow batch": lambda folder: ARROW.to_batches()[0],
    "pyarrow reader": lambda folder: ARROW.to_reader(),
    "pyarrow dataset": lambda folder: pyarrow.dataset.dataset(ARROW),
    "polars": lambda folder: polars.from_arrow(ARROW),
    "pandas": lambda folder: frame(),
    "DuckDB": lambda folder: duckdb.connect().from_arrow(ARROW),
    "nanoarrow stream": lambda folder: nanoarrow.ArrayStream(ARROW),
    "nanoarrow array": lambda folder: nanoarrow.Array(ARROW.to_batches()[0]),
    "dask": lambda folder: dask.dataframe.from_pandas(frame(), npartitions=2),
    "Parquet file": lambda folder: written(folder, lambda path: pyarrow.parquet.write_table(ARROW, path)),
    "Arrow file": lambda folder: written(folder, lambda path: write_ipc(path, pyarrow.ipc.new_file)),
    "Arrow stream file": lambda folder: written(folder, lambda path: write_ipc(path, pyarrow.ipc.new_stream)),
}
TAKERS = {
    "pyarrow": lambda table: pyarrow.table(table).to_pylist(),
    "pyarrow reader": lambda table: pyarrow.RecordBatchReader.from_stream(table).read_all().to_pylist(),
    "polars": lambda table: polars.DataFrame(table).to_dicts(),
    "pandas": lambda table: pyarrow.Table.from_pandas(pandas.DataFrame.from_arrow(table), schema=ARROW.schema).to_pylist(),
    "DuckDB": lambda opened: duckdb.sql("select * from opened").to_arrow_table().to_pylist(),
    "nanoarrow": lambda table: nanoarrow.ArrayStream(table).read_all().to_pylist(),
    "dask": lambda table: pyarrow.Table.from_pandas(table.to_dask().compute(), schema=ARROW.schema).to_pylist(),
}


def written(folder, write):
    path = folder / "given"
    write(path)
    return path


def write_ipc(path, make):
    with make(path, ARROW.schema) as out:
        out.write_table(ARROW)


@pytest.mark.parametrize("giver", GIVERS)
def test_gives_columns(giver, seal_table, open_table, here):
    sealed = seal_table(GIVERS[giver](here))
    assert sealed.rows == 3 and [each.name for each in sealed.columns] == ["nir", "glucose", "visits"]
    assert pyarrow.table(open_table()).to_pylist() == ROWS


@pytest.mark.parametrize("taker", TAKERS)
def test_takes_columns(taker, seal_table, open_table):
    seal_table(ARROW)
    table = open_table()
    for _ in range(2):  # as often as they like
        assert TAKERS[taker](table) == ROWS


def test_duckdb_joins_two_tables_on_its_threads(seal_table, open_table, here):
    seal_table(pyarrow.table({"nir": [f"n{i}" for i in range(20000)], "glucose": range(20000)}), row_group_bytes=1 << 16)
    rows = open_table()
    assert rows.row_groups > 3
    twice = duckdb.sql("select count(*), sum(a.glucose) from rows a join rows b using (nir)").fetchone()
    assert twice == (20000, sum(range(20000)))


def test_dask_computes_and_reads_a_partition_at_a_time(sealer, open_table, here):
    events = []

    def part(number):
        events.append(number)
        return pandas.DataFrame({"glucose": numpy.full(1 << 17, float(number))})

    class Target(io.BytesIO):
        def write(self, data):
            events.append("sealed")
            return super().write(data)

    given = dask.dataframe.from_map(part, range(6), meta=part(0))
    events.clear()
    target = Target()
    sealed = triclave.seal_table(given, target, sealer=sealer, row_group_bytes=1 << 20)
    assert [each for each in events if each != "sealed"] == list(range(6)) and sealed.rows == 6 << 17
    for number in range(2, 6):
        assert "sealed" in events[events.index(number - 2) : events.index(number)]  # nothing is waited for, nothing kept
    taken = open_table(target.getvalue()).to_dask()
    assert taken.npartitions == sealed.row_groups == 6
    with dask.config.set(scheduler="threads"):
        assert taken.glucose.sum().compute() == sum(range(6)) << 17
        assert taken.partitions[4].glucose.max().compute() == 4


def test_dask_sees_the_same_types_whether_there_are_nulls_or_not(seal_table, open_table):
    seal_table(pyarrow.table({"visits": [1] * 9000 + [None] * 9000}), row_group_bytes=1 << 16)
    taken = open_table().to_dask()
    assert taken.npartitions > 2 and {str(part.compute().dtypes["visits"]) for part in taken.partitions} == {"int64[pyarrow]"}
    assert (taken.visits.sum().compute(), len(taken)) == (9000, 18000)
    seal_table(ARROW.schema.empty_table())
    assert len(open_table().to_dask()) == 0 and list(open_table().to_dask().columns) == ARROW.column_names


def test_dask_index_goes_along_where_it_has_a_name(seal_table, open_table):
    rows = pandas.DataFrame({"glucose": [1.0, 2.0, 3.0], "visits": [4, 5, 6]})
    assert [each.name for each in seal_table(dask.dataframe.from_pandas(rows[rows.visits > 4], npartitions=2)).columns] == ["glucose", "visits"]
    seal_table(dask.dataframe.from_pandas(rows.set_index("visits"), npartitions=2))
    assert pyarrow.table(open_table()).to_pydict() == {"glucose": [1.0, 2.0, 3.0], "visits": [4, 5, 6]}


def test_dask_columns_alone_are_no_table(seal_table):
    with pytest.raises(TypeError, match="needs columns"):
        seal_table(dask.dataframe.from_pandas(frame(), npartitions=2)["glucose"])
