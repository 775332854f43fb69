"""What an interrupt stops, in forks as in any kernel, and what it leaves alone."""

import asyncio

import pytest

from tests.integration.test_kernels_fork import Page
from tests.security.kernel_tools import a_host, answer, request, run, until

pytestmark = pytest.mark.sandbox

SAY = "import asyncio, time\nasyncio.get_running_loop().call_soon(lambda: print('on', flush=True))"
"""Is said once the loop turns: a cell that awaits does so by then."""

CELLS = {
    "runs": "print('on', flush=True)\nwhile True: pass",
    "sleeps": "import time\nprint('on', flush=True)\ntime.sleep(1e6)",
    "awaits": f"{SAY}\nawait asyncio.sleep(1e6)",
    "awaits again and again": f"{SAY}\nwhile True: await asyncio.sleep(0)",
    "awaits others": f"{SAY}\nawait asyncio.gather(*(asyncio.sleep(1e6) for _ in range(3)))",
    "awaited, and runs": f"{SAY}\nawait asyncio.sleep(0.01)\nwhile True: pass",
    "awaited, and sleeps": f"{SAY}\nawait asyncio.sleep(0.01)\ntime.sleep(1e6)",
}

TICKS = """
import asyncio
ticks = 0
async def tick():
    global ticks
    while True:
        ticks += sum(range(20000)) > 0
        print('tick', flush=ticks % 20 == 0)
        await asyncio.sleep(0)
ticking = asyncio.create_task(tick())
"""


@pytest.fixture(params=["fresh", "fork", "kept", "preloaded fork"])
async def kernel(tmp_path, request):
    async with a_host(tmp_path / "run", request.param) as host:
        yield await host.start(asked(tmp_path))


def asked(tmp_path):
    return request(tmp_path / "share")


async def interrupted(kernel, code, within=10):
    """Run code and interrupt it when it says that it is on; what came of it."""
    running = kernel.client.execute(code, allow_stdin=False)
    async with asyncio.timeout(within):
        while "on" not in (await kernel.client.get_iopub_msg())["content"].get("text", ""):
            pass
        await kernel.interrupt()
        return await answer(kernel, running)


async def test_whatever_a_cell_does_is_stopped(kernel):
    for does, code in CELLS.items():
        outcome = await interrupted(kernel, code)
        assert outcome.error.partition(":")[0] in {"KeyboardInterrupt", "CancelledError"}, does
        assert (await run(kernel, "print('alive')")).out == "alive\n"


async def test_tasks_of_other_cells_go_on(kernel):
    """Also where one of them runs when the interrupt comes, as it does nearly always here."""
    assert (await run(kernel, TICKS)).error == ""
    for _ in range(10):
        code = f"{SAY.replace('print(', 'print(ticks, ')}\nawait asyncio.sleep(1e6)"
        assert (await interrupted(kernel, code)).error.startswith("CancelledError")
    count = "before = ticks\nawait asyncio.sleep(0.01)\nprint(ticking.done(), ticks > before)"
    assert (await run(kernel, count)).out.splitlines()[-1] == "False True"


@pytest.mark.parametrize("does", ["while True: pass", "time.sleep(1e6)"])
async def test_a_viewer_stops_a_callback(kernel, does):
    code = (
        "import time, ipywidgets as w\nb, told = w.IntText(), w.Label()\n"
        f"def spin(_):\n    told.value = f'on {{b.value}}'\n    {does}\n"
        "b.observe(spin, 'value')\nprint(b.model_id)"
    )
    model = (await run(kernel, code)).text
    page = Page(kernel)
    for turn in (1, 2):
        await page.change(model, value=turn)
        await page.shown("value", f"on {turn}")
        await page.send("interrupt_request", {}, channel="control")
        await page.until(lambda kind, *_: kind == "interrupt_reply")
        await until(lambda: not kernel.channel.busy)
    assert (await run(kernel, "print('alive')")).out == "alive\n"
