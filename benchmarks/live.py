"""What many viewers hold who look at one dashboard at the same time, and have all used it.

``python -m benchmarks.live [--viewers 200] [--page chart] [--at-once 8]`` starts ``vaas serve``
beside a small cloud and lets viewers come over the page's own protocol (no browser), some at
a time. Each moves the page's control and waits for its kernel's answer, and stays. Then the
proportional set size (PSS) of the service and of all it started is added up, so that memory
which kernels share is counted once.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import time
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from benchmarks.peers.clients import CLIENTS
from benchmarks.servers import held, spent, vaas
from tests.service.harness import Message, Viewer

MOVES = {"chart": ("v_model", "Birch"), "slider": ("value", 8)}
"""By page: the state of its control, and what it is set to."""

PATIENCE = 300.0


async def stay(address: str, page: str, stack: AsyncExitStack) -> None:
    """Open a page, move its control, see the answer, and stay."""
    parts = urlsplit(address)
    viewer = await stack.enter_async_context(Viewer(f"{parts.scheme}://{parts.netloc}"))
    viewer.client.timeout = PATIENCE
    kernel = (await viewer.get(parts.path)).kernel
    line = await stack.enter_async_context(viewer.line(kernel))
    models = (await viewer.client.get(f"/api/v1/sessions/{kernel}/widgets")).json()["state"]
    name, value = MOVES[page]
    control = next(model for model, one in models.items() if name in one["state"] and _moves(one))
    if line.ready is None:
        await line.until("vaas_ready", PATIENCE)
    data = {"method": "update", "state": {name: value}, "buffer_paths": []}
    await line.send("comm_msg", {"comm_id": control, "data": data})
    await line.until(_answered, PATIENCE)


def _moves(model: dict[str, Any]) -> bool:
    return "Select" in model["model_name"] or "Slider" in model["model_name"]


def _answered(heard: Message) -> bool:
    state = (heard.content.get("data") or {}).get("state") or {}
    return "bench-result" in str(state.get("value", ""))


async def crowd(address: str, page: str, viewers: int, at_once: int, stack: AsyncExitStack) -> None:
    """Let viewers come, some at a time."""
    turn = asyncio.Semaphore(at_once)

    async def one() -> None:
        """One viewer, when it is their turn."""
        async with turn:
            await stay(address, page, stack)

    async with asyncio.TaskGroup() as group:
        for _ in range(viewers):
            group.create_task(one())


async def measure(address: str, server: Any, asked: argparse.Namespace) -> None:
    """Print what the crowd costs."""
    async with AsyncExitStack() as first:
        # Who comes first watches the run itself.
        await CLIENTS["vaas"](address, first)
    before, cpu, began = held(server), spent(server), time.monotonic()
    async with AsyncExitStack() as stack:
        await crowd(address, asked.page, asked.viewers, asked.at_once, stack)
        took, now = time.monotonic() - began, held(server)
        print(f"{asked.page}, {asked.viewers} viewers, Python {platform.python_version()}")
        print(f"all live after           {took:8.1f} s")
        print(f"processor, each          {1000 * (spent(server) - cpu) / asked.viewers:8.1f} ms")
        print(f"memory (PSS), all        {now / 2**20:8.0f} MiB")
        print(f"memory (PSS), each       {(now - before) / asked.viewers / 2**20:8.1f} MiB")


def main() -> None:
    """Start the service, let the crowd come, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--page", choices=MOVES, default="chart")
    parser.add_argument("--at-once", type=int, default=8)
    asked = parser.parse_args()
    with vaas([asked.page], most=asked.viewers + 2) as (again, _):
        asyncio.run(measure(again.address(asked.page), again.server, asked))


if __name__ == "__main__":
    main()
