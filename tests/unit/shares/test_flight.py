"""One request for all who ask at once, and nobody's leaving ends it for the others."""

from __future__ import annotations

import asyncio

import pytest

from vaas.shares.flight import SingleFlight


class Work:
    def __init__(self) -> None:
        self.calls = 0
        self.ended = 0
        self.go = asyncio.Event()

    async def __call__(self) -> int:
        self.calls += 1
        call = self.calls
        try:
            await self.go.wait()
        finally:
            self.ended += 1
        if call > 1:
            raise LookupError
        return call


async def test_one_call_for_all() -> None:
    flight, work = SingleFlight[int](), Work()
    waiting = [asyncio.create_task(flight.run("k", work)) for _ in range(5)]
    await asyncio.sleep(0)
    work.go.set()
    assert await asyncio.gather(*waiting) == [1] * 5
    with pytest.raises(LookupError):
        await flight.run("k", work)
    assert work.calls == 2


async def test_who_leaves_takes_nothing_from_the_others() -> None:
    flight, work = SingleFlight[int](), Work()
    first, second = (asyncio.create_task(flight.run("k", work)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.go.set()
    assert await second == 1


async def test_the_last_to_leave_ends_the_work() -> None:
    flight, work = SingleFlight[int](), Work()
    waiting = [asyncio.create_task(flight.run("k", work)) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert (work.calls, work.ended) == (1, 1)
    assert len(asyncio.all_tasks()) == 1


async def test_an_error_reaches_all_who_wait() -> None:
    flight, work = SingleFlight[int](), Work()
    work.calls = 1
    waiting = [asyncio.create_task(flight.run("k", work)) for _ in range(3)]
    await asyncio.sleep(0)
    work.go.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(error) for error in found] == [LookupError] * 3
