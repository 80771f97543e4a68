"""Who holds keys: replacing custodians, their status, and certificates of what is erased."""

import hashlib
import json
import shutil

import pytest

import town as t
from test_rewrap_verify import NEW, ROWS, parts, renewed  # noqa: F401


def replace(town, folder, *more, to="policy-2", by=("owner", "outscale", "ovh")):
    return ("custody", "replace", folder, "--policy", "policy", "--to", to, "--owner", "keys/hospital.key", *town.keys(*by), *more)


@pytest.fixture
def cloud(renewed):  # noqa: F811
    """A folder with objects whose capsule lies beside them, and objects with capsules of their own."""
    for i in range(3):
        renewed.write(f"data/{i}", ROWS[: i * 999])
    renewed.seal("data", "-o", "cloud")
    renewed.seal("rows.csv", "-o", "cloud/rows")
    (renewed.folder / "cloud/deep").mkdir()
    renewed.seal("rows.csv", "-o", "cloud/deep/rows")
    return renewed


def test_all_in_a_folder_goes_to_the_new_custodians_and_no_ciphertext_changes(cloud):
    before = {name: cloud.read("cloud/" + name) for name in cloud.names("cloud")}
    told = cloud.json(*replace(cloud, "cloud"))
    assert told["rewrapped"] == 3 and told["written"] == 3
    assert sorted(each["name"] for each in told["former"]) == ["orange", "outscale", "ovh"]
    for name, content in before.items():
        after = cloud.read("cloud/" + name)
        if name.endswith(".capsule"):
            assert after != content
        elif name.endswith("rows"):
            assert parts(after) == parts(content) and after != content
            assert cloud.open("cloud/" + name, by=NEW, policy="policy-2") == ROWS
        else:
            assert hashlib.sha256(after).digest() == hashlib.sha256(content).digest()
            assert cloud.open("cloud/" + name, by=NEW, policy="policy-2") == cloud.read("data/" + name)
    cloud.refuses(t.QUORUM_SHORT, "cloud/rows", by=("owner", "outscale", "ovh"), policy="policy-2")


def test_a_run_that_was_broken_off_is_taken_up_again(cloud):
    shutil.copytree(cloud.folder / "cloud", cloud.folder / "half")
    cloud.ok(*replace(cloud, "cloud"))
    # One file was written, the others were not.
    shutil.copy(cloud.folder / "cloud/rows", cloud.folder / "half/rows")
    told = cloud.json(*replace(cloud, "half"))
    assert told["rewrapped"] == 2 and told["written"] == 2
    assert cloud.read("half/rows") == cloud.read("cloud/rows")
    assert cloud.json(*replace(cloud, "half"))["written"] == 0


def test_a_copy_of_a_replaced_object_gets_the_same_capsule(cloud):
    shutil.copy(cloud.folder / "cloud/rows", cloud.folder / "cloud/copy")
    assert cloud.json(*replace(cloud, "cloud"))["rewrapped"] == 3
    assert cloud.read("cloud/copy") == cloud.read("cloud/rows")


def test_keys_that_were_used_before_are_refused_and_nothing_is_written(cloud):
    before = {name: cloud.read("cloud/" + name) for name in cloud.names("cloud")}
    registry = [t.recipient("owner", "OWNER", operator="hospital"), t.recipient("outscale"), t.recipient("ovh", key="ovh-2")]
    cloud.write_policy("policy-3", "all(owner, outscale, ovh)", registry)
    assert "outscale" in cloud.fails(t.INVALID_ARGUMENT, *replace(cloud, "cloud", to="policy-3"))
    cloud.fails(t.QUORUM_SHORT, *replace(cloud, "cloud", by=("owner", "ovh")))
    assert before == {name: cloud.read("cloud/" + name) for name in cloud.names("cloud")}


def certify(town, *more):
    return ("erase", "certificate", "cloud", "--policy", "policy", "--owner", "keys/hospital.key", "-o", "erased", *more)


def test_without_evidence_all_lives_and_the_coalitions_are_named(cloud):
    told = cloud.json(*certify(cloud))
    assert len(told["compartments"]) == 3 and not any(each["dead"] for each in told["compartments"])
    living = told["compartments"][0]["living"]
    assert [one["generation"] for one in living] == [0]
    assert sorted(map(sorted, living[0]["coalitions"])) == [
        ["orange", "outscale", "owner"], ["orange", "ovh", "owner"], ["outscale", "ovh", "owner"],
    ]  # fmt: skip
    assert "LIVES" in cloud.ok("erase", "show", "erased", "--policy", "policy").decode()


def test_the_owners_word_about_its_own_key_is_named_as_such(cloud):
    told = cloud.json(*certify(cloud, "--destroyed", "owner"))
    assert all(each["dead"] and each["quantum_dead"] for each in told["compartments"])
    shown = cloud.ok("erase", "show", "erased", "--policy", "policy").decode()
    assert "on the owner's own word" in shown and "DEAD" in shown and "cannot prove" in shown
    assert json.loads(cloud.ok("erase", "show", "erased", "--policy", "policy", "--json"))["compartments"] == told["compartments"]
    words = cloud.fails(t.INVALID_ARGUMENT, *certify(cloud, "--destroyed", "ovh", "--force"))
    assert "custodian's log" in words


def test_every_generation_must_be_at_hand(cloud):
    shutil.copytree(cloud.folder / "cloud", cloud.folder / "before")
    cloud.ok(*replace(cloud, "cloud"))
    alone = cloud.json(*certify(cloud, "--destroyed", "owner"))
    assert not any(each["dead"] for each in alone["compartments"])
    assert all(one["missing"] for each in alone["compartments"] for one in each["living"])
    both = cloud.json(*certify(cloud, "before", "--former", "policy-2", "--destroyed", "owner", "--force"))
    assert all(each["dead"] for each in both["compartments"])


def test_a_certificate_of_another_owner_or_changed_is_forged(cloud):
    cloud.ok(*certify(cloud))
    assert cloud.fails(t.INVALID_ARGUMENT, *certify(cloud)).count("erased")  # never replaced unasked
    cloud.fails(t.INVALID_ARGUMENT, "erase", "certificate", "cloud", "--policy", "policy", "--owner", "keys/stranger.key", "-o", "x")
    changed = bytearray(cloud.read("erased"))
    changed[200] ^= 1
    cloud.write("changed", bytes(changed))
    cloud.fails(t.FORGED, "erase", "show", "changed", "--policy", "policy")
    cloud.fails(t.MALFORMED, "erase", "show", "cloud/rows", "--policy", "policy")


def test_status_tells_labels_that_end_and_how_many_may_fail(town):
    label = 'labels {{ name: "{}" expires: "{}" illustrative: true }}'
    registry = [t.recipient("owner", "OWNER", operator="hospital")] + [t.recipient(name) for name in t.CUSTODIANS]
    registry[1] = registry[1].replace(" }\n", f" {label.format('HDS', '2020-02-29')} }}\n", 1)
    registry[2] = registry[2].replace(" }\n", f" {label.format('HDS', '2999-12-31')} }}\n", 1)
    town.write_policy("labels", "all(owner, 2 of (outscale, ovh, orange))", registry)
    told = town.json("custody", "status", "--policy", "labels")
    assert told["asked"] is False and told["custodians"] == []
    assert [(each["recipient"], each["label"]) for each in told["labels"]] == [("outscale", "HDS")]
    assert told["labels"][0]["days"] < 0
    assert told["compartments"] == [{"name": "clinical", "opens": True, "custodians_to_lose": 1}]
    assert "ended on 2020-02-29" in town.ok("custody", "status", "--policy", "labels").decode()
