"""A part of a file that is kept as it comes, and how quickly parts come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from vaas.errors import EfssUnreachable, VaasError

LEAST = 256 << 10
"""Bytes that a read near the last one fetches; a reader waits for no more than these."""

QUICK = 0.02
"""Seconds of the line's time for what nobody asked for."""

LATE = 5 * QUICK
"""Seconds after which a stretch ends that nobody waits for: the line has become slow."""


class Stretch:
    """A part of a file, kept from its beginning to wherever it has come.

    Attributes:
        start: offset of its first byte.
        end: offset after its last, as far as is known.
    """

    def __init__(self, start: int, size: int) -> None:
        """Nothing of it is here yet."""
        self.start, self.end = start, start + size
        self._held = bytearray()
        self._more = asyncio.Event()
        self._arriving = True
        self._waiting = 0
        self._error: VaasError | None = None

    @property
    def reach(self) -> int:
        """Where what is here ends, or comes next."""
        come = self.start + len(self._held)
        return min(self.end, come + LEAST) if self._arriving else come

    async def arrive(self, pieces: AsyncGenerator[bytes, None]) -> float:
        """Take in what comes, and tell its rate in bytes a second."""
        rate = Rate()
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    self._held += piece
                    rate.came(piece)
                    self._wake()
                    if rate.seconds > LATE and not self._waiting:
                        break
                    await asyncio.sleep(0)  # what is there already does not keep others waiting
        except VaasError as error:
            self._error = error
        return rate.per_second

    def ended(self) -> None:
        """Nothing more comes; for whoever cut it short, too."""
        self._arriving = False
        self.end = self.start + len(self._held)
        self._wake()

    async def piece(self, offset: int, most: int) -> bytes:
        """Some bytes from ``offset`` on, when they are there.

        Raises:
            VaasError: they do not come.
        """
        at = offset - self.start
        self._waiting += 1
        try:
            while self._arriving and len(self._held) <= at:
                await self._more.wait()  # ``View.read`` ends in time, and this with it
        finally:
            self._waiting -= 1
        if found := bytes(self._held[at : at + most]):
            return found
        raise self._error.with_traceback(None) if self._error else EfssUnreachable("reads ended")

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()


class Rate:
    """How quickly a part comes, from its first piece on.

    Attributes:
        seconds: from the first piece to the last.
    """

    def __init__(self) -> None:
        """Nothing has come."""
        self._clock = asyncio.get_running_loop().time
        self._began: float | None = None
        self._bytes = 0
        self.seconds = 0.0

    def came(self, piece: bytes) -> None:
        """Count a piece."""
        if self._began is None:
            self._began = self._clock()
        else:
            self._bytes += len(piece)
        self.seconds = self._clock() - self._began

    @property
    def per_second(self) -> float:
        """Bytes a second; 0 where one piece was all."""
        return self._bytes / max(self.seconds, 1e-4)


__all__ = ["LATE", "LEAST", "QUICK", "Rate", "Stretch"]
