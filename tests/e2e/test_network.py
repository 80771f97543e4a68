"""Opening through real custodians over the network: three services, killed, revoked, asked under the wrong permits."""

import re
import shutil
import signal

import pytest

import town as t
from daemons import ACCESS, Daemons

ROWS = b"row,value\n" * 5000


@pytest.fixture(scope="module")
def hosted(founded, tmp_path_factory):
    """A town with three custodians that run, and one sealed object."""
    folder = tmp_path_factory.mktemp("hosted")
    shutil.copytree(founded.folder, folder, dirs_exist_ok=True)
    town = t.Town(folder)
    daemons = Daemons(town)
    town.write("rows.csv", ROWS)
    town.ok("seal", "rows.csv", "--policy", "policy-net", "--producer", "keys/pipeline.key", "--compartment", "clinical", "-o", "sealed")
    yield daemons
    daemons.end()


def open_by(hosted, *more, permit="permit", keys=("owner",), policy="policy-net", **how):
    return ("open", "sealed", "--policy", policy, *hosted.town.keys(*keys), *hosted.asking(permit, **how), *more, "-o", "-")


def test_the_owner_and_the_custodians_open(hosted):
    assert hosted.town.ok(*open_by(hosted)) == ROWS
    hosted.town.ok("verify", "sealed", "--policy", "policy-net", "--can-open", *hosted.town.keys("owner"), *hosted.asking())
    refused = hosted.town.fails(t.QUORUM_SHORT, *open_by(hosted, keys=()))
    assert "owner: not asked" in refused


def test_receipts_are_kept(hosted):
    receipts = hosted.town.folder / "receipts"
    receipts.mkdir()
    hosted.town.ok(*open_by(hosted, "--receipts", "receipts"))
    names = sorted(file.name for file in receipts.iterdir())
    assert len(names) >= 2 and all(re.fullmatch(r"(outscale|ovh|orange)-[0-9a-f]{32}\.receipt", name) for name in names)
    assert all(file.read_text().startswith("c2sp.org/tlog-proof@v1\n") for file in receipts.iterdir())


@pytest.mark.parametrize("permit, why", [
    ({"dataset": "registry"}, "is for dataset registry"),
    ({"compartment": "identifiers"}, "does not cover"),
    ({"until": "2020-12-31"}, "the permit ended"),
    ({"authority": "stranger"}, "refuses"),
])  # fmt: skip
def test_another_permit_opens_nothing(hosted, tmp_path, permit, why):
    name = str(tmp_path / "permit")
    begin = ("--not-before", "2020-01-01") if "until" in permit else ()
    hosted.permit(name, *begin, **permit)
    words = hosted.town.fails(t.QUORUM_SHORT, *open_by(hosted, permit=name))
    assert words.count(why) >= 2


def test_somebody_elses_permit_is_not_used(hosted):
    assert "is for the requester" in hosted.town.fails(t.INVALID_ARGUMENT, *open_by(hosted, requester="stranger"))
    assert "--requester" in hosted.town.fails(t.INVALID_ARGUMENT, "open", "sealed", "--policy", "policy-net", "--permit", "permit", "-o", "-")
    assert "--tls-cert" in hosted.town.fails(
        t.INVALID_ARGUMENT, "open", "sealed", "--policy", "policy-net", "--permit", "permit", "--requester", "keys/researcher.key", "-o", "-")  # fmt: skip


def test_a_client_of_another_authority_is_not_let_in(hosted):
    town = hosted.town
    for file in type(hosted.authority)(town.folder / "other-ca").client("thief"):
        shutil.copy(file, town.folder / "ca" / file.name)
    words = town.fails(t.QUORUM_SHORT, *open_by(hosted, client="thief"))
    assert words.count("cannot be asked") >= 2


def test_an_approval_opens_what_needs_one(hosted):
    town = hosted.town
    hosted.permit("held", "--needs-approval")
    assert town.fails(t.QUORUM_SHORT, *open_by(hosted, permit="held")).count("refuses") >= 2
    for name in ("ovh", "orange"):
        hosted[name].ok("approve", town.folder / "held", unlock=True)
    assert town.ok(*open_by(hosted, permit="held")) == ROWS


def test_two_of_three_suffice_and_one_does_not(hosted):
    town = hosted.town
    hosted["ovh"].stop(signal.SIGKILL)
    assert town.ok(*open_by(hosted)) == ROWS
    hosted["orange"].stop()
    words = town.fails(t.QUORUM_SHORT, *open_by(hosted, "--deadline", "5"))
    assert "ovh: ovh cannot be asked" in words and "orange: orange cannot be asked" in words
    for name in ("ovh", "orange"):
        hosted[name].start()
    # They listen elsewhere now, and the registry says so.
    hosted.write_policy("policy-net", ACCESS, [hosted.entry(name) for name in t.CUSTODIANS])
    assert town.ok(*open_by(hosted)) == ROWS


def test_a_revoked_permit_opens_nothing(hosted):
    town = hosted.town
    hosted.permit("short")
    assert town.ok(*open_by(hosted, permit="short")) == ROWS
    told = town.json("permit", "revoke", "short", "--authority", "keys/access-body.key", "--policy", "policy-net",
                     "--tls-cert", "ca/client.crt", "--tls-key", "ca/client.key", "-o", "end")["told"]  # fmt: skip
    assert sorted(told) == sorted(t.CUSTODIANS)
    assert town.fails(t.QUORUM_SHORT, *open_by(hosted, permit="short")).count("revoked") >= 2
    assert town.ok(*open_by(hosted)) == ROWS


def test_a_rewrap_goes_through_the_network(hosted):
    town = hosted.town
    hosted.add("scaleway")
    for name in ("outscale", "ovh"):
        hosted.create_key(name, f"{name}-2")
    entries = [hosted.entry("outscale", "outscale-2"), hosted.entry("ovh", "ovh-2"), hosted.entry("scaleway")]
    hosted.write_policy("policy-net-2", "all(owner, 2 of (outscale, ovh, scaleway))", entries)
    town.ok("rewrap", "sealed", "--policy", "policy-net", "--to", "policy-net-2", "--owner", "keys/hospital.key",
            *town.keys("owner"), *hosted.asking(), "-o", "sealed-2")  # fmt: skip
    assert town.ok("open", "sealed-2", *open_by(hosted, policy="policy-net-2")[2:]) == ROWS
