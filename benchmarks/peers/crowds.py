"""Many viewers without browsers: how long all wait, and how many a minute a system opens."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from benchmarks.peers.clients import CLIENTS, Client
from benchmarks.peers.visits import quiet
from benchmarks.servers import System

AT_ONCE = 4
"""Viewers that come again and again when opens are counted."""


def crowd(system: System, page: str, sizes: list[int], seconds: float) -> dict[str, float]:
    """Let viewers come all at once, and one after another; nothing for a system without a client.

    Returns:
        seconds until the last of each crowd had its content, and ``opens`` a minute.
    """
    client = CLIENTS.get(system.name)
    if client is None:
        return {}
    address, figures = system.address(page), {}
    for size in sizes:
        quiet(system)
        figures[f"{size} at once"] = asyncio.run(_at_once(client, address, size))
    quiet(system)
    figures["opens"] = asyncio.run(_opens(client, address, seconds))
    return figures


async def _at_once(client: Client, address: str, size: int) -> float:
    async with AsyncExitStack() as stack:
        started = time.monotonic()
        await asyncio.gather(*(client(address, stack) for _ in range(size)))
        return time.monotonic() - started


async def _opens(client: Client, address: str, seconds: float) -> float:
    """How many opens a minute some viewers get who leave as soon as they see, and come again."""
    started = time.monotonic()
    ends: list[float] = []

    async def again() -> None:
        while time.monotonic() - started < seconds:
            async with AsyncExitStack() as stack:
                await client(address, stack)
                ends.append(time.monotonic())

    await asyncio.gather(*(again() for _ in range(AT_ONCE)))
    return 60 * len(ends) / (max(ends) - started)
