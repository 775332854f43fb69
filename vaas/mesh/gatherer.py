"""Shares that other clouds sent to an account of ours at a site: found by asking, again and again.

They become received shares as all others: the keeper looks at them, and erases
those that the site no longer tells of.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from vaas.errors import VaasError
from vaas.mesh.keeper import Keeper
from vaas.model import Secret
from vaas.observability import logger
from vaas.shares.cs3.rules import AccountRule, Told
from vaas.state.received import ReceivedShares
from vaas.state.values import GATHERED, Received

EVERY = 60.0
"""Seconds between two questions to a site."""

_ENDS_WITHIN = 2.0
"""Seconds in which a round ends by itself; one that waits for a site may take longer."""

log = logger(__name__)


class Account(Protocol):
    """What is needed of an account."""

    rule: AccountRule

    async def shares(self) -> Sequence[Told]:
        """What other clouds sent to it."""
        ...

    async def accept(self, share_id: str) -> None:
        """Accept a share that waits for it."""
        ...


class Gatherer:
    """Asks accounts."""

    def __init__(
        self, accounts: Sequence[Account], received: ReceivedShares, keeper: Keeper, most: int
    ) -> None:
        """Take what it works with.

        Args:
            accounts: ours.
            received: the shares.
            keeper: follows them.
            most: shares taken of one site.
        """
        self._accounts, self._received, self._keeper = accounts, received, keeper
        self._most = most
        self._over = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask while the context is open.

        The state is not left in the middle of a question to it: a round ends by itself.
        """
        task = asyncio.create_task(self._run(), name="mesh gathering")
        try:
            yield
        finally:
            self._over.set()
            await asyncio.wait([task], timeout=_ENDS_WITHIN)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        """Ask all accounts, again and again."""
        while not self._over.is_set():
            try:
                await self.round()
            except Exception:  # the task's last line: told, not raised
                log.exception("gathering_failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._over.wait()

    async def round(self) -> None:
        """Ask once; what is known of a site that does not answer stays."""
        hosts = {account.rule.site.host for account in self._accounts}
        for share in await self._known():
            if share.peer not in hosts:
                self._keeper.erase(share)
        for account in self._accounts:
            host = account.rule.site.host
            try:
                await self._ask(account, host)
            except VaasError as error:
                log.warning("not_gathered", site=host, why=error.label, detail=error.detail)

    async def _ask(self, account: Account, host: str) -> None:
        """Take what an account tells of that is new, and let go what it no longer does."""
        told = {GATHERED + one.id: one for one in await account.shares()}
        taken = {name: one for name, one in told.items() if await self._is_taken(account, one)}
        known = {share.provider_id: share for share in await self._known() if share.peer == host}
        for name in known.keys() - taken.keys():
            self._keeper.erase(known[name])
        for name in [one for one in taken if one not in known][: self._most - len(known)]:
            share = _received(host, account.rule.name, taken[name])
            await self._received.put(share)
            log.info("share_gathered", site=host, share=share.id[:8])
            self._keeper.look(share)

    async def _is_taken(self, account: Account, told: Told) -> bool:
        """Whether a share was accepted, or is now."""
        if told.state != "pending" or not account.rule.accept:
            return told.state == "accepted"
        host = account.rule.site.host
        try:
            await account.accept(told.id)
        except VaasError as error:
            log.warning("not_accepted", site=host, why=error.label, detail=error.detail)
            return False
        log.info("share_accepted", site=host)
        return True

    async def _known(self) -> Sequence[Received]:
        shares = await self._received.all("pending", "open", "missing")
        return [share for share in shares if share.gathered and share.secret.value]


def _received(host: str, to: str, told: Told) -> Received:
    """A share as the mesh keeps it; its secret is none of the site's, and opens nothing."""
    return Received(
        id=secrets.token_hex(16),
        peer=host,
        provider_id=GATHERED + told.id,
        owner=told.owner,
        sender=told.sender,
        to=to,
        name=told.name,
        secret=Secret(secrets.token_urlsafe(32)),
        uri=GATHERED,
        expires=told.expires,
    )


__all__ = ["EVERY", "Account", "Gatherer"]
