"""The way to one site, for all mounts of its shares: few questions at once, none in vain.

A share that does not answer is left alone by its own ``View``, and has never all
turns, so that the site's other shares go on meanwhile. Only when several do not
answer, and nobody else is answered either, the site itself is left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from vaas.errors import EfssUnreachable

PAUSE = 4.0
"""Seconds in which a share, or a site, that did not answer is not asked again."""

AT_ONCE = 8
"""Requests to one site for all its mounts together."""

OF_ONE = 6
"""Requests for the mounts of one share."""


class Line:
    """The way to one site, for all mounts of its shares."""

    def __init__(self) -> None:
        """Open; nothing is asked yet."""
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._of_one: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._silent: dict[str, float] = {}
        self._closed_until = 0.0

    @asynccontextmanager
    async def turn(self, share: str) -> AsyncIterator[None]:
        """Wait for one's turn to ask, for as long as the caller likes.

        Args:
            share: ``Version.share``.

        Raises:
            EfssUnreachable: the site did not answer a moment ago.
        """
        self._require()
        own = self._of_one.setdefault(share, asyncio.Semaphore(OF_ONE))
        async with own, self._turns:
            self._require()
            yield

    def _require(self) -> None:
        if asyncio.get_running_loop().time() < self._closed_until:
            raise EfssUnreachable("the site did not answer a moment ago")

    def heard(self) -> None:
        """The site has answered somebody."""
        self._silent.clear()

    def silent(self, share: str, since: float) -> None:
        """A question got no answer at all.

        If meanwhile the same befell another share, and nobody was answered, those who
        ask next fail at once for a while.

        Args:
            share: ``Version.share``.
            since: loop time of the question.
        """
        now = asyncio.get_running_loop().time()
        self._silent[share] = now
        if any(one != share and at >= since for one, at in self._silent.items()):
            self._closed_until = now + PAUSE


__all__ = ["AT_ONCE", "OF_ONE", "PAUSE", "Line"]
