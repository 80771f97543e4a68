"""What arguments may be."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, Union

from triclave import _core

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Readable(Protocol):
    """A binary file object to read from; where it has seek(), in any order."""

    def read(self, size: int, /) -> Any: ...


class Writable(Protocol):
    """A binary file object to write to."""

    def write(self, data: bytes, /) -> Any: ...


class HasStream(Protocol):
    """Columns, by the Arrow PyCapsule Interface: DataFrames, Arrow tables, DuckDB relations."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


class HasArray(Protocol):
    """One batch of columns, by the Arrow PyCapsule Interface."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> Any: ...


class HasPartitions(Protocol):
    """A dask DataFrame."""

    @property
    def npartitions(self) -> int: ...
    @property
    def partitions(self) -> Any: ...


Path: TypeAlias = Union[str, "os.PathLike[str]"]
Source: TypeAlias = Union[Path, "Buffer", Readable]
Target: TypeAlias = Union[Path, Writable]
Progress: TypeAlias = Callable[[int], object]
Columns: TypeAlias = Union[HasStream, HasArray, HasPartitions, Path]
PolicyLike: TypeAlias = Union[_core.Policy, Path]
SignerLike: TypeAlias = Union[_core.Signer, Path]
KeyLike: TypeAlias = Union[_core.Identity, Path]


def is_path(value: object) -> bool:
    return isinstance(value, (str, os.PathLike))


def file_name(value: object) -> str:
    """What a path calls its file; nothing for what is no path."""
    return os.path.basename(os.fspath(value)) if isinstance(value, (str, os.PathLike)) else ""


def the_policy(policy: PolicyLike) -> _core.Policy:
    return policy if isinstance(policy, _core.Policy) else _core.Policy.load(policy)


def the_signer(signer: SignerLike) -> _core.Signer:
    return signer if isinstance(signer, _core.Signer) else _core.Signer.load(signer)


def the_identity(key: KeyLike) -> _core.Identity:
    return key if isinstance(key, _core.Identity) else _core.Identity.load(key)
