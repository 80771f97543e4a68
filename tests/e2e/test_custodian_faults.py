"""Custodians' daemons on bad days: dead, slow, cut off, lying, asked by hostile peers, killed, full, rolled back."""

import dataclasses
import os
import random
import resource
import shutil
import signal
import socket
import threading
import time

import pytest
from custody_scene import PLAINTEXT, Asker, Channel, PythonCustodian, Refused, Scene, issue
from fault_proxy import DOWN, UP, Faults
from town import CUSTODIANS, FORGED, QUORUM_SHORT
from triclave_spec import capsule, checkpoints, custodian, notes, objects, opening, permits, protobuf, requests, tiles
from triclave_spec.encoding import h
from triclave_spec.errors import SpecError


@pytest.fixture(scope="module")
def scene(founded, authority, tmp_path_factory):
    """Three daemons behind proxies."""
    made = Scene(founded, tmp_path_factory.mktemp("scene"), authority)
    yield made
    made.close()


@pytest.fixture
def calm(scene):
    """The same, with nothing wrong before and after."""
    yield scene
    scene.calm()


@pytest.fixture
def asker(scene):
    """Who asks, in Python."""
    return Asker(scene.town)


KILLS = 30
HALF_OPEN = 3_000

LOST = {
    "refused": Faults(refuse=True), "partitioned": Faults(partitioned=True), "cut": Faults(cut_after=4_000),
    "truncated": Faults(truncate_after=2_500), "slow": Faults(delay=0.5),
}  # fmt: skip


@pytest.mark.parametrize("faults", LOST.values(), ids=LOST)
def test_two_of_three_suffice(calm, faults):
    calm.proxies["ovh"].faults = faults
    calm.opens(deadline=3600)  # who waits for the one that is lost runs into the tests' own limit


@pytest.mark.parametrize("faults", [Faults(drip=500, delay=0.002), Faults(jitter=0.05)], ids=["drip", "reordered"])
def test_slow_networks_are_only_slow(calm, faults):
    for proxy in calm.proxies.values():
        proxy.faults = faults
    calm.opens(deadline=60)


def test_a_connection_is_tried_twice_and_a_request_sent_once(calm):
    proxies = calm.proxies.values()
    for proxy in proxies:
        proxy.faults = Faults(refuse_first=True)
    before = {proxy: proxy.connections for proxy in proxies}
    calm.opens(deadline=60)
    assert sorted(proxy.connections - before[proxy] for proxy in proxies) in ([0, 2, 2], [2, 2, 2])
    for proxy in proxies:
        proxy.faults = Faults(cut_after=9_000)  # after the handshake, within the request
    before = {proxy: proxy.connections for proxy in proxies}
    calm.fails(QUORUM_SHORT, deadline=60)
    assert [proxy.connections - before[proxy] for proxy in proxies] == [1, 1, 1]


def test_one_of_three_is_too_few_and_the_others_are_named(calm):
    calm.proxies["ovh"].faults = Faults(refuse=True)
    calm.proxies["orange"].faults = Faults(partitioned=True)
    words = calm.fails(QUORUM_SHORT, deadline=2)
    assert "ovh" in words and "orange" in words
    calm.calm()
    calm.opens()


def test_python_plays_a_custodian_and_learns_nothing_else(founded, authority, tmp_path):
    """The daemon's partner in the other language: an honest one counts, and is told no share and no ciphertext."""
    played = PythonCustodian(authority)
    made = Scene(founded, tmp_path, authority, played)
    try:
        made.proxies["ovh"].faults = Faults(refuse=True)
        made.opens()
        (heard,) = played.heard
        trust = capsule.Trust()
        trust.add_producer(Asker(made.town).signer.public, ["cohort"])
        sealed = objects.parse(made.town.read("sealed"))
        record = capsule.read(sealed.capsule, trust)
        assert record.wraps[0].recipients.keys() >= {played.keeper.key.id}
        for wrap in record.wraps:
            for secret in shares_of(wrap):
                assert secret not in heard
        assert made.town.read("sealed")[-200:-100] not in heard
    finally:
        made.close()
        played.server.stop(None)


