"""Many viewers without browsers: how long all wait, and how many a minute a system opens."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Any

from httpx import HTTPError
from websockets.exceptions import WebSocketException

from benchmarks.peers.clients import CLIENTS, Client
from benchmarks.peers.visits import quiet
from benchmarks.servers import System

AT_ONCE = 4
"""Viewers that come again and again when opens are counted."""

PATIENCE = 300.0
"""Seconds for a crowd: fifty kernels that start on two cores need more than one does."""


def crowd(
    system: System, page: str, sizes: list[int], seconds: float
) -> Iterator[tuple[str, float | None]]:
    """Let viewers come all at once, and one after another; nothing for a system without a client.

    Yields:
        seconds until the last of each crowd had its content, then ``opens`` a minute;
        nothing for a number where not everybody was served.
    """
    client = CLIENTS.get(system.name)
    if client is None:
        return
    address = system.address(page)
    for size in sizes:
        quiet(system, PATIENCE)
        yield f"{size} at once", _tried(_at_once(client, address, size))
    quiet(system, PATIENCE)
    yield "opens", _tried(_opens(client, address, seconds))


def _tried(figure: Coroutine[Any, Any, float]) -> float | None:
    try:
        return asyncio.run(_in_time(figure))
    except (
        AssertionError,
        TimeoutError,
        OSError,
        HTTPError,
        WebSocketException,
        ExceptionGroup,
    ) as error:
        print(f"not everybody was served: {error!r}", file=sys.stderr)
        return None


async def _in_time(figure: Coroutine[Any, Any, float]) -> float:
    async with asyncio.timeout(PATIENCE):
        return await figure


async def _at_once(client: Client, address: str, size: int) -> float:
    async with AsyncExitStack() as stack:
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(size):
                group.create_task(client(address, stack))
        return time.monotonic() - started


async def _opens(client: Client, address: str, seconds: float) -> float:
    """How many opens a minute some viewers get who leave as soon as they see, and come again."""
    started = time.monotonic()
    ends: list[float] = []

    async def again() -> None:
        """One viewer who comes again and again."""
        while time.monotonic() - started < seconds:
            async with AsyncExitStack() as stack:
                await client(address, stack)
                ends.append(time.monotonic())

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(again())
    return 60 * len(ends) / (max(ends) - started)
