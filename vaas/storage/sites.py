"""What talks to sites by the loopback proxy, and where it keeps its few files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from vaas.storage.fuse import MountFolder, share_mounts
from vaas.storage.proxy import Proxy
from vaas.storage.site import Site
from vaas.storage.tasks import in_thread


class Sites:
    """The proxy, a folder, and what serves each site; common to modes of one kind.

    Attributes:
        proxy: shows shares to the programs that serve the sites.
        known: what serves each site that was asked, by host.
    """

    def __init__(self, root: Path, kind: Callable[[Path], Site]) -> None:
        """Remember where; nothing lives before the first share.

        Args:
            root: folder for mounts, common to all servers of one installation.
            kind: makes what serves one site, given the folder.
        """
        self.proxy = Proxy()
        self.known: dict[str, Site] = {}
        self._root, self._kind = root, kind
        self._folder: MountFolder | None = None
        self._opening = asyncio.Lock()
        self._shown = False

    async def open(self, *, mounts: bool = False) -> Path:
        """Begin, unless that was done.

        Args:
            mounts: whether sandboxes shall see what is mounted here.

        Returns:
            the folder.

        Raises:
            WorkspaceError: the disk or the system refuses.
        """
        async with self._opening:
            if self._folder is None:
                self._folder = await in_thread(MountFolder, self._root)
                await self.proxy.open()
            if mounts and not self._shown:
                await in_thread(share_mounts, self._folder.path)
                self._shown = True
            return self._folder.path

    def site(self, host: str) -> Site:
        """What serves a site; only after ``open``."""
        assert self._folder is not None
        if host not in self.known:
            self.known[host] = self._kind(self._folder.path)
        return self.known[host]

    async def close(self) -> None:
        """End all mounts, programs and connections."""
        await asyncio.gather(*(site.close() for site in self.known.values()))
        await self.proxy.close()
        if self._folder is not None:
            await in_thread(self._folder.close)


__all__ = ["Sites"]
