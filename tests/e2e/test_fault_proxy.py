"""The fault proxy itself: what it passes, and what it does not."""

import socket
import threading

import pytest
from fault_proxy import DOWN, UP, Faults, FaultProxy

WORDS = bytes(range(256)) * 400


@pytest.fixture
def echo():
    """A server that sends back what it gets, until it ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(peer):
            with peer:
                try:
                    while data := peer.recv(65536):
                        peer.sendall(data)
                except OSError:
                    pass

        def accept():
            try:
                while True:
                    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()
        server.shutdown(socket.SHUT_RDWR)


def ask(proxy, data=WORDS):
    """What comes back of some bytes; where nothing does, why."""
    out, failed = b"", []
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as peer:

        def send():
            try:
                peer.sendall(data)
                peer.shutdown(socket.SHUT_WR)
            except OSError as error:
                failed.append(error)  # the system tells of a reset once, to whichever half hears of it first

        sender = threading.Thread(target=send)
        sender.start()
        try:
            while piece := peer.recv(65536):
                out += piece
        finally:
            sender.join()
    if failed and not out:
        raise failed[0]
    return out


def test_passes_everything_and_counts(echo):
    with FaultProxy(echo, keep=True) as proxy:
        assert ask(proxy) == WORDS and ask(proxy, b"x") == b"x"
        assert proxy.connections == 2 and proxy.bytes == {UP: len(WORDS) + 1, DOWN: len(WORDS) + 1}
        assert bytes(proxy.kept[UP]) == bytes(proxy.kept[DOWN]) == WORDS + b"x"


@pytest.mark.parametrize("faults", [Faults(drip=997), Faults(delay=0.001, jitter=0.001)], ids=["drip", "delay"])
def test_slow_is_not_wrong(echo, faults):
    with FaultProxy(echo) as proxy:
        proxy.faults = faults
        assert ask(proxy) == WORDS


def test_refuses_cuts_and_truncates(echo):
    with FaultProxy(echo) as proxy:
        for faults in (Faults(refuse=True), Faults(cut_after=3)):
            proxy.faults = faults
            with pytest.raises(OSError):
                ask(proxy, b"12345")
        proxy.faults = Faults(refuse_first=True)
        with pytest.raises(OSError):
            ask(proxy)
        assert ask(proxy) == WORDS
        proxy.faults = Faults(truncate_after=70_000)
        got = ask(proxy)
        assert 0 < len(got) <= 70_000 and WORDS.startswith(got)
        proxy.faults = Faults()
        assert ask(proxy) == WORDS


def test_a_partition_holds_everything_until_it_ends(echo):
    with FaultProxy(echo) as proxy:
        proxy.faults = Faults(partitioned=True)
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as peer:
            peer.sendall(b"held")
            proxy.wait_until(lambda each: each.connections == 1)
            assert proxy.bytes[UP] == 0
            proxy.faults = Faults()
            assert peer.recv(4) == b"held"
            proxy.reset_all()
            with pytest.raises(OSError):
                peer.recv(1)
