"""The browser that takes stills: what a stranger's page cannot do in it, and what it leaves."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from tests.browser.service import eventually
from vaas.kernels.seccomp import program as system_calls
from vaas.rendering import find_browser
from vaas.rendering.assets import Asset
from vaas.rendering.still import stills
from vaas.rendering.still.browser import browser

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]


class Counting(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def counting() -> Iterator[SimpleNamespace]:
    asked: list[str] = []
    handler = type("Counts", (Counting,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/", asked=asked)
        server.shutdown()
        thread.join()


ASKING = """
const all = [fetch("ADDRESS").catch(String), fetch("file:///etc/passwd").catch(String)];
document.body.append(Object.assign(new Image(), { src: "ADDRESSpicture" }));
document.body.append(Object.assign(document.createElement("iframe"), { src: "ADDRESSframe" }));
new WebSocket("ADDRESS".replace("http", "ws")); navigator.sendBeacon("ADDRESSbeacon");
new Worker(URL.createObjectURL(new Blob([`fetch("ADDRESSworker")`])));
window.open("ADDRESSwindow");
Promise.all(all).then((said) => vaasStill(JSON.stringify({ cells: { 0: said.join() }, style: "" })));
"""


class Hostile:
    """What a hostile notebook's page would be."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.opened = asyncio.Event()

    async def of(self, address: str) -> Asset | None:
        if address.endswith("/opened"):
            self.opened.set()
        if address != "https://still.invalid/":
            return None
        text = f"<!doctype html><body><script>{self.script}</script>"
        return Asset(text.encode(), "text/html", "")


def statuses(pids: set[int]) -> list[str]:
    return [Path(f"/proc/{pid}/status").read_text() for pid in pids]


def children() -> set[int]:
    return {one.pid for one in psutil.Process().children(recursive=True)}


async def photographed(page: Hostile) -> stills.Still:
    program = find_browser()
    assert program
    async with browser(program, system_calls()) as devtools:
        return await stills._photographed(devtools, page)  # type: ignore[arg-type]


async def test_a_strangers_page_reaches_nothing(counting: SimpleNamespace) -> None:
    before = children()
    script = ASKING.replace("ADDRESS", counting.url)
    async with asyncio.timeout(30):
        still = await photographed(Hostile(script))
    assert still.cells[0].count("TypeError: Failed to fetch") == 4
    assert counting.asked == []
    assert eventually(lambda: children() <= before, within=5)


async def test_the_browser_s_system_calls_are_filtered_and_it_gains_no_rights() -> None:
    program = find_browser()
    assert program
    before = children()
    async with browser(program, system_calls()):
        inside = statuses(children() - before)
    named = [text for text in inside if text.startswith("Name:\tchrom")]
    assert len(named) > 1
    for text in named:
        assert "Seccomp:\t2" in text
        assert "NoNewPrivs:\t1" in text
        assert "CapEff:\t0000000000000000" in text


async def test_a_page_that_never_gets_quiet_costs_its_deadline_and_leaves_nothing() -> None:
    before = children()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(4):
            await photographed(Hostile("for (;;);"))
    assert eventually(lambda: children() <= before, within=5)


async def test_a_browser_that_is_killed_is_noticed_and_leaves_nothing() -> None:
    before = children()
    page = Hostile("fetch('/opened')")
    taking = asyncio.create_task(photographed(page))
    await asyncio.wait_for(page.opened.wait(), 10)
    first = min(one for one in children() - before if "--headless" in _command(one))
    os.kill(first, 9)
    with pytest.raises(stills.BrowserGone):
        async with asyncio.timeout(10):
            await taking
    assert eventually(lambda: children() <= before, within=5)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
