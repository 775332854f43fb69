"""The process in which kernels live, apart from the servers that pages talk to.

It ends by itself when no server has come for a while, and everything with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections import deque
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from vaas.kernels.apart.streams import Cells, serve_page
from vaas.kernels.apart.talk import PROTOCOL, READ_AHEAD, Said, Talk, told
from vaas.kernels.apart.values import Terms
from vaas.kernels.apart.visit import Kept, Visit
from vaas.kernels.base import Kernel, Template
from vaas.kernels.forks.host import ForkingHost
from vaas.kernels.forks.template import LocalTemplate
from vaas.kernels.janitor import Janitor
from vaas.kernels.kernel import LocalKernel
from vaas.kernels.runtime import reap

log = logging.getLogger(__name__)

FIRST_COMES_WITHIN = 30.0
"""Seconds that it waits for the server that started it."""

TOLD = 120.0
"""Seconds for which a page can have the last words of a kernel that ended."""

_LINES = 1000
"""Of the log, kept while no server is there to take them."""


class Keeper(logging.Handler):
    """Keeps kernels for servers that come and go.

    Attributes:
        host: starts them.
        kept: kernels and templates, by name.
    """

    def __init__(self, folder: Path, terms: Terms, name: str) -> None:
        """Nothing lives before ``run``.

        Args:
            folder: for runtime files, common to all hosts of one installation.
            terms: what it is started with.
            name: by which servers find one with such terms.
        """
        super().__init__(logging.INFO)
        # The server writes the rest of the line.
        self.setFormatter(logging.Formatter("%(message)s"))
        self.host = ForkingHost(
            folder,
            most=terms.most,
            templates=terms.templates,
            mode=terms.mode,
            grace=terms.grace,
            failure_view=terms.failure_view,
            zygotes=terms.zygotes,
            preload=terms.preload,
        )
        self.kept: dict[str, Kept] = {}
        self._folder, self._name = folder, name
        self._names = count(1)
        self._visits: list[Visit] = []
        self._lines: deque[Said] = deque(maxlen=_LINES)
        self._tasks: set[asyncio.Task[None]] = set()
        self._done = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Serve until nobody needs it; writes a line when it can be reached."""
        loop = self._loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # What ends a server in a terminal goes to all who came with it.
            loop.add_signal_handler(number, self._done.set if number == signal.SIGTERM else _deaf)
        janitor = await asyncio.to_thread(Janitor, self._folder, reap)
        try:
            await self.host.report()
            server = await asyncio.start_unix_server(
                self._meet, sock=listen(self.host.folder, self._name), limit=READ_AHEAD
            )
            self._wait(FIRST_COMES_WITHIN)
            with suppress(OSError):  # who started it may be gone
                os.write(1, b"ready\n")
            await self._done.wait()
            server.close()
        finally:
            await self.host.close()
            await asyncio.to_thread(janitor.dismiss)

    def keep(self, one: Kernel | Template, visit: Visit) -> Kept:
        """Take a new kernel or template in, and see to its end."""
        assert isinstance(one, LocalKernel | LocalTemplate)
        name = str(next(self._names))
        kept = self.kept[name] = Kept(name, one, visit)
        self._own(self._until_end(kept))
        return kept

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a line of the log to a server."""
        self._lines.append(
            {"name": record.name, "level": record.levelno, "text": self.format(record)}
        )
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        # One that is dead but has not left yet makes asyncio warn, which is a line again.
        while self._lines and (one := next((v for v in self._visits if v.hears), None)):
            one.tell("log", **self._lines.popleft())

    def _own(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _until_end(self, kept: Kept) -> None:
        if isinstance(kept.one, LocalKernel):
            kept.tell("ended", error=told(await asyncio.shield(kept.one.ended)))
            await kept.one.gone()
            kept.tell("gone")
            self._perhaps_done()
            # Its page may have been loading all the while.
            asyncio.get_running_loop().call_later(TOLD, self.kept.pop, kept.name, None)
        else:
            await asyncio.shield(kept.one.ended)
            kept.tell("ended")
            # As for a kernel; a page may still be told of its run.
            asyncio.get_running_loop().call_later(TOLD, self.kept.pop, kept.name, None)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection from its first word to its end."""
        self._own_current()
        talk = None
        try:
            talk = Talk(reader, writer)
            said, _ = await talk.hear()
            if said["be"] == "control":
                await self._serve_control(talk, said)
            elif kept := self.kept.get(said["of"]):
                if said["be"] == "cells":
                    await Cells(talk, kept.one, kept.resting).run()
                else:
                    await serve_page(talk, kept.one.channel)
        except (ConnectionError, PermissionError, KeyError) as error:
            log.debug("a connection ended: %r", error)
        except Exception:  # a task's last line: told, not raised
            log.exception("a connection broke")
        if talk is None or not self._done.is_set():
            # At the very end it is the process's end that tells who waits for it.
            writer.close()

    def _own_current(self) -> None:
        if task := asyncio.current_task():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve_control(self, talk: Talk, said: Said) -> None:
        if said["protocol"] != PROTOCOL:
            return  # of a version whose files have gone meanwhile
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None
        visit = Visit(self, talk, said["stay"])
        self._visits.append(visit)
        self._hand_out()
        try:
            await visit.run()
        finally:
            self._visits.remove(visit)
            if not self._visits:
                self._wait(visit.stay)
                self._perhaps_done()

    def _wait(self, seconds: float) -> None:
        """Wait for a server, and end if none comes."""
        self._waiting = asyncio.get_running_loop().call_later(seconds, self._done.set)

    def _perhaps_done(self) -> None:
        """End if no server is there, nor a kernel for which one might come."""
        if not self._visits and not self.host.kernels():
            self._done.set()


def _deaf() -> None:
    """Hear a signal, and do nothing."""


def socket_name(terms_name: str) -> str:
    """What the socket of a host with these terms is called, in the host's own folder."""
    return f"host-{terms_name}"


def listen(folder: Path, terms_name: str) -> socket.socket:
    """Begin to be reachable."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # By a descriptor, because the path itself may be longer than a socket's may.
        sock.bind(f"/proc/self/fd/{place}/{socket_name(terms_name)}")
        sock.listen(128)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    finally:
        os.close(place)
    return sock


__all__ = ["Keeper", "listen", "socket_name"]
