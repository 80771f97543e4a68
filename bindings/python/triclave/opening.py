"""Opening objects: who answers, and files that are read by ranges."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from triclave import _core
from triclave._types import KeyLike, Path, PolicyLike, Progress, SignerLike, Source, Target, the_identity, the_policy, the_signer
from triclave.errors import GatherReport

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Custodians(NamedTuple):
    """A policy's custodians, asked over the network under a permit: each answer counts only if the custodian's log proves it.

    ``permit`` is a :class:`Permit`, its file or its bytes; ``requester`` the private key file of the signer whom it names.
    ``tls_certificate`` and ``tls_key`` (PEM files) tell the services who calls; ``deadline`` is in seconds; ``receipts``
    is a folder for the proofs of what was released.
    """

    permit: _core.Permit | Source
    requester: Path
    tls_certificate: Path
    tls_key: Path
    passphrase: str | None = None
    deadline: float = 10.0
    receipts: Path | None = None


class ObjectInfo(NamedTuple):
    """What a sealed object's header says to everybody; the size of the plaintext is authentic only when it is opened."""

    name: str
    dataset: str
    compartment: str
    capsule_id: str
    content_signed: bool
    embedded_capsule: bool
    plain_size: int | None
    sealed_size: int | None


def inspect(sealed: Source) -> ObjectInfo:
    """Reads a sealed object's header; needs no key.

    >>> triclave.inspect("lab.csv.sealed").plain_size
    34
    """
    return ObjectInfo(*_core.inspect_object(sealed))


class Opener:
    """Gathers a capsule's keys once, from the private keys at hand, and opens any number of objects and tables.

    ``keys`` are identities or paths of key files without a passphrase; ``custodians`` are asked over the network beside
    them. ``capsules`` are the records (bytes or paths) of
    objects that do not embed them. ``memory`` is a file that remembers the newest generation seen of each capsule, so
    that an old one played back is refused.
    """

    def __init__(
        self, policy: PolicyLike, keys: Iterable[KeyLike] = (), *, custodians: Custodians | None = None,
        capsules: Iterable[Buffer | Path] = (), memory: Path | None = None,
    ) -> None:  # fmt: skip
        self._core = _core.Opener(the_policy(policy), [the_identity(each) for each in keys], memory, custodians)
        for each in capsules:
            self.add_capsule(each)

    @property
    def policy(self) -> _core.Policy:
        return self._core.policy

    def add_capsule(self, record: Buffer | Path) -> str:
        """Makes a capsule known, from its bytes or its file; gives back its id."""
        return self._core.add_capsule(record)

    def knows(self, capsule_id: str) -> bool:
        return self._core.knows(capsule_id)

    def open(self, sealed: Source) -> SealedFile:
        """Opens a sealed object: a path, bytes, or a binary file object (which stays open, and is read by ranges where it
        can seek)."""
        return SealedFile(_core.open_object(self._core, sealed))

    def open_many(self, objects: Sequence[Buffer]) -> list[bytes]:
        """Opens many small objects in one call; all or none."""
        return self._core.open_batch(objects)

    def unlock(self, capsule_id: str, compartments: Iterable[str] = ()) -> GatherReport:
        """Gathers the keys of these compartments (all where none is named) and keeps them."""
        return self._core.unlock(capsule_id, list(compartments))

    def rehearse(self, capsule_id: str, compartment: str) -> list[GatherReport]:
        """Opens a compartment with each smallest coalition that the keys at hand can form."""
        return self._core.rehearse(capsule_id, compartment)

    def rewrap(self, capsule_id: str, to: PolicyLike, owner: SignerLike, compartments: Iterable[str] = ()) -> bytes:
        """A new capsule record for the recipients of another policy, signed by the owner; objects stay as they are."""
        return self._core.rewrap(capsule_id, the_policy(to), the_signer(owner), list(compartments))

    def __repr__(self) -> str:
        return f"<triclave.Opener of {self.policy.dataset}>"


class SealedFile(io.RawIOBase):
    """The plaintext of a sealed object as a file to read: what is read is authentic, and a range costs itself only.

    >>> with triclave.open("lab.csv.sealed", policy=town.policy, keys=[town.keys["outscale"], town.keys["orange"]]) as lab:
    ...     lab.seek(22)
    ...     lab.read(9)
    22
    b'potassium'
    """

    def __init__(self, core: _core.Reader) -> None:
        self._core = core
        self._position = 0
        self._size: int | None = None

    @property
    def name(self) -> str:
        """What the object's header calls it."""
        return self._core.name

    @property
    def dataset(self) -> str:
        return self._core.dataset

    @property
    def compartment(self) -> str:
        return self._core.compartment

    @property
    def capsule_id(self) -> str:
        return self._core.capsule_id

    @property
    def content_signed(self) -> bool:
        return self._core.content_signed

    def size(self) -> int:
        """Bytes of the plaintext, authenticated."""
        if self._size is None:
            self._size = self._core.size()
        if self._size is None:
            raise io.UnsupportedOperation("the size is not known: the sealed object is read from a pipe")
        return self._size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._core.plain_size is not None

    def tell(self) -> int:
        self._check_open()
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._check_open()
        if not self.seekable():
            raise io.UnsupportedOperation("the sealed object is read from a pipe, from front to back")
        if whence not in (io.SEEK_SET, io.SEEK_CUR, io.SEEK_END):
            raise ValueError(f"whence is 0, 1 or 2, not {whence}")
        base = (0, self._position, self.size() if whence == io.SEEK_END else 0)[whence]
        if base + offset < 0:
            raise ValueError(f"there is nothing before the file's start ({base + offset})")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return self.readall()
        self._check_open()
        data = self._core.read(self._position, size)
        self._position += len(data)
        return data

    def readall(self) -> bytes:
        self._check_open()
        if self.seekable():
            return self.read(max(0, self.size() - self._position))
        return b"".join(iter(lambda: self.read(1 << 20), b""))

    def readinto(self, buffer: Any, /) -> int:
        """Fills a buffer (a bytearray, a numpy array) without a copy; returns how many bytes there were."""
        self._check_open()
        got = self._core.read_into(self._position, buffer)
        self._position += got
        return got

    def copy_to(self, target: Target, *, threads: int = 0, progress: Progress | None = None) -> int:
        """Opens all of it into a path, where nothing appears before the end, or a binary file object; returns its size."""
        self._check_open()
        return self._core.copy_to(target, threads, progress)

    def verify_content(self) -> None:
        """Checks the content's signature; an error where it has none."""
        self._check_open()
        self._core.verify_content()

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._core.close()

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on a sealed file that is closed")

    def __repr__(self) -> str:
        state = "closed" if self.closed else f"{self._core.plain_size} bytes"
        return f"<triclave.SealedFile {self.name!r} of {self.dataset}/{self.compartment}, {state}>"


def open(
    sealed: Source, *, policy: PolicyLike, keys: Iterable[KeyLike] = (), custodians: Custodians | None = None,
    capsules: Iterable[Buffer | Path] = (),
) -> SealedFile:  # fmt: skip
    """Opens one sealed object; an :class:`Opener` opens many and gathers their keys once.

    >>> keys = [town.keys["outscale"], town.keys["orange"]]
    >>> triclave.open("lab.csv.sealed", policy=town.policy, keys=keys)
    <triclave.SealedFile 'lab.csv' of cohort/clinical, 34 bytes>
    """
    return Opener(policy, keys, custodians=custodians, capsules=capsules).open(sealed)
