"""Data mode ``mount``: the share stays where it is, and its files are read as they are needed.

::

    kernel ──► mount (FUSE) ──► rclone or davfs2 ──► proxy on loopback ──► Reader

The mount is made outside the sandbox, which shows the folder around it
read-only: so a mount that is made anew appears inside as well. Viewers of one
version share a mount.
"""

from __future__ import annotations

import asyncio
import functools
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import ClassVar
from weakref import WeakValueDictionary

from vaas.errors import WorkspaceError
from vaas.model import Phase, Reader, Share, Workspace
from vaas.observability import logger
from vaas.storage.base import OnProgress, Storage
from vaas.storage.front import Front
from vaas.storage.site import Mount, Site
from vaas.storage.sites import Sites
from vaas.storage.tasks import in_thread, settle
from vaas.storage.trees import FOLDER, remove_tree
from vaas.storage.view import View

LINGER = 30.0
"""Seconds that a mount outlives its last viewer, who may only be reloading the page."""

_TIDY_EVERY = 5.0

_log = logger(__name__)


class MountedStorage(Storage):
    """Mounts shares; subclasses say with which program.

    Attributes:
        sites: what serves the sites.
    """

    programs: ClassVar[tuple[str, ...]]
    """What must be installed."""

    def __init__(self, sites: Sites, *, linger: float = LINGER) -> None:
        """Nothing lives before the first share.

        Args:
            sites: what serves the sites; closed with this mode.
            linger: seconds that an unused mount is kept.
        """
        self.sites = sites
        self._linger = linger
        self._mounts: dict[str, Mount] = {}
        self._making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tidying: asyncio.Task[None] | None = None
        self._usable: bool | None = None

    def open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AbstractAsyncContextManager[Workspace]:
        """Mount the share, unless it is mounted, and fetch its notebooks.

        A file that changes while the workspace is open gives an error when it
        is read, never a mixture of two states.

        Raises:
            WorkspaceError: the program or FUSE are missing or refuse.
            ShareTooLarge: more entries than are remembered.
            ShareError, OutboundError: whatever ``reader`` raises.
        """
        return self._open(share, reader, on_progress)

    @asynccontextmanager
    async def _open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AsyncIterator[Workspace]:
        await self._start()
        mount = await self._take(share, reader)
        try:
            seen = await mount.front.look(share.link.path)
            on_progress(Phase("data", len(seen.files), len(seen.files), seen.size))
            yield Workspace(
                path=mount.place,
                version=share.version,
                notebooks=seen.notebooks,
                files=len(seen.files),
                size=seen.size,
                names=seen.names(),
                front=mount.home / "front",
                mounted=True,
                interrupt=functools.partial(self._interrupt, mount),
            )
        finally:
            mount.users -= 1
            mount.since = asyncio.get_running_loop().time()

    async def erase(self, share: str) -> bool:
        """See ``Storage.erase``."""
        left = False
        for key, mount in list(self._mounts.items()):
            if mount.door.view.share.version.share != share:
                continue
            async with self._making.setdefault(key, asyncio.Lock()):
                left = left or bool(mount.users)
                if not mount.users and self._mounts.get(key) is mount:
                    await self._forget(key, mount)
        return not left

    async def usable(self) -> bool:
        """Whether shares can be mounted here; says why not in the log, once."""
        if self._usable is None:
            why = await self.lack()
            if why:
                _log.warning("shares are not mounted", with_=self.programs[0], why=why)
            self._usable = not why
        return self._usable

    async def lack(self) -> str:
        """What keeps shares from being mounted here; empty if nothing does."""
        try:
            self._require()
            await self._start()
        except WorkspaceError as error:
            return error.detail
        return ""

    def _require(self) -> None:
        missing = missing_programs(self.programs)
        if missing or not os.access("/dev/fuse", os.R_OK | os.W_OK):
            raise WorkspaceError(f"not here: {', '.join(missing) or '/dev/fuse'}")

    def _interrupt(self, mount: Mount, hard: bool) -> None:
        mount.door.view.interrupt(hard=hard)
        if hard:
            self._site(mount).break_off(mount)

    def _site(self, mount: Mount) -> Site:
        return self.sites.known[mount.door.view.share.link.host]

    async def close(self) -> None:
        """Unmount all and end all programs."""
        if self._tidying is not None:
            self._tidying.cancel()
            await settle(self._tidying)
        for mount in self._mounts.values():
            self.sites.proxy.remove(mount.door)
        await self.sites.close()

    async def _start(self) -> Path:
        folder = await self.sites.open(mounts=True)
        if self._tidying is None:
            self._tidying = asyncio.create_task(self._tidy(), name="unused mounts")
        return folder

    async def _take(self, share: Share, reader: Reader) -> Mount:
        """The version's mount, made if it is not there, with one more user."""
        key = share.version.key
        async with self._making.setdefault(key, asyncio.Lock()):
            mount = self._mounts.get(key)
            if mount is None:
                mount = self._mounts[key] = await self._make(share, reader)
            else:
                mount.door.view.resume(share)
            mount.users += 1
            return mount

    async def _make(self, share: Share, reader: Reader) -> Mount:
        self._require()
        home = await self._start() / secrets.token_hex(8)
        site = self.sites.site(share.link.host)
        view = View(share, reader, site.line)
        await view.folder("")  # what refuses, refuses before anything is made
        door = self.sites.proxy.add(view, asks=site.asks)
        mount = Mount(door, Front(view, home / "front"), home)
        try:
            await in_thread(_furnish, mount)
            await site.add(mount)
        except BaseException:
            await self._drop(site, mount)
            raise
        return mount

    async def _drop(self, site: Site, mount: Mount) -> None:
        self.sites.proxy.remove(mount.door)
        await site.remove(mount)
        await in_thread(_clear, mount)

    async def _tidy(self) -> None:
        """Unmount what nobody uses any more, until cancelled."""
        me = asyncio.current_task()
        # A cancellation may be swallowed on the way, where a daemon is seen to its end.
        while me and not me.cancelling():
            await asyncio.sleep(min(_TIDY_EVERY, self._linger))
            limit = asyncio.get_running_loop().time() - self._linger
            for key, mount in list(self._mounts.items()):
                try:
                    async with self._making.setdefault(key, asyncio.Lock()):
                        # Somebody may have taken it away, or made another, meanwhile.
                        unused = not mount.users and mount.since < limit
                        if unused and self._mounts.get(key) is mount:
                            await self._forget(key, mount)
                except Exception:  # noqa: BLE001  one's trouble is not the next one's
                    _log.exception("an unused mount could not be looked at")

    async def _forget(self, key: str, mount: Mount) -> None:
        del self._mounts[key]
        try:
            await self._drop(self._site(mount), mount)
        except WorkspaceError as error:
            _log.warning("a mount does not go away", detail=error.detail)


def missing_programs(names: Iterable[str]) -> list[str]:
    """Those that are not installed, also where only administrators look."""
    return [name for name in names if find_program(name) is None]


def find_program(name: str) -> str | None:
    """Where a program is, also where only administrators look."""
    return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")


def _furnish(mount: Mount) -> None:
    """Make the folders of a mount; sandboxes pass them as another user."""
    for folder in (mount.home, mount.home / "front", mount.home / "bind", mount.place):
        folder.mkdir()
        folder.chmod(FOLDER)


def _clear(mount: Mount) -> None:
    """Remove the folders of a mount that is gone; never what lies below a mount that is not."""
    try:
        mount.place.rmdir()
    except OSError:
        _log.warning("a mount does not go away")
        return
    remove_tree(mount.home)


__all__ = ["LINGER", "MountedStorage", "find_program", "missing_programs"]
