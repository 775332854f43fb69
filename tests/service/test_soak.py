"""Visits leave nothing behind; ``benchmarks/soak.py`` does the same with more of them."""

import os

import pytest

from benchmarks.soak import soak, table

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

# Sessions that ended are told of for two minutes, and allocators keep a little.
MEMORY_FOR_A_VISIT = 250_000


# The server's own, and those of asyncio's pool, which begin as they are first needed.
POOL = 1 + min(32, (os.cpu_count() or 1) + 4)


async def test_twenty_visits_leave_nothing() -> None:
    visits = 20
    before, after, _ = await soak(visits, 4)
    print(table(before, after))
    for name in ("processes", "folders", "groups", "mounts"):
        assert getattr(after, name) <= getattr(before, name), name
    assert after.threads <= max(before.threads, POOL)
    assert after.descriptors <= before.descriptors + 2
    assert after.memory - before.memory < visits * MEMORY_FOR_A_VISIT + 5_000_000
