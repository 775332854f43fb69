"""Kernels that talk too much, to their viewer or to us: the others do not notice."""

from __future__ import annotations

import asyncio
import os
import time

import psutil
import pytest

from tests.service.harness import Stage, Viewer, code

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

MEMORY_FOR_A_FLOOD = 300 << 20
"""One kept backlog of 64 MiB, a message of 100 MB on its way, and what allocators keep."""

FLOODS = {
    "messages": (
        "from ipykernel.comm import Comm\ncomm = Comm('x')\n"
        "for n in range(10_000): comm.send({'n': n})"
    ),
    "large messages": (
        "from ipykernel.comm import Comm\ncomm = Comm('x')\n"
        "for n in range(200): comm.send({}, buffers=[b'x' * 1_000_000])"
    ),
    "more than memory": (
        "from ipykernel.comm import Comm\ncomm = Comm('x')\n"
        "while True: comm.send({}, buffers=[b'x' * 1_000_000])"
    ),
    "displays": ("from IPython.display import display\nfor n in range(3_000): display({'n': n})"),
    "lines": "for n in range(5_000): print('x' * 500, flush=True)",
    "errors": "import sys\nfor n in range(5_000): print('x' * 500, file=sys.stderr, flush=True)",
    "widgets": "import ipywidgets as w\nfor n in range(1500): w.Label(str(n))",
    "clearing": (
        "from IPython.display import clear_output\n"
        "for n in range(3_000): clear_output(wait=True); print('now')"
    ),
    "captured": (
        "import ipywidgets as w\nout = w.Output()\nwith out:\n"
        "    for n in range(300): print(n, flush=True)\nout"
    ),
    "one large": "print('x' * 60_000_000)",
    "too large": "print('x' * 200_000_000)",
}
NOT_BORNE = {"more than memory", "too large"}
"""Those that end the flooding notebook, and it alone."""


@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_is_borne(stage: Stage, viewer: Viewer, name: str) -> None:
    quiet = stage.notebook(code("1"))
    flood = stage.notebook(code(FLOODS[name], "print('after')"))
    before = psutil.Process(os.getpid()).memory_full_info().uss
    async with viewer.dashboard(quiet) as other, viewer.dashboard(flood) as line:
        await other.until("vaas_ready")
        waits, highest = [0.0], before
        ready = asyncio.create_task(line.until("vaas_ready"))
        while not ready.done():
            started = time.monotonic()
            await other.ask("kernel_info_request")
            waits.append(time.monotonic() - started)
            highest = max(highest, psutil.Process(os.getpid()).memory_full_info().uss)
            await asyncio.wait([ready], timeout=0.1)
        await ready
    print(
        f"{name}: {len(line.heard)} messages, {line.size >> 20} MiB, longest wait of another "
        f"{max(waits):.2f} s, memory up to {(highest - before) >> 20} MiB more"
    )
    assert highest - before < MEMORY_FOR_A_FLOOD
    if name in NOT_BORNE:
        assert 1 not in line.cells
        assert (line.ready or {"failed": True})["failed"]
    else:
        assert line.texts(1) == "after\n"
    del line


async def test_a_page_that_does_not_listen(stage: Stage, viewer: Viewer) -> None:
    """A page that is slow or gone: what it misses is bounded, and it gets the end."""
    source = "for n in range(200): print('x' * 1_000_000, flush=True)"
    page = await viewer.get(stage.notebook(code(source, "print('after')")))
    async with asyncio.timeout(60):
        while (await viewer.state(page.kernel))["state"] != "ready":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    async with viewer.line(page.kernel) as line:
        await line.until("vaas_ready")
    assert line.size < 80 << 20
    assert line.texts(1) == "after\n"
    await viewer.leave(page.kernel)


async def test_a_viewer_who_floods_a_busy_kernel(stage: Stage, viewer: Viewer) -> None:
    """The kernel's queue fills; the server keeps little, and the session ends as it should."""
    quiet = stage.notebook(code("1"))
    page = await viewer.get(stage.notebook(code("while True: pass")))
    before = psutil.Process(os.getpid()).memory_full_info().uss
    async with viewer.dashboard(quiet) as other:
        await other.until("vaas_ready")
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_run")
            data = {"comm_id": "none", "data": {"x": os.urandom(50_000).hex()}}

            async def pour() -> None:
                for _ in range(3000):
                    await line.send("comm_msg", data)
                    await asyncio.sleep(0)

            pouring = asyncio.create_task(pour())
            for _ in range(10):
                started = time.monotonic()
                await other.ask("kernel_info_request")
                assert time.monotonic() - started < 3
                await asyncio.wait([pouring], timeout=0.2)
            pouring.cancel()
            await asyncio.wait([pouring])
        memory = psutil.Process(os.getpid()).memory_full_info().uss - before
        print(f"memory {memory >> 20} MiB more")
        assert memory < MEMORY_FOR_A_FLOOD
    await viewer.leave(page.kernel)
