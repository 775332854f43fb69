"""What many visits leave behind: a table of the machine before and after.

``python -m benchmarks.soak [--visits 200] [--at-once 4] [--rest 130]`` starts ``vaas serve``
beside a small cloud and visits a dashboard again and again over the page's own
protocol. Most visitors leave as a page does; some close their line without a
word, some leave while the kernel still starts, some meet a kernel that dies.
Before the first count a few visits have been made, so that what is loaded once
is loaded. Viewers get forks of a notebook that has run, as they do by default;
with ``--templates 0`` each viewer's kernel runs it anew.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.service.command import Running, groups_of, running
from tests.service.harness import Viewer, code
from vaas.demo import DemoEfss
from vaas.shares import parse_link
from vaas.shares.links import canonical_path

WARM = 8
SLIDER = code(
    "import ipywidgets as w\nslider = w.IntSlider(3)\nlabel = w.Label('3')",
    "w.jslink((slider, 'value'), (label, 'value'))\nw.VBox([slider, label])",
    "print('x' * 100_000)",
)
DYING = code("import os; os._exit(1)")


@dataclass(frozen=True)
class Count:
    """The machine at one moment; ``memory`` in bytes, the others are numbers."""

    processes: int
    descriptors: int
    threads: int
    memory: int
    folders: int
    groups: int
    mounts: int


def count(server: Running, data: Path) -> Count:
    """Look at the server and at what it could leave."""
    process = psutil.Process(server.process.pid)
    run = data / "run"
    return Count(
        processes=len(server.family()),
        descriptors=process.num_fds(),
        threads=process.num_threads(),
        memory=process.memory_full_info().uss,
        folders=sum(1 for place in (run, server.temporary) for _ in place.rglob("*")),
        groups=len(groups_of(lock.stem for lock in run.glob("*.lock"))),
        mounts=Path(f"/proc/{process.pid}/mountinfo").read_text().count(str(run.parent)),
    )


async def soak(
    visits: int, at_once: int, rest: float = 0, templates: int = 2
) -> tuple[Count, Count, float]:
    """Visit many times.

    Args:
        visits: how many.
        at_once: how many at a time.
        rest: seconds between the last visit and the second count.
        templates: how many notebooks are kept that have run.

    Returns:
        the machine before and after, and seconds a visit.
    """
    with tempfile.TemporaryDirectory(prefix="soak-") as name, DemoEfss(Path(name)) as cloud:
        config, links = _prepare(Path(name), cloud, templates)
        async with running("serve", "--config", str(config)) as server:
            for _ in range(2):  # the first are served before there is anything to fork
                await _visits(server, links, WARM, at_once)
            before = count(server, Path(name) / "data")
            started = time.monotonic()
            await _visits(server, links, visits, at_once)
            seconds = (time.monotonic() - started) / visits
            await asyncio.sleep(rest)
            return before, count(server, Path(name) / "data"), seconds


def _prepare(folder: Path, cloud: DemoEfss, templates: int) -> tuple[Path, list[str]]:
    for name, text in (("slider", SLIDER), ("dying", DYING)):
        (folder / name).mkdir()
        (folder / name / "app.ipynb").write_text(text)
    config = folder / "vaas.toml"
    config.write_text(
        f'port = 0\ndata = "{folder}/data"\nlog_level = "ERROR"\n[kernel]\ngrace = 1\ntemplates = {templates}\n'
        f'[[site]]\nhost = "{urlsplit(cloud.url).netloc}"\ninsecure = true\nprivate = true\n'
    )
    links = [cloud.add_link("nextcloud", name) for name in ("slider", "dying")]
    return config, [canonical_path(parse_link(link)) for link in links]


async def _visits(server: Running, links: list[str], number: int, at_once: int) -> None:
    """Make visits, and wait until the last kernel is gone."""
    turns = iter(range(number))

    async def visitor() -> None:
        """One viewer who takes turns until there are none."""
        for turn in turns:
            async with Viewer(server.url) as viewer:
                await _visit(viewer, links, turn)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(visitor())
    async with asyncio.timeout(60), Viewer(server.url) as viewer:
        idle = '"kernels": 0, "preparing": 0'
        while idle not in (await viewer.get("/health/ready")).text:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        family: set[psutil.Process] = set()
        while family != (family := set(server.family())):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.5)


async def _visit(viewer: Viewer, links: list[str], turn: int) -> None:
    page = await viewer.get(links[turn % 10 == 9])
    match turn % 10:
        case 9:  # the kernel dies
            async with viewer.line(page.kernel) as line:
                await line.until_closed()
        case 8:  # the viewer leaves at once
            await viewer.leave(page.kernel)
        case 7:  # the line breaks
            async with viewer.line(page.kernel) as line:
                await line.until("vaas_ready")
        case _:
            async with viewer.line(page.kernel) as line:
                await line.until("vaas_ready")
                await line.ask("comm_info_request")
            await viewer.leave(page.kernel)


def table(before: Count, after: Count) -> str:
    """Both counts side by side."""
    lines = [f"{'':12} {'before':>10} {'after':>10}"]
    for name in (field.name for field in fields(Count)):
        one, two = getattr(before, name), getattr(after, name)
        if name == "memory":
            lines.append(f"{'memory, MB':12} {one / 1e6:10.1f} {two / 1e6:10.1f}")
        else:
            lines.append(f"{name:12} {one:10} {two:10}")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=4)
    # Sessions that ended are told of for two minutes.
    parser.add_argument("--rest", type=float, default=130)
    parser.add_argument("--templates", type=int, default=2)
    asked = parser.parse_args()
    wanted = soak(asked.visits, asked.at_once, asked.rest, asked.templates)
    before, after, seconds = asyncio.run(wanted)
    print(f"{asked.visits} visits, {asked.at_once} at a time, {seconds:.2f} s each")
    print(table(before, after))


if __name__ == "__main__":
    main()
