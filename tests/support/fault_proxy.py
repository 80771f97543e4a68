"""A TCP proxy that does to connections what networks and hostile peers do: cut, partition, delay, reorder, drip,
truncate, and change nothing else; it counts and can keep the bytes that pass. Runs in a thread of its own.

with FaultProxy(("127.0.0.1", 8443)) as proxy:
    client(proxy.port)
    proxy.faults = Faults(cut_after=1000)
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Any, Callable, Coroutine, List, Optional, Set, Tuple

CHUNK = 16 * 1024
UP, DOWN = "up", "down"


@dataclass(frozen=True)
class Faults:
    """What happens to connections made from now on, and to all bytes that pass from now on; by default nothing."""

    refuse: bool = False  # a connection is closed as soon as it is made
    refuse_first: bool = False  # the first of them is
    partitioned: bool = False  # nothing passes either way; connections stay open
    delay: float = 0  # seconds before a piece passes
    jitter: float = 0  # up to so many more, drawn for each connection: connections overtake one another
    drip: int = 0  # at most so many bytes at a time, each after `delay`
    cut_after: Optional[int] = None  # bytes of one connection, both ways together, after which it is reset
    truncate_after: Optional[int] = None  # bytes from the server, after which it seems to have ended its answer


class _Connection:
    """One client's connection and the one to the server behind it."""

    def __init__(self, proxy: "FaultProxy") -> None:
        self.proxy = proxy
        self.passed = {UP: 0, DOWN: 0}
        self.jitter = random.Random(proxy.seed + proxy.connections).uniform(0, 1)
        self.writers: List[asyncio.StreamWriter] = []

    def reset(self) -> None:
        """Ends both halves without a farewell."""
        for writer in self.writers:
            if not writer.transport.is_closing():
                opened: socket.socket = writer.get_extra_info("socket")
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def end(self) -> None:
        """Ends both halves once what was written has left."""
        for writer in self.writers:
            writer.close()

    async def pump(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Passes bytes one way until they end, or a fault ends them."""
        while data := await reader.read(CHUNK):
            faults = await self.proxy.until_open()
            step = faults.drip or len(data)
            for at in range(0, len(data), step):
                piece = data[at:at + step]
                if faults.delay or faults.jitter:
                    await asyncio.sleep(faults.delay + faults.jitter * self.jitter)
                    faults = await self.proxy.until_open()
                if not self.allow(way, len(piece), faults):
                    return
                self.proxy.saw(way, piece)
                writer.write(piece)
                await writer.drain()
        if writer.can_write_eof() and not writer.is_closing():
            writer.write_eof()

    def allow(self, way: str, size: int, faults: Faults) -> bool:
        """Counts a piece; False where a fault ends the connection before it."""
        self.passed[way] += size
        if faults.cut_after is not None and sum(self.passed.values()) > faults.cut_after:
            self.reset()
            return False
        if faults.truncate_after is not None and self.passed[DOWN] > faults.truncate_after:
            self.end()
            return False
        return True


class FaultProxy:
    """Listens on a port of its own and passes everything to `target`."""

    def __init__(self, target: Tuple[str, int], seed: int = 0, keep: bool = False) -> None:
        self.target, self.seed, self.keep = target, seed, keep
        self.port = 0
        self.connections = 0
        self.bytes = {UP: 0, DOWN: 0}
        self.kept = {UP: bytearray(), DOWN: bytearray()}
        self._faults = Faults()
        self._fresh = True  # no connection yet since the faults were set
        self._alive: Set[_Connection] = set()
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024))
        self.port = self._server.sockets[0].getsockname()[1]
        self.faults = self._faults
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def endpoint(self) -> str:
        """Where clients connect."""
        return f"127.0.0.1:{self.port}"

    @property
    def faults(self) -> Faults:
        """What happens now."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        async def change() -> None:
            self._faults, self._fresh = faults, True
            (self._open.clear if faults.partitioned else self._open.set)()

        self._call(change())

    def reset_all(self) -> None:
        """Cuts every connection that there is."""
        async def cut() -> None:
            for connection in list(self._alive):
                connection.reset()

        self._call(cut())

    def wait_until(self, condition: Callable[["FaultProxy"], bool], seconds: float = 20) -> None:
        """Waits for something to have passed, an event and not a time; fails after so many seconds."""
        with self._news:
            assert self._news.wait_for(lambda: condition(self), seconds), "the proxy has not seen what was waited for"

    def saw(self, way: str, data: bytes) -> None:
        """Counts bytes on their way."""
        with self._news:
            self.bytes[way] += len(data)
            if self.keep:
                self.kept[way] += data
            self._news.notify_all()

    async def until_open(self) -> Faults:
        """The faults, once no partition holds."""
        await self._open.wait()
        return self._faults

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self)
        connection.writers.append(writer)
        with self._news:
            self.connections += 1
            self._fresh, first = False, self._fresh
            self._news.notify_all()
        self._alive.add(connection)
        try:
            if self._faults.refuse or (self._faults.refuse_first and first):
                connection.reset()
                return
            await self.until_open()
            up_reader, up_writer = await asyncio.open_connection(*self.target)
            connection.writers.append(up_writer)
            await asyncio.gather(connection.pump(UP, reader, up_writer), connection.pump(DOWN, up_reader, writer))
            connection.end()
        except (OSError, asyncio.CancelledError):
            connection.reset()  # a peer is gone, or the proxy ends: both halves go
        finally:
            self._alive.discard(connection)

    async def _end(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)
