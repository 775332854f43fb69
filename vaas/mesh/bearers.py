"""How shares are reached that clouds send their viewers here with: by a viewer's own token.

The newest token of any viewer serves. It lives in memory alone, and never longer
than it is good. A share that its cloud told us of is there until it is taken back,
and so are its open pages; one that is known by its token alone ends with it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from vaas.errors import ShareWithdrawn, VaasError, VisitOver
from vaas.mesh.access import Access
from vaas.mesh.jwts import Claims
from vaas.model import Secret, ShareLink
from vaas.observability import logger
from vaas.shares.ocm import Door, Doors
from vaas.state.values import Hosted, Received

MOST = 4_096
"""Shares with tokens that are held at a time; those that end first go first."""

VISIT = 3600.0
"""Seconds for which a token that only its cloud can judge is asked about."""

_PAST = 0.05

Again = Callable[[Secret], Awaitable[Claims]]
"""Asks the token's cloud whether it still holds."""

log = logger(__name__)


@dataclass(slots=True, eq=False)
class _Held:
    """A share and the token that opens it.

    Attributes:
        share: the share.
        token: the newest; empty once its cloud refused it.
        issued: when it was made, in seconds since 1970.
        expires: until when it is good.
        last: until when it may be asked about again.
        again: asks; ``None`` for a token that tells its end itself.
        passing: whether the share ends with it.
        timer: fires when it has run out.
        turn: of those who ask about it.
    """

    share: Hosted
    token: Secret
    issued: float
    expires: float
    last: float
    again: Again | None
    passing: bool
    timer: asyncio.TimerHandle | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Bearers:
    """``vaas.shares.ocm.Doors`` of such shares; belongs to one event loop.

    Attributes:
        over: is called with a share whose pages and copies are to go, and why.
    """

    def __init__(self, access: Access) -> None:
        """Hold nothing yet.

        Args:
            access: knows where a cloud's shares lie.
        """
        self.over: Callable[[ShareLink, VaasError], None] = lambda _link, _why: None
        self._access = access
        self._held: dict[str, _Held] = {}
        self._asking: set[asyncio.Task[None]] = set()

    def link(self, share: Hosted, path: str = "") -> ShareLink:
        """A share as all rooms know shares."""
        return ShareLink(f"https://{share.peer}", share.id, path, "ocm")

    def holds(self, share_id: str) -> bool:
        """Whether a share of that id is known here."""
        return share_id in self._held

    def share(self, share_id: str) -> Hosted | None:
        """The share of an id, if a token opens it now."""
        held = self._held.get(share_id)
        good = held is not None and held.token.value and max(held.expires, held.last) > time.time()
        return held.share if held and good else None

    def take(
        self, share: Hosted, token: Secret, claims: Claims, *, passing: bool, again: Again | None
    ) -> float:
        """Keep a viewer's token, if it is newer than the one that is held.

        Args:
            share: the share that it opens.
            token: it.
            claims: what it says.
            passing: whether the share is known by its token alone.
            again: asks about it anew; ``None`` where it tells its end itself.

        Returns:
            until when the viewer may see the share.
        """
        ends = min(claims.expires, share.expires or claims.expires)
        last = time.time() + VISIT if again else ends
        held = self._held.get(share.id)
        newer = held is None or not held.token.value or held.expires <= time.time()
        if held is None or newer or claims.issued >= held.issued:
            self._put(_Held(share, token, claims.issued, ends, last, again, passing))
        return last

    def drop(self, share_id: str) -> None:
        """Forget a share and its token."""
        held = self._held.pop(share_id, None)
        if held and held.timer:
            held.timer.cancel()

    async def close(self) -> None:
        """Forget all."""
        for share_id in tuple(self._held):
            self.drop(share_id)
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def door(self, link: ShareLink) -> Door:
        """See ``Doors.door``.

        Raises:
            VisitOver: no token is good any more.
        """
        held = self._held.get(link.token)
        if held is None or not held.token.value or not await self._good(held):
            raise VisitOver("no viewer's token is good any more")
        share = held.share
        place = Received(share.id, share.peer, name=share.name, uri=share.uri)
        key = Secret(f"Bearer {held.token.value}")
        return Door(await self._access.place(place), key, share.name, "viewer")

    async def another(self, link: ShareLink, refused: Door) -> Door:
        """See ``Doors.another``; a viewer may have brought a newer token."""
        door = await self.door(link)
        if door.key == refused.key:
            self._held[link.token].token = Secret("")
            raise VisitOver("its cloud refuses the token")
        return door

    async def seen(self, link: ShareLink) -> None:
        """See ``Doors.seen``; nobody is to be told."""

    async def missed(self, link: ShareLink) -> None:
        """See ``Doors.missed``."""
        self.over(link, ShareWithdrawn("its cloud no longer has it"))

    def _put(self, held: _Held) -> None:
        self.drop(held.share.id)
        self._held[held.share.id] = held
        self._set_timer(held)
        while len(self._held) > MOST:
            first = min(self._held.values(), key=lambda one: one.last)
            self._end(first)

    def _set_timer(self, held: _Held) -> None:
        left = max(0.0, held.expires - time.time()) + _PAST
        held.timer = asyncio.get_running_loop().call_later(left, self._run_out, held)

    def _run_out(self, held: _Held) -> None:
        """A token has run out: ask about it, or let it go."""
        if self._held.get(held.share.id) is not held:
            return  # a newer one took its place
        if not held.again or held.last <= time.time():
            self._end(held)
            return

        async def ask() -> None:
            """Once more."""
            if not await self._good(held):
                self._end(held)

        task = asyncio.create_task(ask(), name="a token asked about")
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    def _end(self, held: _Held) -> None:
        """Let a token go, and what was known by it alone."""
        if self._held.get(held.share.id) is not held:
            return
        held.token = Secret("")
        if held.passing:
            self.drop(held.share.id)
            self.over(self.link(held.share), VisitOver("no viewer's token is good any more"))

    async def _good(self, held: _Held) -> bool:
        """Whether a token is good; its cloud is asked where it alone can tell."""
        if held.expires > time.time():
            return True
        if held.again is None or held.last <= time.time():
            return False
        async with held.turn:
            if held.expires > time.time():
                return True
            try:
                claims = await held.again(held.token)
            except VaasError as error:
                log.info("visit_not_renewed", share=held.share.id[:8], why=error.label)
                return False
            held.expires = min(claims.expires, held.last)
            if held.timer:
                held.timer.cancel()
            self._set_timer(held)
            return True


class Ways:
    """``vaas.shares.ocm.Doors`` of all shares: those that were sent to us, and the others."""

    def __init__(self, access: Access, bearers: Bearers) -> None:
        """Take both."""
        self._access, self._bearers = access, bearers

    async def door(self, link: ShareLink) -> Door:
        """See ``Doors.door``."""
        return await self._of(link).door(link)

    async def another(self, link: ShareLink, refused: Door) -> Door:
        """See ``Doors.another``."""
        return await self._of(link).another(link, refused)

    async def seen(self, link: ShareLink) -> None:
        """See ``Doors.seen``."""
        await self._of(link).seen(link)

    async def missed(self, link: ShareLink) -> None:
        """See ``Doors.missed``."""
        await self._of(link).missed(link)

    def _of(self, link: ShareLink) -> Doors:
        return self._bearers if self._bearers.holds(link.token) else self._access


__all__ = ["Again", "Bearers", "Ways"]
