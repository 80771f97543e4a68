"""spec_cli.py with itself; a later test puts the program at either end."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pytest
import spec_cli
import table_cli
from triclave_spec import keyfile, xwing


def _run(*args: object) -> int:
    return spec_cli.main([str(a) for a in args])


def test_seal_open_rewrap(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Keys, an object, ranges, a rewrap and an inspection."""
    ids = {}
    for name, kind in (("producer", "signer"), ("owner", "signer"), ("mine", "recipient"), ("alice", "recipient"),
                       ("bob", "recipient")):
        assert _run("keygen", "--kind", kind, "--name", name, "--out", tmp_path / name) == 0
        ids[name] = capsys.readouterr().out.strip()

    def policy(file: str, *names: str) -> str:
        children = [{"key_id": ids[n], "operator": n} for n in names]
        tree = {"k": 1, "children": children}
        (tmp_path / file).write_text(json.dumps({"tree": tree, "rules": {"min_operators": 1}}))
        return f"west={tmp_path / file}"
    (tmp_path / "plain").write_bytes(b"0123456789" * 5000)
    keys = {n: tmp_path / f"{n}.pub" for n in ids}
    trust = ["--producer", keys["producer"], "--owner", keys["owner"]]
    sealed, out = tmp_path / "sealed", tmp_path / "out"
    assert _run("seal", "--producer", tmp_path / "producer.key", "--owner", keys["owner"], "--dataset", "weather",
                "--compartment", policy("p0.json", "mine", "alice"), "--recipient", keys["mine"], "--recipient",
                keys["alice"], "--in", tmp_path / "plain", "--out", sealed, "--signed", "--name", "n") == 0
    alice = ["--identity", tmp_path / "alice.key"]
    assert _run("open", *trust, *alice, "--in", sealed, "--out", out) == 0
    assert out.read_bytes() == b"0123456789" * 5000
    assert _run("open", *trust, *alice, "--in", sealed, "--out", out, "--range", "16380:10") == 0
    assert out.read_bytes() == b"0123456789"
    assert _run("open", *trust, *alice, "--in", sealed, "--out", out, "--range=-3") == 0
    assert out.read_bytes() == b"789"
    again = tmp_path / "again"
    assert _run("rewrap", "--producer", keys["producer"], "--owner-key", tmp_path / "owner.key", "--owner-recipient",
                keys["mine"], "--recipient", keys["bob"], "--compartment", policy("p1.json", "mine", "bob"),
                "--identity", tmp_path / "mine.key", "--in", sealed, "--out", again) == 0
    assert _run("open", *trust, "--identity", tmp_path / "bob.key", "--in", again, "--out", out) == 0
    capsys.readouterr()
    assert _run("open", *trust, *alice, "--in", again, "--out", out) == 1
    assert capsys.readouterr().err.startswith("quorum_short")
    assert _run("inspect", again, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["header"]["dataset"] == "weather" and shown["capsule"]["wraps"][0]["generation"] == 1
    assert shown["capsule"]["wraps"][0]["former"] == [ids["alice"]]
    assert _run("inspect", keys["bob"], "--json") == 0
    assert json.loads(capsys.readouterr().out)["fingerprint"] == ids["bob"]


def test_protected_key_and_detached_capsule(tmp_path: Path) -> None:
    """A passphrase, an own key and a capsule in its own file."""
    (tmp_path / "pass").write_bytes(b"secret words")
    (tmp_path / "own").write_bytes(bytes(range(32)))
    own = xwing.PrivateKey(xwing.own_key_seed(bytes(range(32))))
    (tmp_path / "own.pub").write_bytes(keyfile.write_public("recipient", own.seed, "own", "2024-01-01"))
    (tmp_path / "p.json").write_text(json.dumps({"tree": {"key_id": own.id.hex(), "operator": "me"}}))
    assert _run("keygen", "--kind", "signer", "--name", "s", "--out", tmp_path / "s", "--passphrase-file",
                tmp_path / "pass") == 0
    assert b"argon2id" in (tmp_path / "s.key").read_bytes() and os.stat(tmp_path / "s.key").st_mode & 0o77 == 0
    (tmp_path / "plain").write_bytes(b"")
    assert _run("seal", "--producer", tmp_path / "s.key", "--passphrase-file", tmp_path / "pass", "--owner",
                tmp_path / "s.pub", "--dataset", "d", "--compartment", f"c={tmp_path / 'p.json'}", "--recipient",
                tmp_path / "own.pub", "--in", tmp_path / "plain", "--out", tmp_path / "sealed", "--capsule",
                tmp_path / "capsule") == 0
    assert _run("open", "--producer", tmp_path / "s.pub", "--own-key", tmp_path / "own", "--in", tmp_path / "sealed",
                "--capsule", tmp_path / "capsule", "--out", tmp_path / "out") == 0
    assert (tmp_path / "out").read_bytes() == b""


def test_tables(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Two compartments, two segments, a rewrap."""
    for name, kind in (("producer", "signer"), ("owner", "signer"), ("mine", "recipient"), ("alice", "recipient"),
                       ("bob", "recipient")):
        assert _run("keygen", "--kind", kind, "--name", name, "--out", tmp_path / name) == 0
    data = pa.table({"id": [f"p{i}" for i in range(9)], "town": pa.array(["Lyon"] * 9).dictionary_encode(),
                     "age": pa.array([None, *range(8)], pa.int32())})
    table_cli.write_arrow(tmp_path / "in.arrow", data)
    places = []
    for compartment, name in (("who", "mine"), ("what", "alice"), ("what", "bob")):
        leaf = {"key_id": keyfile.load(str(tmp_path / f"{name}.pub")).fingerprint.hex(), "operator": name}
        mine = {"key_id": keyfile.load(str(tmp_path / "mine.pub")).fingerprint.hex(), "operator": "me"}
        tree = leaf if name == "mine" else {"k": 1, "children": [mine, leaf]}
        (tmp_path / f"{name}.json").write_text(json.dumps({"tree": tree}))
        places.append(["--compartment", f"{compartment}={tmp_path / name}.json"])
    seal = ["seal-table", "--producer", tmp_path / "producer.key", "--owner", tmp_path / "owner.pub", "--dataset", "d",
            *places[0], *places[1], "--recipient", tmp_path / "mine.pub", "--recipient", tmp_path / "alice.pub",
            "--columns", "who=id", "--columns", "what=t*,age", "--compress", "t*", "--in", tmp_path / "in.arrow"]
    trust = ["--producer", tmp_path / "producer.pub", "--owner", tmp_path / "owner.pub"]

    def opened(sealed: str, who: str, *more: object) -> pa.Table:
        assert _run("open-table", *trust, "--identity", tmp_path / f"{who}.key", "--in", tmp_path / sealed, "--out",
                    tmp_path / "out.arrow", *more) == 0
        return table_cli.read_arrow(tmp_path / "out.arrow")
    assert _run(*seal, "--out", tmp_path / "one", "--rows", 4) == 0
    assert opened("one", "mine").equals(data)
    assert opened("one", "alice").equals(data.select(["town", "age"]))
    assert opened("one", "alice", "--column", "a*").column_names == ["age"]
    assert _run(*seal, "--out", tmp_path / "two", "--append-to", tmp_path / "one", "--capsule", tmp_path / "cap") == 0
    assert opened("two", "alice", "--capsule", tmp_path / "cap").equals(pa.concat_tables([data, data]).select(
        ["town", "age"]).unify_dictionaries())
    assert _run("rewrap", "--producer", tmp_path / "producer.pub", "--owner-key", tmp_path / "owner.key",
                "--owner-recipient", tmp_path / "mine.pub", "--recipient", tmp_path / "bob.pub", *places[2],
                "--identity", tmp_path / "mine.key", "--in", tmp_path / "one", "--out", tmp_path / "new") == 0
    assert opened("new", "bob").equals(data.select(["town", "age"]))
    capsys.readouterr()
    for compartment in ([], ["--compartment", "what"]):
        assert _run("open-table", *trust, "--identity", tmp_path / "alice.key", "--in", tmp_path / "new", "--out",
                    tmp_path / "out.arrow", *compartment) == 1
        assert capsys.readouterr().err.startswith("quorum_short")
    assert _run("inspect", tmp_path / "two", "--json") == 0
    first, second = json.loads(capsys.readouterr().out)["segments"]
    assert first["header"]["streams"] == ["who", "what"] and second["header"]["previous"] and not second["capsule"]
