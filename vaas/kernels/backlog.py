"""What waits for a viewer's page: bounded, the server's own words last to go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

BACKLOG_LIMIT = 64 << 20
"""Bytes kept for a page that is not there or slow."""

AT_ONCE = 1 << 20
"""Bytes that are handed out together."""


class Backlog:
    """Frames in the order in which the page shall have them.

    A kernel that says more than a page takes loses its oldest frames, but not
    the dashboard's cells: those were cut to a bearable size and come once.

    Attributes:
        size: bytes of all that is kept.
    """

    def __init__(self, limit: int = BACKLOG_LIMIT) -> None:
        """Keep nothing yet.

        Args:
            limit: bytes of all that is kept.
        """
        self._limit = limit
        self.size = 0
        self._number = 0
        self._frames: deque[tuple[int, bytes, bool]] = deque()

    def __bool__(self) -> bool:
        """Whether something waits."""
        return bool(self._frames)

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        """What waits, and whether it is the server's own."""
        return iter([(frame, own) for _, frame, own in self._frames])

    def put(self, frame: bytes, *, own: bool = False) -> int:
        """Keep a frame.

        Args:
            frame: as it goes on the wire.
            own: whether it is the server's, not the kernel's.

        Returns:
            how many frames had to go for it.
        """
        self._number += 1
        self._frames.append((self._number, frame, own))
        self.size += len(frame)
        dropped = 0
        while self.size > self._limit and len(self._frames) > 1:
            self._drop()
            dropped += 1
        return dropped

    def after(self, number: int) -> list[tuple[int, bytes]]:
        """The next frames after one, with their numbers; they stay until ``taken``."""
        found, size = [], 0
        for own_number, frame, _ in self._frames:
            if own_number > number:
                found.append((own_number, frame))
                size += len(frame)
            if size >= AT_ONCE:
                break
        return found

    def first(self) -> tuple[int, bytes]:
        """The next frame, with its number; it stays until it is ``taken``."""
        number, frame, _ = self._frames[0]
        return number, frame

    def taken(self, number: int) -> None:
        """Forget what was delivered: a frame, and those before it."""
        while self._frames and self._frames[0][0] <= number:
            self._forget(0)

    def _drop(self) -> None:
        """Let the kernel's oldest frame go, or the oldest if all are our own."""
        # Our own are few: one for each cell.
        foreign = (place for place, (_, _, own) in enumerate(self._frames) if not own)
        self._forget(next(foreign, 0))

    def _forget(self, place: int) -> None:
        self.size -= len(self._frames[place][1])
        del self._frames[place]


__all__ = ["BACKLOG_LIMIT", "Backlog"]
