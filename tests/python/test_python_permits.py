"""Permits as Python makes and reads them."""

import pathlib
import time

import pytest

import triclave

DAY = 86400


@pytest.fixture
def authority():
    return triclave.Signer.generate("access-body")


@pytest.fixture
def issue(authority):
    requester = triclave.Signer.generate("researcher").verifier
    terms = {"dataset": "cohort", "compartments": ["clinical"], "purpose": "étude OSIRIS", "not_before": 0, "not_after": time.time() + DAY}
    return lambda **changed: triclave.Permit.issue(authority, requester, **{**terms, **changed})


def test_a_permit_says_what_was_issued(issue, authority, here):
    permit = issue(compartments=["identifiers", "clinical"], most_releases=7, needs_approval=True, not_after=1e9 + 0.9)
    assert (permit.dataset, permit.compartments, permit.purpose) == ("cohort", ["clinical", "identifiers"], "étude OSIRIS")
    assert (permit.not_before, permit.not_after, permit.most_releases, permit.needs_approval) == (0, 10**9, 7, True)
    assert permit.authority == authority.verifier.id and len(permit.id) == 32 and "étude OSIRIS" in repr(permit)
    pathlib.Path("permit").write_bytes(permit.record)
    for again in (triclave.Permit.load("permit"), triclave.Permit.load(permit.record)):
        assert (again.id, again.requester, again.record) == (permit.id, permit.requester, permit.record)


def test_bad_permits(issue, authority):
    with pytest.raises(triclave.InvalidArgumentError):
        issue(compartments=[])
    with pytest.raises(triclave.InvalidArgumentError):
        issue(purpose="")
    with pytest.raises(triclave.InvalidArgumentError):
        issue(not_after=-1)
    with pytest.raises(TypeError):
        issue(dataset=7)
    for wrong in (float("nan"), float("inf"), 1e300):
        with pytest.raises(ValueError, match="time"):
            issue(not_after=wrong)
    record = bytearray(issue().record)
    record[-1] ^= 1
    with pytest.raises(triclave.ForgedError):
        triclave.Permit.load(record)
    with pytest.raises(triclave.MalformedError):
        triclave.Permit.load(b"no permit")
    with pytest.raises(TypeError):
        triclave.Permit.load(7)


def test_only_its_authority_revokes_a_permit(issue, authority):
    permit = issue()
    assert permit.revocation(authority).startswith(b"triclave")
    with pytest.raises(triclave.InvalidArgumentError):
        permit.revocation(triclave.Signer.generate("another"))


def test_custodians_need_what_tells_who_calls(issue, town, here):
    permit = issue()
    pathlib.Path("town").mkdir()
    triclave.Signer.generate("researcher").save("researcher.key")
    asked = triclave.Custodians(permit, "researcher.key", "no.crt", "no.key")
    with pytest.raises(triclave.InvalidArgumentError, match="requester"):  # the permit names another one
        triclave.Opener(town.policy, custodians=asked)
    with pytest.raises(triclave.IoError, match="nowhere.key"):
        triclave.Opener(town.policy, custodians=asked._replace(requester="nowhere.key"))
    with pytest.raises(triclave.MalformedError):
        triclave.Opener(town.policy, custodians=asked._replace(permit=b"no permit"))
