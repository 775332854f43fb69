"""A line between VaaS and a sync-and-share system that goes wrong on demand."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Literal, Self

Fault = Literal["", "refuse", "hang", "crawl", "cut"]


class Chaos:
    """Passes bytes between a port of its own and another one.

    Attributes:
        fault: what it does to answers from now on: nothing, not even listen
            (``refuse``), take and never answer (``hang``), a byte now and then
            (``crawl``), or break off after ``after`` bytes (``cut``).
        passed: bytes of answers passed on.
        connections: taken so far.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self.fault: Fault = ""
        self.after = 0
        self.passed = self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def set(self, fault: Fault) -> None:
        """Begin to fail, or cease; lines that stand are subject to it too."""
        if fault == "refuse":
            await self._stop()
        elif self._server is None:
            await self._listen()
        self.fault = fault

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)
            await server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        there, out = await asyncio.open_connection("127.0.0.1", self._target)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            ends = [asyncio.ensure_future(self._up(reader, out))]
            ends.append(asyncio.ensure_future(self._down(there, writer)))
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()
                await asyncio.gather(*ends, return_exceptions=True)
        out.transport.abort()
        writer.transport.abort()
        self._tasks.discard(task)

    async def _up(self, reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            out.write(data)
            await out.drain()

    async def _down(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = 0
        while data := await there.read(1 << 14):
            if self.fault == "hang":
                await asyncio.Event().wait()
            if self.fault == "crawl":
                await self._crawl(data, writer)
            if self.fault == "cut" and sent + len(data) > self.after:
                return
            writer.write(data)
            await writer.drain()
            sent += len(data)
            self.passed += len(data)

    async def _crawl(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.2)


__all__ = ["Chaos", "Fault"]
