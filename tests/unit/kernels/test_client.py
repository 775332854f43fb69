"""The queues of whoever runs cells over a line."""

import asyncio
from queue import Empty

import pytest

from vaas.kernels.forks.client import QueueChannel


@pytest.mark.parametrize("steps", range(6))
async def test_no_message_makes_a_cancellation_forgotten(steps: int) -> None:
    channel = QueueChannel("iopub", lambda _: None)
    hearing = asyncio.create_task(channel.get_msg(5))
    await asyncio.sleep(0)
    channel.messages.put_nowait({})
    for _ in range(steps):
        await asyncio.sleep(0)
    asked = hearing.cancel()
    await asyncio.wait([hearing])
    assert hearing.cancelled() == asked


async def test_what_does_not_come_is_not_waited_for() -> None:
    with pytest.raises(Empty):
        await QueueChannel("shell", lambda _: None).get_msg(0.01)