def shares_of(wrap):
    """The masked shares and commitments of a wrap."""
    return [part for each in wrap.compartments.values() for leaf in each.leaves for part in leaf[2:]]


def test_a_liar_is_named_and_the_others_suffice(founded, authority, tmp_path):
    played = PythonCustodian(authority, lies=True)
    made = Scene(founded, tmp_path, authority, played)
    try:
        for name in ("ovh", "orange"):
            made.proxies[name].faults = Faults(delay=0.3)  # the liar is heard before there are enough
        words = made.opens(deadline=60)
        assert played.heard and "outscale" in words, words
        made.proxies["ovh"].faults = Faults(refuse=True)
        words = made.fails(QUORUM_SHORT, deadline=60)
        assert "outscale" in words and "ovh" in words
    finally:
        made.close()
        played.server.stop(None)


def hostile(asker, public):
    """Requests that a custodian must refuse, with the kind that the independent implementation gives."""
    now, permit = int(time.time()), asker.permit
    good, _, _ = asker.ask(public)
    yield "forged", {**good, "signature": bytes(len(good["signature"]))}
    yield "malformed", {**good, "signature": good["signature"][:-1]}
    yield "malformed", {**good, "request": good["request"][:-1]}
    yield "malformed", {**good, "permit_record": good["permit_record"][:-1]}
    yield "malformed", {**good, "requester_key": b""}
    yield "permit_refused", asker.ask(public, time=now - 1_000)[0]
    yield "permit_refused", asker.ask(public, time=now + 1_000)[0]
    yield "permit_refused", asker.ask(public, signer=asker.owner)[0]
    yield "permit_refused", asker.ask(public, key_id=bytes(32))[0]
    for change in ({"not_after": now - 1}, {"not_before": now + 900}, {"dataset": "other"}, {"compartments": ("other",)},
                   {"needs_approval": True}, {"requester": asker.owner.id}):  # fmt: skip
        yield "permit_refused", asker.ask(public, permit=dataclasses.replace(permit, id=os.urandom(16), **change))[0]
    yield "permit_refused", {**good, "permit_record": permits.issue(dataclasses.replace(permit, purpose="x"), asker.authority)}


def test_hostile_requests(calm, asker):
    """Each is refused with its kind, in the log as well, and nobody else is harmed."""
    public = calm.public_key("ovh")
    with calm.channel("ovh") as channel:
        for kind, asked in hostile(asker, public):
            with pytest.raises(Refused) as refused:
                channel.release(asked)
            assert refused.value.kind == kind, refused.value
        asked, one_use, mask = asker.ask(public)
        answer = channel.release(asked)
        assert custodian.accept(one_use, asked["request"], answer, notes.parse_key(calm.daemons["ovh"].log_key)) == [mask]
        for again in range(2):
            with pytest.raises(Refused, match="permit_refused"):
                channel.release(asked)
        for data in (b"\xff" * 100, os.urandom(1_000), b"\x0a\xff\xff\xff\xff\x0f", b""):
            with pytest.raises(Refused):
                channel.bytes("Release", data)
        with pytest.raises(Refused, match="RESOURCE_EXHAUSTED"):
            channel.bytes("Release", bytes(8 << 20))
        with pytest.raises(Refused):
            channel.bytes("Nothing", b"")
        assert channel.release(asker.ask(public)[0])["answer"]


def test_an_expired_certificate_opens_nothing(calm, asker, authority):
    issue(authority.folder, "expired")
    with Channel(calm.proxies["ovh"].endpoint, authority, "expired") as channel:
        with pytest.raises(Refused, match="UNAVAILABLE"):
            channel.release(asker.ask(calm.public_key("ovh"))[0], wait=False)


