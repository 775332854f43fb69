"""Looking after prepared notebooks goes on whatever one look came to."""

from __future__ import annotations

import asyncio
from pathlib import Path

from vaas.kernels import LocalKernelHost
from vaas.prepared import PreparedNotebooks
from vaas.upkeep import upkeep


async def test_a_look_that_fails_is_not_the_last(tmp_path: Path) -> None:
    looks, loop, again = [], asyncio.get_running_loop(), asyncio.Event()

    def available() -> int:
        """Fail once, as where no thread or file can be had."""
        looks.append(1)
        if len(looks) == 1:
            raise OSError("too many open files")
        loop.call_soon_threadsafe(again.set)
        return 0

    prepared = PreparedNotebooks(LocalKernelHost(tmp_path))
    async with upkeep(prepared, 1, available, every=0.001), asyncio.timeout(5):
        await again.wait()
