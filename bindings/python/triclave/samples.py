"""A sample policy with everybody's keys, to try things with: who keeps real data makes keys with ``triclave keygen``."""

from __future__ import annotations

import os
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
    keys = os.path.join(folder, "keys")
    os.makedirs(keys, exist_ok=True)
    policy = os.path.join(folder, "cohort.textproto")
    if not os.path.exists(policy):
        with open(os.path.join(os.path.dirname(__file__), "policies", "cohort.textproto"), encoding="utf-8") as sample:
            _write(policy, sample.read())
    identities = {name: _identity(keys, name) for name in ("hospital", "outscale", "ovhcloud", "orange")}
    owner, producer, _ = (_signer(keys, name) for name in ("hospital-owner", "records-system", "data-office"))
    return Town(_core.Policy.load(policy), producer, owner, identities)


def _write(path: str, text: str) -> None:
    with open(path, "x", encoding="utf-8") as file:
        file.write(text)


def _identity(folder: str, name: str) -> _core.Identity:
    file = os.path.join(folder, name)
    if os.path.exists(f"{file}.key"):
        return _core.Identity.load(f"{file}.key")
    key = _core.Identity.generate(name)
    key.save(f"{file}.key")
    _write(f"{file}.pub", key.recipient.to_text())
    return key


def _signer(folder: str, name: str) -> _core.Signer:
    file = os.path.join(folder, name)
    if os.path.exists(f"{file}.key"):
        return _core.Signer.load(f"{file}.key")
    key = _core.Signer.generate(name)
    key.save(f"{file}.key")
    _write(f"{file}.pub", key.public_text())
    return key
