"""Custodians that cosign one another's logs: one dies and comes back, one shows another history than before."""

import json
import shutil
import signal
import time

import pytest
from custody_scene import Channel
from town import CUSTODIANS, FORGED
from triclave_spec import checkpoints, notes

PATIENCE = 60  # seconds; a witness is asked once a second, and one that was away after a few


@pytest.fixture
def three(custodian):
    """Three daemons that were told of one another while they ran."""
    made = {name: custodian(name).start() for name in CUSTODIANS}
    for name, each in made.items():
        each.cosign_with([other for other in made.values() if other is not each])
        each.send(signal.SIGHUP)
        assert each.said()["reloaded"], name
    return made


def others(three, name):
    return [each for each in three.values() if each.name != name]


def grow(served, town, dataset):
    """One more entry in its log."""
    served.create_key(town.folder / "keys/hospital.pub", dataset, town.folder / f"{served.name}-{dataset}.pub")


def cosignatures(served, by):
    """How many of these have cosigned its newest checkpoint."""
    with Channel(f"127.0.0.1:{served.port}", served.authority) as channel:
        note = channel.log_file("checkpoint")
    checkpoints.open_note(notes.parse(note), notes.parse_key(served.log_key))
    return checkpoints.count_cosignatures(note, [notes.parse_key(each.witness_key) for each in by])


def wait_for_cosignatures(served, by):
    until = time.monotonic() + PATIENCE
    while cosignatures(served, by) < len(by):
        assert time.monotonic() < until, f"{served.name} has no cosignatures"


def hear(served, good, *about):
    """Waits until the daemon has told its operator this of all these witnesses or logs; gives back the last words."""
    missing = set(about)
    for line in served.told():
        said = json.loads(line) if line.startswith("{") else {}
        if said.get("good") is good:
            missing.discard(said["witnessing"])
        if not missing:
            return said["error"]
    raise AssertionError(f"{served.name} has ended")


def verify(town, served, by, wanted):
    """The command by which an auditor wants cosignatures."""
    certificate, key = served.authority.client()
    witnesses = [part for each in by for part in ("--witness", each.witness_key)]
    return ("audit", "verify", f"127.0.0.1:{served.port}", "--log-key", served.log_key, "--tls-ca", served.authority.folder / "ca.crt",
            "--tls-cert", certificate, "--tls-key", key, *witnesses, "--cosignatures", wanted)  # fmt: skip


def test_each_cosigns_the_others(three, town):
    for name, each in three.items():
        wait_for_cosignatures(each, others(three, name))
        assert each.ok("witness-key", unlock=True)["witness_key"] == each.witness_key
    ovh = three["ovh"]
    assert town.json(*verify(town, ovh, others(three, "ovh"), 2))["cosignatures"] == 2
    assert "is cosigned by 1" in town.fails(FORGED, *verify(town, ovh, others(three, "ovh")[:1], 2))
    grow(ovh, town, "more")
    wait_for_cosignatures(ovh, others(three, "ovh"))


def test_one_is_killed_and_comes_back(three, town):
    ovh, outscale, orange = three["ovh"], three["outscale"], three["orange"]
    wait_for_cosignatures(ovh, [outscale, orange])
    outscale.stop(signal.SIGKILL)
    grow(ovh, town, "meanwhile")
    wait_for_cosignatures(ovh, [orange])
    hear(ovh, False, "outscale.example/triclave/witness")
    assert cosignatures(ovh, [outscale]) == 0
    outscale.config.write_text(outscale.config.read_text().replace("127.0.0.1:0", f"127.0.0.1:{outscale.port}"))
    outscale.start()
    wait_for_cosignatures(ovh, [outscale, orange])
    hear(ovh, True, "outscale.example/triclave/witness")
    wait_for_cosignatures(outscale, [ovh, orange])


def test_another_history_is_not_cosigned(three, town):
    """A database that is put back with its mark, so that the custodian itself cannot tell."""
    ovh, by = three["ovh"], others(three, "ovh")
    wait_for_cosignatures(ovh, by)
    ovh.stop()
    older = town.folder / "older"
    older.mkdir()
    for file in ovh.folder.glob("state.db*"):
        shutil.copy2(file, older)
    ovh.start()
    for dataset in ("one", "two", "three"):
        grow(ovh, town, dataset)
    wait_for_cosignatures(ovh, by)
    ovh.stop()
    for file in ovh.folder.glob("state.db*"):
        file.unlink()
    for file in older.iterdir():
        shutil.copy2(file, ovh.folder)
    ovh.start()
    words = hear(ovh, False, *(f"{each.name}.example/triclave/witness" for each in by))
    assert "an older database was put back" in words
    for dataset in ("four", "five", "six", "seven"):  # it grows beyond what they cosigned
        grow(ovh, town, dataset)
    for each in by:
        assert "does not go on from what was cosigned" in hear(each, False, "ovh.example/triclave")
    assert cosignatures(ovh, by) == 0
    town.fails(FORGED, *verify(town, ovh, by, 1))
    for each in by:  # among themselves nothing has changed
        wait_for_cosignatures(each, [other for other in by if other is not each])
