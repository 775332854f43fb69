"""What a provider promises, and what all providers use.

A provider speaks one product's dialect. ``Shares`` picks it, once the product
is known, and is the only caller; nothing outside this room sees a provider.
"""

from __future__ import annotations

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from vaas.model import Entry, Secret, Share, ShareLink

WALK_ENTRIES = 5_000
"""Entries that a tree digest takes in before it stops going deeper."""

_WALK_PARALLEL = 4

ListFolder = Callable[[str], Awaitable[Sequence[Entry]]]


class Provider(ABC):
    """One product's way to answer about its links.

    A provider keeps nothing about a link that its EFSS could not tell again,
    and is used by many viewers at once. It asks; it does not decide whether to
    ask: remembering failures and sharing answers is the work of ``Shares``.

    Attributes:
        product: the name that ``Share.product`` carries.
        locks_out: whether it answers an address no more that was wrong too often.
    """

    product: ClassVar[str]
    locks_out: ClassVar[bool] = False

    @abstractmethod
    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """Find out what a link leads to, and in which state it is now.

        Called for each new view and each poll, so it is as cheap as the
        product allows: one request where folders have ETags.

        Args:
            link: what was pasted.
            password: the link's password, if the viewer gave one.

        Returns:
            the share; two calls give equal versions if and only if nothing
            below the root changed in between (within the bounds told by
            ``tree_digest`` where the product has no folder ETags).

        Raises:
            ShareError: the product's answer is no; each refusal is its own class.
            InternalLink: only signed-in people may open it.
            OutboundError: the answer could not be had.
        """

    @abstractmethod
    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        """The entries directly inside one folder.

        Called by a data mode while it makes the workspace, for several
        folders at once.

        Args:
            share: as ``resolve`` gave it.
            folder: path relative to the share's root; empty for the root. The
                root of a single-file share holds that one file.

        Returns:
            entries in any order, each once, all inside ``folder``.

        Raises:
            ShareChanged: the folder is no longer there.
            ShareError, OutboundError: as for ``resolve``.
        """

    @abstractmethod
    def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """A file's bytes, as they arrive.

        Called by a data mode, for several files at once; again with an
        ``offset`` to go on after a broken connection.

        Args:
            share: as ``resolve`` gave it.
            entry: as ``list`` gave it.
            offset: bytes to leave out at the start.
            size: bytes wanted, where not all; a provider that cannot ask for a
                part may give more.

        Returns:
            pieces of any size. The caller closes the iterator.

        Raises:
            ShareChanged: the file is gone, or is not the one that was listed.
            ShareError, OutboundError: as for ``resolve``.
        """

    async def editor(self, share: Share, path: str) -> str:  # noqa: ARG002 (most know no locks)
        """Who is editing a file of a share, in words for viewers.

        Called once for each poll of a share that somebody looks at.

        Args:
            share: as ``resolve`` gave it.
            path: of the file, as ``list`` gave it.

        Returns:
            a name; empty if nobody is, or the product does not say.

        Raises:
            ShareError, OutboundError: there is no answer.
        """
        return ""

    async def close(self) -> None:  # noqa: B027 (most hold nothing)
        """End what the provider holds beyond the client; called once, at the end."""


def digest(entries: Iterable[Entry]) -> str:
    """A tag for a set of entries: their paths, kinds, sizes and tags.

    Args:
        entries: in any order.

    Returns:
        40 hex digits.
    """
    lines = sorted(f"{e.path}\0{e.is_folder}\0{e.size}\0{e.tag}" for e in entries)
    return hashlib.sha256("\n".join(lines).encode(errors="surrogatepass")).hexdigest()[:40]


async def first(size: int | None, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The first ``size`` bytes.

    An answer of just this size is read to its very end, so that its connection
    can be used again.
    """
    left = size
    async for piece in pieces:
        if left is None:
            yield piece
            continue
        if piece and not left:
            return
        yield piece[:left]
        left -= min(left, len(piece))


async def _list_all(list_folder: ListFolder, paths: Sequence[str]) -> list[Sequence[Entry]]:
    async def one(path: str) -> Sequence[Entry]:
        """List one folder."""
        return await list_folder(path)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(path)) for path in paths]
    except BaseExceptionGroup as failed:
        raise _first(failed) from None
    return [task.result() for task in tasks]


def _first(failed: BaseException) -> BaseException:
    """The first of several errors that happened at once."""
    while isinstance(failed, BaseExceptionGroup):
        failed = failed.exceptions[0]
    return failed


async def tree_digest(list_folder: ListFolder, limit: int = WALK_ENTRIES) -> str:
    """A tag for a whole tree, for systems whose root has no telling ETag.

    Folders are listed level by level, a few at once. Once ``limit`` entries
    are seen no further folder is opened: in a tree larger than that, a change
    deep below shows only when something nearer to the root changes as well.

    Args:
        list_folder: lists one folder, given its path.
        limit: entries after which the walk stops.

    Returns:
        40 hex digits, the same as long as nothing seen changes.
    """
    seen: list[Entry] = []
    level = [""]
    while level and len(seen) < limit:
        batch, level = level[:_WALK_PARALLEL], level[_WALK_PARALLEL:]
        for entries in await _list_all(list_folder, batch):
            seen.extend(entries)
            level.extend(e.path for e in entries if e.is_folder)
    return digest(seen)


__all__ = ["WALK_ENTRIES", "ListFolder", "Provider", "digest", "first", "tree_digest"]
