"""All mounts of one site: one rclone daemon, watched, and replaced when it dies.

Sites do not touch each other: each has a daemon and a line of its own. When a
daemon dies its mounts are made anew at the same places, and appear in the
sandboxes that show the folders around them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from vaas.errors import VaasError, WorkspaceError
from vaas.observability import logger, metrics
from vaas.storage.front import Front
from vaas.storage.fuse import detach
from vaas.storage.line import Line
from vaas.storage.proxy import Door
from vaas.storage.rcd import Daemon
from vaas.storage.tasks import in_thread, settle

SHARE = "share"
"""Name of the mount point in the folder that sandboxes show."""

_FIRST_WAIT, _LONGEST_WAIT = 0.2, 10.0
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


class Site:
    """One site's mounts.

    Attributes:
        line: the way to it.
        mounts: those that exist.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing lives yet.

        Args:
            folder: for the daemon's few files.
        """
        self.line = Line()
        self.mounts: list[Mount] = []
        self._folder = folder
        self._daemon: Daemon | None = None
        self._changing = asyncio.Lock()
        self._watch: asyncio.Task[None] | None = None
        self._breaking: asyncio.Task[None] | None = None

    async def add(self, mount: Mount) -> None:
        """Mount a share.

        Raises:
            WorkspaceError: it cannot be mounted.
        """
        async with self._changing:
            daemon = await self._ready()
            await daemon.mount(mount.door.url, mount.door.key, mount.place)
            self.mounts.append(mount)
            metrics.mounts.inc()

    async def remove(self, mount: Mount) -> None:
        """Unmount a share, whoever uses it."""
        async with self._changing:
            if mount in self.mounts:
                self.mounts.remove(mount)
                metrics.mounts.dec()
            try:
                if self._daemon is not None:
                    await self._daemon.unmount(mount.place)
            except WorkspaceError:
                await self._test()
                await in_thread(detach, mount.place)
            if not self.mounts:
                await self._stop()

    def break_off(self) -> None:
        """Free processes that are stuck in mounts, if the daemon is what holds them.

        Its mounts are made anew at once, but files open in them give errors.
        """
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
        """End the daemon and all mounts."""
        async with self._changing:
            await self._stop()
            for mount in self.mounts:
                await in_thread(detach, mount.place)
            metrics.mounts.dec(len(self.mounts))
            self.mounts.clear()

    async def _ready(self) -> Daemon:
        if self._daemon is None or self._daemon.ended.is_set():
            if self._daemon is not None:
                await self._daemon.close()
            self._daemon = await Daemon.start(self._folder)
        if self._watch is None:
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
        wait = _FIRST_WAIT
        while True:
            if self._daemon is not None and not self._daemon.ended.is_set():
                await self._daemon.ended.wait()
            try:
                async with self._changing:
                    await self._again()
                wait = _FIRST_WAIT
            except VaasError as error:
                _log.warning("mounts not back yet", detail=error.detail)
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)

    async def _again(self) -> None:
        """Make all mounts anew at their places."""
        if self._daemon is not None and not self._daemon.ended.is_set():
            return
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


__all__ = ["SHARE", "Mount", "Site"]
