"""Three hundred forks that viewers get, in whatever order they come, act, leave and are killed.

All is as in the service: kernels live in a host of its own, whose templates are forks of a
process that has imported libraries, and neither it nor we may keep anything of a viewer.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.integration.test_kernels_fork import Page
from tests.security.kernel_tools import a_host, all_pids, cgroups, is_kernel, request, run
from vaas.errors import KernelDied, SessionGone
from vaas.kernels.base import Kernel, Template
from vaas.model import BASE

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

SCHEDULES, VIEWERS, STRAYS = 30, 10, 3
CODE = """
import json
import ipywidgets as w
number, told, heard = w.IntText(-1), w.Label(), []
def hear(change):
    heard.append(change.new)
    with open("/proc/self/comm", "w") as name:
        name.write(f"viewer {change.new}")
    told.value = json.dumps(heard)
number.observe(hear, "value")
print(number.model_id)
"""
ENDS = ("close", "kill", "leave")


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
    patience: float = 0.0

    @property
    def turns(self) -> int:
        """How many turns this takes."""
        return 1 if self.end == "abandon" else self.acts + 2


@st.composite
def schedules(draw: st.DrawFn) -> tuple[list[Life], list[int]]:
    """Lives, and whose turn it is each time."""
    end, acts, patience = st.sampled_from(ENDS), st.integers(0, 3), st.floats(0, 0.05)
    lives = [Life(who, draw(acts), draw(end)) for who in range(VIEWERS)]
    strays = range(VIEWERS, VIEWERS + draw(st.integers(0, STRAYS)))
    lives += [Life(who, 0, "abandon", draw(patience)) for who in strays]
    return lives, draw(st.permutations([one.who for one in lives for _ in range(one.turns)]))


@dataclass
class Viewer:
    """One life, lived turn by turn; ``sent`` is what their kernel must have heard, no more."""

    life: Life
    house: House
    sent: list[int] = field(default_factory=list)
    page: Any = None

    async def take_turn(self) -> None:
        if self.life.end == "abandon":
            await self.abandon()
        elif self.page is None:
            self.page = Page(await self.open())
        elif len(self.sent) < self.life.acts:
            await self.act()
            await self.answered()
        else:
            await self.end()

    async def open(self) -> Kernel:
        kernel = await self.house.made.fork(request(self.house.share), runs=False)
        self.house.given += 1
        return kernel

    async def abandon(self) -> None:
        opening = asyncio.create_task(self.open())
        await asyncio.wait([opening], timeout=self.life.patience)
        opening.cancel()
        await asyncio.wait([opening])
        if not opening.cancelled():
            await opening.result().close()

    async def act(self) -> None:
        self.sent.append(100 * self.life.who + len(self.sent))
        await self.page.change(self.house.model, value=self.sent[-1])

    async def answered(self) -> None:
        await self.page.shown("value", json.dumps(self.sent))

    async def end(self) -> None:
        kernel = self.page.kernel
        if self.life.end != "close":
            await self.act()
        if self.life.end == "kill":
            await self.answered()
            self.house.kill(f"viewer {self.sent[-1]}")
        else:
            await kernel.close()
        why = await asyncio.wait_for(asyncio.shield(kernel.ended), 10)
        assert isinstance(why, KernelDied if self.life.end == "kill" else SessionGone)


@dataclass
class House:
    """A kernel host with one sealed template; ``given`` counts the forks that viewers got."""

    runner: asyncio.Runner
    folder: Path
    given: int = 0

    def __post_init__(self) -> None:
        self.share = self.folder / "share"
        self.stack = AsyncExitStack()
        self.runner.run(self.build())

    async def build(self) -> None:
        terms: dict[str, Any] = {"zygotes": 1, "preload": {BASE.name: ["numpy"]}}
        starting = a_host(self.folder / "run", "apart", most=VIEWERS + STRAYS, **terms)
        front: Any = await self.stack.enter_async_context(starting)
        await front.warm(BASE)
        [self.host] = [
            one for one in psutil.Process().children() if str(self.folder / "run") in one.cmdline()
        ]
        self.made: Template = await front.prepare(request(self.share))
        self.model = (await run(self.made, CODE, within=60)).text
        self.made.client.stop_channels()
        assert await self.made.seal() == []
        # Who begins by itself has our mark in what it began with; only root can fork the other.
        assert any(map(is_kernel, all_pids())) == (os.geteuid() != 0)
        lives = [Life(0, 1, "close"), Life(1, 0, "kill")]
        await self.play(lives, [0, 1, 0, 1, 0])  # what starts once has started
        self.given = 0
        self.before = await self.at_rest()

    async def play(self, lives: list[Life], turns: list[int]) -> None:
        """Let viewers take their turns in this order; those of different viewers overlap."""
        viewers = [Viewer(one, self) for one in lives]
        taken: dict[int, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            for who in turns:
                if who in taken:
                    await taken[who]
                taken[who] = group.create_task(viewers[who].take_turn())

    def kill(self, name: str) -> None:
        """Kill the process that has taken a name."""
        [found] = [one for one in self.family() if named(one) == name]
        os.kill(found, signal.SIGKILL)

    def family(self) -> list[int]:
        """All processes of the host."""
        return [one.pid for one in self.host.children(recursive=True)]

    def left(self) -> dict[str, Any]:
        """What viewers could leave on the machine."""
        gc.collect()
        run, family = self.folder / "run", self.family()
        [name] = [one.name for one in run.iterdir() if one.is_dir()]
        groups = cgroups(name)
        known = {os.getpid(): "front", self.host.pid: "host"}
        return {
            "processes": Counter(map(named, family)),
            "descriptors": sum(
                (descriptors(pid, known.get(pid, "")) for pid in (*known, *family)), Counter()
            ),
            "scratch": len({link(f"/proc/{pid}/ns/mnt") for pid in family}),
            "mounts": [mounts(pid, self.folder) for pid in known],
            "cgroups": len(groups),
            "in cgroups": sum(len(lines(one / "cgroup.procs")) for one in groups),
            "files": sorted(map(str, run.rglob("*"))),
            "tasks": len(asyncio.all_tasks()),
        }

    async def at_rest(self) -> dict[str, Any]:
        """What is there once it does not change any more: forks are made ahead, too."""
        now, calm = self.left(), 0
        while calm < 5:
            await asyncio.sleep(0.1)
            before, now = now, self.left()
            calm = calm + 1 if now == before else 0
        return now

    async def emptied(self) -> None:
        """Fail unless all that viewers had goes soon after them."""
        latest = time.monotonic() + 30
        while (now := self.left()) != self.before and time.monotonic() < latest:  # noqa: ASYNC110  the machine's
            await asyncio.sleep(0.05)
        assert now == self.before

    def follow(self, lives: list[Life], turns: list[int]) -> None:
        self.runner.run(self.play(lives, turns))
        self.runner.run(self.emptied())


def named(pid: int) -> str:
    return "".join(lines(Path(f"/proc/{pid}/comm")))


def lines(file: Path) -> list[str]:
    """Of a file that may go at any time."""
    with suppress(OSError):
        return file.read_text().splitlines()
    return []


def link(place: str) -> str:
    with suppress(OSError):
        return os.readlink(place)  # noqa: PTH115  of no path
    return ""


def descriptors(pid: int, whose: str) -> Counter[str]:
    """What a process has open, counted by kind."""
    numbers: list[str] = []
    with suppress(OSError):
        numbers = os.listdir(f"/proc/{pid}/fd")  # noqa: PTH208
    kinds = [link(f"/proc/{pid}/fd/{number}").partition(":")[0] for number in numbers]
    return Counter(f"{whose or named(pid)} {kind if kind in KINDS else 'file'}" for kind in kinds)


KINDS = ("socket", "pipe", "anon_inode", "mnt", "user", "pid", "net")


def mounts(pid: int, folder: Path) -> int:
    return sum(str(folder) in line for line in lines(Path(f"/proc/{pid}/mountinfo")))


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
    assert house.given >= SCHEDULES * VIEWERS
    assert capfd.readouterr().err == ""
