"""How long a share's system may take, so that whoever waits in a mount has an answer in time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from vaas.errors import EfssTooSlow, EfssUnreachable

PATIENCE = 7.0
"""Seconds for a listing, and for any ``PART`` bytes of a file, the wait for a turn included."""

PART = 128 << 10
"""Bytes that Linux asks a mount for at a time, at most."""

STUCK = 0.5
"""Seconds of waiting after which a question counts as stuck when somebody interrupts."""


class Pace:
    """How one question is being answered, in seconds of waiting for it.

    Linux asks a mount for ``PART`` bytes at most, and a process that wants one of them
    waits for all. So of any ``PART`` bytes that follow one another the last must be there
    ``PATIENCE`` seconds after the first was wanted: a line of 25 KB/s is slow but serves,
    while one that crawls gives an error as soon as one that is silent. What the asker
    takes his time for does not count.

    Attributes:
        came: bytes so far.
    """

    def __init__(self) -> None:
        """Nothing was waited for yet."""
        self.came = 0
        self._waited = 0.0
        self._reached: deque[tuple[int, float]] = deque([(0, 0.0)])

    @property
    def lag(self) -> float:
        """Seconds waited since the bytes before the present ``PART`` were there."""
        return self._waited - self._reached[0][1]

    @property
    def left(self) -> float:
        """Seconds that may still be waited for what comes next."""
        return PATIENCE - self.lag

    def wait(self, seconds: float) -> None:
        """Count a wait that is over."""
        self._waited += seconds

    def take(self, size: int) -> None:
        """Count bytes that came."""
        self.came += size
        self._reached.append((self.came, self._waited))
        while self._reached[1][0] <= self.came - PART:
            self._reached.popleft()


@dataclass(slots=True, eq=False)
class _Wait:
    limit: asyncio.Timeout
    since: float
    pace: Pace
    interrupted: bool = False


class Waits:
    """What is waited for in one share, be it an answer or the turn to ask."""

    def __init__(self) -> None:
        """Nothing is waited for yet."""
        self._waits: set[_Wait] = set()

    @asynccontextmanager
    async def limit(self, pace: Pace) -> AsyncIterator[None]:
        """A wait that ends.

        Raises:
            EfssTooSlow: too long.
            EfssUnreachable: interrupted.
        """
        clock = asyncio.get_running_loop().time
        limit = asyncio.timeout(pace.left)
        wait = _Wait(limit, clock(), pace)
        try:
            async with limit:
                self._waits.add(wait)
                try:
                    yield
                finally:
                    self._waits.discard(wait)
        except TimeoutError:
            if wait.interrupted:
                raise EfssUnreachable("interrupted") from None
            raise EfssTooSlow("no answer in time") from None
        finally:
            pace.wait(clock() - wait.since)

    def interrupt(self, *, hard: bool) -> bool:
        """Let what has been waited for in vain fail now.

        Args:
            hard: also parts of files that come, but slowly.

        Returns:
            whether there was any.
        """
        now = asyncio.get_running_loop().time()
        for wait in self._waits:
            waited = now - wait.since + (wait.pace.lag if hard else 0.0)
            if waited >= STUCK and not wait.limit.expired():
                wait.interrupted = True
                wait.limit.reschedule(now)
        return any(wait.interrupted for wait in self._waits)


__all__ = ["PART", "PATIENCE", "Pace", "Waits"]
