"""Kernels that nobody needs any more are ended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from vaas.kernels.base import Limits
from vaas.kernels.page import PageChannel

log = logging.getLogger(__name__)


class Culled(Protocol):
    """What a culler must know of a kernel."""

    channel: PageChannel
    limits: Limits
    started: float

    async def close(self) -> None:
        """End it."""


class Culler:
    """Ends kernels without a page, without a sign of life, or too old."""

    def __init__(
        self,
        kernels: Callable[[], Sequence[Culled]],
        clock: Callable[[], float],
        *,
        grace: float = 20.0,
        first: float = 60.0,
    ) -> None:
        """Watch over the kernels of a host.

        Args:
            kernels: gives those that live.
            clock: tells the time in seconds.
            grace: seconds that a kernel outlives its page, so that a reload finds it.
            first: seconds that an idle kernel waits for its first page.
        """
        self._kernels = kernels
        self._clock = clock
        self._grace = grace
        self._first = first

    def reason(self, kernel: Culled) -> str:
        """Why a kernel should end now; empty if it should not."""
        now, line = self._clock(), kernel.channel
        if now - kernel.started > kernel.limits.life:
            return "life"
        if line.attached:
            idle = now - max(line.heard, kernel.started) > kernel.limits.idle
            return "idle" if idle else ""
        if line.left is not None:
            return "left" if now - line.left > self._grace else ""
        # Before the first page comes the notebook runs, which may take long; what
        # the kernel says of itself is believed for so long only.
        resting = not line.busy and now - line.quiet > self._first
        return "unwanted" if resting or now - kernel.started > kernel.limits.idle else ""

    async def round(self) -> int:
        """End those that should end.

        Returns:
            how many were ended.
        """
        ended = 0
        for kernel in self._kernels():
            if why := self.reason(kernel):
                log.info("ending a kernel: %s", why)
                await kernel.close()
                ended += 1
        return ended


__all__ = ["Culled", "Culler"]
