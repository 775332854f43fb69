"""What happens to received shares after they came: looked at, watched, erased.

A peer may say that a share is over, or say nothing and refuse us. In the first
case all of it goes at once. In the second the copies go, and the secret stays for
a while: the peer may only be in trouble.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Protocol

from vaas.errors import ShareWithdrawn, VaasError
from vaas.mesh.access import Access
from vaas.mesh.notes import Notes, Why
from vaas.mesh.peers import Peers
from vaas.model import Secret, Share, ShareLink
from vaas.observability import logger
from vaas.state.received import ReceivedShares
from vaas.state.values import Received
from vaas.wish import Wish

AT_ONCE = 4
"""Shares that are looked at, or erased, at a time."""

EVERY = 60.0
"""Seconds between two rounds."""

AGAIN = 3600.0
"""Seconds after which a share that nobody opened is looked at again: not all peers tell."""

PENDING_FOR = 6 * 3600.0
"""Seconds after which a share that was never seen is dropped, whyever."""

ASKED_FOR = 30 * 86_400.0
"""Seconds after which a share that its sender was asked to accept is dropped."""

YOUNG = 600.0
"""Seconds in which a share that was never seen may be refused: its cloud may be slow."""

FIRST_LOOKS = 2
"""Looks at a share that was never seen, before the last: a cloud may lock out who errs often."""

_A_ROUND = 50

_DECLINES_WITHIN = 5.0

log = logger(__name__)


class Opener(Protocol):
    """What the keeper needs of a launch."""

    async def resolve(self, wish: Wish) -> Share:
        """Ask the share's system."""
        ...

    async def withdraw(self, link: ShareLink, why: VaasError | None = None) -> bool:
        """End all that shows a share, and erase its copies; whether nothing is left."""
        ...

    def forget(self, link: ShareLink) -> None:
        """Ask anew, whatever was said before."""
        ...

    async def end(self, session_id: str, why: VaasError) -> None:
        """End one viewer's session, and tell its page why."""
        ...


