"""What waits for a viewer's page: bounded, the server's own words last to go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

BACKLOG_LIMIT = 64 << 20
"""Bytes kept for a page that is not there or slow."""


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
        self._frames: deque[tuple[bytes, bool]] = deque()

    def __bool__(self) -> bool:
        """Whether something waits."""
        return bool(self._frames)

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        """What waits, and whether it is the server's own."""
        return iter(tuple(self._frames))

    def put(self, frame: bytes, *, own: bool = False) -> int:
        """Keep a frame.

        Args:
            frame: as it goes on the wire.
            own: whether it is the server's, not the kernel's.

        Returns:
            how many frames had to go for it.
        """
        self._frames.append((frame, own))
        self.size += len(frame)
        dropped = 0
        while self.size > self._limit and len(self._frames) > 1:
            self._drop()
            dropped += 1
        return dropped

    def first(self) -> bytes:
        """The frame that is next; it stays until it is ``taken``."""
        return self._frames[0][0]

    def taken(self, frame: bytes) -> None:
        """Forget a delivered frame, if it was not dropped meanwhile."""
        if self._frames and self._frames[0][0] is frame:
            self._forget(0)

    def _drop(self) -> None:
        """Let the kernel's oldest frame go, or the oldest if all are our own."""
        # Our own are few: one for each cell.
        foreign = (place for place, (_, own) in enumerate(self._frames) if not own)
        self._forget(next(foreign, 0))

    def _forget(self, place: int) -> None:
        self.size -= len(self._frames[place][0])
        del self._frames[place]


__all__ = ["BACKLOG_LIMIT", "Backlog"]
