"""Sealed files as an fsspec file system, chained over any other: ``triclave::file:///data/stays.parquet``.

Files are sealed objects with their capsules inside, under their own names; listings tell the plaintext's sizes. What
``triclave seal FOLDER -o STORE`` has written opens, too: its capsules are looked up in the store's ``.triclave`` folder.
"""

from __future__ import annotations

import io
import os
import posixpath
import tempfile
from collections.abc import Iterable
from typing import Any

from fsspec.implementations.chained import ChainedFileSystem
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import filesystem

from triclave import _core
from triclave._types import KeyLike, PolicyLike, SignerLike, the_policy
from triclave.errors import ForgedError, InvalidArgumentError, MalformedError
from triclave.opening import Custodians, Opener, SealedFile, inspect
from triclave.sealing import Sealer, SealedWriter, the_compartment

_CAPSULES = ".triclave"  # where the program and sealed stores keep detached capsules
_AT_ONCE = 16 << 20  # bytes that are uploaded from memory


class TriclaveFileSystem(ChainedFileSystem):  # type: ignore[misc]
    """Seals what is written, with ``producer``'s key, into ``compartment``; opens what is read, with ``keys``.

    >>> options = {"policy": town.policy, "producer": town.producer, "keys": keys, "compartment": "clinical"}
    >>> with fsspec.open("triclave::memory://ward/lab.csv", "wb", triclave=options) as out:
    ...     out.write(b"test;value")
    10
    >>> fs, path = fsspec.url_to_fs("triclave::memory://ward", triclave=options)
    >>> [(each["name"], each["size"]) for each in fs.ls(path, detail=True)]
    [('/ward/lab.csv', 10)]

    Options are objects of this package or paths; only paths let a file system travel to other processes, or to dask. A file that the
    store serves under another base name than it was written with is refused; so is a file that is not sealed.
    """

    protocol = "triclave"
    cachable = False  # policies and keys are no part of fsspec's idea of what is the same
    root_marker = ""

    def __init__(
        self, *, policy: PolicyLike, producer: SignerLike | None = None, keys: Iterable[KeyLike] = (),
        custodians: Custodians | None = None,
        compartment: str | None = None, fs: Any = None, fo: str = "", target_protocol: str | None = None,
        target_options: dict[str, Any] | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(**options)
        self.fs = fs if fs is not None else filesystem(target_protocol or "file", **(target_options or {}))
        self._policy = the_policy(policy)
        self._opener = Opener(self._policy, keys, custodians=custodians)
        self._compartment = None if producer is None else the_compartment(self._policy, compartment)
        self._sealer = None if self._compartment is None or producer is None else Sealer(self._policy, producer, [self._compartment])
        self._asked: set[str] = set()

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(each) for each in path]
        path = os.fspath(path)
        path = path.removeprefix("triclave::").removeprefix("triclave://")
        return path.split("://", 1)[1] if "://" in path and not path.startswith("/") else path

    def _under(self, path: Any) -> str:
        return str(self.fs._strip_protocol(path))

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        path = self._under(path)
        if mode in ("r", "rb"):
            return io.BufferedReader(self._open_sealed(path), 1 << 18)
        if mode in ("w", "wb", "x", "xb"):
            if self._sealer is None or self._compartment is None:
                raise InvalidArgumentError("this file system was made for reading: give producer= (and compartment=) to write")
            if "x" in mode and self.fs.exists(path):
                raise FileExistsError(f"{path} exists already")
            return self._create(self._sealer, self._compartment, path)
        raise InvalidArgumentError(f"mode {mode!r}: a sealed file is read (rb) or written anew (wb)")

    def _create(self, sealer: Sealer, compartment: str, path: str) -> _Written:
        waiting = None if isinstance(self.fs, LocalFileSystem) else tempfile.NamedTemporaryFile()
        if waiting is None and self.fs.auto_mkdir:
            self.fs.makedirs(self.fs._parent(path), exist_ok=True)
        core = sealer._core.create(path if waiting is None else waiting, compartment, posixpath.basename(path), True, False)
        return _Written(core, self.fs, path, waiting)

    def _open_sealed(self, path: str) -> _Read:
        def read() -> _Read:
            return _Read(_core.open_object(self._opener._core, under), under, path)

        # A file of fsspec's memory is one for all its readers, its position too.
        under = io.BytesIO(self.fs.cat_file(path)) if isinstance(self.fs, MemoryFileSystem) else self.fs.open(path, "rb")
        try:
            try:
                return read()
            except InvalidArgumentError:
                if not self._find_capsules(path):
                    raise
                return read()
        except BaseException:
            under.close()
            raise

    def _find_capsules(self, path: str) -> bool:
        """Makes the detached capsules known that lie beside the file or above; whether there were new ones."""
        found = False
        folder = posixpath.dirname(path)
        while folder not in self._asked:
            self._asked.add(folder)
            for each in self.fs.glob(posixpath.join(folder, _CAPSULES, "*.capsule")):
                self._opener.add_capsule(self.fs.cat_file(each))
                found = True
            folder = posixpath.dirname(folder)
        return found

    def _with_plain_size(self, info: dict[str, Any]) -> dict[str, Any]:
        if info["type"] != "file":
            return info
        try:
            with self.fs.open(info["name"], "rb") as under:
                return {**info, "size": inspect(under).plain_size, "sealed_size": info["size"]}
        except MalformedError:
            return {**info, "size": None, "sealed_size": info["size"]}

    def ls(self, path: str, detail: bool = True, **options: Any) -> list[Any]:
        entries = self.fs.ls(self._under(path), detail=True, **options)
        entries = [each for each in entries if posixpath.basename(each["name"].rstrip("/")) != _CAPSULES]
        return [self._with_plain_size(each) for each in entries] if detail else [each["name"] for each in entries]

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        return self._with_plain_size(self.fs.info(self._under(path), **options))

    def exists(self, path: str, **options: Any) -> bool:
        return bool(self.fs.exists(self._under(path), **options))

    def isdir(self, path: str) -> bool:
        return bool(self.fs.isdir(self._under(path)))

    def isfile(self, path: str) -> bool:
        return bool(self.fs.isfile(self._under(path)))

    def created(self, path: str) -> Any:
        return self.fs.created(self._under(path))

    def modified(self, path: str) -> Any:
        return self.fs.modified(self._under(path))

    def mkdir(self, path: str, create_parents: bool = True, **options: Any) -> None:
        self.fs.mkdir(self._under(path), create_parents=create_parents, **options)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        self.fs.makedirs(self._under(path), exist_ok=exist_ok)

    def rmdir(self, path: str) -> None:
        self.fs.rmdir(self._under(path))

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        paths = [self._under(each) for each in ([path] if isinstance(path, (str, os.PathLike)) else path)]
        self.fs.rm(paths, recursive=recursive, maxdepth=maxdepth)

    def rm_file(self, path: str) -> None:
        self.fs.rm_file(self._under(path))

    def cp_file(self, path1: str, path2: str, **options: Any) -> None:
        """A copy under another base name is sealed anew, since a file's name is part of what is authentic."""
        if self.isdir(path1):
            self.makedirs(path2, exist_ok=True)
        elif posixpath.basename(path1) == posixpath.basename(path2):
            self.fs.cp_file(self._under(path1), self._under(path2), **options)
        else:
            with self._open(path1, "rb") as old, self._open(path2, "wb") as new:
                while piece := old.read(1 << 20):
                    new.write(piece)

    def invalidate_cache(self, path: str | None = None) -> None:
        self.fs.invalidate_cache(path)


class _Read(SealedFile):
    """An open file that closes the one below with itself."""

    def __init__(self, core: _core.Reader, under: Any, path: str) -> None:
        super().__init__(core)
        self._below = under
        if self.name == "" or not f"/{path}".endswith(f"/{self.name}"):
            super().close()
            raise ForgedError(f"{path} was sealed as {self.name!r}: the store serves it under another name; ask who keeps it")

    def close(self) -> None:
        super().close()
        self._below.close()


class _Written(SealedWriter):
    """Appears in the file system below when it is closed: by a rename in a folder, by one upload elsewhere, where what is
    sealed waits in a temporary file until then."""

    def __init__(self, core: _core.Sealing, fs: Any, path: str, waiting: Any) -> None:
        super().__init__(core)
        self._fs, self._path, self._waiting = fs, path, waiting

    def close(self) -> None:
        if self.closed:
            return
        super().close()
        if self._waiting is None:
            return
        with self._waiting as sealed:
            if sealed.tell() > _AT_ONCE:
                self._fs.put_file(sealed.name, self._path)
            else:
                sealed.seek(0)
                self._fs.pipe_file(self._path, sealed.read())

    def abandon(self) -> None:
        super().abandon()
        if self._waiting is not None:
            self._waiting.close()
