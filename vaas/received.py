"""What the mesh needs of the rooms: ask for a received share, and erase what was made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from vaas.errors import ServerFull, SessionGone, ShareWithdrawn, VaasError
from vaas.model import Share, ShareLink
from vaas.offline import Offline
from vaas.sessions import Sessions
from vaas.shares import Shares
from vaas.storage.names import is_debris, order_notebooks
from vaas.wish import Wish

_LET_GO = 5.0
"""Seconds in which the runs of a share let its files go."""

_POLL = 0.05

_FOLDERS, _NOTEBOOKS = 40, 60
"""Folders that are looked into for a list of notebooks, and how long that gets."""


class ReceivedFiles:
    """Received shares, as far as the rooms have them."""

    def __init__(
        self,
        shares: Shares,
        sessions: Sessions,
        offline: Offline,
        erase: Callable[[str], Awaitable[bool]],
    ) -> None:
        """Take the rooms.

        Args:
            shares: asks for them.
            sessions: shows them.
            offline: knows how they looked.
            erase: removes what storage keeps of one, given its ``Version.share``.
        """
        self._shares, self._sessions = shares, sessions
        self._offline, self._erase = offline, erase

    async def resolve(self, wish: Wish) -> Share:
        """Ask whether a share is there.

        Raises:
            VaasError: why it is not.
        """
        return await self._shares.resolve(wish.link, wish.password)

    def forget(self, link: ShareLink) -> None:
        """Ask anew the next time, whatever was said of a share before."""
        self._shares.forget(link)

    async def notebooks(self, link: ShareLink) -> Sequence[str]:
        """Paths of a share's notebooks, as its cloud lists them; of large ones not all.

        Raises:
            VaasError: it does not.
        """
        share = await self._shares.resolve(link)
        folders, paths = [""], list[str]()
        for folder in folders:  # it grows meanwhile: the nearest come first
            for entry in await self._shares.list(share, folder):
                if is_debris(entry.name, is_folder=entry.is_folder):
                    continue
                (folders if entry.is_folder else paths).append(entry.path)
            del folders[_FOLDERS:]
        return order_notebooks(paths)[:_NOTEBOOKS]

    @property
    def leaving(self) -> bool:
        """Whether sessions wait for another server."""
        return self._sessions.leaving

    def shows(self, link: ShareLink) -> bool:
        """Whether somebody looks at a share."""
        return self._sessions.show(link.fingerprint)

    async def end(self, session_id: str, why: VaasError) -> None:
        """End one viewer's session, and tell its page why; perhaps it has ended already."""
        with suppress(SessionGone, ServerFull):
            session = self._sessions.find(session_id)
            session.error = session.error or why
            await self._sessions.end(session_id)

    async def withdraw(self, link: ShareLink, why: VaasError | None = None) -> bool:
        """End all that shows a share, and erase its copies.

        Args:
            link: the share.
            why: what its pages are told; by default, that it was taken back.

        Returns:
            whether nothing is left; what somebody else has open stays.

        Raises:
            WorkspaceError: the disk refuses.
        """
        share = link.fingerprint
        await self._offline.forget(link)
        why = why or ShareWithdrawn("its owner took it back")
        await self._sessions.withdraw(share, why)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _LET_GO
        while not (gone := await self._erase(share)) and loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_POLL)  # locks of files tell nobody when they are let go
        return gone


__all__ = ["ReceivedFiles"]
