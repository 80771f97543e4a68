"""A sample policy with everybody's keys, to try things with: who keeps real data makes keys with ``triclave keygen``."""

from __future__ import annotations

import pathlib
from typing import NamedTuple

from triclave import _core
from triclave._types import Path


class Town(NamedTuple):
    """A policy, who seals under it, who owns it, and the private keys of its recipients by name."""

    policy: _core.Policy
    producer: _core.Signer
    owner: _core.Signer
    keys: dict[str, _core.Identity]


def cohort(folder: Path) -> Town:
    """A cohort study's policy, ``cohort.textproto``, and new keys for all that it names, written into a folder; what is
    there already is taken as it is.

    >>> triclave.samples.cohort("town").policy
    <triclave.Policy of cohort: identifiers, clinical>
    """
    place = pathlib.Path(folder)
    keys = place / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    file = place / "cohort.textproto"
    if not file.exists():
        file.write_bytes((pathlib.Path(__file__).parent / "policies" / "cohort.textproto").read_bytes())
    identities = {name: _identity(keys, name) for name in ("hospital", "outscale", "ovhcloud", "orange")}
    owner, producer, _ = (_signer(keys, name) for name in ("hospital-owner", "records-system", "data-office"))
    return Town(_core.Policy.load(file), producer, owner, identities)


def _identity(keys: pathlib.Path, name: str) -> _core.Identity:
    file = keys / f"{name}.key"
    if file.exists():
        return _core.Identity.load(file)
    key = _core.Identity.generate(name)
    key.save(file)
    file.with_suffix(".pub").write_text(key.recipient.to_text(), encoding="utf-8")
    return key


def _signer(keys: pathlib.Path, name: str) -> _core.Signer:
    file = keys / f"{name}.key"
    if file.exists():
        return _core.Signer.load(file)
    key = _core.Signer.generate(name)
    key.save(file)
    file.with_suffix(".pub").write_text(key.public_text(), encoding="utf-8")
    return key
