"""Kernels outlive the server that pages talk to, for a while; and pages find them again."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.service.command import Running, groups_of, processes_of, running
from tests.service.harness import Line, Viewer, code, until_ended
from vaas.demo import DemoEfss
from vaas.shares import parse_link
from vaas.shares.links import canonical_path
from vaas.storage.fuse import mounts_below

pytestmark = pytest.mark.sandbox

SLIDER = """
import os
from ipywidgets import IntSlider
slider = IntSlider()
slider.observe(lambda change: print('now', change['new'], 'in', os.getpid()), 'value')
slider
"""


@dataclass
class Site:
    """A cloud with one share, and settings for servers that open it."""

    folder: Path
    cloud: DemoEfss
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def settings(self, *, stay: float, most: int = 50, data: str = "copy", templates: int = 2) -> str:
        file = self.folder / "vaas.toml"
        host = urlsplit(self.cloud.url).netloc
        file.write_text(
            f'port = {self.port}\ndata = "{self.data}"\n[[site]]\nhost = "{host}"\n'
            f'insecure = true\nprivate = true\ndata = "{data}"\n'
            f"[kernel]\nstay = {stay}\nmost = {most}\ntemplates = {templates}\n"
        )
        return str(file)

    def share(self, *cells: str, **options: str) -> str:
        folder = self.folder / "cloud" / "a"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "a.ipynb").write_text(code(*cells))
        return canonical_path(parse_link(self.cloud.add_link("nextcloud", "a", **options)))

    @contextlib.asynccontextmanager
    async def serving(self, **wanted: float | str) -> AsyncIterator[Running]:
        async with running("serve", "--config", self.settings(**wanted)) as served:  # type: ignore[arg-type]
            yield served

    def left(self) -> list[str]:
        """What hosts and servers left in the folder of data."""
        below = [path for name in ("run", "mounts") for path in (self.data / name).glob("*")]
        return [*map(str, below), *map(str, mounts_below(self.data))]


@pytest.fixture
def site(tmp_path: Path):
    (tmp_path / "cloud").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with DemoEfss(tmp_path / "cloud") as cloud:
        yield Site(tmp_path, cloud, port)


def host_of(mark: str) -> psutil.Process:
    """The kernel host of a test's servers."""
    found = [psutil.Process(pid) for pid in processes_of(mark)]
    [host] = [one for one in found if "vaas.kernels.apart" in one.cmdline()]
    return host


async def until_nothing(site: Site, mark: str, within: float = 20) -> None:
    """Wait until no process, cgroup, socket or folder is left."""
    async with asyncio.timeout(within):
        while processes_of(mark) or site.left():  # noqa: ASYNC110 - ends with the machine's patience
            await asyncio.sleep(0.05)


async def slide(line: Line, value: int) -> str:
    """Move the slider as a page does; what the callback prints."""
    opened = [h for h in line.heard if h.kind == "comm_open"]
    model = next(
        h.content["comm_id"] for h in opened
        if h.content["data"]["state"].get("_model_name") == "IntSliderModel"
    )
    return await move(line, model, value)


async def move(line: Line, model: str, value: int) -> str:
    data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
    await line.send("comm_msg", {"comm_id": model, "data": data})
    heard = await line.until("stream")
    return str(heard.content["text"])


def model_of(line: Line) -> str:
    return str(
        next(
            h.content["comm_id"]
            for h in line.heard
            if h.kind == "comm_open"
            and h.content["data"]["state"].get("_model_name") == "IntSliderModel"
        )
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_the_next_server_goes_on(site: Site, number: signal.Signals) -> None:
    address = site.share(SLIDER, password="open sesame") if False else site.share(SLIDER)
    async with site.serving(stay=60) as before:
        async with Viewer(before.url) as viewer:
            page = await viewer.get(address)
            async with viewer.line(page.kernel) as line:
                await line.until("vaas_ready")
                model = model_of(line)
                said = await move(line, model, 7)
                assert said.startswith("now 7 in ")
                host = host_of(before.mark)
                await before.end(number)
                code_ = await line.until_closed(5)
                assert code_ == (1012 if number == signal.SIGTERM else 1006)
        assert host.is_running()
        async with site.serving(stay=0) as after, Viewer(after.url) as viewer:
            assert (await viewer.state(page.kernel))["state"] == "ready"
            async with viewer.line(page.kernel) as line:
                assert await move(line, model, 8) == said.replace("7", "8", 1)
                assert viewer.url == before.url.rstrip("/")
            # What the page does when it is closed ends the kernel as ever.
            await viewer.leave(page.kernel)
            await until_ended(viewer, page.kernel)
    await until_nothing(site, before.mark)
