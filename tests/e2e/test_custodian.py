"""`triclave custodian`: the daemon as a process, its TLS, its commands."""

import os
import signal
import socket
import ssl
import subprocess
import time

import pytest
from custody_scene import Channel, issue
from town import FORGED, INVALID_ARGUMENT, IO, MALFORMED

from custodian import Custodian


def shake_hands(custodian, certificate=None, trusted=None, version=None, source=("", 0)):
    """A TLS handshake and one byte back, so that the service's refusal of a client is seen, too."""
    context = ssl.create_default_context(cafile=str(trusted or custodian.authority.folder / "ca.crt"))
    context.set_alpn_protocols(["h2"])
    if certificate:
        context.load_cert_chain(*map(str, certificate))
    if version:
        context.maximum_version = version
    with socket.create_connection(("127.0.0.1", custodian.port), timeout=30, source_address=source) as raw:
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as wrapped:
            wrapped.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
            assert wrapped.recv(1)
            return wrapped.version()


def test_only_tls_1_3_with_the_right_certificates(custodian, authority, tmp_path):
    served = custodian().start()
    client = authority.client()
    assert shake_hands(served, client) == "TLSv1.3"
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shake_hands(served, client, version=ssl.TLSVersion.TLSv1_2)
    with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
        shake_hands(served)
    strange = type(authority)(tmp_path / "strange")
    with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
        shake_hands(served, strange.client())
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(served, client, trusted=strange.folder / "ca.crt")


def test_openssl_gets_no_tls_1_2(custodian, authority):
    served = custodian().start()
    certificate, key = authority.client()
    asked = ["openssl", "s_client", "-connect", f"127.0.0.1:{served.port}", "-cert", str(certificate), "-key", str(key),
             "-CAfile", str(authority.folder / "ca.crt"), "-alpn", "h2", "-verify_return_error"]  # fmt: skip
    for version, code in (("-tls1_3", 0), ("-tls1_2", 1)):
        ran = subprocess.run([*asked, version], input=b"", capture_output=True, timeout=60, check=False)
        assert ran.returncode == code, (version, ran.stderr)


def test_half_open_and_garbage_connections_harm_nobody(custodian, authority):
    served = custodian().start()
    silent = [socket.create_connection(("127.0.0.1", served.port), timeout=30) for _ in range(300)]
    for each in silent[:50]:
        each.sendall(os.urandom(200))
    assert shake_hands(served, authority.client()) == "TLSv1.3"
    for each in silent:
        each.close()
    assert served.stop() == 0


def test_connections_above_the_limit_are_closed_and_the_others_served(custodian, authority):
    """A daemon that may have 256 descriptors, which twice as many hold on to."""
    served = custodian().start("sh", "-c", 'ulimit -n 256; exec "$@"', "sh")

    def asks(channel):
        return channel.call("Status", {}, "StatusRequest", "StatusAnswer")["name"]

    with Channel(f"127.0.0.1:{served.port}", authority) as before:
        assert asks(before) == "ovh"
        held = [socket.create_connection(("127.0.0.1", served.port), timeout=30) for _ in range(600)]
        assert held[-1].recv(1) == b"", "nobody ended the connection that is one too many"
        assert asks(before) == "ovh" and served.process.poll() is None
        # They come from one address, which keeps no other out.
        assert shake_hands(served, authority.client(), source=("127.0.0.2", 0)) == "TLSv1.3"
        for each in held:
            each.close()
        with Channel(f"127.0.0.1:{served.port}", authority) as after:
            assert asks(after) == "ovh"


def shown_by(custodian):
    """The certificate that a daemon shows."""
    return ssl.get_server_certificate(("127.0.0.1", custodian.port), timeout=30)


