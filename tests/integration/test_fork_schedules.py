"""Three hundred forks of one run, in whatever order viewers come, act, leave and are killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.integration.test_kernels_fork import Page
from tests.security.kernel_tools import a_host, leftovers, request, run, stocked
from vaas.errors import KernelDied, SessionGone
from vaas.kernels.base import Kernel, Template

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

SCHEDULES, VIEWERS = 30, 10
CODE = """
import json
import ipywidgets as w
number, told, heard = w.IntText(-1), w.Label(), []
def hear(change):
    heard.append(change.new)
    told.value = json.dumps(heard)
number.observe(hear, "value")
print(number.model_id)
"""
ENDS = ("close", "kill", "leave", "abandon")


@dataclass(frozen=True)
class Life:
    """What a viewer will do.

    Attributes:
        who: a number of their own.
        acts: how often they change the widget.
        end: ``close`` waits until the last answer has come, ``leave`` does not; ``kill`` is
            the machine's doing; who does ``abandon`` goes before the fork has come.
        patience: seconds until then.
    """

    who: int
    acts: int
    end: str
    patience: float

    @property
    def turns(self) -> int:
        """How many turns this takes."""
        return 1 if self.end == "abandon" else self.acts + 2


@st.composite
def schedules(draw: st.DrawFn) -> tuple[list[Life], list[int]]:
    """Lives, and whose turn it is each time."""
    end, acts = st.sampled_from(ENDS), st.integers(0, 3)
    patience = st.floats(0, 0.05)
    lives = [Life(who, draw(acts), draw(end), draw(patience)) for who in range(VIEWERS)]
    return lives, draw(st.permutations([one.who for one in lives for _ in range(one.turns)]))


@dataclass
class Viewer:
    """One life, lived turn by turn; ``sent`` is what their kernel must have heard, no more."""

    life: Life
    made: Template
    folder: Path
    model: str
    sent: list[int] = field(default_factory=list)
    page: Any = None

    async def take_turn(self) -> None:
        if self.life.end == "abandon":
            await self.abandon()
        elif self.page is None:
            self.page = Page(await self.open())
            self.page.kernel.client.stop_channels()
        elif len(self.sent) < self.life.acts:
            await self.act()
            await self.page.shown("value", json.dumps(self.sent))
        else:
            await self.end()

    def open(self) -> Any:
        return self.made.fork(request(self.folder))

    async def abandon(self) -> None:
        opening: asyncio.Task[Kernel] = asyncio.create_task(self.open())
        await asyncio.wait([opening], timeout=self.life.patience)
        opening.cancel()
        await asyncio.wait([opening])
        if not opening.cancelled():
            await opening.result().close()

    async def act(self) -> None:
        self.sent.append(100 * self.life.who + len(self.sent))
        await self.page.change(self.model, value=self.sent[-1])

    async def end(self) -> None:
        kernel = self.page.kernel
        if self.life.end == "kill":
            os.kill(kernel.pid, signal.SIGKILL)
        else:
            if self.life.end == "leave":
                await self.act()
            await kernel.close()
        why = await asyncio.wait_for(asyncio.shield(kernel.ended), 10)
        assert isinstance(why, KernelDied if self.life.end == "kill" else SessionGone)


@dataclass
class House:
    """A host with one sealed template."""

    runner: asyncio.Runner
    folder: Path
    played: int = 0

    def __post_init__(self) -> None:
        self.stack = AsyncExitStack()
        self.runner.run(self.build())

    async def build(self) -> None:
        host = a_host(self.folder / "run", "fork", most=VIEWERS)
        self.host: Any = await self.stack.enter_async_context(host)
        self.made = await self.host.prepare(request(self.folder / "share"))
        self.model = (await run(self.made, CODE, within=60)).text
        assert await self.made.seal() == []
        await self.play([Life(0, 1, "close", 0)], [0, 0, 0])  # what starts once has started
        await stocked(self.host)
        self.before = self.left()

    async def play(self, lives: list[Life], turns: list[int]) -> None:
        """Let viewers take their turns in this order; those of different viewers overlap."""
        viewers = [Viewer(one, self.made, self.folder / "share", self.model) for one in lives]
        taken: dict[int, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            for who in turns:
                if who in taken:
                    await taken[who]
                taken[who] = group.create_task(viewers[who].take_turn())
        self.played += len(lives)

    def left(self) -> dict[str, Any]:
        """What viewers could leave on the machine."""
        mine = Path("/proc/self/mountinfo").read_text().count(str(self.folder))
        files = sorted(map(str, (self.folder / "run").rglob("*")))
        places = self.host._taken, len(self.host._users), len(self.host._spares)
        return leftovers(self.host) | {"mounts": mine, "files": files, "places": places}

    async def emptied(self) -> None:
        """Fail unless all that viewers had goes soon after them."""
        await stocked(self.host)  # to look at the machine takes time from who makes forks
        latest = time.monotonic() + 30
        while (now := self.left()) != self.before and time.monotonic() < latest:  # noqa: ASYNC110  the machine's
            await asyncio.sleep(0.05)
        assert now == self.before

    def follow(self, lives: list[Life], turns: list[int]) -> None:
        self.runner.run(self.play(lives, turns))
        self.runner.run(self.emptied())


def test_forks_in_any_order_stay_apart_and_leave_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with asyncio.Runner() as runner:
        house = House(runner, tmp_path)

        # A schedule that fails leaves viewers behind, so there is nothing to shrink.
        @settings(max_examples=SCHEDULES, deadline=None, phases=[Phase.generate])
        @given(schedules())
        def every_schedule(schedule: tuple[list[Life], list[int]]) -> None:
            house.follow(*schedule)

        try:
            every_schedule()
        finally:
            runner.run(house.stack.aclose())
    assert house.played > SCHEDULES * VIEWERS
    assert capfd.readouterr().err == ""
