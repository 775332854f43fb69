"""Data mode ``auto``: small shares are copied, many small files synced, large ones mounted.

A copy is fastest and does not depend on the share's system afterwards; a share
of gigabytes is better read where it lies. Many small files that are not many
bytes are brought by rclone: a notebook reads them all and again, which a mount
pays with a round trip for each. Some systems tell how large a folder is; of the
others a copy's listing finds out, and stops there.

Types matter only beyond a copy's limits: within them even a raster is here in
less time than a few readings of it over a mount take, and later reads are local.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Literal

from vaas.errors import ShareTooLarge
from vaas.model import Reader, Share, Workspace
from vaas.storage.base import OnProgress, Storage
from vaas.storage.copy import CopyStorage
from vaas.storage.limits import CopyLimits
from vaas.storage.mounted import MountedStorage
from vaas.storage.rclone import SyncStorage

IN_PART = re.compile(
    r"\.(cog|cdf|fgb|grb2?|grib2?|h5|hdf5?|he5|jp2|nc4?|parquet|pmtiles|pq|tiff?)$", re.IGNORECASE
)
"""Ends of the names of files of which libraries read the part that they need."""

STORE = re.compile(r"\.zarr/", re.IGNORECASE)
"""Ends of folders whose files are the parts of one array: few of them are read."""

WORTH = 1 << 20
"""Bytes from which on a part of a file is much less than all of it."""

_REMEMBERED = 1_000

Suits = Literal["copy", "sync", "mount"]


class AutoStorage(Storage):
    """Chooses for each share; the modes it chooses from are closed by whoever made them."""

    def __init__(
        self,
        small: CopyStorage | None,
        many: SyncStorage | None,
        mounts: Sequence[MountedStorage],
        copy: CopyStorage,
        few: CopyLimits,
    ) -> None:
        """Take the modes.

        Args:
            small: copies what is within ``few``; ``None`` if nothing is to be copied at once.
            many: brings many small files; needed where ``small`` is.
            mounts: serve what is left, the best first.
            copy: serves it where mounts are not possible.
            few: limits within which copying is worth while; a share of more
                bytes is not even listed for a copy.
        """
        self._small, self._many, self._mounts, self._copy = small, many, mounts, copy
        self._few = few
        self._known: dict[str, Suits] = {}

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
        suits = self._suits(share)
        if suits == "copy" and self._small is not None:
            try:
                return await stack.enter_async_context(self._small.open(share, reader, on_progress))
            except ShareTooLarge as error:
                suits = self._note(share, suited(error.listed, self._few))
        if suits == "sync" and self._many is not None and self._many.usable():
            try:
                return await stack.enter_async_context(self._many.open(share, reader, on_progress))
            except ShareTooLarge:
                self._note(share, "mount")
        mode = await self._for_large()
        return await stack.enter_async_context(mode.open(share, reader, on_progress))

    def _suits(self, share: Share) -> Suits:
        if (share.size or 0) > self._few.size:
            return "mount"
        return self._known.get(share.version.key, "copy")

    def _note(self, share: Share, suits: Suits) -> Suits:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[share.version.key] = suits
        return suits

    async def _for_large(self) -> Storage:
        for mount in self._mounts:
            if await mount.usable():
                return mount
        return self._copy

    async def close(self) -> None:
        """Nothing of its own lives here."""


def suited(files: Sequence[tuple[str, int]], few: CopyLimits) -> Suits:
    """What suits a share that a copy at once was refused.

    Args:
        files: path and size of those that were listed until then; of a share
            of many files there may be more.
        few: the limits of that copy. Where a file, or all of them, are more
            bytes than that, or folders too many or too deep, a mount suits.
    """
    size = sum(size for _, size in files)
    if len(files) <= few.files or size > few.size:
        return "mount"
    in_part = sum(size for path, size in files if read_in_part(path, size))
    return "mount" if 2 * in_part > size else "sync"


def read_in_part(path: str, size: int) -> bool:
    """Whether notebooks need much less of a file than all of it, or not most such files."""
    return bool(STORE.search(path) or (size >= WORTH and IN_PART.search(path)))


__all__ = ["WORTH", "AutoStorage", "read_in_part", "suited"]
