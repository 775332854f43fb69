"""Data mode ``auto``: small shares are copied, large ones are mounted.

A copy is fastest and does not depend on the share's system afterwards; a share
of gigabytes is better read where it lies. Some systems tell how large a folder
is; of the others a copy's listing finds out, and stops there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from vaas.errors import ShareTooLarge
from vaas.model import Reader, Share, Workspace
from vaas.storage.base import OnProgress, Storage
from vaas.storage.copy import CopyStorage
from vaas.storage.mounted import MountedStorage

_REMEMBERED = 1_000


class AutoStorage(Storage):
    """Chooses for each share; the modes it chooses from are closed by whoever made them."""

    def __init__(
        self,
        small: CopyStorage | None,
        mounts: Sequence[MountedStorage],
        copy: CopyStorage,
        above: int,
    ) -> None:
        """Take the modes.

        Args:
            small: copies what is within limits that make copying worth while;
                ``None`` if nothing is.
            mounts: serve what is not, the best first.
            copy: serves it where mounts are not possible.
            above: bytes over which a share is not even listed for a copy.
        """
        self._small, self._mounts, self._copy = small, mounts, copy
        self._above = above
        self._large: set[str] = set()

    def open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AbstractAsyncContextManager[Workspace]:
        """Copy or mount.

        Raises:
            WorkspaceError, ShareError, OutboundError: as the chosen mode does.
        """
        return self._open(share, reader, on_progress)

    def kept(self, share: Share) -> AbstractAsyncContextManager[Workspace | None]:
        """See ``Storage.kept``."""
        return self._copy.kept(share)

    @asynccontextmanager
    async def _open(
        self, share: Share, reader: Reader, on_progress: OnProgress
    ) -> AsyncIterator[Workspace]:
        async with AsyncExitStack() as stack:
            yield await self._enter(stack, share, reader, on_progress)

    async def _enter(
        self, stack: AsyncExitStack, share: Share, reader: Reader, on_progress: OnProgress
    ) -> Workspace:
        if self._small is not None and not self._is_large(share):
            try:
                return await stack.enter_async_context(self._small.open(share, reader, on_progress))
            except ShareTooLarge:
                if len(self._large) >= _REMEMBERED:
                    self._large.clear()
                self._large.add(share.version.key)
        mode = await self._for_large()
        return await stack.enter_async_context(mode.open(share, reader, on_progress))

    async def _for_large(self) -> Storage:
        for mount in self._mounts:
            if await mount.usable():
                return mount
        return self._copy

    def _is_large(self, share: Share) -> bool:
        return share.version.key in self._large or (share.size or 0) > self._above

    async def close(self) -> None:
        """Nothing of its own lives here."""


__all__ = ["AutoStorage"]
