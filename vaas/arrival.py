"""From a link to a share's files: asked of its cloud, or as they were seen last if that is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from vaas.errors import VaasError
from vaas.manifest import Manifest
from vaas.manifests import Manifests
from vaas.model import Phase, Share, Workspace
from vaas.observability import logger
from vaas.offline import DOWN, Offline
from vaas.shares import Shares
from vaas.snapshots import Snapshot
from vaas.storage import OnProgress, Storage
from vaas.wish import Wish

log = logger(__name__)


@dataclass(slots=True)
class Arrival:
    """How far the way to a share's files has come.

    Attributes:
        share: what the link leads to, once that is known.
        manifest: what that says of itself, likewise.
        workspace: its files, once they are there.
        snapshot: how the dashboard looked, if its cloud does not answer.
    """

    share: Share | None = None
    manifest: Manifest | None = None
    workspace: Workspace | None = None
    snapshot: Snapshot | None = None


class Arrivals:
    """Brings shares' files.

    Attributes:
        manifests: what shares say of themselves.
        offline: what is shown while a cloud does not answer.
    """

    def __init__(
        self,
        shares: Shares,
        storages: Callable[[Share, str], Storage],
        manifests: Manifests,
        offline: Offline,
    ) -> None:
        """Take the rooms.

        Args:
            shares: resolves and reads links.
            storages: which data mode serves a share, given the one that the
                share itself asks for.
            manifests: of the shares.
            offline: stands in for clouds.
        """
        self.manifests, self.offline = manifests, offline
        self._shares, self._storages = shares, storages

    async def arrive(
        self, stack: AsyncExitStack, wish: Wish, here: Arrival
    ) -> AsyncIterator[Phase | Manifest]:
        """Resolve a link and make the share's files appear, telling the progress.

        Args:
            stack: closes what is opened.
            wish: whose link it is.
            here: gets what comes of it.

        Raises:
            VaasError: whatever stopped it.
        """
        try:
            here.share = await self.look(wish)
            here.manifest = await self.manifests.of(here.share)
            yield here.manifest
            storage, share = self._mode(here.share, here.manifest)
            open_ = partial(storage.open, share, self._shares)
            async for phase in _opening(stack, open_, here):
                yield phase
        except DOWN as error:
            if not wish.stream:
                raise
            yield await self._stand_in(stack, wish, here, error)

    async def _stand_in(
        self, stack: AsyncExitStack, wish: Wish, here: Arrival, error: VaasError
    ) -> Manifest:
        """Go back to what was seen last, with its files if a copy of them is at hand."""
        here.snapshot = await self.offline.instead(wish.link, wish.password, error)
        here.share = here.snapshot.share(wish.link, wish.password)
        here.manifest = here.snapshot.manifest
        storage, share = self._mode(here.share, here.snapshot.manifest)
        here.workspace = await stack.enter_async_context(storage.kept(share))
        if here.workspace is None and wish.environment.get("QUERY_STRING"):
            raise error  # what was kept is of the notebook's own address
        return here.manifest

    async def look(self, wish: Wish) -> Share:
        """Resolve a link to its share as the data mode that serves it sees it.

        Raises:
            VaasError: why that is not possible.
        """
        async with self.offline.minding(wish.link, wish.password):
            share = await self._shares.resolve(wish.link, wish.password)
            return await self._storages(share, "auto").stamped(share)

    async def look_again(self, share: Share) -> Share:
        """A share as it is now.

        Raises:
            VaasError: as ``look`` does.
        """
        return await self.look(Wish(share.link, share.password))

    async def editor(self, share: Share, path: str) -> str:
        """Who is editing a file of a share; empty if nobody is known to.

        Raises:
            VaasError: there is no answer.
        """
        return await self._shares.editor(share, path)

    async def check(self, wish: Wish) -> None:
        """Find out whether a link, and its password, are right.

        Raises:
            VaasError: they are not, or nobody can say.
        """
        try:
            await self.look(wish)
        except DOWN as error:
            await self.offline.instead(wish.link, wish.password, error)

    async def answers(self, wish: Wish) -> bool:
        """Whether a cloud that was away answers again, whatever it says."""
        if self.offline.is_away(wish.link):
            return False
        try:
            await self.look(wish)
        except DOWN:
            self.offline.note_away(wish.link)
            return False
        except VaasError as error:
            log.debug("answers", error=error.label)
        return True

    @asynccontextmanager
    async def unseen(self, wish: Wish) -> AsyncIterator[tuple[Share, Workspace]]:
        """A share and its files, for who does not wait for news of them.

        Raises:
            VaasError: as ``arrive`` does.
        """
        share = await self.look(wish)
        async with self.files(share) as workspace:
            yield share, workspace

    @asynccontextmanager
    async def files(self, share: Share) -> AsyncIterator[Workspace]:
        """A share's files, opened without news of them.

        Raises:
            VaasError: as ``arrive`` does.
        """
        storage, share = self._mode(share, await self.manifests.of(share))
        async with storage.open(share, self._shares, lambda _: None) as workspace:
            yield workspace

    def _mode(self, share: Share, manifest: Manifest) -> tuple[Storage, Share]:
        """The mode for a share, and what it is to bring first of a large one."""
        link = replace(share.link, path=share.link.path or manifest.entry or "")
        return self._storages(share, manifest.data), replace(share, link=link)


async def _opening(
    stack: AsyncExitStack,
    open_: Callable[[OnProgress], AbstractAsyncContextManager[Workspace]],
    here: Arrival,
) -> AsyncIterator[Phase]:
    """Open a workspace, telling its progress; ``here`` gets it."""
    news: asyncio.Queue[Phase | None] = asyncio.Queue()
    context = open_(news.put_nowait)

    async def enter() -> Workspace:
        """Open the workspace; its end ends the news."""
        try:
            return await stack.enter_async_context(context)
        finally:
            news.put_nowait(None)

    opening = asyncio.ensure_future(enter())
    try:
        while (phase := await news.get()) is not None:
            yield phase
        here.workspace = await opening
    finally:
        if not opening.done():
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)


__all__ = ["Arrival", "Arrivals"]
