"""What people of other clouds look at now, so that it ends when it is taken back."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress

from vaas.errors import ShareWithdrawn, VaasError
from vaas.observability import logger
from vaas.state.sent import SentShares

EVERY = 5.0
"""Seconds between two looks at what was taken back, which other processes may do too."""

MOST = 10_000
"""Sessions that are remembered; the oldest go first."""

End = Callable[[str, VaasError], Awaitable[None]]

log = logger(__name__)


class Shown:
    """Sessions by which of our shares their viewers came; belongs to one event loop."""

    def __init__(self, sent: SentShares) -> None:
        """Know of none yet."""
        self._sent = sent
        self._sessions: OrderedDict[str, str] = OrderedDict()
        self._look = asyncio.Event()

    def add(self, session_id: str, sent_id: str) -> None:
        """Somebody looks at a dashboard."""
        self._sessions[session_id] = sent_id
        while len(self._sessions) > MOST:
            self._sessions.popitem(last=False)

    def look(self) -> None:
        """Something was taken back."""
        self._look.set()

    async def run(self, end: End) -> None:
        """End what was taken back, until cancelled.

        Args:
            end: ends a session, and tells its page why.
        """
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._look.wait()
            self._look.clear()
            try:
                await self._end(end)
            except Exception:  # the task's last line: told, not raised
                log.exception("shown_failed")

    async def _end(self, end: End) -> None:
        there = await self._sent.there(set(self._sessions.values()))
        over = [one for one, sent in self._sessions.items() if sent not in there]
        for session_id in over:
            self._sessions.pop(session_id, None)
            await end(session_id, ShareWithdrawn("it is no longer shared with them"))


__all__ = ["EVERY", "Shown"]
