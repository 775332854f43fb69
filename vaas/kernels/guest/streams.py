"""Standard output and error as Jupyter messages, without a thread of their own."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

SOON = 0.2
"""Seconds that text may wait while a cell goes on printing."""

MUCH = 1 << 16
"""Characters that may wait."""


class Stream(io.TextIOBase):
    """A text stream that publishes what is written to it."""

    encoding = "UTF-8"

    def __init__(
        self, name: str, parent: Callable[[], Any], publish: Callable[[str, str, Any], None]
    ) -> None:
        """Nothing waits yet.

        Args:
            name: its own.
            parent: tells what asked for what is running, such as a cell or a task of one.
            publish: takes a name, a text, and what asked for that.
        """
        self.name, self._parent, self._publish = name, parent, publish
        self._of: Any = None
        self._waiting: list[str] = []
        self._size, self._last = 0, 0.0

    def write(self, text: str) -> int:
        """Keep text for the next flush, which is never far away."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if (parent := self._parent()) is not self._of:
            self.flush()
            self._of = parent
        self._waiting.append(text)
        self._size += len(text)
        if self._size > MUCH or time.monotonic() - self._last > SOON:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Publish what waits."""
        self._last = time.monotonic()
        if self._waiting:
            text = "".join(self._waiting)
            self._waiting, self._size = [], 0
            self._publish(self.name, text, self._of)

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Stays open: the notebook may close it, others still print."""
        self.flush()


__all__ = ["Stream"]
