"""triclave permit: issued, shown, revoked; what the bytes are, SPEC.md alone says."""

import datetime
import hashlib
import struct

import pytest

import town as t


def issue(*more, dataset="cohort", compartments=("clinical",), out="permit", purpose="Étude OSIRIS", until="2099-12-31"):
    wanted = [part for name in compartments for part in ("--compartment", name)]
    return ("permit", "issue", "--authority", "keys/stranger.key", "--requester", "keys/pipeline.pub", "--dataset", dataset,
            *wanted, "--purpose", purpose, "--not-after", until, "-o", out, *more)  # fmt: skip


def seconds(*date):
    return int(datetime.datetime(*date, tzinfo=datetime.timezone.utc).timestamp())


def test_a_permit_says_what_was_issued(town):
    issued = town.json(*issue("--not-before", "2026-01-31", "--most-releases", "7", "--needs-approval",
                              compartments=("identifiers", "clinical")))  # fmt: skip
    shown = town.json("permit", "show", "permit")
    assert issued == {key: value for key, value in shown.items() if key in issued}
    assert shown["compartments"] == ["clinical", "identifiers"] and shown["dataset"] == "cohort"
    assert shown["purpose"] == "Étude OSIRIS" and shown["most_releases"] == 7 and shown["needs_approval"] is True
    assert shown["not_before"] == seconds(2026, 1, 31) and shown["not_after"] == seconds(2099, 12, 31, 23, 59, 59)
    assert shown["signature"] == "verified" and shown["policy"] is None
    fingerprint = {name: town.read(f"keys/{name}.pub").split(b"fingerprint: ")[1][:64].decode() for name in ("stranger", "pipeline")}
    assert shown["authority"] == fingerprint["stranger"] and shown["requester"] == fingerprint["pipeline"]
    record = town.read("permit")
    assert record[:12] == b"triclave" + struct.pack(">HH", 5, 1)
    assert hashlib.sha256(record).digest() != hashlib.sha256(town.ok(*issue(out="-"))).digest()
    words = town.ok("permit", "show", "permit").decode()
    assert "2026-01-31 00:00:00 UTC" in words and "7 by each custodian" in words and "The signature is right" in words


def test_a_permit_holds_at_its_times_only(town):
    town.ok(*issue(out="now"))
    town.ok(*issue("--not-before", "2098-01-01T10:00:00Z", out="later"))
    town.ok(*issue("--not-before", "2020-01-01", out="past", until="2020-01-01T00:00:00Z"))
    assert [town.json("permit", "show", name)["holds"] for name in ("now", "later", "past")] == [True, False, False]
    assert "does not hold yet" in town.ok("permit", "show", "later").decode()
    assert "has ended" in town.ok("permit", "show", "past").decode()


def test_show_holds_it_against_the_policy(town):
    signers = 'signers { name: "access-body" key_file: "keys/stranger.pub" roles: AUTHORITY }\n'
    town.write("policy-2", town.read("policy").replace(b'name: "clinical"', b'name: "clinical" authority: "access-body"') + signers.encode())
    town.ok(*issue(compartments=("clinical", "identifiers")))
    assert town.json("permit", "show", "permit", "--policy", "policy-2")["policy"] == {"authority": "access-body", "opens": ["clinical"]}
    assert "lets its permits open clinical" in town.ok("permit", "show", "permit", "--policy", "policy-2").decode()
    assert town.json("permit", "show", "permit", "--policy", "policy")["policy"] == {"authority": "", "opens": []}
    town.ok(*issue(dataset="registry", out="other"))
    assert town.json("permit", "show", "other", "--policy", "policy-2")["policy"]["opens"] == []


def test_a_changed_permit_is_not_shown(town):
    town.ok(*issue())
    record = bytearray(town.read("permit"))
    at = record.index(b"cohort")
    record[at : at + 6] = b"cohars"
    town.write("changed", bytes(record))
    assert "does not verify" in town.fails(t.FORGED, "permit", "show", "changed")
    town.write("cut", bytes(record[:-1]))
    town.fails(t.MALFORMED, "permit", "show", "cut")
    town.fails(t.MALFORMED, "permit", "show", "policy")
    town.fails(t.IO, "permit", "show", "missing")


@pytest.mark.parametrize("more", [
    {"dataset": "No Name"}, {"compartments": ("a", "a")}, {"purpose": ""}, {"until": "2026-02-30"}, {"until": "tomorrow"},
    {"until": "2020-01-01"}, {"until": "2026-01-01T24:00:00Z"}, {"until": "2026-1-1"},
])  # fmt: skip
def test_what_makes_no_sense_is_not_issued(town, more):
    town.fails(t.INVALID_ARGUMENT, *issue(**more))
    assert "permit" not in town.names()


def test_a_revocation_is_the_authoritys_own(town):
    town.ok(*issue())
    revoked = town.json("permit", "revoke", "permit", "--authority", "keys/stranger.key", "-o", "end")
    assert revoked["permit"] == town.json("permit", "show", "permit")["id"]
    record = town.read("end")
    assert record[:12] == b"triclave" + struct.pack(">HH", 6, 1)
    statement = b"".join(struct.pack(">I", len(x)) + x for x in (
        bytes.fromhex(revoked["authority"]), bytes.fromhex(revoked["permit"]), struct.pack(">Q", revoked["time"])))  # fmt: skip
    assert statement in record
    assert "did not issue this permit" in town.fails(
        t.INVALID_ARGUMENT, "permit", "revoke", "permit", "--authority", "keys/hospital.key", "-o", "no")  # fmt: skip
    town.fails(t.INVALID_ARGUMENT, "permit", "revoke", "permit", "--authority", "keys/stranger.key", "-o", "end")
