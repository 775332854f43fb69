"""All mounts of one site, as whichever program makes them: with rclone, one daemon for all.

Sites do not touch each other: each has a daemon and a line of its own. It is
watched, and when it dies its mounts are made anew at the same places, and appear
in the sandboxes that show the folders around them.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from vaas.errors import WorkspaceError
from vaas.observability import logger, metrics
from vaas.storage.front import Front
from vaas.storage.fuse import detach
from vaas.storage.line import Line
from vaas.storage.proxy import Door
from vaas.storage.rcd import Daemon
from vaas.storage.tasks import in_thread, settle, until_done

SHARE = "share"
"""Name of the mount point in the folder that sandboxes show."""

_ANSWERS = 0.5
"""Seconds in which a healthy daemon answers."""

_log = logger(__name__)


@dataclass(slots=True)
class Mount:
    """One share's mount.

    Attributes:
        door: the proxy's entrance to it.
        front: its local files.
        home: its folder on disk: ``bind`` is shown to sandboxes.
        users: workspaces that are open.
        since: loop time of the last use.
    """

    door: Door
    front: Front
    home: Path
    users: int = 0
    since: float = 0.0

    @property
    def place(self) -> Path:
        """Where it is mounted."""
        return self.home / "bind" / SHARE


class Site(ABC):
    """One site's mounts.

    Attributes:
        line: the way to it.
        mounts: those that exist.
        asks: whether the proxy must ask the program who it is.
    """

    asks: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        """Nothing lives yet.

        Args:
            folder: for the program's few files.
        """
        self.line = Line()
        self.mounts: list[Mount] = []
        self._folder = folder
        self._changing = asyncio.Lock()

    @abstractmethod
    async def add(self, mount: Mount) -> None:
        """Mount a share.

        Raises:
            WorkspaceError: it cannot be mounted.
        """

    @abstractmethod
    async def remove(self, mount: Mount) -> None:
        """Unmount a share, whoever uses it."""

    @abstractmethod
    def break_off(self, mount: Mount) -> None:
        """Free processes that are stuck in a mount, if the program is what holds them.

        Its mounts are made anew at once, but files open in them give errors.
        """

    @abstractmethod
    async def close(self) -> None:
        """End all mounts and programs."""

    def _note(self, mount: Mount) -> None:
        self.mounts.append(mount)
        metrics.mounts.inc()

    def _forget(self, mount: Mount) -> None:
        if mount in self.mounts:
            self.mounts.remove(mount)
            metrics.mounts.dec()


class RcloneSite(Site):
    """One site's mounts and copies by rclone."""

    def __init__(self, folder: Path) -> None:
        """See ``Site``."""
        super().__init__(folder)
        self._daemon: Daemon | None = None
        self._jobs = 0
        self._watch: asyncio.Task[None] | None = None
        self._breaking: asyncio.Task[None] | None = None

    async def add(self, mount: Mount) -> None:
        """See ``Site``."""
        async with self._changing:
            daemon = await self._ready()
            await daemon.mount(mount.door.url, mount.door.key, mount.place)
            self._note(mount)

    @asynccontextmanager
    async def daemon(self) -> AsyncIterator[Daemon]:
        """The daemon, for other work than mounts; it may die meanwhile.

        Raises:
            WorkspaceError: it does not start.
        """
        async with self._changing:
            daemon = await self._ready()
            self._jobs += 1
        try:
            yield daemon
        finally:
            async with self._changing:
                self._jobs -= 1
                await self._rest()

    async def _rest(self) -> None:
        if not self.mounts and not self._jobs:
            await self._stop()

    async def remove(self, mount: Mount) -> None:
        """See ``Site``."""
        async with self._changing:
            self._forget(mount)
            try:
                if self._daemon is not None:
                    await self._daemon.unmount(mount.place)
            except WorkspaceError:
                await self._test()
                await in_thread(detach, mount.place)
            await self._rest()

    def break_off(self, mount: Mount) -> None:  # noqa: ARG002 - all of a daemon's are in one boat
        """See ``Site``."""
        if self._breaking is None or self._breaking.done():
            self._breaking = asyncio.create_task(self._test(), name="test of a daemon")

    async def _test(self) -> None:
        daemon = self._daemon
        if daemon is None:
            return
        try:
            async with asyncio.timeout(_ANSWERS):
                await daemon.call("rc/noop")
        except (TimeoutError, WorkspaceError):
            _log.warning("a mount daemon does not answer")
            daemon.kill()

    async def close(self) -> None:
        """See ``Site``."""
        async with self._changing:
            await self._stop()
            for mount in tuple(self.mounts):
                await in_thread(detach, mount.place)
                self._forget(mount)

    async def _ready(self) -> Daemon:
        if self._daemon is None or self._daemon.ended.is_set():
            if self._daemon is not None:
                await self._daemon.close()
            self._daemon = await Daemon.start(self._folder)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._keep(), name="mounts of a site")
        return self._daemon

    async def _stop(self) -> None:
        tasks = (self._watch, self._breaking)
        self._watch = self._breaking = None
        for task in tasks:
            if task is not None:
                task.cancel()
                await settle(task)
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            await daemon.close()

    async def _keep(self) -> None:
        """Replace the daemon whenever it dies, until cancelled."""
        while True:
            if self._daemon is not None and not self._daemon.ended.is_set():
                await self._daemon.ended.wait()
            await until_done(self._again, "mounts not back yet")

    async def _again(self) -> None:
        """Make all mounts anew at their places, unless that was done meanwhile."""
        async with self._changing:
            if self._daemon is None or self._daemon.ended.is_set():
                await self._mount_all()

    async def _mount_all(self) -> None:
        _log.warning("a mount daemon died", mounts=len(self.mounts))
        metrics.mount_restarts.inc()
        for mount in self.mounts:
            await in_thread(detach, mount.place)
        daemon = await self._ready()
        for mount in self.mounts:
            try:
                await daemon.mount(mount.door.url, mount.door.key, mount.place)
            except WorkspaceError as error:  # the others shall come back all the same
                _log.warning("a mount does not come back", detail=error.detail)


__all__ = ["SHARE", "Mount", "RcloneSite", "Site"]
