"""Erasure certificates from custodians' logs, which the independent Python implementation writes."""

import shutil

import pytest
from triclave_spec import log_entries, notes, protobuf, tiles

import town as t

CUSTODIANS = ("outscale", "ovh", "orange")
RELEASE, KEY_CREATED, KEY_DESTROYED = 1, 3, 4


def signer(name, seed=1):
    return notes.NoteSigner(f"{name}.example/log", notes.LOG, bytes([len(name), seed]) * 16)


def fingerprint(town, file):
    return bytes.fromhex(town.read(f"keys/{file}.pub").split(b"fingerprint: ")[1][:64].decode())


def event(town, kind, name, time, **more):
    entry = {"kind": kind, "time": time, "key_id": fingerprint(town, name), "dataset": t.DATASET, **more}
    if kind in (KEY_CREATED, KEY_DESTROYED):
        entry["owner"] = fingerprint(town, "hospital")
    return entry


def released(town, name, time):
    return event(town, RELEASE, name, time, request_hash=b"q" * 32, answer_hash=b"a" * 32, session=b"s" * 32, permit_id=b"p" * 16,
                 requester=b"r" * 32, compartments=["clinical"], masks=1)  # fmt: skip


def write_log(town, name, entries, folder=None, seed=1):
    raw = [protobuf.encode("LogEntry", entry) for entry in entries]
    assert all(log_entries.parse(each) for each in raw)
    for path, content in tiles.files(raw, signer(name, seed)).items():
        town.write(f"{folder or name + '.log'}/{path}", content)
    return ("--log", folder or name + ".log")


@pytest.fixture
def logged(town):
    """Something sealed for custodians whose logs' keys the policy names."""
    where = 'endpoint: "127.0.0.1:1" log_key: "{}"'
    registry = [t.recipient("owner", "OWNER", operator="hospital")]
    for name in CUSTODIANS:
        registry.append(t.recipient(name).replace(" }\n", f" {where.format(signer(name).key.vkey)} }}\n"))
    town.write_policy("policy", "2 of (outscale, ovh, orange)", registry)
    town.write("rows.csv", b"a,b\n1,2\n")
    town.seal("rows.csv", "-o", "sealed")
    return town


def certify(town, *more, **how):
    return town.json("erase", "certificate", "sealed", "--policy", "policy", "--owner", "keys/hospital.key", "-o", "erased", "--force",
                     *more, **how)  # fmt: skip


def life(town, name):
    return [event(town, KEY_CREATED, name, 1000), event(town, KEY_DESTROYED, name, 2000)]


def test_two_of_three_that_destroyed_their_keys_are_enough(logged):
    one = certify(logged, *write_log(logged, "ovh", life(logged, "ovh")))
    assert not one["compartments"][0]["dead"]
    assert one["compartments"][0]["living"][0]["coalitions"] == [["outscale", "orange"]]
    both = certify(logged, "--log", "ovh.log", *write_log(logged, "orange", life(logged, "orange")))
    assert both["compartments"][0]["dead"] and both["compartments"][0]["quantum_dead"]
    evidence = {key["name"]: key for key in both["keys"]}
    assert evidence["ovh"]["destroyed_by"] == "log" and evidence["ovh"]["destroyed"] == 2000 and evidence["ovh"]["entry"] == 1
    assert evidence["outscale"]["destroyed_by"] is None
    assert [log["origin"] for log in both["logs"]] == ["orange.example/log", "ovh.example/log"]
    shown = logged.ok("erase", "show", "erased", "--policy", "policy").decode()
    assert "entry 1 of the log ovh.example/log" in shown and "DEAD" in shown


def test_a_mask_that_was_given_away_lives_on(logged):
    ovh = life(logged, "ovh")
    logs = write_log(logged, "ovh", [ovh[0], released(logged, "ovh", 1500), ovh[1]]) + write_log(logged, "orange", life(logged, "orange"))
    told = certify(logged, *logs)["compartments"][0]
    assert not told["dead"] and told["living"][0]["released"] == ["ovh"] and told["living"][0]["coalitions"] == [["outscale"]]


def refuses(town, code, *logs):
    return town.fails(code, "erase", "certificate", "sealed", "--policy", "policy", "--owner", "keys/hospital.key", "-o", "no", *logs)


def test_logs_that_are_no_evidence(logged):
    ovh = life(logged, "ovh")
    assert "older log" in refuses(logged, t.INVALID_ARGUMENT, *write_log(logged, "ovh", ovh[1:]))
    assert "answered later" in refuses(logged, t.FORGED, *write_log(logged, "ovh", [*ovh, released(logged, "ovh", 3000)], "late"))
    assert "has signed" in refuses(logged, t.FORGED, *write_log(logged, "ovh", ovh, "stranger", seed=2))
    good = write_log(logged, "ovh", ovh, "good")
    assert "twice" in refuses(logged, t.INVALID_ARGUMENT, *good, *good)
    bundle = logged.folder / "good/tile/entries/000.p/2"
    changed = bytearray(bundle.read_bytes())
    changed[-1] ^= 1
    bundle.write_bytes(bytes(changed))
    refuses(logged, t.FORGED, *good)
    bundle.unlink()
    refuses(logged, t.IO, *good)
    assert not (logged.folder / "no").exists()


def test_a_custodian_speaks_of_its_own_key_only(logged):
    both = life(logged, "ovh") + life(logged, "orange")
    told = certify(logged, *write_log(logged, "ovh", both))
    assert {key["name"]: key["destroyed_by"] for key in told["keys"]} == {"outscale": None, "ovh": "log", "orange": None}


def test_former_custodians_are_found_in_former_policies(logged):
    for name in ("ovh-2", "scaleway"):
        logged.ok("keygen", "recipient", name, "-o", "keys")
    registry = [t.recipient("owner", "OWNER", operator="hospital"), t.recipient("ovh", key="ovh-2"), t.recipient("scaleway")]
    logged.write_policy("policy-2", "all(owner, ovh, scaleway)", registry)
    shutil.copy(logged.folder / "sealed", logged.folder / "before")
    logged.ok("rewrap", "sealed", "--policy", "policy", "--to", "policy-2", "--owner", "keys/hospital.key", *logged.keys("ovh", "orange"))
    logs = write_log(logged, "ovh", life(logged, "ovh")) + write_log(logged, "orange", life(logged, "orange"))
    arguments = ("erase", "certificate", "sealed", "before", "--policy", "policy-2", "--owner", "keys/hospital.key", "-o", "erased")
    assert "--former" in logged.fails(t.FORGED, *arguments, *logs)
    told = logged.json(*arguments, *logs, "--former", "policy")
    living = told["compartments"][0]["living"]
    assert [one["generation"] for one in living] == [1] and not told["compartments"][0]["dead"]
    assert logged.json(*arguments, *logs, "--former", "policy", "--destroyed", "owner", "--force")["compartments"][0]["dead"]