def test_thousands_of_half_open_and_dripping_connections_harm_nobody(calm, asker):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, HALF_OPEN + 1_000)), hard))
    held = [socket.create_connection(("127.0.0.1", calm.daemons["ovh"].port), timeout=20) for _ in range(HALF_OPEN)]
    try:
        for n, each in enumerate(held):
            each.sendall(b"\x16\x03\x01\x02\x00\x01"[: n % 6])
        calm.opens(deadline=60)
        with calm.channel("ovh") as channel:
            assert channel.release(asker.ask(calm.public_key("ovh"))[0])["answer"]
    finally:
        for each in held:
            each.close()


def log_of(channel, key):
    """A daemon's whole log, audited by the independent implementation, and its entries."""
    kept = {}

    def read(path):
        return kept.setdefault(path, channel.log_file(path))

    head = tiles.audit(read, key)
    bundles = [tile for tile in tiles.tiles_of(head.size) if tile.level < 0]
    return [entry for tile in bundles for entry in tiles.parse_bundle(kept[tile.path], tile.width)], head


def releases(entries):
    """The releases among them."""
    return [each for each in (protobuf.decode("LogEntry", entry) for entry in entries) if each["kind"] == 1]


def check_log(scene, name, received, sent):
    """What was received stands in the log as it was proven, and nothing was answered twice."""
    key = notes.parse_key(scene.daemons[name].log_key)
    with scene.channel(name) as channel:
        entries, _ = log_of(channel, key)
        for answer in received:
            index, _ = checkpoints.verify_proof(key, answer["entry"], answer["proof"].encode())
            assert entries[index] == answer["entry"], "a client has what the log has not"
        logged = [each["request_hash"] for each in releases(entries)]
        assert len(set(logged)) == len(logged), "a request was answered twice"
        for asked in sent:
            if h(asked["request"]) in logged:
                with pytest.raises(Refused, match="permit_refused"):
                    channel.release(asked)
    return entries


def receipt_of(answer):
    """What a requester keeps of an answer."""
    return dataclasses.replace(checkpoints.parse_proof(answer["proof"].encode()), extra=answer["entry"]).text()


def check_receipts(scene, name, received):
    """The program's own audit of a copy of the log, with the receipts of all that was received."""
    for number, answer in enumerate(received):
        scene.town.write(f"kept-{name}/{number}.receipt", receipt_of(answer).encode())
    certificate, key = scene.authority.client()
    scene.town.ok("audit", "copy", name, "--policy", "policy", "--tls-cert", certificate, "--tls-key", key, "-o", f"copy-{name}")
    found = scene.town.json("audit", "verify", f"copy-{name}", "--log-key", scene.daemons[name].log_key, "--receipt", f"kept-{name}")
    assert found["receipts"] == len(received)


