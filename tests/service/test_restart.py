"""Kernels outlive the server that pages talk to, for a while; and pages find them again."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.service.command import Running, groups_of, processes_of, running
from tests.service.harness import Line, Viewer, code, until_ended
from vaas.demo import DemoEfss
from vaas.kernels.descriptors import MOST_OPEN
from vaas.shares import parse_link
from vaas.shares.links import canonical_path
from vaas.storage.fuse import mounts_below

pytestmark = pytest.mark.sandbox

SLIDER = """
from ipywidgets import IntSlider
slider, moves = IntSlider(), []
def moved(change):
    moves.append(change['new'])
    print(f'moved to {moves}')
slider.observe(moved, 'value')
slider
"""
THREAD = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
"""What stands in the way of forks."""


@dataclass
class Site:
    """A cloud with one share, and settings for servers that open it."""

    folder: Path
    cloud: DemoEfss
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def settings(
        self, *, stay: float, most: int = 50, data: str = "copy", templates: int = 2
    ) -> str:
        file = self.folder / "vaas.toml"
        host = urlsplit(self.cloud.url).netloc
        file.write_text(
            f'port = {self.port}\ndata = "{self.data}"\n[[site]]\nhost = "{host}"\n'
            f'insecure = true\nprivate = true\ndata = "{data}"\n'
            f"[kernel]\nstay = {stay}\nmost = {most}\ntemplates = {templates}\n"
        )
        return str(file)

    def share(self, *cells: str, folder: str = "a", **options: str) -> str:
        place = self.folder / "cloud" / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / "a.ipynb").write_text(code(*cells))
        return canonical_path(parse_link(self.cloud.add_link("nextcloud", folder, **options)))

    @contextlib.asynccontextmanager
    async def serving(self, zygotes: int = 0, **wanted: float | str) -> AsyncIterator[Running]:
        ahead = {"VAAS_KERNEL__ZYGOTES": str(zygotes)}
        async with running("serve", "--config", self.settings(**wanted), **ahead) as served:  # type: ignore[arg-type]
            yield served

    def name(self) -> str:
        """Of the one host that lives, and of its cgroups."""
        (lock,) = (self.data / "run").glob("vaas-*.lock")
        return lock.stem

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


@pytest.fixture
def enough() -> Iterator[int]:
    """How much may be open in what serves, although it starts with a shell's usual 1024."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    yield min(before[1], MOST_OPEN)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


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


async def move(line: Line, model: str, value: int) -> str:
    data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
    await line.send("comm_msg", {"comm_id": model, "data": data})
    heard = await line.until(lambda one: "moved to" in str(one.content.get("text")))
    return str(heard.content["text"]).strip()


async def ran_ahead(viewer: Viewer, outcome: str) -> None:
    """Wait until a notebook has been run out of sight, and what came of it."""
    wanted = f'vaas_templates_total{{outcome="{outcome}"}} 1.0'
    async with asyncio.timeout(20):
        while wanted not in (await viewer.get("/metrics")).text:  # noqa: ASYNC110 - as Prometheus
            await asyncio.sleep(0.05)


def model_of(line: Line) -> str:
    return str(
        next(
            h.content["comm_id"]
            for h in line.heard
            if h.kind == "comm_open"
            and h.content["data"]["state"].get("_model_name") == "IntSliderModel"
        )
    )


@pytest.mark.parametrize(
    ("number", "cells"),
    [(signal.SIGKILL, [SLIDER]), (signal.SIGTERM, [SLIDER]), (signal.SIGTERM, [SLIDER, THREAD])],
    ids=["killed", "ended", "ended, and the kernel is its notebook's own run"],
)
async def test_the_next_server_goes_on(
    site: Site, number: signal.Signals, cells: list[str]
) -> None:
    address = site.share(*cells)
    async with site.serving(stay=60) as before:
        async with Viewer(before.url) as viewer:
            page = await viewer.get(address)
            async with viewer.line(page.kernel) as line:
                await line.until("vaas_ready")
                model = model_of(line)
                assert await move(line, model, 7) == "moved to [7]"
                host = host_of(before.mark)
                await before.end(number)
                closed = await line.until_closed(5)
                assert closed == (1012 if number == signal.SIGTERM else 1006)
        assert host.is_running()
        async with site.serving(stay=0) as after, Viewer(after.url) as viewer:
            assert (await viewer.state(page.kernel))["state"] == "ready"
            async with viewer.line(page.kernel) as line:
                assert await move(line, model, 8) == "moved to [7, 8]"
                assert viewer.url == before.url.rstrip("/")
            # Who comes next shall not wait for the run, although nobody has come yet.
            await ran_ahead(viewer, "refused" if THREAD in cells else "made")
            if THREAD not in cells:
                await viewer.view(address)
                assert "vaas_forks_total 1.0" in (await viewer.get("/metrics")).text
            # What the page does when it is closed ends the kernel as ever.
            await viewer.leave(page.kernel)
            await until_ended(viewer, page.kernel)
    await until_nothing(site, before.mark)


