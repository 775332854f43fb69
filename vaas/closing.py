"""What is closed out of sight when something has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

_closing: set[asyncio.Task[None]] = set()


def letting_go(resources: AsyncExitStack) -> Callable[[object], None]:
    """A callback, for what ends, that closes what was opened for it."""

    def let_go(_: object) -> None:
        """Close what was opened, in a task that is kept until it is done."""
        task = asyncio.get_running_loop().create_task(resources.aclose())
        _closing.add(task)
        task.add_done_callback(_closing.discard)

    return let_go


__all__ = ["letting_go"]