class Keeper:
    """Owns the tasks that follow shares.

    Attributes:
        erased: is awaited with the id of each share that was erased.
    """

    def __init__(
        self,
        received: ReceivedShares,
        peers: Peers,
        access: Access,
        opener: Opener,
        words: Callable[[Received], str],
        *,
        notes: Notes,
        gone_after: float,
    ) -> None:
        """Take what it works with.

        Args:
            received: the shares.
            peers: tells them what became of a share.
            access: knows how they are reached.
            opener: asks them, and erases what was made of them.
            words: what its sender is told of a share that is shown.
            notes: what may be told later.
            gone_after: seconds for which a share that is missing is kept.
        """
        self._received, self._peers, self._access = received, peers, access
        self._opener, self._words, self._gone_after = opener, words, gone_after
        self._notes = notes
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._looked: dict[str, float] = {}
        self._looks: Counter[str] = Counter()
        self._left: dict[str, tuple[ShareLink, VaasError]] = {}
        self.erased: Callable[[str], Coroutine[Any, Any, None]] | None = None
        access.told = self.follow

    async def run(self) -> None:
        """Look after all shares, until cancelled."""
        while True:
            try:
                await self.round()
            except VaasError as error:
                log.warning("mesh_round_failed", why=error.label)
            except Exception:  # the task's last line: told, not raised
                log.exception("mesh_round_failed")
            await asyncio.sleep(EVERY)

    async def close(self) -> None:
        """End what is under way."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks.values()))

    async def round(self) -> None:
        """Look once at the shares whose turn it is."""
        now = time.time()
        for link, why in tuple(self._left.values()):
            self.withdraw(link, why)
        due = []
        for share in await self._received.all("pending", "open", "missing"):
            age = now - share.changed
            pending = share.state == "pending"
            ended = (share.expires or now + 1) <= now
            ended = ended or (not share.accepted and share.state == "open" and age > ASKED_FOR)
            if ended or not share.secret.value or (pending and age > PENDING_FOR):
                self.erase(share, "over" if ended else "lost")
            elif age > (YOUNG if pending else self._gone_after) and share.state != "open":
                self.look(share, last=True)
            elif pending and self._looks[share.id] < FIRST_LOOKS:
                self.look(share)
            elif (
                share.state == "open"
                and self._looked.get(share.id, -AGAIN) < time.monotonic() - AGAIN
            ):
                due.append(share)
        due.sort(key=lambda share: self._looked.get(share.id, -AGAIN))
        for share in due[:_A_ROUND]:
            self.look(share)

    def follow(self, share: Received) -> None:
        """A share has been seen, was accepted, or is missing."""
        if share.state == "open":
            name = "accept" if share.accepted else "wait"
            self._begin(f"{name} {share.id}", lambda: self._accept(share))
        else:
            log.info("share_missing", peer=share.peer, share=share.id[:8])
            self._begin(f"clear {share.id}", lambda: self._clear(share))

    def look(self, share: Received, *, last: bool = False) -> None:
        """Ask a share's peer whether it is there.

        Args:
            share: which.
            last: whether it is erased if it is not.
        """
        self._looked[share.id] = time.monotonic()
        self._looks[share.id] += 1
        self._begin(f"look {share.id}", lambda: self._look(share, last=last))

    def erase(self, share: Received, why: Why = "cloud") -> None:
        """Forget a share: its secret now, its copies as soon as nobody shows them."""
        self._begin(f"erase {share.id}", lambda: self._erase(share, why))

    async def decline(self, share: Received) -> None:
        """Forget a share because its sender wants it; return when it is erased, or soon after."""
        bare = await self._forget(share, "owner")  # whatever else waits for its turn
        task = self._begin(f"decline {share.id}", lambda: self._decline(share, bare))
        await asyncio.wait([task], timeout=_DECLINES_WITHIN)

    def withdraw(self, link: ShareLink, why: VaasError) -> None:
        """End all that shows a share that nobody sent us, and erase its copies; tell pages why."""
        self._left[link.token] = link, why
        self._begin(f"withdraw {link.token}", lambda: self._withdraw(link, why))

    def welcome(self, link: ShareLink) -> None:
        """A viewer was let in to such a share: it is asked for anew, and its copies may stay."""
        self._left.pop(link.token, None)
        self._opener.forget(link)

    async def _withdraw(self, link: ShareLink, why: VaasError) -> None:
        if not await self._opener.withdraw(link, why) or link.token not in self._left:
            return  # somebody has its files open still, or was let in meanwhile
        del self._left[link.token]
        if self.erased:
            await self.erased(link.token)

    async def _look(self, share: Received, *, last: bool) -> None:
        link = self._access.link(share)
        self._opener.forget(link)
        try:
            await self._opener.resolve(Wish(link))
        except VaasError as error:
            self._notes.trouble(share.id, error.title, error.detail)
            if not isinstance(error, ShareWithdrawn):
                raise
            log.info("share_not_there", share=share.id[:8], why=error.detail)
            if last:
                await self._erase(share, "lost")

    async def _accept(self, share: Received) -> None:
        for other in await self._received.of_peer(share.peer, share.provider_id):
            if other.state == "pending":
                self.erase(other, "lost")
        if not share.accepted:
            log.info("share_waits", peer=share.peer, share=share.id[:8])
            return
        told = not share.gathered and await self._peers.notify(
            share.peer,
            "SHARE_ACCEPTED",
            share.provider_id,
            share.secret,
            {"grantee": share.to, "message": self._words(share)},
        )
        log.info("share_open", peer=share.peer, share=share.id[:8], told=told)

    async def _decline(self, share: Received, bare: Received) -> None:
        about = {"grantee": share.to, "message": "no longer shown"}
        declined = share.peer, "SHARE_DECLINED", share.provider_id, share.secret, about
        both = self._remove(bare), self._peers.notify(*declined)
        outcome, _ = await asyncio.gather(*both, return_exceptions=True)
        if isinstance(outcome, BaseException):
            raise outcome

    async def _erase(self, share: Received, why: Why) -> None:
        await self._remove(await self._forget(share, why))

    async def _forget(self, share: Received, why: Why) -> Received:
        """Keep no secret of a share; what is left of it, until its copies are gone."""
        self._notes.gone(share, why)
        bare = replace(share, secret=Secret(""), state="missing")
        await self._received.put(bare)
        self._access.forget(share.id)
        return bare

    async def _remove(self, share: Received) -> None:
        if await self._clear(share):
            await self._received.put(Received(share.id, share.peer, state="gone"))
            self._looked.pop(share.id, None)
            self._looks.pop(share.id, None)
            if self.erased:
                await self.erased(share.id)
            log.info("share_erased", peer=share.peer, share=share.id[:8])

    async def _clear(self, share: Received) -> bool:
        return await self._opener.withdraw(self._access.link(share))

    def _begin(self, name: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> asyncio.Task[None]:
        """Do something once, in its turn; what goes wrong is told."""
        if name in self._tasks:
            return self._tasks[name]

        what = name.partition(" ")[0]

        async def one() -> None:
            """The work, at most so many at a time."""
            async with self._turns:
                try:
                    await work()
                except VaasError as error:
                    log.info("not_followed", what=what, why=error.label)
                except Exception:  # the task's last line: told, not raised
                    log.exception("mesh_failed", what=what)

        task = self._tasks[name] = asyncio.create_task(one(), name=what)
        task.add_done_callback(lambda _: self._tasks.pop(name, None))
        return task


__all__ = ["Keeper", "Opener"]
