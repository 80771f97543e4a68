"""Custodians asked over the network, from Python: real daemons behind proxies, one that lies, permits that do not fit."""

import contextlib
import os
import signal
import threading
import time

import pyarrow
import pytest
from custody_scene import PLAINTEXT, PythonCustodian, Scene
from fault_proxy import Faults

import triclave

COLUMNS = {"nir": ["2840175123456", "1840175123457"], "glucose": [5.4, 6.1]}
DAY = 86400


class Asking:
    """A scene as Python asks its custodians: one sealed object, and a table whose column "nir" is the owner's alone."""

    def __init__(self, scene):
        self.scene, self.folder = scene, scene.town.folder
        policy = scene.town.read("policy").replace(b'name: "clinical"', b'name: "clinical" columns: "glucose"')
        scene.town.write("table-policy", policy + b'compartments { name: "identifiers" access: "owner" columns: "nir" }\n')
        triclave.seal_table(pyarrow.table(COLUMNS), self.folder / "table", policy=self.folder / "table-policy",
                            producer=self.folder / "keys/pipeline.key")  # fmt: skip

    def opener(self, policy="policy", asked=True, **changed):
        certificate, key = self.scene.authority.client()
        how = {"permit": self.folder / "permit", "requester": self.folder / "keys/pipeline.key", "tls_certificate": certificate,
               "tls_key": key, "receipts": self.folder / "receipts"}  # fmt: skip
        custodians = triclave.Custodians(**{**how, **changed}) if asked else None
        return triclave.Opener(self.folder / policy, [self.folder / "keys/owner.key"], custodians=custodians)

    def object(self, **how):
        with self.opener(**how).open(self.folder / "sealed") as opened:
            assert opened.read() == PLAINTEXT

    def table(self, compartments=("identifiers", "clinical"), **how):
        """Opens the table; gives back how."""
        opened = triclave.open_table(self.folder / "table", opener=self.opener("table-policy", **how), compartments=compartments)
        assert pyarrow.table(opened).to_pydict() == (COLUMNS if not opened.closed else {"nir": COLUMNS["nir"]})
        return opened

    def receipts(self):
        return len(os.listdir(self.folder / "receipts"))


def asking_of(founded, folder, authority, played=None):
    scene = Scene(founded, folder, authority, played)
    try:
        yield Asking(scene)
    finally:
        scene.close()


@pytest.fixture(scope="module")
def daemons(founded, authority, tmp_path_factory):
    yield from asking_of(founded, tmp_path_factory.mktemp("scene"), authority)


@pytest.fixture
def asking(daemons):
    """Three daemons, and nothing wrong before and after."""
    yield daemons
    daemons.scene.calm()


@pytest.fixture(scope="module")
def with_a_liar(founded, authority, tmp_path_factory):
    """The custodian that is asked first gives wrong masks, and logs them as it should."""
    played = PythonCustodian(authority, lies=True)
    yield from asking_of(founded, tmp_path_factory.mktemp("liar"), authority, played)
    played.server.stop(None)


def blamed(raised):
    return {each.who: each.kind for each in raised.value.culprits}


@pytest.mark.parametrize("what", ["object", "table"])
def test_two_of_three_open_and_leave_their_receipts(asking, what):
    before = asking.receipts()
    getattr(asking, what)()
    assert asking.receipts() == before + 2


def test_the_report_says_who_answered(asking):
    (report,) = asking.table().gathered
    assert set(report.used) == {"owner", "outscale", "ovh"} and report.failed == ()


@pytest.mark.parametrize("faults", [Faults(refuse=True), Faults(partitioned=True)], ids=["refused", "silent"])
def test_another_takes_the_place_of_who_is_down(asking, faults):
    asking.scene.proxies["outscale"].faults = faults
    asking.object()
    (report,) = asking.table().gathered
    assert {"ovh", "orange"} <= set(report.used)


@pytest.mark.parametrize("what", ["object", "table"])
def test_one_of_three_is_too_few(asking, what):
    for name in ("outscale", "orange"):
        asking.scene.proxies[name].faults = Faults(refuse=True)
    with pytest.raises(triclave.QuorumShortError, match="outscale cannot be asked") as raised:
        getattr(asking, what)()
    assert blamed(raised)["outscale"] == blamed(raised)["orange"] == "custodian_unavailable"


