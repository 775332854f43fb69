"""One service for the tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.service.harness import Stage, Viewer, staged


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """The service with a small cloud; cells may run 10 s, 8 kernels at a time.

    Each viewer's kernel runs the notebook itself: without a second run out of sight
    that other tests would wait for.
    """
    async with staged(kernel={"cell": 10, "most": 8, "grace": 2, "templates": 0}) as found:
        yield found
        await found.emptied()


@pytest_asyncio.fixture(loop_scope="module")
async def viewer(stage: Stage) -> AsyncIterator[Viewer]:
    """A viewer; what they do must not lead to a failure that nobody foresaw."""
    async with stage.viewer() as found:
        yield found
    failed = [*stage.heard("failed"), *stage.heard("session_failed")]
    stage.said.clear()
    assert failed == []
