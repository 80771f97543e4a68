"""The program and the independent Python implementation: each opens what the other seals, both refuse the same."""

import hashlib
import json

import pytest
import spec_cli
from triclave_spec import keyfile, xwing
from vector_kit import cast, vec

import town as t

CODES = {"ok": 0, "malformed": t.MALFORMED, "unsupported": t.UNSUPPORTED, "forged": t.FORGED, "quorum_short": t.QUORUM_SHORT}
VECTORS = t.ROOT / "tests" / "vectors"
SHARED = vec.parse_shared((VECTORS / vec.SHARED_FILE).read_text(encoding="utf-8"))


def all_vectors():
    return [vec.parse(path.stem, path.read_text(encoding="utf-8")) for path in sorted(VECTORS.glob("*.vec"))]


OBJECTS = [each for each in all_vectors() if each.one("type") == "object"]


def python(*arguments):
    """Calls the Python implementation's command line; gives back its exit status."""
    return spec_cli.main([str(each) for each in arguments])


def public(town, name):
    return town.folder / "keys" / f"{name}.pub"


def private(town, name):
    return town.folder / "keys" / f"{name}.key"


def fingerprint(town, name):
    return keyfile.load(str(public(town, name))).fingerprint.hex()


TRUST = ("producer", "pipeline"), ("owner", "hospital")


def python_opens(town, sealed, out, by=("owner", "outscale", "ovh"), more=()):
    trust = [part for role, name in TRUST for part in (f"--{role}", public(town, name))]
    keys = [part for name in by for part in ("--identity", private(town, name))]
    return python("open", *trust, *keys, "--in", town.folder / sealed, "--out", town.folder / out, *more)


@pytest.mark.parametrize("size", [0, 1, 16384, 100000])
@pytest.mark.parametrize("signed", [False, True])
def test_python_opens_what_the_program_seals(town, size, signed):
    content = hashlib.shake_256(b"content").digest(size)
    town.write("plain", content)
    options = ["--sign-content"] if signed else []
    town.seal("plain", "-o", "sealed", *options)
    assert python_opens(town, "sealed", "back") == 0 and town.read("back") == content
    assert python_opens(town, "sealed", "part", more=("--range", "10:100")) == 0 and town.read("part") == content[10:110]
    town.seal("plain", "-o", "detached", "--detached", "capsule", *options)
    assert python_opens(town, "detached", "back", more=("--capsule", town.folder / "capsule")) == 0
    assert town.read("back") == content


def test_python_refuses_too_few_keys_of_the_programs_object(town, capsys):
    town.write("plain", b"content")
    town.seal("plain", "-o", "sealed")
    assert python_opens(town, "sealed", "back", by=("owner", "ovh")) == 1
    assert capsys.readouterr().err.startswith("quorum_short")


def test_python_opens_what_the_program_rewrapped(town):
    for name in ("outscale-2", "ovh-2", "scaleway"):
        town.ok("keygen", "recipient", name, "-o", "keys")
    registry = [t.recipient("owner", "OWNER", operator="hospital"), t.recipient("outscale", key="outscale-2"),
                t.recipient("ovh", key="ovh-2"), t.recipient("scaleway")]  # fmt: skip
    town.write_policy("policy-2", "all(owner, 2 of (outscale, ovh, scaleway))", registry)
    town.write("plain", b"content")
    town.seal("plain", "-o", "sealed")
    town.ok("rewrap", "sealed", "--policy", "policy", "--to", "policy-2", "--owner", "keys/hospital.key",
            *town.keys("owner", "ovh", "orange"), "-o", "new")
    assert python_opens(town, "new", "back", by=("owner", "ovh-2", "scaleway")) == 0 and town.read("back") == b"content"
    assert python_opens(town, "new", "back", by=("owner", "ovh", "outscale")) == 1


def tree(town, custodians):
    def leaf(name, operator):
        return {"key_id": fingerprint(town, name), "operator": operator}

    some = {"k": 2, "children": [leaf(name, name) for name in custodians]}
    return {"tree": {"k": 2, "children": [leaf("owner", "hospital"), some]}}


def python_seals(town, more=()):
    (town.folder / "tree.json").write_text(json.dumps(tree(town, t.CUSTODIANS)))
    recipients = [part for name in ("owner",) + t.CUSTODIANS for part in ("--recipient", public(town, name))]
    return python("seal", "--producer", private(town, "pipeline"), "--owner", public(town, "hospital"), "--dataset", t.DATASET,
                  "--compartment", f"clinical={town.folder / 'tree.json'}", *recipients, "--in", town.folder / "plain",
                  "--out", town.folder / "sealed", "--name", "from python", *more)


