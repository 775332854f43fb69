"""How often a cloud that locks out may say no to us.

Nextcloud counts what it refuses by the address that asked, whatever the link: after
ten within half an hour it answers that address no more (its ``Throttler``). To it,
all viewers here are one address, so a few strangers with invented links could close
a cloud to everybody. Before it comes to that, links of which we do not know that
they open have to wait; those that opened lately go on.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from vaas.errors import CloudSpared, PasswordNeeded, PasswordWrong, ShareUnknown
from vaas.model import Secret, ShareLink

WINDOW = 1800.0
"""Seconds for which Nextcloud counts before it locks out."""

REFUSALS = 8
"""Refusals of one cloud in that time after which unproven links wait."""

_AT_ONCE = 3
"""Unproven links asked for at a time; with the above no more than ten can be refused."""

_KEPT = 10_000
_CLOUDS = 1_024
_COUNTED = (ShareUnknown, PasswordNeeded, PasswordWrong)


@dataclass(slots=True)
class _Cloud:
    """When a cloud said no, and the gate to it."""

    refused: deque[float] = field(default_factory=deque)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))


class Ration:
    """Counts refusals by host; belongs to one event loop, needs no closing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing counted.

        Args:
            clock: seconds that only grow.
        """
        self._clock = clock
        self._clouds: OrderedDict[str, _Cloud] = OrderedDict()
        self._opened: OrderedDict[tuple[str, Secret | None], None] = OrderedDict()

    @asynccontextmanager
    async def asking(self, link: ShareLink, password: Secret | None) -> AsyncIterator[None]:
        """Ask a cloud whether a link opens, inside the context.

        Args:
            link: what is asked for.
            password: the one that is sent, if any.

        Raises:
            CloudSpared: the cloud is not to be asked now; with the seconds to wait.
        """
        cloud, key = self._cloud(link.host), (link.fingerprint, password)
        if key in self._opened:
            async with self._counting(cloud, key):
                yield
            return
        async with cloud.gate:
            self._check(link.host, cloud)
            async with self._counting(cloud, key):
                yield

    def _cloud(self, host: str) -> _Cloud:
        cloud = self._clouds.setdefault(host, _Cloud())
        self._clouds.move_to_end(host)
        while len(self._clouds) > _CLOUDS:
            self._clouds.popitem(last=False)
        return cloud

    @asynccontextmanager
    async def _counting(self, cloud: _Cloud, key: tuple[str, Secret | None]) -> AsyncIterator[None]:
        try:
            yield
        except _COUNTED:
            cloud.refused.append(self._clock())
            self._opened.pop(key, None)
            raise
        self._opened[key] = None
        self._opened.move_to_end(key)
        while len(self._opened) > _KEPT:
            self._opened.popitem(last=False)

    def _check(self, host: str, cloud: _Cloud) -> None:
        now = self._clock()
        while cloud.refused and cloud.refused[0] <= now - WINDOW:
            cloud.refused.popleft()
        if len(cloud.refused) >= REFUSALS:
            raise CloudSpared(
                f"{host}: {len(cloud.refused)} links or passwords were wrong lately; "
                "more, and it would lock out this service",
                retry_after=cloud.refused[len(cloud.refused) - REFUSALS] + WINDOW - now,
            )


__all__ = ["REFUSALS", "WINDOW", "Ration"]
