"""What one more viewer costs: a kernel that runs the notebook anew, beside a fork of one that has.

``python -m benchmarks.forks [--viewers 10] [--notebook chart]`` starts ``vaas
serve`` twice beside a small cloud, once without templates and once with, and
lets viewers come over the page's own protocol (no browser), first one by one,
then all at once. The first viewer of each is not counted.

- **ready**: from the request to the last cell's result and the widgets' states.
- **all at once**: until the last of them is ready.
- **processor**: seconds of the server and all it starts, for one viewer.
- **memory**: proportional set size (PSS) that one more viewer adds to all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import shutil
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from benchmarks.servers import NOTEBOOKS, held, spent
from tests.service.command import Running, running
from tests.service.harness import Line, Viewer
from vaas.demo import DemoEfss
from vaas.shares import parse_link
from vaas.shares.links import canonical_path

CONTROL = {"comm_id": "control", "target_name": "jupyter.widget.control", "data": {}}


@dataclass(frozen=True)
class Cost:
    """Medians; seconds and bytes."""

    ready: float
    at_once: float
    processor: float
    memory: float


async def come(viewer: Viewer, address: str, stack: AsyncExitStack) -> float:
    """Open a dashboard and stay; seconds until its widgets could be drawn."""
    started = time.monotonic()
    line: Line = await stack.enter_async_context(viewer.dashboard(address))
    await line.until("vaas_ready")
    await line.send("comm_open", CONTROL, metadata={"version": "1.0.0"})
    await line.send("comm_msg", {"comm_id": "control", "data": {"method": "request_states"}})
    await line.until(lambda heard: heard.content.get("comm_id") == "control")
    return time.monotonic() - started


async def measure(server: Running, address: str, viewers: int) -> Cost:
    """Let viewers come one by one, then all at once."""
    process = psutil.Process(server.process.pid)
    async with AsyncExitStack() as stack:
        viewer = await stack.enter_async_context(Viewer(server.url))
        async with AsyncExitStack() as first:
            await come(viewer, address, first)
        async with AsyncExitStack() as inside:
            before, cpu = held(process), spent(process)
            ready = [await come(viewer, address, inside) for _ in range(viewers)]
            cpu, memory = spent(process) - cpu, held(process) - before
        started = time.monotonic()
        async with AsyncExitStack() as inside:
            await asyncio.gather(*(come(viewer, address, inside) for _ in range(viewers)))
            at_once = time.monotonic() - started
    return Cost(statistics.median(ready), at_once, cpu / viewers, memory / viewers)


def ask_for_forks(notebook: Path) -> None:
    """Have already the first viewer wait for the template, so that the others find it."""
    content = json.loads(notebook.read_text())
    content["metadata"]["vaas"] = {"launch": "fork"}
    notebook.write_text(json.dumps(content))


async def compare(name: str, viewers: int) -> dict[str, Cost]:
    """Both ways with the same notebook."""
    costs = {}
    with tempfile.TemporaryDirectory(prefix="forks-") as folder, DemoEfss(Path(folder)) as cloud:
        shutil.copytree(NOTEBOOKS / name, Path(folder) / name)
        ask_for_forks(Path(folder) / name / f"{name}.ipynb")
        address = canonical_path(parse_link(cloud.add_link("nextcloud", name)))
        for way, templates in (("anew", 0), ("fork", 8)):
            config = Path(folder) / f"{way}.toml"
            config.write_text(
                f'port = 0\ndata = "{folder}/{way}"\nlog_level = "ERROR"\n[kernel]\n'
                f"templates = {templates}\nmost = {viewers + 2}\n"
                f'[[site]]\nhost = "{urlsplit(cloud.url).netloc}"\ninsecure = true\nprivate = true\n'
            )
            async with running("serve", "--config", str(config)) as server:
                costs[way] = await measure(server, address, viewers)
    return costs


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--notebook", default="chart")
    wanted = parser.parse_args()
    costs = asyncio.run(compare(wanted.notebook, wanted.viewers))
    print(f"{wanted.notebook}, {wanted.viewers} viewers, Python {platform.python_version()}")
    print(f"{'':6}{'ready, s':>10}{'at once, s':>12}{'processor, s':>14}{'memory, MB':>12}")
    for way, cost in costs.items():
        print(f"{way:6}{cost.ready:10.3f}{cost.at_once:12.2f}", end="")
        print(f"{cost.processor:14.3f}{cost.memory / 1e6:12.1f}")


if __name__ == "__main__":
    main()
