"""What can go wrong: one exception for each kind of error. Each says what failed, why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple


class Culprit(NamedTuple):
    """Somebody whom an error blames: a recipient, a producer, a file."""

    who: str
    why: str
    kind: str


class GatherReport(NamedTuple):
    """How a compartment was opened: whose shares were combined, and who lied or did not answer."""

    used: tuple[str, ...]
    failed: tuple[Culprit, ...]


class Error(Exception):
    """What every error of Triclave is; ``culprits`` names who is to blame, where somebody is.

    >>> try:
    ...     triclave.open("lab.csv.sealed", policy=town.policy, keys=[town.keys["orange"]])
    ... except triclave.QuorumShortError as error:
    ...     print(error.kind, sorted(each.who for each in error.culprits))
    quorum_short ['outscale', 'ovhcloud']
    """

    kind: ClassVar[str] = ""
    message: str
    culprits: tuple[Culprit, ...]

    def __init__(self, message: str, culprits: Iterable[Culprit] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.culprits = tuple(culprits)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {each.who}: {each.why}" for each in self.culprits)])

    def __reduce__(self) -> tuple[type[Error], tuple[str, tuple[Culprit, ...]]]:
        return type(self), (self.message, self.culprits)


class InvalidArgumentError(Error, ValueError):
    """The caller asked for something that makes no sense; nothing was read or written."""

    kind = "invalid_argument"


class MalformedError(Error, ValueError):
    """Bytes that are not what the format says, by accident or by attack."""

    kind = "malformed"


class UnsupportedError(Error):
    """A well-formed thing of a newer version, or something that this build or format does not have."""

    kind = "unsupported"


class ForgedError(Error):
    """A signature, tag, commitment or share that does not verify: somebody changed or invented it."""

    kind = "forged"


class PolicyRefusedError(Error):
    """The owner's rules say no; the message names the rule, the culprits are the recipients that break it."""

    kind = "policy_refused"


class PermitRefusedError(Error):
    """A permit is missing, expired, revoked or does not cover the request."""

    kind = "permit_refused"


class QuorumShortError(Error):
    """Too few recipients answered to satisfy the policy; the culprits are those that did not, and why."""

    kind = "quorum_short"


class CustodianUnavailableError(Error):
    """One recipient could not be asked or did not answer in time."""

    kind = "custodian_unavailable"


class IoError(Error, OSError):
    """The operating system, a file or a store failed."""

    kind = "io"


_KINDS: dict[str, type[Error]] = {
    each.kind: each
    for each in (
        InvalidArgumentError, MalformedError, UnsupportedError, ForgedError, PolicyRefusedError, PermitRefusedError,
        QuorumShortError, CustodianUnavailableError, IoError,
    )
}  # fmt: skip


def make_culprits(culprits: Sequence[tuple[str, str, str]]) -> tuple[Culprit, ...]:
    """Called by the extension module."""
    return tuple(Culprit(*each) for each in culprits)


def make_report(used: Sequence[str], failed: Sequence[tuple[str, str, str]]) -> GatherReport:
    """Called by the extension module."""
    return GatherReport(tuple(used), make_culprits(failed))


def make(kind: str, message: str, culprits: Sequence[tuple[str, str, str]]) -> Error:
    """Called by the extension module."""
    return _KINDS[kind](message, make_culprits(culprits))
