"""Sealed tables: columns in by whatever speaks Arrow, out to whatever speaks Arrow, each compartment for its readers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from triclave import _core
from triclave._types import Columns, KeyLike, Path, PolicyLike, Progress, SignerLike, Source, Target, file_name, is_path, the_policy
from triclave.errors import Culprit, GatherReport, InvalidArgumentError, UnsupportedError
from triclave.opening import Custodians, Opener
from triclave.partitions import columns_of_dask, dask_of
from triclave.sealing import Sealer, check_dataset

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Column(NamedTuple):
    """A column as somebody who may open its compartment sees it; ``format`` is the Arrow C Data Interface's."""

    name: str
    format: str
    compartment: str
    position: int
    compression: str | None


class Segment(NamedTuple):
    """One sealing session's part of a table, as everybody sees it."""

    capsule_id: str
    name: str
    compartments: tuple[str, ...]
    embedded_capsule: bool
    size: int


class SealedTable(NamedTuple):
    """What was sealed."""

    size: int  # of what was written, in bytes
    rows: int
    row_groups: int
    columns: tuple[Column, ...]
    capsule_id: str
    capsule: bytes

    def __repr__(self) -> str:
        return f"<triclave.SealedTable: {self.rows} rows, {len(self.columns)} columns, capsule {self.capsule_id[:16]}>"


def make_columns(columns: Sequence[tuple[str, str, str, int, str | None]]) -> list[Column]:
    """Called by the extension module."""
    return [Column(*each) for each in columns]


def columns_of(data: Any) -> Any:
    """What has ``__arrow_c_stream__`` or ``__arrow_c_array__``: the data itself, or a reader of the file, dataset or partitions."""
    if is_path(data):
        return _file_columns(data)
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return data
    if hasattr(data, "__dask_graph__") and hasattr(data, "to_parquet"):  # a DataFrame of dask's, no Series and no array
        return columns_of_dask(data)
    if hasattr(data, "scanner"):  # a pyarrow dataset
        data = data.scanner()
    return data.to_reader() if hasattr(data, "to_reader") else data


def _file_columns(path: Any) -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UnsupportedError("reading Arrow and Parquet files needs pyarrow: pip install pyarrow") from error
    with open(path, "rb") as file:
        start = file.read(6)
    if start.startswith(b"PAR1"):
        parquet = pyarrow.parquet.ParquetFile(path)
        return pyarrow.RecordBatchReader.from_batches(parquet.schema_arrow, parquet.iter_batches())
    memory = pyarrow.memory_map(os.fspath(path))
    if start == b"ARROW1":
        arrow = pyarrow.ipc.open_file(memory)
        batches = (arrow.get_batch(each) for each in range(arrow.num_record_batches))
        return pyarrow.RecordBatchReader.from_batches(arrow.schema, batches)
    try:
        return pyarrow.ipc.open_stream(memory)
    except pyarrow.ArrowInvalid as error:
        raise InvalidArgumentError(f"{os.fspath(path)} is neither an Arrow nor a Parquet file; read it into a DataFrame first") from error


def seal_table(
    data: Columns, target: Target | Buffer, *, policy: PolicyLike | None = None, producer: SignerLike | None = None,
    sealer: Sealer | None = None, dataset: str | None = None, name: str | None = None, compress: str | Iterable[str] = (),
    notes: Mapping[str, str] | None = None, row_group_bytes: int = 64 << 20, threads: int = 0,
    append_to: Source | None = None, embed_capsule: bool = True, progress: Progress | None = None,
) -> SealedTable:  # fmt: skip
    """Seals a DataFrame, an Arrow table, stream or dataset, a DuckDB relation, or an Arrow or Parquet file (by its path).

    Each column goes to the compartment that the policy gives it. Record batches, and the partitions of a dask DataFrame,
    stream through: data may be larger than memory, and nothing appears at the target's path before all is sealed; a
    target may also be a file object, or memory to fill (a numpy array). ``compress`` names columns, with ``*`` and
    ``?``, to compress first; ``notes`` are readable by everybody who can open anything; ``append_to`` is a sealed table
    whose bytes go first. A ``sealer`` stands for policy and producer where one session seals several things.

    >>> stays = pyarrow.table({"nir": ["2840175123456"], "glucose": [5.4]})
    >>> sealed = triclave.seal_table(stays, "stays.table", policy=town.policy, producer=town.producer)
    >>> sealed.rows, [(each.name, each.compartment) for each in sealed.columns]
    (1, [('nir', 'identifiers'), ('glucose', 'clinical')])
    """
    if sealer is None:
        if policy is None or producer is None:
            raise InvalidArgumentError("say who seals: policy= and producer=, or sealer=")
        policy = the_policy(policy)
        check_dataset(policy, dataset)
        sealer = Sealer(policy, producer)
    elif policy is not None or producer is not None:
        raise InvalidArgumentError("a sealer has its own policy and producer: leave them out")
    check_dataset(sealer.policy, dataset)
    size, rows, row_groups, columns = _core.seal_table(
        sealer._core, columns_of(data), target, file_name(target) if name is None else name, embed_capsule, row_group_bytes,
        [compress] if isinstance(compress, str) else list(compress), list((notes or {}).items()), threads, append_to, progress,
    )  # fmt: skip
    return SealedTable(size, rows, row_groups, tuple(columns), sealer.capsule_id, sealer.capsule)