async def test_what_cannot_be_gone_on_with_ends(site: Site) -> None:
    """A run that was not finished, and files that are not where they were."""
    running_on = site.share("import time\nprint('begun')\ntime.sleep(100)")
    async with site.serving(stay=60) as before, Viewer(before.url) as viewer:
        unfinished = await viewer.get(running_on)
        finished = await viewer.get(site.share("print('done')", folder="b"))
        async with viewer.line(finished.kernel) as line, viewer.line(unfinished.kernel) as other:
            await line.until("vaas_ready")
            await other.until("vaas_run")
            await before.end(signal.SIGKILL)
    for place in (site.data / "shares").iterdir():
        place.rename(place.with_name(f"{place.name}-elsewhere"))
    async with site.serving(stay=0) as after, Viewer(after.url) as viewer:
        for page in (finished, unfinished):
            assert (await viewer.state(page.kernel))["error"]["code"] == "gone"
        assert (await viewer.get("/health/ready")).status == 200
    await until_nothing(site, before.mark)


async def test_a_killed_host_is_replaced(site: Site, enough: int) -> None:
    address = site.share(SLIDER)
    async with site.serving(stay=60) as server, Viewer(server.url) as viewer:
        page = await viewer.get(address)
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_ready")
            name = site.name()
            assert groups_of([name])
            for one in (psutil.Process(server.process.pid), host_of(server.mark)):
                assert one.rlimit(psutil.RLIMIT_NOFILE)[0] == enough
            host_of(server.mark).kill()
            assert await line.until_closed(5) == 1000
        state = await until_ended(viewer, page.kernel)
        assert state["error"]["code"] == "died"
        await viewer.view(address)
        assert groups_of([name]) == []
        host_of(server.mark).terminate()
        await server.end()
    await until_nothing(site, server.mark)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_nobody_comes_back(site: Site, number: signal.Signals) -> None:
    # Long enough for a server to end in, on a busy machine too.
    async with site.serving(zygotes=1, stay=6) as server, Viewer(server.url) as viewer:
        page = await viewer.get(site.share(SLIDER))
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_ready")
            name = site.name()
            await server.end(number)
        assert groups_of([name])
        await until_nothing(site, server.mark)
        assert groups_of([name]) == []


async def test_a_host_that_is_killed_while_no_server_is_there(site: Site) -> None:
    async with site.serving(stay=60) as server, Viewer(server.url) as viewer:
        page = await viewer.get(site.share(SLIDER))
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_ready")
            name = site.name()
            await server.end(signal.SIGTERM)
        host_of(server.mark).kill()
        await until_nothing(site, server.mark)
        assert groups_of([name]) == []


async def test_other_settings_and_a_password(site: Site) -> None:
    """A server with other terms goes on with the older host's kernels; new ones get its own."""
    address = site.share(SLIDER, password="open sesame")
    async with site.serving(stay=60) as before, Viewer(before.url) as viewer:
        form = {"next": address, "password": "open sesame"}
        await viewer.client.post("/password", data=form, headers={"Origin": viewer.url})
        page = await viewer.get(address)
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_ready")
            model = model_of(line)
            assert await move(line, model, 7) == "moved to [7]"
            await before.end(signal.SIGTERM)
    async with site.serving(stay=0, most=49) as after, Viewer(after.url) as viewer:
        async with viewer.line(page.kernel) as line:
            assert await move(line, model, 8) == "moved to [7, 8]"
        assert len([*(site.data / "run").glob("vaas-*.lock")]) == 2
        await viewer.leave(page.kernel)
        await until_ended(viewer, page.kernel)
        # Nobody needs the older one any more.
        async with asyncio.timeout(10):
            while processes_of(before.mark):  # noqa: ASYNC110 - ends with the machine's patience
                await asyncio.sleep(0.05)
        async with viewer.dashboard(site.share(SLIDER, folder="b")) as line:
            await line.until("vaas_ready")
    await until_nothing(site, after.mark)
