"""Looks after prepared notebooks: successors in time, and memory for others where it is short."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from vaas.observability import logger
from vaas.prepared import PreparedNotebooks

EVERY = 1.0
"""Seconds between two looks."""

_AVAILABLE = re.compile(r"^MemAvailable: +(\d+) kB$", re.MULTILINE)

log = logger(__name__)


def available() -> int | None:
    """Bytes of memory that the machine can still give; ``None`` where it does not tell."""
    try:
        found = _AVAILABLE.search(Path("/proc/meminfo").read_text(encoding="ascii"))
    except OSError:
        return None
    return int(found[1]) << 10 if found else None


@asynccontextmanager
async def upkeep(
    prepared: PreparedNotebooks,
    spare: int,
    available: Callable[[], int | None] = available,
    every: float = EVERY,
) -> AsyncIterator[None]:
    """Look after prepared notebooks for as long as the context is open.

    Args:
        prepared: those.
        spare: bytes of memory under which the least used go, one at each look.
        available: tells how many there are.
        every: seconds between two looks.
    """

    async def look() -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(every)
            try:
                left = await asyncio.to_thread(available)
                await prepared.keep_up(pressed=left is not None and left < spare)
            except Exception:  # one look's trouble is not the next one's
                log.exception("upkeep_failed")

    task = asyncio.create_task(look(), name="upkeep")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


__all__ = ["available", "upkeep"]
