"""What was sent to a page and may not have arrived.

A frame is off our hands when the operating system has taken it. Where the page's
network breaks, all that was under way is lost, and nobody tells. So frames are kept
until the page's browser has answered a ping that was sent after them, and are sent
once more to the page that comes back, which drops those that it knows (``early.ts``).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator

MOST = 16 << 20
"""Bytes; more than is ever under way, since who sends waits for who reads."""


class Sent:
    """A session's frames that are under way, over all the lines that its page opens.

    Attributes:
        last: number of the frame that was sent last.
        relay: sends them; one at a time.
    """

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self.last = 0
        self.relay: asyncio.Task[None] | None = None
        self._frames: deque[bytes] = deque()
        self._size = 0

    def __bool__(self) -> bool:
        """Whether anything is under way."""
        return bool(self._frames)

    def __iter__(self) -> Iterator[bytes]:
        """What is under way, in the order in which it was sent."""
        return iter(tuple(self._frames))

    def put(self, frame: bytes) -> None:
        """Note a frame that is about to be sent."""
        self.last += 1
        self._frames.append(frame)
        self._size += len(frame)
        while self._size > MOST and len(self._frames) > 1:
            self._forget()

    def arrived(self, number: int) -> None:
        """The page has a frame, and those before it."""
        while self._frames and self.last - len(self._frames) < number:
            self._forget()

    def _forget(self) -> None:
        self._size -= len(self._frames.popleft())


__all__ = ["Sent"]
