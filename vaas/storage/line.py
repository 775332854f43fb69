"""The way to one site, for all mounts of its shares: few questions at once, none in vain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from vaas.errors import EfssUnreachable

PATIENCE = 6.0
"""Seconds for a listing, for the beginning of a file, and for each ``SLOWEST`` bytes of it."""

PAUSE = 4.0
"""Seconds in which a site that did not answer is not asked again."""

AT_ONCE = 6
"""Requests to one site for all its mounts together."""


class Line:
    """The way to one site, for all mounts of its shares."""

    def __init__(self) -> None:
        """Open; nothing is asked yet."""
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._closed_until = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn to ask.

        Raises:
            EfssUnreachable: the site did not answer a moment ago, or those who
                came before take too long.
        """
        self._require()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turns.acquire()
        except TimeoutError:
            raise EfssUnreachable("the site is busy with other reads") from None
        try:
            self._require()
            yield
        finally:
            self._turns.release()

    def _require(self) -> None:
        if asyncio.get_running_loop().time() < self._closed_until:
            raise EfssUnreachable("the site did not answer a moment ago")

    def rest(self) -> None:
        """The site does not answer: let those who ask next fail at once for a while."""
        self._closed_until = asyncio.get_running_loop().time() + PAUSE


__all__ = ["AT_ONCE", "PATIENCE", "PAUSE", "Line"]
