"""Rewrapping, verifying, policies, passphrases and proofs of possession."""

import hashlib
import struct

import pytest

import town as t

ROWS = b"row,value\n" * 5000


@pytest.fixture
def renewed(town):
    """A second policy: orange left, scaleway came, and the custodians that stay made new keys."""
    for name in ("outscale-2", "ovh-2", "scaleway"):
        town.ok("keygen", "recipient", name, "-o", "keys")
    registry = [
        t.recipient("owner", "OWNER", operator="hospital"), t.recipient("outscale", key="outscale-2"),
        t.recipient("ovh", key="ovh-2"), t.recipient("scaleway"),
    ]  # fmt: skip
    town.write_policy("policy-2", "all(owner, 2 of (outscale, ovh, scaleway))", registry)
    town.write("rows.csv", ROWS)
    return town


def rewrap(town, path, *more, owner="hospital", to="policy-2", by=("owner", "outscale", "ovh")):
    return ("rewrap", path, "--policy", "policy", "--to", to, "--owner", f"keys/{owner}.key", *town.keys(*by), *more)


NEW = ("owner", "ovh-2", "scaleway")


def parts(sealed):
    """An embedded object without what a rewrap may change: before the capsule's length, header, stream."""
    header, capsule = struct.unpack(">II", sealed[12:20])
    return sealed[:16], sealed[20 : 20 + header], sealed[20 + header + capsule :]


def test_an_embedded_capsule_is_replaced_and_nothing_else(renewed):
    renewed.seal("rows.csv", "-o", "sealed")
    before = renewed.read("sealed")
    renewed.ok(*rewrap(renewed, "sealed", "-o", "new"))
    assert renewed.read("sealed") == before
    assert parts(renewed.read("new")) == parts(before) and renewed.read("new") != before
    assert renewed.open("new", by=NEW, policy="policy-2") == ROWS
    renewed.refuses(t.QUORUM_SHORT, "new", by=("owner", "outscale", "ovh"), policy="policy-2")
    assert renewed.json("inspect", "new")["capsule"]["compartments"][0]["generation"] == 1
    # In its own place, too.
    renewed.ok(*rewrap(renewed, "sealed", "--no-memory"))
    assert renewed.open("sealed", by=NEW, policy="policy-2") == ROWS


def test_objects_of_a_rewrapped_folder_are_bit_identical(renewed):
    for i in range(5):
        renewed.write(f"data/{i}", ROWS[:i * 999])
    renewed.seal("data", "-o", "cloud")
    hashes = {name: hashlib.sha256(renewed.read("cloud/" + name)).digest() for name in renewed.names("cloud")}
    renewed.ok(*rewrap(renewed, "cloud"))
    for name, digest in hashes.items():
        is_same = hashlib.sha256(renewed.read("cloud/" + name)).digest() == digest
        assert is_same == (not name.startswith(".triclave/"))
    renewed.open("cloud", "-o", "back", by=NEW, policy="policy-2")
    assert renewed.read("back/4") == ROWS[:4 * 999]


def test_an_old_capsule_played_back_is_refused(renewed):
    renewed.seal("rows.csv", "-o", "sealed", "--detached", "capsule")
    renewed.ok(*rewrap(renewed, "capsule", "-o", "capsule-2"))
    assert renewed.open("sealed", "--capsule", "capsule-2", by=NEW, policy="policy-2") == ROWS
    assert "old one" in renewed.refuses(t.FORGED, "sealed", "--capsule", "capsule")
    assert renewed.open("sealed", "--capsule", "capsule", "--no-memory") == ROWS  # who has seen nothing newer cannot know


def test_who_may_rewrap_and_to_whom(renewed):
    renewed.seal("rows.csv", "-o", "sealed")
    before = renewed.read("sealed")
    renewed.fails(t.INVALID_ARGUMENT, *rewrap(renewed, "sealed", owner="pipeline"))
    renewed.fails(t.QUORUM_SHORT, *rewrap(renewed, "sealed", by=("owner", "ovh")))
    assert "fresh key" in renewed.fails(t.INVALID_ARGUMENT, *rewrap(renewed, "sealed", to="policy"))  # keys used before
    renewed.write("there", b"precious")
    renewed.fails(t.INVALID_ARGUMENT, *rewrap(renewed, "sealed", "-o", "there"))
    assert renewed.read("sealed") == before and renewed.read("there") == b"precious"