def test_a_table_opens_as_far_as_it_can(asking):
    for name in ("outscale", "orange"):
        asking.scene.proxies[name].faults = Faults(refuse=True)
    (closed,) = asking.table(compartments=()).closed
    assert (closed.who, closed.kind) == ("clinical", "quorum_short")


def test_silence_ends_with_the_deadline(asking):
    for proxy in asking.scene.proxies.values():
        proxy.faults = Faults(partitioned=True)
    with pytest.raises(triclave.QuorumShortError, match="did not answer (within 1000 ms|in time)") as raised:
        asking.object(deadline=1)
    assert "custodian_unavailable" in blamed(raised).values()
    for wrong in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="a number of seconds"):
            asking.object(deadline=wrong)


@contextlib.contextmanager
def interrupted(proxy):
    """Ctrl-C as soon as somebody is asked through the proxy: that ends what stands inside."""
    connections, handler = proxy.connections, signal.signal(signal.SIGINT, signal.default_int_handler)

    def interrupt():
        proxy.wait_until(lambda each: each.connections > connections)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        thread.join()
        signal.signal(signal.SIGINT, handler)


def test_ctrl_c_ends_the_wait(asking):
    proxies = asking.scene.proxies
    opener = asking.opener(deadline=3600)
    for proxy in proxies.values():
        proxy.faults = Faults(partitioned=True)
    with interrupted(proxies["outscale"]):
        asking.table(compartments=(), deadline=3600)  # what the owner's key alone opens is no reason to go on
    with interrupted(proxies["outscale"]):
        opener.open(asking.folder / "sealed")
    asking.scene.calm()
    assert opener.open(asking.folder / "sealed").read() == PLAINTEXT


def test_who_lies_is_named_and_the_others_suffice(with_a_liar):
    with_a_liar.object()
    (report,) = with_a_liar.table().gathered
    assert [(each.who, each.kind) for each in report.failed] == [("outscale", "forged")] and {"ovh", "orange"} <= set(report.used)


@pytest.mark.parametrize("what", ["object", "table"])
def test_who_lies_is_named_in_the_exception(with_a_liar, what):
    with_a_liar.scene.proxies["ovh"].faults = Faults(refuse=True)
    try:
        with pytest.raises(triclave.QuorumShortError, match="outscale: its answer does not fit") as raised:
            getattr(with_a_liar, what)()
    finally:
        with_a_liar.scene.calm()
    assert blamed(raised)["outscale"] == "forged" and blamed(raised)["ovh"] == "custodian_unavailable"


@pytest.mark.parametrize("what", ["object", "table"])
def test_without_a_permit_nobody_is_asked(asking, what):
    before = asking.receipts()
    with pytest.raises(triclave.QuorumShortError, match="nor a connection to it is at hand"):
        getattr(asking, what)(asked=False)
    assert asking.receipts() == before


@pytest.mark.parametrize("terms, why", [
    ({"dataset": "registry"}, "is for dataset registry"),
    ({"compartments": ["identifiers"]}, "does not cover"),
    ({"not_after": 86400 * 365}, "the permit ended"),
    ({"needs_approval": True}, "refuses"),
    ({"authority": "hospital"}, "refuses"),
])  # fmt: skip
def test_a_permit_for_something_else_opens_nothing(asking, terms, why):
    signer = triclave.Signer.load(asking.folder / f"keys/{terms.pop('authority', 'stranger')}.key")
    requester = triclave.Signer.load(asking.folder / "keys/pipeline.key").verifier
    fit = {"dataset": "cohort", "compartments": ["clinical"], "purpose": "care", "not_before": 0, "not_after": time.time() + DAY}
    permit = triclave.Permit.issue(signer, requester, **{**fit, **terms})
    before = asking.receipts()
    with pytest.raises(triclave.QuorumShortError, match=why) as raised:
        asking.object(permit=permit)
    assert "permit_refused" in blamed(raised).values() and asking.receipts() == before


def test_who_calls_needs_a_certificate(asking):
    with pytest.raises(triclave.IoError, match="nowhere.crt"):
        asking.object(tls_certificate="nowhere.crt")
    certificate, key = type(asking.scene.authority)(asking.folder / "other-ca").client("thief")
    with pytest.raises(triclave.QuorumShortError, match="cannot be asked"):
        asking.object(tls_certificate=certificate, tls_key=key)
