"""How soon a new kernel answers, and has its libraries: by itself, and forked from its environment.

``python -m benchmarks.starts [--times 7] [--libraries pandas,plotly]`` starts kernels and
templates in turn: once with an interpreter of their own, once as forks of the
environment's process that has imported what takes long. Medians, and how many
times sooner. Run it as root: nobody else can show a fork its share.

- **kernel**: from the request to the kernel's answer.
- **imports**: until a cell with the imports is done.
- **template**, **its imports**: the same for the process in which a notebook runs for its first viewers.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import statistics
import tempfile
import time
from pathlib import Path

from tests.security.kernel_tools import request, run
from vaas.kernels import ForkingHost
from vaas.model import BASE

WHAT = ("kernel", "imports", "template", "its imports")


async def one(host: ForkingHost, share: Path, code: str) -> list[float]:
    """Seconds of each."""
    took = []
    for start in (host.start, host.prepare):
        began = time.monotonic()
        made = await start(request(share))
        took.append(time.monotonic() - began)
        done = await run(made, code, within=120)
        assert not done.error, done.error
        took.append(time.monotonic() - began)
        await made.close()  # type: ignore[attr-defined]
    return took


async def measure(times: int, code: str) -> dict[str, list[float]]:
    """Medians of both ways, measured in turn."""
    with tempfile.TemporaryDirectory(prefix="starts-") as name:
        folder = Path(name)
        hosts = {
            "alone": ForkingHost(folder / "alone"),
            "forked": ForkingHost(folder / "forked", zygotes=1),
        }
        took: dict[str, list[list[float]]] = {way: [] for way in hosts}
        try:
            began = time.monotonic()
            await hosts["forked"].warm(BASE)
            print(f"the environment's own process: {time.monotonic() - began:.1f} s, once")
            for _ in range(times):
                for way, host in hosts.items():
                    took[way].append(await one(host, folder / "share", code))
        finally:
            for host in hosts.values():
                await host.close()
    return {
        way: [statistics.median(t) for t in zip(*all_, strict=True)] for way, all_ in took.items()
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--libraries", default="pandas,plotly")
    wanted = parser.parse_args()
    found = asyncio.run(measure(wanted.times, f"import {wanted.libraries}"))
    print(f"{wanted.libraries}, median of {wanted.times}, Python {platform.python_version()}")
    print(f"{'':12}{'alone, s':>10}{'forked, s':>11}{'times sooner':>14}")
    for what, alone, forked in zip(WHAT, found["alone"], found["forked"], strict=True):
        print(f"{what:12}{alone:10.3f}{forked:11.3f}{alone / forked:14.1f}")


if __name__ == "__main__":
    main()