def test_verify_reads_through_and_rehearses(town):
    town.write("data/a", ROWS)
    town.write("data/b", b"")
    town.seal("data", "-o", "cloud")
    all_keys = town.keys("owner", *t.CUSTODIANS)
    told = town.json("verify", "cloud", "--policy", "policy", "--can-open", "--rehearse", *all_keys)
    assert (told["objects"], told["capsules"], told["read_through"]) == (2, 1, len(ROWS))
    coalitions = {frozenset(each) for each in told["rehearsals"][0]["coalitions"]}
    assert coalitions == {
        frozenset({"owner", "outscale", "ovh"}), frozenset({"owner", "outscale", "orange"}), frozenset({"owner", "ovh", "orange"}),
    }  # fmt: skip
    assert town.json("verify", "cloud", "--policy", "policy")["read_through"] is None
    town.fails(t.INVALID_ARGUMENT, "verify", "cloud", "--policy", "policy", "--can-open")  # with what keys?
    town.fails(t.QUORUM_SHORT, "verify", "cloud", "--policy", "policy", "--rehearse", *town.keys("owner", "ovh"))


def test_verify_finds_each_broken_object(town):
    for name in "abc":
        town.write("data/" + name, ROWS)
    town.seal("data", "-o", "cloud")
    for name, at in (("a", -1), ("c", -20000)):
        broken = bytearray(town.read("cloud/" + name))
        broken[at] ^= 1
        town.write("cloud/" + name, bytes(broken))
    town.ok("verify", "cloud", "--policy", "policy")  # the damage is in the ciphertext, which needs keys to judge
    words = town.fails(t.FORGED, "verify", "cloud", "--policy", "policy", "--can-open", *town.keys("owner", *t.CUSTODIANS))
    assert "2 of 4" in words and "\n  a: " in words and "\n  c: " in words and "\n  b: " not in words


def test_verify_knows_strangers(town):
    town.write("rows.csv", ROWS)
    registry = [t.recipient("owner", "OWNER", operator="hospital")] + [t.recipient(name) for name in t.CUSTODIANS]
    town.write_policy("other", "owner", registry)
    text = (town.folder / "other").read_text().replace("keys/pipeline.pub", "keys/stranger.pub")
    (town.folder / "other").write_text(text)
    town.ok("seal", "rows.csv", "--policy", "other", "--producer", "keys/stranger.key", "--compartment", "clinical", "-o", "sealed")
    town.fails(t.FORGED, "verify", "sealed", "--policy", "policy")
    town.refuses(t.FORGED, "sealed")
    town.ok("verify", "sealed", "--policy", "other")


def test_explain_says_who_can_open(town):
    told = town.json("policy", "explain", "policy")
    clinical = told["compartments"][0]
    assert clinical["name"] == "clinical" and "owner" in str(clinical)
    text = town.ok("policy", "explain", "policy").decode()
    assert "outscale" in text and "2 of (outscale, ovh, orange)" in text
    town.write("broken", b"version: 1\ndataset: \"x\"\nnonsense: 3\n")
    assert "broken:3:" in town.fails(t.MALFORMED, "policy", "explain", "broken")


def test_passphrases_come_from_files_and_descriptors(town):
    town.write("words", b"correct horse battery staple\nsecond line\n")
    town.ok("keygen", "recipient", "guarded", "-o", "keys", "--passphrase-file", "words")
    assert b"protection: argon2id m=262144 t=3 p=4" in town.read("keys/guarded.key")
    registry = [t.recipient("owner", "OWNER", operator="hospital"), t.recipient("guarded")]
    town.write_policy("policy", "guarded", registry)
    town.write("rows.csv", ROWS)
    town.seal("rows.csv", "-o", "sealed")
    assert town.open("sealed", "--passphrase-file", "keys/guarded.key=words", by=("guarded",)) == ROWS
    assert "passphrase" in town.refuses(t.INVALID_ARGUMENT, "sealed", by=("guarded",))  # no terminal to ask on
    town.write("wrong", b"incorrect\n")
    town.refuses(t.FORGED, "sealed", "--passphrase-file", "keys/guarded.key=wrong", by=("guarded",))
    town.refuses(t.INVALID_ARGUMENT, "sealed", "--passphrase-file", "wrong", by=("guarded",))


def test_an_own_key_from_standard_input(town):
    key = bytes(range(32))
    first = town.json("keygen", "recipient", "own", "-o", "keys/a", "--own-key", "-", input=key.hex().encode() + b"\n")
    town.write("raw", key)
    second = town.json("keygen", "recipient", "own", "-o", "keys/b", "--own-key", "raw")
    assert first["fingerprint"] == second["fingerprint"]


def test_possession_is_proved_by_the_holder_alone(town):
    town.ok("prove", "challenge", "keys/ovh.pub", "-o", "challenge")
    answer = town.ok("prove", "answer", "keys/ovh.key", "challenge").decode().strip()
    assert town.json("prove", "check", "challenge.check", answer)["proven"] is True
    town.fails(t.INVALID_ARGUMENT, "prove", "answer", "keys/orange.key", "challenge")
    town.fails(t.FORGED, "prove", "check", "challenge.check", "00" * 32)
    town.fails(t.MALFORMED, "prove", "check", "keys/ovh.pub", answer)
    town.fails(t.MALFORMED, "prove", "check", "challenge.check", "xyz")
