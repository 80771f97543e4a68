"""Sealing and opening: whole, by range, through pipes, in folders; and what each mistake gets."""

import os
import stat

import pytest

import town as t

ROWS = b"".join(b"%d,patient-%d,lab-%d\n" % (i, i * 7, i % 97) for i in range(20000))


@pytest.mark.parametrize("size", [0, 1, 16383, 16384, 16385, 1048576, 3000001])
def test_every_size_comes_back(town, size):
    content = (ROWS * (size // len(ROWS) + 1))[:size]
    town.write("plain", content)
    town.seal("plain", "-o", "sealed")
    assert town.json("inspect", "sealed")["plain_size"] == size
    town.open("sealed", "-o", "back")
    assert town.read("back") == content
    assert stat.S_IMODE(os.stat(town.folder / "back").st_mode) == 0o600
    assert town.open("sealed") == content


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_any_number_of_threads(town, threads):
    content = ROWS * 12  # some 5 MB
    town.write("plain", content)
    town.seal("plain", "-o", "sealed", "--threads", threads)
    town.open("sealed", "-o", "back", "--threads", 8 - threads)
    assert town.read("back") == content
    sealed = bytearray(town.read("sealed"))
    sealed[len(sealed) // 2] ^= 1
    town.write("changed", bytes(sealed))
    town.refuses(t.FORGED, "changed", "-o", "never", "--threads", threads)
    assert "never" not in town.names()
    town.fails(t.INVALID_ARGUMENT, "open", "sealed", "--policy", "policy", "--threads", 0)


def test_the_sealed_object_tells_nothing_of_its_content(town):
    town.write("rows.csv", ROWS)
    town.seal("rows.csv", "-o", "sealed")
    sealed = town.read("sealed")
    assert b"patient" not in sealed and b"lab-" not in sealed
    shown = town.json("inspect", "sealed")
    assert shown["name"] == "rows.csv" and shown["dataset"] == t.DATASET and shown["compartment"] == "clinical"
    assert shown["capsule"]["compartments"][0]["tree"] == "all(hospital, 2 of (outscale, ovh, orange))"
    assert "patient" not in str(shown)


def test_ranges(town):
    town.write("rows.csv", ROWS)
    town.seal("rows.csv", "-o", "sealed")
    for start, length in [(0, 10), (16380, 10), (16384, 16384), (100000, 1), (len(ROWS) - 5, 5), (0, len(ROWS))]:
        assert town.open("sealed", "--range", f"{start}:{length}") == ROWS[start : start + length]
    assert town.open("sealed", "--range", f"{len(ROWS) - 7}:") == ROWS[-7:]
    assert town.open("sealed", "--range", f"{len(ROWS) - 7}:100") == ROWS[-7:]
    assert town.open("sealed", "--range", f"{len(ROWS)}:1") == b""
    town.refuses(t.INVALID_ARGUMENT, "sealed", "--range", "7")


def test_pipes_both_ways(town):
    sealed = town.seal("-", "-o", "-", "--name", "from a pipe", input=ROWS)
    assert town.open("-", input=sealed) == ROWS
    assert town.json("inspect", "-", input=sealed)["name"] == "from a pipe"
    town.write("sealed", sealed)
    assert town.open("sealed", "--range", "5:5") == ROWS[5:10]
    cut = town.run("open", "-", "--policy", "policy", *town.keys("owner", "ovh", "orange"), input=sealed[:-1])
    assert cut.returncode in (t.MALFORMED, t.FORGED)
    town.refuses(t.INVALID_ARGUMENT, "-", "--range", "20:5", input=sealed)


def test_a_folder_keeps_its_names_and_has_one_capsule(town):
    files = {"rows.csv": ROWS, "empty": b"", "deep/er/chunk": b"c" * 16384, "été/医療 1.txt": "santé".encode(), ".hidden": b"h"}
    for name, content in files.items():
        town.write("data/" + name, content)
    town.seal("data", "-o", "cloud")
    names = town.names("cloud")
    capsules = [name for name in names if name.startswith(".triclave/")]
    assert len(capsules) == 1 and sorted(set(names) - set(capsules)) == sorted(files)
    for name in names:
        assert b"patient" not in town.read("cloud/" + name) and "santé".encode() not in town.read("cloud/" + name)
    town.open("cloud", "-o", "back")
    assert town.names("back") == sorted(files)
    for name, content in files.items():
        assert town.read("back/" + name) == content
    # One of them alone finds the capsule above it; elsewhere it has to be named.
    assert town.open("cloud/deep/er/chunk") == b"c" * 16384
    os.rename(town.folder / "cloud/deep/er/chunk", town.folder / "chunk")
    town.refuses(t.INVALID_ARGUMENT, "chunk")
    assert town.open("chunk", "--capsule", "cloud/" + capsules[0]) == b"c" * 16384


def test_a_swapped_object_in_a_folder_is_forged(town):
    town.write("data/a", b"alpha")
    town.write("data/b", b"betas")
    town.seal("data", "-o", "cloud")
    os.rename(town.folder / "cloud/a", town.folder / "keep")
    os.rename(town.folder / "cloud/b", town.folder / "cloud/a")
    os.rename(town.folder / "keep", town.folder / "cloud/b")
    assert "a" in town.refuses(t.FORGED, "cloud", "-o", "back")
    assert town.names("back") == []
    town.fails(t.FORGED, "verify", "cloud", "--policy", "policy")


def test_a_detached_capsule(town):
    town.write("rows.csv", ROWS)
    town.seal("rows.csv", "-o", "sealed", "--detached", "capsule")
    assert town.json("inspect", "sealed")["capsule"] is None
    assert town.json("inspect", "capsule")["kind"] == "capsule"
    assert town.open("sealed", "--capsule", "capsule") == ROWS
    town.refuses(t.INVALID_ARGUMENT, "sealed")
    town.seal("rows.csv", "-o", "other", "--detached", "other-capsule")
    town.refuses(t.INVALID_ARGUMENT, "sealed", "--capsule", "other-capsule")


def test_one_of_three_custodians_is_too_few(town):
    town.write("rows.csv", ROWS)
    town.seal("rows.csv", "-o", "sealed")
    words = town.refuses(t.QUORUM_SHORT, "sealed", "-o", "back", by=("owner", "ovh"))
    assert "\n  outscale: " in words and "\n  orange: " in words
    town.refuses(t.QUORUM_SHORT, "sealed", "-o", "back", by=("outscale", "ovh", "orange"))
    town.ok("keygen", "recipient", "owner", "-o", "keys/other")
    town.refuses(t.QUORUM_SHORT, "sealed", "-o", "back", by=("other", "outscale", "ovh", "orange"))
    assert not (town.folder / "back").exists()
    ran = town.run("open", "sealed", "--policy", "policy", *town.keys("ovh"), "-o", "back", "--json")
    assert ran.returncode == t.QUORUM_SHORT and b'"quorum_short"' in ran.stdout and b'"outscale"' in ran.stdout


def test_signed_content(town):
    town.write("rows.csv", ROWS)
    town.seal("rows.csv", "-o", "sealed", "--sign-content")
    assert town.json("inspect", "sealed")["content_signed"] is True
    assert town.open("sealed") == ROWS
    sealed = bytearray(town.read("sealed"))
    sealed[-1] ^= 1
    town.write("broken", bytes(sealed))
    assert town.run("open", "broken", "--policy", "policy", *town.keys("owner", "ovh", "orange")).stdout == b""
    town.refuses(t.FORGED, "broken", "-o", "back")
    town.refuses(t.INVALID_ARGUMENT, "-", input=bytes(sealed))  # the signature stands at the end of the pipe


def test_damage_leaves_no_output(town):
    town.write("rows.csv", ROWS)
    town.seal("rows.csv", "-o", "sealed")
    good = town.read("sealed")
    for at in (0, 9, 11, 13, 100, len(good) // 2, len(good) - 1):
        bad = bytearray(good)
        bad[at] ^= 1
        town.write("bad", bytes(bad))
        ran = town.run("open", "bad", "--policy", "policy", *town.keys("owner", "ovh", "orange"), "-o", "back")
        assert ran.returncode in (t.MALFORMED, t.FORGED, t.UNSUPPORTED), (at, ran.stderr)
        assert not (town.folder / "back").exists()
    for cut in (0, 11, 19, 500, len(good) - 1):
        town.write("bad", good[:cut])
        ran = town.run("open", "bad", "--policy", "policy", *town.keys("owner", "ovh", "orange"), "-o", "back")
        assert ran.returncode in (t.MALFORMED, t.FORGED), (cut, ran.stderr)
        assert not (town.folder / "back").exists()
    town.refuses(t.MALFORMED, "rows.csv", "-o", "back")  # plaintext is never taken for an object


def test_nothing_is_overwritten_unasked(town):
    town.write("rows.csv", ROWS)
    town.write("there", b"precious")
    base = ("--policy", "policy", "--producer", "keys/pipeline.key", "--compartment", "clinical")
    town.fails(t.INVALID_ARGUMENT, "seal", "rows.csv", *base, "-o", "there")
    town.seal("rows.csv", "-o", "sealed")
    town.refuses(t.INVALID_ARGUMENT, "sealed", "-o", "there")
    assert town.read("there") == b"precious"
    town.open("sealed", "-o", "there", "--force")
    assert town.read("there") == ROWS
    town.write("data/a", b"1")
    town.seal("data", "-o", "cloud")
    before = town.read("cloud/a")
    town.fails(t.INVALID_ARGUMENT, "seal", "data", *base, "-o", "cloud")
    assert town.read("cloud/a") == before
    town.fails(t.INVALID_ARGUMENT, "seal", "data", *base, "-o", "data/sealed")  # would seal itself
    os.symlink("there", town.folder / "link")
    town.refuses(t.INVALID_ARGUMENT, "sealed", "-o", "link", "--force")


def test_who_may_seal(town):
    town.write("rows.csv", ROWS)
    base = ("seal", "rows.csv", "--policy", "policy", "-o", "sealed")
    town.fails(t.INVALID_ARGUMENT, *base, "--producer", "keys/stranger.key", "--compartment", "clinical")
    town.fails(t.INVALID_ARGUMENT, *base, "--producer", "keys/pipeline.key", "--compartment", "unknown")
    town.fails(t.IO, *base, "--producer", "keys/missing.key", "--compartment", "clinical")
    assert not (town.folder / "sealed").exists()
    registry = [t.recipient("owner", "OWNER", operator="hospital")] + [t.recipient(name) for name in t.CUSTODIANS]
    town.write_policy("strict", "2 of (outscale, ovh, orange)", registry, 'rules { require_label: "SECNUMCLOUD" }\n')
    words = town.fails(t.POLICY_REFUSED, "seal", "rows.csv", "--policy", "strict", "--producer", "keys/pipeline.key",
                       "--compartment", "clinical", "-o", "sealed")
    assert "SECNUMCLOUD" in words and "\n  ovh" in words
    town.fails(t.POLICY_REFUSED, "policy", "check", "strict")
    town.ok("policy", "check", "policy")


def test_keys_that_others_can_read_are_refused(town):
    town.write("rows.csv", ROWS)
    town.seal("rows.csv", "-o", "sealed")
    os.chmod(town.folder / "keys/orange.key", 0o644)
    assert "chmod 600" in town.refuses(t.INVALID_ARGUMENT, "sealed", "-o", "back")
    os.chmod(town.folder / "keys/orange.key", 0o600)
    town.open("sealed", "-o", "back")


def test_json_and_data_do_not_mix(town):
    town.write("rows.csv", ROWS)
    town.seal("rows.csv", "-o", "sealed")
    ran = town.run("open", "sealed", "--policy", "policy", *town.keys("owner", "ovh", "orange"), "--json")
    assert ran.returncode == t.INVALID_ARGUMENT and b"patient" not in ran.stdout
    told = town.json("open", "sealed", "--policy", "policy", *town.keys("owner", "ovh", "orange"), "-o", "back")
    assert told["plain_size"] == len(ROWS) and sorted(told["gathered"][0]["used"]) == ["orange", "ovh", "owner"]
    assert told["gathered"][0]["failed"] == []
