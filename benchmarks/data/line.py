"""A line with a delay, between a program and a server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections import deque
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized

DELAY = 0.015
"""Seconds that a byte takes each way."""

_PROCESSES = multiprocessing.get_context("spawn")


class SlowLine:
    """Passes bytes on after a delay, however many are under way.

    A process of its own does that: in ours, each byte would take time of the
    one whose reads are measured.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._passed = _PROCESSES.Value("Q", 0)

    @property
    def passed(self) -> int:
        """Bytes that have come from the target."""
        return self._passed.value

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take connections on ``port``."""
        ours, theirs = _PROCESSES.Pipe()
        process = _PROCESSES.Process(target=_serve, args=(self._target, theirs, self._passed))
        process.start()
        try:
            self.port = await asyncio.to_thread(ours.recv)
            yield
        finally:
            process.terminate()
            await asyncio.to_thread(process.join)


def _serve(target: int, tell: Connection, passed: Synchronized[int]) -> None:
    asyncio.run(_listen(target, tell, passed))


async def _listen(target: int, tell: Connection, passed: Synchronized[int]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Near(target, passed), "127.0.0.1", 0)
    tell.send(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


class _End(asyncio.Protocol):
    """One end of a connection: what comes in at the other leaves here, later."""

    def __init__(self) -> None:
        self.other: _End | None = None
        self.transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._coming: deque[tuple[float, bytes]] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._pass()

    def data_received(self, data: bytes) -> None:
        assert self.other is not None
        self.other.take(data)

    def take(self, data: bytes) -> None:
        """Send later what came in at the other end; nothing is the connection's end."""
        due = self._loop.time() + DELAY
        self._coming.append((due, data))
        if len(self._coming) == 1:
            self._loop.call_at(due, self._pass)

    def _pass(self) -> None:
        if self.transport is None:
            return
        if self.transport.is_closing():  # nobody takes the rest, and each try would be logged
            self._coming.clear()
            return
        now = self._loop.time()
        while self._coming and self._coming[0][0] <= now:
            _, data = self._coming.popleft()
            self.transport.write(data) if data else self.transport.close()
        if self._coming:
            self._loop.call_at(self._coming[0][0], self._pass)

    def connection_lost(self, _: Exception | None) -> None:
        if self.other:
            self.other.take(b"")

    # Who does not take what comes slows the other end down, as on a true line.
    def pause_writing(self) -> None:
        if self.other and self.other.transport:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other and self.other.transport:
            self.other.transport.resume_reading()


class _Near(_End):
    """The end towards the program."""

    def __init__(self, target: int, passed: Synchronized[int]) -> None:
        super().__init__()
        self._target, self._passed = target, passed
        self._begun: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.other = _Far(self, self._passed)
        self._begun = asyncio.create_task(self._begin(self.other))

    async def _begin(self, far: _End) -> None:
        await asyncio.sleep(2 * DELAY)  # the handshake of a true line
        await self._loop.create_connection(lambda: far, "127.0.0.1", self._target)


class _Far(_End):
    """The end towards the server."""

    def __init__(self, near: _Near, passed: Synchronized[int]) -> None:
        super().__init__()
        self.other, self._passed = near, passed

    def data_received(self, data: bytes) -> None:
        self._passed.value += len(data)
        super().data_received(data)


__all__ = ["DELAY", "SlowLine"]
