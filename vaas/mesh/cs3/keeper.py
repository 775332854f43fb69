"""The end of what people opened from their cloud: tokens, sessions and files go."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from vaas.errors import OpenAgain, VaasError
from vaas.mesh.cs3.grants import Grant, Grants
from vaas.model import ShareLink
from vaas.observability import logger

EVERY = 2.0
"""Seconds between two looks at what is open."""

LINGERS = 60.0
"""Seconds for which a folder stays open whose last dashboard was left: pages are loaded anew."""

WAITS = 900.0
"""Seconds for which one stays open of which no dashboard was chosen yet."""

log = logger(__name__)


class Shower(Protocol):
    """What is needed of the rooms."""

    @property
    def leaving(self) -> bool:
        """Whether sessions wait for another server."""
        ...

    def forget(self, link: ShareLink) -> None:
        """Ask anew the next time, whatever was said of a share before."""
        ...

    def shows(self, link: ShareLink) -> bool:
        """Whether somebody looks at a share."""
        ...

    async def withdraw(self, link: ShareLink, why: VaasError) -> bool:
        """End all that shows a share, and erase its copies; whether nothing is left."""
        ...


class GrantKeeper:
    """Looks after grants."""

    def __init__(self, grants: Grants, shower: Shower) -> None:
        """Take what it works with.

        Args:
            grants: what is open.
            shower: shows it.
        """
        self._grants, self._shower = grants, shower
        self._ending: dict[str, Grant] = {}

    async def run(self) -> None:
        """Look after all of them, until cancelled."""
        while True:
            try:
                await self.round()
            except Exception:  # the task's last line: told, not raised
                log.exception("grants_failed")
            await asyncio.sleep(EVERY)

    async def round(self) -> None:
        """Look once."""
        now = time.monotonic()
        for grant in self._grants:
            if grant.is_over():
                self._grants.drop(grant)
            if self._shower.shows(self._grants.link_of(grant)):
                grant.seen, grant.shown = now, True
            elif now - grant.seen > (LINGERS if grant.shown else WAITS):
                self._grants.end(grant)
                self._ending[grant.id] = grant
        for grant in tuple(self._ending.values()):
            await self._erase(grant)

    async def close(self) -> None:
        """Erase all of it: with this server go the tokens, and nobody could come back to it.

        Where sessions wait for another server, that one does it.
        """
        if self._shower.leaving:
            return
        for grant in self._grants:
            self._grants.end(grant)
            self._ending[grant.id] = grant
        for grant in tuple(self._ending.values()):
            await self._erase(grant)

    async def _erase(self, grant: Grant) -> None:
        link = self._grants.link_of(grant)
        try:
            erased = await self._shower.withdraw(link, OpenAgain("nobody looked any more"))
        except VaasError as error:
            log.warning("not_erased", share=link.fingerprint, why=error.label)
            return
        if erased:
            await self._grants.erased(grant)
            del self._ending[grant.id]
            log.info("opened_erased", share=link.fingerprint)


__all__ = ["EVERY", "LINGERS", "WAITS", "GrantKeeper", "Shower"]
