"""Errors by kind: SPEC.md names the kind in parentheses behind each rule."""

from __future__ import annotations

from typing import Sequence

INVALID_ARGUMENT = "invalid_argument"
MALFORMED = "malformed"
UNSUPPORTED = "unsupported"
FORGED = "forged"
POLICY_REFUSED = "policy_refused"
PERMIT_REFUSED = "permit_refused"
QUORUM_SHORT = "quorum_short"

KINDS = (INVALID_ARGUMENT, MALFORMED, UNSUPPORTED, FORGED, POLICY_REFUSED, PERMIT_REFUSED, QUORUM_SHORT)


class SpecError(Exception):
    """A refusal. `recipients` names those whose shares were refused (SPEC section 6, CAP-11)."""

    def __init__(self, kind: str, message: str, recipients: Sequence[bytes] = ()) -> None:
        assert kind in KINDS
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.recipients = list(recipients)


def require(condition: bool, kind: str, message: str) -> None:
    """Raises a SpecError of this kind unless the condition holds."""
    if not condition:
        raise SpecError(kind, message)
