"""Sealing objects: a session with one capsule, what it seals, and files that grow."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from triclave import _core
from triclave._types import PolicyLike, Progress, SignerLike, Source, Target, file_name, the_policy, the_signer
from triclave.errors import InvalidArgumentError

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Sealer:
    """A sealing session: its data keys are drawn and split once, for all that it seals. Asks nobody, works offline.

    >>> sealer = triclave.Sealer(town.policy, town.producer)
    >>> sealed = sealer.seal(b"potassium;4.1", compartment="clinical")
    >>> opener = triclave.Opener(town.policy, [town.keys["outscale"], town.keys["orange"]])
    >>> opener.open(sealed).read()
    b'potassium;4.1'
    """

    def __init__(self, policy: PolicyLike, producer: SignerLike, compartments: Iterable[str] = ()) -> None:
        self._core = _core.Sealer(the_policy(policy), the_signer(producer), list(compartments))

    @property
    def policy(self) -> _core.Policy:
        return self._core.policy

    @property
    def capsule_id(self) -> str:
        """64 hexadecimal digits, as every object of the session names it."""
        return self._core.capsule_id

    @property
    def capsule(self) -> bytes:
        """The capsule record, to be stored beside objects that do not embed it."""
        return self._core.capsule

    @overload
    def seal(
        self, data: Source, target: None = None, *, compartment: str | None = None, name: str | None = None,
        embed_capsule: bool = True, sign_content: bool = False, progress: Progress | None = None,
    ) -> bytes: ...
    @overload
    def seal(
        self, data: Source, target: Target, *, compartment: str | None = None, name: str | None = None,
        embed_capsule: bool = True, sign_content: bool = False, threads: int = 0, progress: Progress | None = None,
    ) -> int: ...
    def seal(
        self, data: Source, target: Target | None = None, *, compartment: str | None = None, name: str | None = None,
        embed_capsule: bool = True, sign_content: bool = False, threads: int = 0, progress: Progress | None = None,
    ) -> bytes | int:  # fmt: skip
        """Seals a file (by its path), bytes, or what is left of a binary file object.

        Without a target the sealed object comes back as bytes. A target is a path, where nothing appears before all
        is sealed, or a binary file object; then the number of bytes that were sealed comes back. ``compartment`` may be
        left out where the policy has one only. ``name`` (the file's, unless said otherwise) stands in the public header.
        ``progress`` is told how many bytes are done since it was last told, as ``tqdm.update`` wants it.
        """
        compartment = the_compartment(self.policy, compartment)
        name = file_name(data) if name is None else name
        if target is None:
            return self._core.seal_to_bytes(data, compartment, name, embed_capsule, sign_content, progress)
        return self._core.seal_into(data, target, compartment, name, embed_capsule, sign_content, threads, progress)

    def seal_into(
        self, data: Source, target: Buffer, *, compartment: str | None = None, name: str | None = None,
        embed_capsule: bool = True, sign_content: bool = False,
    ) -> int:  # fmt: skip
        """Seals into memory (a bytearray, a numpy array) that is used again and again, which is fastest; returns how much
        of it was filled.

        >>> sealer, room = triclave.Sealer(town.policy, town.producer), bytearray(100000)
        >>> size = sealer.seal_into(b"potassium;4.1", room, compartment="clinical")
        >>> triclave.open(memoryview(room)[:size], policy=town.policy, keys=keys).read()
        b'potassium;4.1'
        """
        compartment = the_compartment(self.policy, compartment)
        name = file_name(data) if name is None else name
        return self._core.seal_into_buffer(data, target, compartment, name, embed_capsule, sign_content)

    def seal_many(
        self, objects: Sequence[Buffer], *, compartment: str | None = None, embed_capsule: bool = False
    ) -> list[bytes]:
        """Seals many small objects in one call. They do not embed the capsule unless told to: keep it beside them.

        >>> sealer = triclave.Sealer(town.policy, town.producer)
        >>> sealed = sealer.seal_many([b"one", b"two"], compartment="clinical")
        >>> opener = triclave.Opener(town.policy, [town.keys["outscale"], town.keys["orange"]], capsules=[sealer.capsule])
        >>> opener.open_many(sealed)
        [b'one', b'two']
        """
        return self._core.seal_batch(objects, the_compartment(self.policy, compartment), embed_capsule)

    def create(
        self, target: Target, *, compartment: str | None = None, name: str | None = None, embed_capsule: bool = True,
        sign_content: bool = False,
    ) -> SealedWriter:  # fmt: skip
        """A file object whose bytes are sealed into the target; it appears when it is closed without an exception."""
        compartment = the_compartment(self.policy, compartment)
        name = file_name(target) if name is None else name
        return SealedWriter(self._core.create(target, compartment, name, embed_capsule, sign_content))

    def __repr__(self) -> str:
        return f"<triclave.Sealer of {self.policy.dataset}, capsule {self.capsule_id[:16]}>"


class SealedWriter(io.RawIOBase):
    """A sealed object that is being written. Nothing appears where it is dropped, or left by an exception.

    >>> sealer = triclave.Sealer(town.policy, town.producer)
    >>> with sealer.create("visit.sealed", compartment="clinical") as out:
    ...     out.write(b"2024-02-29;control")
    18
    """

    def __init__(self, core: _core.Sealing) -> None:
        self._core = core
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, data: Any, /) -> int:
        if self.closed:
            raise ValueError("write to a sealed object that is closed")
        size = memoryview(data).nbytes
        self._core.write(data)
        self._position += size
        return size

    def close(self) -> None:
        """Seals the end; the object appears under its name."""
        if not self.closed:
            super().close()
            self._core.finish()

    def abandon(self) -> None:
        """Closes it and leaves nothing behind."""
        if not self.closed:
            super().close()
            self._core.abandon()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def __del__(self) -> None:
        # What nobody closed is not complete, so that io's closing of what is dropped must not happen.
        self.abandon()


def the_compartment(policy: _core.Policy, compartment: str | None) -> str:
    if compartment is not None:
        return compartment
    if len(policy.compartments) == 1:
        return policy.compartments[0]
    raise InvalidArgumentError(f"say which compartment: the policy has {', '.join(policy.compartments)}")


def check_dataset(policy: _core.Policy, dataset: str | None) -> None:
    if dataset is not None and dataset != policy.dataset:
        raise InvalidArgumentError(f"the policy is of dataset {policy.dataset}, not {dataset}: load that dataset's policy")


@overload
def seal(
    data: Source, target: None = None, *, policy: PolicyLike, producer: SignerLike, compartment: str | None = None,
    dataset: str | None = None, name: str | None = None, sign_content: bool = False, progress: Progress | None = None,
) -> bytes: ...
@overload
def seal(
    data: Source, target: Target, *, policy: PolicyLike, producer: SignerLike, compartment: str | None = None,
    dataset: str | None = None, name: str | None = None, sign_content: bool = False, threads: int = 0,
    progress: Progress | None = None,
) -> int: ...
def seal(
    data: Source, target: Target | None = None, *, policy: PolicyLike, producer: SignerLike,
    compartment: str | None = None, dataset: str | None = None, name: str | None = None, sign_content: bool = False,
    threads: int = 0, progress: Progress | None = None,
) -> bytes | int:  # fmt: skip
    """Seals one object with a capsule of its own; a :class:`Sealer` seals many with one.

    >>> triclave.seal("lab.csv", "lab.csv.sealed", policy=town.policy, producer=town.producer, compartment="clinical")
    34
    """
    policy = the_policy(policy)
    check_dataset(policy, dataset)
    compartment = the_compartment(policy, compartment)
    name = file_name(data) if name is None else name
    core = _core.Sealer(policy, the_signer(producer), [compartment])
    if target is None:
        return core.seal_to_bytes(data, compartment, name, True, sign_content, progress)
    return core.seal_into(data, target, compartment, name, True, sign_content, threads, progress)