def test_killed_at_any_time_nothing_released_is_lost(calm, asker):
    """SIGKILL while several ask, at moments that a count of bytes draws; then everything is held against the log."""
    draw, public = random.Random(6), calm.public_key("ovh")
    received, sent = [], []

    def keep_asking(stop):
        with calm.channel("ovh") as channel:
            while not stop.is_set():
                asked, _, _ = asker.ask(public)
                sent.append(asked)
                try:
                    received.append(channel.release(asked))
                except Refused as refused:
                    assert refused.kind in ("UNAVAILABLE", "custodian_unavailable", "UNKNOWN", "INTERNAL", "CANCELLED"), refused

    stop = threading.Event()
    askers = [threading.Thread(target=keep_asking, args=(stop,)) for _ in range(3)]
    for each in askers:
        each.start()
    proxy = calm.proxies["ovh"]
    try:
        for _ in range(KILLS):
            enough = proxy.bytes[DOWN] + draw.randrange(1_000, 20_000)
            proxy.wait_until(lambda each, enough=enough: each.bytes[DOWN] > enough)
            calm.daemons["ovh"].stop(signal.SIGKILL)
            calm.restart("ovh")
        enough = proxy.bytes[DOWN] + 20_000
        proxy.wait_until(lambda each: each.bytes[DOWN] > enough)
    finally:
        stop.set()
        for each in askers:
            each.join()
    assert len(received) > KILLS // 2
    check_log(calm, "ovh", received, sent[:: max(1, len(sent) // 10)])
    check_receipts(calm, "ovh", received)


def test_full_disk_refuses_and_goes_on_when_there_is_room(calm, asker):
    daemon, public = calm.daemons["orange"], calm.public_key("orange")
    received, sent = [], []
    with calm.channel("orange") as channel:
        received.append(channel.release(asker.ask(public)[0]))
        unlimited = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
        largest = max(file.stat().st_size for file in daemon.folder.glob("state.db*"))
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (largest, unlimited[1]))
        with pytest.raises(Refused, match="custodian_unavailable: .* cannot write its log") as refused:
            for _ in range(500):
                sent.append(asker.ask(public)[0])
                received.append(channel.release(sent[-1]))
        assert str(refused.value).endswith("nothing leaves it unlogged; its operator must see to it")
        assert daemon.process.poll() is None, "the daemon ended"
        assert any("state.db" in told for told in daemon.complaints())
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, unlimited)
        received.append(channel.release(asker.ask(public)[0]))
    check_log(calm, "orange", received, sent[-2:])


def test_a_database_that_was_put_back_is_found(calm, asker):
    """Without its mark it does not start; with both put back, whoever kept a receipt can tell."""
    daemon, public = calm.daemons["outscale"], calm.public_key("outscale")
    key = notes.parse_key(daemon.log_key)
    with calm.channel("outscale") as channel:
        channel.release(asker.ask(public)[0])
    daemon.stop()
    older = calm.town.folder / "older"
    older.mkdir()
    for file in daemon.folder.glob("state.db*"):
        shutil.copy2(file, older)
    calm.restart("outscale")
    with calm.channel("outscale") as channel:
        answer = channel.release(asker.ask(public)[0])
    daemon.stop()
    now = {file.name: file.read_bytes() for file in daemon.folder.glob("state.db*")}
    for name in now.keys() - {"state.db.mark"}:
        (daemon.folder / name).unlink()
    for file in older.iterdir():
        if file.name != "state.db.mark":
            shutil.copy2(file, daemon.folder)
    refused = daemon.run("serve", "--allow-root", unlock=True)
    assert refused.returncode == FORGED and "older" in refused.stdout + refused.stderr
    shutil.copy2(older / "state.db.mark", daemon.folder / "state.db.mark")
    calm.restart("outscale")
    receipt = receipt_of(answer).encode()
    with calm.channel("outscale") as channel:
        log_of(channel, key)
        with pytest.raises(SpecError, match="forged"):
            tiles.audit(channel.log_file, key, [receipt])
    daemon.stop()
    for name, data in now.items():
        (daemon.folder / name).write_bytes(data)
    calm.restart("outscale")
    with calm.channel("outscale") as channel:
        tiles.audit(channel.log_file, key, [receipt])


def test_the_wire_shows_nothing(scene):
    """All that has passed in this file's tests, and what a requester said and got in clear inside it."""
    words = [b"cohort", b"clinical", b"care", b"fault tests", b"triclave", PLAINTEXT[:20]]
    words += [scene.public_key(name)[:32] for name in CUSTODIANS] + [Asker(scene.town).signer.public[:32]]
    asked, _, mask = Asker(scene.town).ask(scene.public_key("ovh"))
    with scene.channel("ovh") as channel:
        answer = channel.release(asked)
    scene.opens()
    words += [mask[:32], mask[32:], asked["request"][-32:], answer["answer"][:32], h(answer["answer"])]
    passed = [bytes(proxy.kept[way]) for proxy in scene.proxies.values() for way in (UP, DOWN)]
    assert sum(map(len, passed)) > 20_000
    for each in words:
        assert not any(each in kept for kept in passed), each
