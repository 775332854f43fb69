"""A line between VaaS and a sync-and-share system that goes wrong on demand."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass
from typing import Literal, Self

Fault = Literal["", "refuse", "blackhole", "hang", "crawl", "cut", "reset"]

NO_LINGER = struct.pack("ii", 1, 0)
"""For a socket whose end is told by a reset."""


@dataclass(eq=False)
class _Talk:
    """One connection, and what was asked on it last."""

    ours: asyncio.StreamWriter
    theirs: asyncio.StreamWriter
    asked: bytes = b""
    sent: int = 0


class Chaos:
    """Passes bytes between a port of its own and another one.

    Attributes:
        fault: what it does from now on: nothing, not even listen (``refuse``), listen
            and take no connection (``blackhole``); or with answers: take and never give
            them (``hang``), give ``bandwidth`` bytes a second (``crawl``), break off
            after ``after`` bytes (``cut``), the same with a reset (``reset``).
        befalls: what the requests hold whose answers go wrong; empty for all.
        delay: seconds by which each piece of an answer is late.
        swaps: what is put in the place of what in answers, of equal length.
        asked: heads of the requests passed on, in lower case.
        passed: bytes of answers passed on.
        connections: taken so far.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self.fault: Fault = ""
        self.after, self.bandwidth, self.delay = 0, 5.0, 0.0
        self.befalls = b""
        self.swaps: dict[bytes, bytes] = {}
        self.asked: list[bytes] = []
        self.passed = self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._full: list[socket.socket] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def set(self, fault: Fault) -> None:
        """Begin to fail, or cease; lines that stand are subject to it too."""
        if fault in {"refuse", "blackhole"} or self._server is None:
            await self._stop()
        if fault == "blackhole":
            self._fill()
        elif fault != "refuse" and self._server is None:
            await self._listen()
        self.fault = fault

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _fill(self) -> None:
        """Listen with a queue that is full: Linux answers nobody else."""
        self._full = [socket.socket() for _ in range(3)]
        listener, *callers = self._full
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(0)
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", self.port))

    async def _stop(self) -> None:
        for one in self._full:
            one.close()
        self._full = []
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
        talk = _Talk(writer, out)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            ends = [asyncio.ensure_future(self._up(reader, talk))]
            ends.append(asyncio.ensure_future(self._down(there, talk)))
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()
                await asyncio.gather(*ends, return_exceptions=True)
        out.transport.abort()
        writer.transport.abort()
        self._tasks.discard(task)

    async def _up(self, reader: asyncio.StreamReader, talk: _Talk) -> None:
        while data := await reader.read(1 << 16):
            talk.asked = data
            self.asked.append(data.partition(b"\r\n\r\n")[0].lower())
            talk.theirs.write(data)
            await talk.theirs.drain()

    async def _down(self, there: asyncio.StreamReader, talk: _Talk) -> None:
        while data := await there.read(1 << 14):
            await asyncio.sleep(self.delay)
            for true, told in self.swaps.items():
                data = data.replace(true, told)
            fault = self.fault if self.befalls in talk.asked else ""
            if fault == "hang":
                await asyncio.Event().wait()
            if fault in {"cut", "reset"} and talk.sent + len(data) > self.after:
                if fault == "reset":
                    sock = talk.ours.get_extra_info("socket")
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                return
            await self._pass(data, talk, slowly=fault == "crawl")

    async def _pass(self, data: bytes, talk: _Talk, *, slowly: bool) -> None:
        step = max(1, int(self.bandwidth / 20)) if slowly else len(data)
        for at in range(0, len(data), step):
            piece = data[at : at + step]
            talk.ours.write(piece)
            await talk.ours.drain()
            talk.sent += len(piece)
            self.passed += len(piece)
            if slowly:
                await asyncio.sleep(len(piece) / self.bandwidth)


__all__ = ["Chaos", "Fault"]
