"""An event loop whose tasks go on in a fork."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class ForkingLoop(asyncio.SelectorEventLoop):
    """A loop without epoll: a fork would share its parent's."""

    def __init__(self) -> None:
        """Watch descriptors with ``poll(2)``, which keeps nothing in the Linux kernel."""
        super().__init__(selectors.PollSelector())

    def disarm(self) -> None:
        """Close the one pair of sockets that a fork shares with its parent."""
        own: Any = self
        own._close_self_pipe()  # noqa: SLF001  asyncio has no public way

    def rearm(self) -> None:
        """Open a pair of one's own."""
        own: Any = self
        own._make_self_pipe()  # noqa: SLF001


__all__ = ["ForkingLoop"]
