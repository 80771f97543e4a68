"""dask's DataFrames, a partition at a time: as columns to seal, and of a sealed table's row groups."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any


def columns_of_dask(frame: Any) -> Any:
    """The rows as a stream; a partition is computed when its turn has come. The index goes along where it has a name."""
    import pyarrow  # without which dask has no DataFrames

    def parts() -> Iterator[Any]:
        schema = None
        for number in range(frame.npartitions):
            part = frame.partitions[number].compute()
            table = pyarrow.Table.from_pandas(part, schema=schema, preserve_index=frame.index.name is not None)
            schema = table.schema
            yield table

    tables = parts()
    first = next(tables)
    batches = (batch for table in itertools.chain([first], tables) for batch in table.to_batches())
    return pyarrow.RecordBatchReader.from_batches(first.schema, batches)


def dask_of(table: Any) -> Any:
    """A DataFrame with a partition for each row group."""
    import dask.dataframe
    import pandas
    import pyarrow

    def as_frame(columns: Any) -> Any:
        # Arrow's types, which are the same whether a partition has nulls or not.
        return pyarrow.table(columns).to_pandas(types_mapper=pandas.ArrowDtype)

    empty = as_frame(pyarrow.schema(table).empty_table())
    if table.row_groups == 0:
        return dask.dataframe.from_pandas(empty, npartitions=1)
    return dask.dataframe.from_map(_Reading(lambda number: as_frame(table.row_group(number))), range(table.row_groups), meta=empty)


class _Reading:
    """What reads a partition; dask tells one from the other by themselves, since an open table cannot be pickled."""

    def __init__(self, read: Callable[[int], Any]) -> None:
        self._read = read

    def __call__(self, number: int) -> Any:
        return self._read(number)

    def __dask_tokenize__(self) -> object:
        return ("triclave", id(self))
