"""A line with a delay, between a program and a server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

DELAY = 0.015
"""Seconds that a byte takes each way."""


class SlowLine:
    """Passes bytes on after a delay, however many are under way."""

    def __init__(self, target: int) -> None:
        self._target, self.port, self.passed, self.connections = target, 0, 0, 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take connections on ``port``."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await asyncio.sleep(2 * DELAY)  # the handshake of a true line
        there, out = await asyncio.open_connection("127.0.0.1", self._target)
        ends = [asyncio.ensure_future(self._pass(reader, out, count=False))]
        ends.append(asyncio.ensure_future(self._pass(there, writer, count=True)))
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
        out.transport.abort()
        writer.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, count: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        under_way: deque[tuple[float, bytes]] = deque()
        came, ended = asyncio.Event(), False

        async def write() -> None:
            """Pass on what came, as late as the line is long."""
            while under_way or not ended:
                if not under_way:
                    came.clear()
                    await came.wait()
                    continue
                due, data = under_way.popleft()
                await asyncio.sleep(max(0.0, due - loop.time()))
                writer.write(data)
                await writer.drain()

        writing = asyncio.ensure_future(write())
        try:
            while data := await reader.read(1 << 16):
                under_way.append((loop.time() + DELAY, data))
                self.passed += len(data) if count else 0
                came.set()
        finally:
            ended = True
            came.set()
            if not reader.at_eof():
                writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)


__all__ = ["DELAY", "SlowLine"]
