"""What one viewer with a browser sees of a system, and costs it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser

from benchmarks.peers.pages import Example, Eyes, use
from benchmarks.servers import PATIENCE, System, held, spent, wait

BUSY = 0.1
"""Share of one core from which on a server has something to do."""


def quiet(system: System, patience: float = PATIENCE) -> None:
    """Wait until nobody is there, for some seconds, and the server rests."""
    wait(system.idle, f"the end of the last viewer of {system.name}", patience)
    rest(system)


def rest(system: System) -> None:
    """Wait until the server has done what it had to do for who is there."""
    latest = time.monotonic() + PATIENCE
    before, pause = spent(system.server), 0.5
    while time.monotonic() < latest:
        time.sleep(pause)
        now = spent(system.server)
        if now - before < BUSY * pause:
            return
        before = now
    raise TimeoutError(f"{system.name} does not come to rest")


@contextmanager
def viewer(browser: Browser, example: Example) -> Iterator[tuple[Eyes, list[float]]]:
    """A page with an empty cache, and the bytes of each answer and websocket message it got."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE * 1000)
    eyes, sizes = Eyes(context, example.contents), [0.0]
    eyes.page.on("websocket", lambda one: one.on("framereceived", lambda it: sizes.append(len(it))))
    eyes.session.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
    eyes.session.send("Network.enable")
    try:
        yield eyes, sizes
        eyes.page.goto("about:blank")  # as somebody who leaves
    finally:
        context.close()


def visit(browser: Browser, system: System, example: Example) -> dict[str, float]:
    """One viewer comes, acts until the page answers, stays until the server rests, leaves.

    Returns:
        seconds until ``paint`` and ``interactive``, ``cpu`` seconds of the server and all it
        started, and ``received`` MB.
    """
    quiet(system)
    before = spent(system.server)
    with viewer(browser, example) as (eyes, sizes):
        eyes.page.goto(system.address(example.name), wait_until="commit")
        use(eyes, example)
        rest(system)
        marks = eyes.ask("bench.marks")
        return {
            "paint": marks["paint"] / 1000,
            "interactive": marks["interactive"] / 1000,
            "cpu": spent(system.server) - before,
            "received": sum(sizes) / 1e6,
        }


def memory(browser: Browser, system: System, example: Example, viewers: int) -> float:
    """MB of proportional set size that each of some viewers adds who stay at the same time."""
    quiet(system)
    before = held(system.server)
    with ExitStack() as stack:
        for _ in range(viewers):
            eyes, _ = stack.enter_context(viewer(browser, example))
            eyes.page.goto(system.address(example.name), wait_until="commit")
            use(eyes, example)
        rest(system)
        return (held(system.server) - before) / viewers / 1e6