@pytest.mark.parametrize("size", [0, 1, 16384, 100000])
@pytest.mark.parametrize("signed", [False, True])
def test_the_program_opens_what_python_seals(town, size, signed):
    content = hashlib.shake_256(b"content").digest(size)
    town.write("plain", content)
    assert python_seals(town, ["--signed"] if signed else []) == 0
    assert town.open("sealed") == content
    assert town.open("sealed", "--range", "10:100") == content[10:110]
    assert town.json("inspect", "sealed")["name"] == "from python"
    town.ok("verify", "sealed", "--policy", "policy", "--can-open", "--rehearse", *town.keys("owner", *t.CUSTODIANS))
    town.refuses(t.QUORUM_SHORT, "sealed", by=("owner", "ovh"))


def test_the_program_takes_keys_that_python_made(town):
    for kind, name in (("recipient", "owner"), ("signer", "pipeline")):
        private(town, name).unlink()
        public(town, name).unlink()
        assert python("keygen", "--kind", kind, "--name", name, "--out", town.folder / "keys" / name) == 0
    town.write("words", b"open sesame")
    private(town, "ovh").unlink()
    assert python("keygen", "--kind", "recipient", "--name", "ovh", "--out", town.folder / "keys" / "ovh",
                  "--passphrase-file", town.folder / "words") == 0
    town.write("plain", b"content")
    town.seal("plain", "-o", "sealed")
    assert town.open("sealed", "--passphrase-file", "keys/ovh.key=words", by=("owner", "ovh", "orange")) == b"content"


def prepare(town, vector):
    """A vector's keys, memory, policy and files; gives back the arguments that open it."""
    created = "2026-01-01"
    for name, signer in (("producer", cast.PRODUCER), ("hospital", cast.OWNER)):
        seed = cast.seed("producer" if name == "producer" else "owner", 64)
        assert keyfile.parse(keyfile.write_public(keyfile.SIGNER, seed, name, created)).public == signer.public
        town.write(f"keys/{name}.pub", keyfile.write_public(keyfile.SIGNER, seed, name, created))
    policy = t.policy_text("owner", [t.recipient("owner", "OWNER", operator="hospital")])
    policy = policy.replace(f'"{t.DATASET}"', f'"{vector.one("dataset")}"').replace('"pipeline"', '"producer"')
    town.write("policy", policy.replace("keys/pipeline.pub", "keys/producer.pub").encode())
    seeds = [bytes.fromhex(each) for each in vector.all("identity")]
    seeds += [xwing.own_key_seed(bytes.fromhex(each)) for each in vector.all("own-key")]
    arguments = ["--policy", "policy"]
    for i, seed in enumerate(seeds):
        path = town.folder / f"seed-{i}.key"
        keyfile.save_private(str(path), keyfile.write_private(keyfile.RECIPIENT, seed, f"seed {i}", created))
        arguments += ["--key", path]
    town.write("sealed", vec.unpack(vector.one("object"), SHARED))
    if vector.has("capsule"):
        town.write("capsule", vec.unpack(vector.one("capsule"), SHARED))
        arguments += ["--capsule", "capsule"]
    return arguments


@pytest.mark.parametrize("vector", OBJECTS, ids=lambda each: each.name)
def test_the_program_judges_each_object_as_python_does(town, vector):
    assert vector.one("producer") == "@producer" and not vector.has("seen")
    arguments = prepare(town, vector)
    ran = town.run("open", "sealed", *arguments, "-o", "back")
    assert ran.returncode == CODES[vector.one("expect")], (vector.all("comment"), ran.stderr)
    assert (town.folder / "back").exists() == (ran.returncode == 0)
    if ran.returncode != 0:
        return
    assert hashlib.sha256(town.read("back")).hexdigest() == vector.one("plaintext-sha256")
    for line in vector.all("range"):
        offset, length, digest = line.split(" ")
        part = town.ok("open", "sealed", *arguments, "--range", f"{offset}:{length}")
        assert hashlib.sha256(part).hexdigest() == digest


def test_there_are_vectors_of_each_outcome():
    assert {each.one("expect") for each in OBJECTS} >= {"ok", "malformed", "forged"} and len(OBJECTS) > 40