def wait_until(condition):
    """Waits for something that the daemon does by itself; fails after a minute."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "the daemon does not do it"


@pytest.mark.parametrize("wrong", [{"rsa_key": True, "days": (-1, 1)}, {}], ids=["rsa", "ended"])
def test_a_wrong_certificate_is_not_taken_while_it_runs(authority, tmp_path, wrong):
    own = type(authority)(tmp_path / "own")
    served = Custodian(tmp_path / "custodian", own).start()
    try:
        first = shown_by(served)
        put(own.folder, **wrong)
        wait_until(lambda: shown_by(served) != first or served.complaints())
        assert "the certificates stay as they were" in served.complaints()[0]
        served.send(signal.SIGHUP)
        assert served.said()["reloaded"] is False
        assert shown_by(served) == first and shake_hands(served, own.client()) == "TLSv1.3"
        with pytest.raises((ssl.SSLError, ConnectionError)):
            shake_hands(served, own.client(), version=ssl.TLSVersion.TLSv1_2)
        put(own.folder, days=(-1, 1))
        wait_until(lambda: shown_by(served) != first)
        assert shake_hands(served, own.client()) == "TLSv1.3"
        assert len(served.complaints()) == 1
        served.stop()
        put(own.folder, **wrong)
        assert served.run("serve", "--allow-root", unlock=True).returncode == INVALID_ARGUMENT
    finally:
        served.stop(signal.SIGKILL)


def put(folder, **how):
    """Another certificate in the place of the daemon's."""
    issue(folder, "next", **how)
    for end in ("crt", "key"):
        (folder / f"next.{end}").replace(folder / f"ovh.{end}")


def test_keys_are_made_listed_exported_and_destroyed(custodian, town):
    served = custodian().start()
    public = town.folder / "first.pub"
    first = served.create_key(town.folder / "keys/hospital.pub", "cohort", public)
    second = served.create_key(town.folder / "keys/hospital.pub", "cohort", town.folder / "second.pub")
    again = town.folder / "again.pub"
    served.ok("key export-public", first[:12], "-o", again)
    assert again.read_bytes() == public.read_bytes()
    assert served.ok("key destroy", first, unlock=True)["destroyed"]
    assert served.run("key destroy", first, unlock=True).returncode == INVALID_ARGUMENT
    keys = served.ok("key list")["keys"]
    assert [(key["fingerprint"], key["epoch"], bool(key["destroyed"])) for key in keys] == [(first, 1, True), (second, 2, False)]


def test_a_killed_daemon_starts_again_and_a_stopped_one_ends_well(custodian, authority):
    served = custodian().start()
    served.stop(signal.SIGKILL)
    served.start()
    assert shake_hands(served, authority.client()) == "TLSv1.3"
    assert served.stop() == 0
    assert served.start().stop(signal.SIGINT) == 0


def test_hangup_reads_the_configuration_again(custodian):
    served = custodian().start()
    right = served.config.read_text()
    for text, taken in (("limits { requests_per_second: 7 }", True), ("nonsense", False), ('mark: "other"', False)):
        served.config.write_text(right + text)
        served.send(signal.SIGHUP)
        assert served.said()["reloaded"] is taken


def test_what_is_wrong_is_said_before_it_serves(custodian, tmp_path):
    made = custodian()
    right = made.config.read_text()

    def serve(*arguments):
        return made.run("serve", *arguments, unlock=True)

    if os.geteuid() == 0:
        assert serve().returncode == INVALID_ARGUMENT
    made.config.write_text(right.replace("version: 1", "version: one"))
    ran = serve("--allow-root")
    assert ran.returncode == MALFORMED and ":1:10: " in ran.stdout
    made.config.write_text(right.replace("ovh.crt", "none.crt"))
    assert serve("--allow-root").returncode == INVALID_ARGUMENT
    made.config.write_text(right)
    (made.folder / "passphrase").write_text("wrong")
    assert serve("--allow-root").returncode == FORGED
    assert made.run("init", "--passphrase-memory", "8", unlock=True).returncode == INVALID_ARGUMENT


def test_backup_and_restore(custodian, town):
    served = custodian().start()
    key = served.create_key(town.folder / "keys/hospital.pub", "cohort", town.folder / "key.pub")
    backup = town.folder / "backup"
    served.ok("backup", backup)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert served.ok("check")["entries"] >= 2
    served.stop()
    assert served.run("restore", backup).returncode == INVALID_ARGUMENT  # over a custodian that is there
    for file in served.folder.glob("state.db*"):
        file.rename(town.folder / file.name)
    served.ok("restore", backup)
    assert [each["fingerprint"] for each in served.ok("key list")["keys"]] == [key]
    assert served.start().stop() == 0
    assert served.ok("log-key", unlock=True)["log_key"].startswith("ovh.example/triclave/2+")
    (served.folder / "state.db.mark").unlink()
    assert served.run("key list").returncode == IO