class OpenTable:
    """The columns of a sealed table that the keys at hand open. It reads nothing before somebody asks for rows.

    pyarrow, polars, pandas, DuckDB and nanoarrow take it as it is, as often as they like:

    >>> keys = [town.keys["outscale"], town.keys["orange"]]
    >>> table = triclave.open_table("stays.table", policy=town.policy, keys=keys)
    >>> pyarrow.table(table)["glucose"].to_pylist()
    [5.4]
    >>> table.closed[0].who
    'identifiers'
    """

    def __init__(self, core: _core.Table, names: Sequence[str] | None = None, groups: range | None = None) -> None:
        self._core = core
        self._names = [each.name for each in core.columns] if names is None else list(names)
        self._groups = range(core.row_groups) if groups is None else groups
        known = {each.name: each for each in core.columns}
        missing = [each for each in self._names if each not in known]
        if missing:
            closed = "".join(f"; {each.who} stays closed: {each.why}" for each in core.closed)
            raise InvalidArgumentError(f"no open column is called {', '.join(missing)}; there are {', '.join(known)}{closed}")
        if not self._names:
            raise InvalidArgumentError("name at least one column")
        self.columns: tuple[Column, ...] = tuple(known[each] for each in self._names)

    @property
    def dataset(self) -> str:
        return self._core.dataset

    @property
    def closed(self) -> tuple[Culprit, ...]:
        """Compartments that stay closed, and why."""
        return self._core.closed

    @property
    def gathered(self) -> list[GatherReport]:
        """How each segment's keys were gathered."""
        return self._core.gathered

    @property
    def all_columns(self) -> int:
        """Columns of the whole table, closed ones too."""
        return self._core.all_columns

    @property
    def notes(self) -> dict[str, str]:
        return self._core.notes

    @property
    def segments(self) -> list[Segment]:
        return [Segment(*each) for each in self._core.segments]

    @property
    def row_groups(self) -> int:
        return len(self._groups)

    def __len__(self) -> int:
        """Rows."""
        return sum(self._core.rows_of(each) for each in self._groups)

    def select(self, columns: Iterable[str]) -> OpenTable:
        """The same rows, these columns in this order."""
        return OpenTable(self._core, [columns] if isinstance(columns, str) else list(columns), self._groups)

    def row_group(self, number: int) -> OpenTable:
        """The rows of one row group alone: what a worker of several reads."""
        if not 0 <= number < self.row_groups:
            raise IndexError(f"there are {self.row_groups} row groups, and no number {number}")
        return OpenTable(self._core, self._names, self._groups[number : number + 1])

    def to_dask(self) -> Any:
        """A dask DataFrame with a partition for each row group, read when it is computed, by threads of this process. Workers
        in other processes open the table themselves, by paths."""
        return dask_of(self)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A new stream of all rows, a row group a batch. Types are as they were sealed, whatever is requested."""
        return self._core.stream(self._names, self._groups.start, self._groups.stop)

    def __arrow_c_schema__(self) -> object:
        return self._core.schema(self._names)

    def __repr__(self) -> str:
        closed = f", closed: {', '.join(each.who for each in self.closed)}" if self.closed else ""
        return f"<triclave.OpenTable of {self.dataset}: {len(self)} rows of {', '.join(self._names)}{closed}>"


def open_table(
    sealed: Source, *, policy: PolicyLike | None = None, keys: Iterable[KeyLike] | None = None,
    custodians: Custodians | None = None, opener: Opener | None = None,
    columns: Iterable[str] | None = None, compartments: Iterable[str] = (), capsules: Iterable[Buffer | Path] = (),
    threads: int = 0,
) -> OpenTable:  # fmt: skip
    """Opens a sealed table's columns: all that the keys open, or those named, in their order.

    ``compartments``: all of these or an error; else every one that can be opened, at least one.

    >>> keys = [town.keys["outscale"], town.keys["orange"]]
    >>> triclave.open_table("stays.table", policy=town.policy, keys=keys, columns=["glucose"])
    <triclave.OpenTable of cohort: 1 rows of glucose, closed: identifiers>
    """
    if opener is None:
        if policy is None or (keys is None and custodians is None):
            raise InvalidArgumentError("say who opens: policy= and keys= or custodians=, or opener=")
        opener = Opener(policy, keys or (), custodians=custodians)
    elif policy is not None or keys is not None or custodians is not None:
        raise InvalidArgumentError("an opener has its own policy and keys: leave them out")
    for each in capsules:
        opener.add_capsule(each)
    core = _core.open_table(opener._core, sealed, list(compartments), threads)
    return OpenTable(core, None if columns is None else [columns] if isinstance(columns, str) else list(columns))
