"""Data mode ``mount``: the share stays where it is, and its files are read as they are needed.

::

    kernel ──► mount (FUSE) ──► rclone, one for each site ──► proxy on loopback ──► Reader

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
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from weakref import WeakValueDictionary

from vaas.errors import WorkspaceError
from vaas.model import Phase, Reader, Share, Workspace
from vaas.observability import logger
from vaas.storage.base import OnProgress, Storage
from vaas.storage.front import Front
from vaas.storage.fuse import MountFolder
from vaas.storage.proxy import Proxy
from vaas.storage.site import Mount, Site
from vaas.storage.tasks import in_thread, settle
from vaas.storage.trees import FOLDER, remove_tree
from vaas.storage.view import View

LINGER = 30.0
"""Seconds that a mount outlives its last viewer, who may only be reloading the page."""

_TIDY_EVERY = 5.0

_log = logger(__name__)


class RcloneMount(Storage):
    """Mounts shares with rclone."""

    def __init__(self, root: Path, *, linger: float = LINGER) -> None:
        """Remember where; nothing lives before the first share.

        Args:
            root: folder for mounts, common to all servers of one installation.
            linger: seconds that an unused mount is kept.
        """
        self._root, self._linger = root, linger
        self._proxy = Proxy()
        self._folder: MountFolder | None = None
        self._opening = asyncio.Lock()
        self._sites: dict[str, Site] = {}
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
            WorkspaceError: rclone or FUSE are missing or refuse.
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

    async def usable(self) -> bool:
        """Whether shares can be mounted here; says why not in the log, once."""
        if self._usable is None:
            try:
                _require_programs()
                await self._start()
                self._usable = True
            except WorkspaceError as error:
                _log.warning("shares are copied, not mounted", why=error.detail)
                self._usable = False
        return self._usable

    def _interrupt(self, mount: Mount, hard: bool) -> None:
        mount.door.view.interrupt()
        if hard:
            self._sites[mount.door.view.share.link.host].break_off()

    async def close(self) -> None:
        """Unmount all and end all daemons."""
        if self._tidying is not None:
            self._tidying.cancel()
            await settle(self._tidying)
        for mount in self._mounts.values():
            self._proxy.remove(mount.door)
        await asyncio.gather(*(site.close() for site in self._sites.values()))
        await self._proxy.close()
        if self._folder is not None:
            await in_thread(self._folder.close)

    async def _start(self) -> None:
        async with self._opening:
            if self._folder is None:
                self._folder = await in_thread(MountFolder, self._root)
                await self._proxy.open()
                self._tidying = asyncio.create_task(self._tidy(), name="unused mounts")

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
        assert self._folder is not None
        home = self._folder.path / secrets.token_hex(8)
        site = self._sites.setdefault(share.link.host, Site(self._folder.path))
        view = View(share, reader, site.line)
        await view.folder("")  # what refuses, refuses before anything is made
        door = self._proxy.add(view)
        mount = Mount(door, Front(view, home / "front"), home)
        try:
            await in_thread(_furnish, mount)
            await site.add(mount)
        except BaseException:
            await self._drop(site, mount)
            raise
        return mount

    async def _drop(self, site: Site, mount: Mount) -> None:
        self._proxy.remove(mount.door)
        await site.remove(mount)
        await in_thread(_clear, mount)

    async def _tidy(self) -> None:
        """Unmount what nobody uses any more, until cancelled."""
        while True:
            await asyncio.sleep(min(_TIDY_EVERY, self._linger))
            limit = asyncio.get_running_loop().time() - self._linger
            for key, mount in list(self._mounts.items()):
                async with self._making.setdefault(key, asyncio.Lock()):
                    if not mount.users and mount.since < limit:
                        await self._forget(key, mount)

    async def _forget(self, key: str, mount: Mount) -> None:
        del self._mounts[key]
        try:
            await self._drop(self._sites[mount.door.view.share.link.host], mount)
        except WorkspaceError as error:
            _log.warning("a mount does not go away", detail=error.detail)


def _require_programs() -> None:
    missing = [name for name in ("rclone", "fusermount3") if shutil.which(name) is None]
    if missing or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        raise WorkspaceError(f"not here: {', '.join(missing) or '/dev/fuse'}")


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


__all__ = ["LINGER", "RcloneMount"]
