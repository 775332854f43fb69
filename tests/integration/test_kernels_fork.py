"""Forks of a notebook that has run: what works in them, and what divides them."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from tests.security.kernel_tools import a_host, frame, leftovers, request, run, stocked, until
from vaas.errors import KernelDied, KernelOutOfMemory, KernelStartFailed, ServerFull, SessionGone
from vaas.kernels.wire import unpack

pytestmark = pytest.mark.sandbox


class Page:
    """A page at a fork's channel: sends messages, hears until something comes."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.heard = []

    async def send(self, kind, content, **options: str):
        await self.kernel.channel.send(frame(kind, content, **options))

    async def until(self, fits, within=20):
        async with asyncio.timeout(within):
            frames = self.kernel.channel.attach()
            try:
                async for data in frames:
                    header, _, _, content, *buffers = unpack(data).parts
                    message = json.loads(header)["msg_type"], json.loads(content), buffers
                    self.heard.append(message)
                    if fits(*message):
                        return message
            finally:
                await frames.aclose()
        raise AssertionError("the channel ended")

    async def change(self, model, **state: object):
        data = {"method": "update", "state": state, "buffer_paths": []}
        await self.send("comm_msg", {"comm_id": model, "data": data})

    async def shown(self, name, value):
        """Wait until a widget's value is told."""
        await self.until(lambda _kind, content, _: _told(content).get(name) == value)


def _told(content):
    return (content.get("data") or {}).get("state") or {}


async def template(host, tmp_path, *cells: str, **limits: float):
    """A sealed template in which cells have run."""
    made = await host.prepare(request(tmp_path / "share", **limits))
    for cell in cells:
        done = await run(made, cell, within=60)
        assert done.error == "", done
    assert await made.seal() == []
    return made


async def forked(host, tmp_path, *cells: str, **limits: float):
    made = await template(host, tmp_path, *cells, **limits)
    return await made.fork(request(tmp_path / "share", **limits))


@pytest.fixture
async def host(tmp_path):
    async with a_host(tmp_path / "run", "fork", most=12) as host:
        yield host


async def test_variables_are_there_and_private(host, tmp_path):
    made = await template(host, tmp_path, "x = [1]")
    one, two = [await made.fork(request(tmp_path / "share")) for _ in range(2)]
    assert (await run(one, "x.append(2); print(x)")).out == "[1, 2]\n"
    assert (await run(two, "print(x)")).out == "[1]\n"


async def test_a_fork_can_import_what_the_run_did_not(host, tmp_path):
    kernel = await forked(host, tmp_path, "1")
    assert (
        await run(kernel, "import stack_data, vois.geo.scales\nprint('there')")
    ).out == "there\n"


async def test_a_file_of_a_library_may_stay_open(host, tmp_path):
    """As rasterio keeps the database of its coordinate systems."""
    kernel = await forked(
        host, tmp_path, "import ipywidgets", "f = open(ipywidgets.__file__); f.read(5)"
    )
    assert (await run(kernel, "print(len(f.read()) > 5)")).out == "True\n"


async def test_an_endless_cell_can_be_interrupted(host, tmp_path):
    kernel = await forked(host, tmp_path, "1")
    endless = asyncio.create_task(run(kernel, "while True: pass"))
    await until(lambda: kernel.channel.busy)
    await kernel.interrupt()
    assert (await endless).error.startswith("KeyboardInterrupt")
    await kernel.interrupt()  # nothing runs: nothing happens
    assert (await run(kernel, "print('alive')")).out == "alive\n"


async def test_a_viewer_can_interrupt_a_callback(host, tmp_path):
    code = (
        "import ipywidgets as w\nb, told = w.IntText(), w.Label()\n"
        "def spin(_):\n    told.value = 'on'\n    while True: pass\n"
        "b.observe(spin, 'value')\nprint(b.model_id)"
    )
    made = await host.prepare(request(tmp_path / "share"))
    model = (await run(made, code)).text
    assert await made.seal() == []
    kernel = await made.fork(request(tmp_path / "share"))
    page = Page(kernel)
    await page.change(model, value=1)
    await page.shown("value", "on")
    await page.send("interrupt_request", {}, channel="control")
    await page.until(lambda kind, *_: kind == "interrupt_reply")
    await until(lambda: not kernel.channel.busy)
    assert (await run(kernel, "print('alive')")).out == "alive\n"


async def test_nobody_is_asked(host, tmp_path):
    kernel = await forked(host, tmp_path, "1")
    for question in ("input('?')", "__import__('getpass').getpass()"):
        # IPython's own name for the error of a kernel that nobody can answer.
        assert "StdinNotImplementedError" in (await run(kernel, question)).error


async def test_a_cells_task_goes_on_in_the_fork(host, tmp_path):
    code = (
        "import asyncio\nticks = []\n"
        "async def tick():\n"
        "    while True:\n        await asyncio.sleep(0.05); ticks.append(1)\n"
        "task = asyncio.create_task(tick())\nawait asyncio.sleep(0.2)"
    )
    kernel = await forked(host, tmp_path, code)
    before = int((await run(kernel, "print(len(ticks))")).out)
    done = await run(kernel, "await asyncio.sleep(0.3); print(len(ticks))")
    assert int(done.out) > before + 2
    assert (await run(kernel, "print(await asyncio.to_thread(lambda: 7))")).out == "7\n"


GENERATORS = """
import random, uuid, tempfile, numpy as np, helper, torch
class Kept:
    def __init__(self, rng): self.rng = rng
class Odd(random.Random):
    __class__ = property(lambda self: 1 / 0)
    def seed(self, *_): super().seed(7)
    def __eq__(self, other): raise ValueError
    __hash__ = None
odd = Odd()
own, listed, kept = np.random.default_rng(), [np.random.default_rng()], Kept(random.Random())
old, bits = np.random.RandomState(), np.random.SFC64()
np.random.randn(), old.randn(), tempfile.mktemp()
chosen, old_chosen = [np.random.default_rng(7)], np.random.RandomState(7)
listed_chosen = np.random.default_rng([7, 8])
"""

DIFFERENT = (
    "random.random()", "np.random.randn()", "np.random.rand()", "own.random()",
    "listed[0].random()", "kept.rng.random()", "old.randn()", "old.rand()", "bits.random_raw()",
    "helper.rng.random()", "helper.own.random()", "odd.random()", "uuid.uuid4()",
    "next(tempfile._get_candidate_names())", "torch.rand()",
)  # fmt: skip
SAME = ("chosen[0].random()", "old_chosen.rand()", "listed_chosen.random()")

TORCH = """
# What is used of a library that is too large for tests.
import os, numpy
def manual_seed(seed):
    global _seed, _drawn
    _seed, _drawn = seed, numpy.random.RandomState([seed >> 32, seed & 0xFFFFFFFF])
def initial_seed(): return _seed
def seed(): manual_seed(int.from_bytes(os.urandom(8), "little"))
def rand(): return _drawn.rand()
seed()
"""


async def draw_thrice(made, tmp_path, *draws: str):
    """What three viewers draw: of each thing, how many different."""
    code = f"print({', '.join(draws)})"
    rows = []
    for _ in range(3):
        kernel = await made.fork(request(tmp_path / "share"))
        done = await run(kernel, code)
        assert done.error == "", done
        rows.append(done.out.split())
    columns = zip(*rows, strict=True)
    return {draw: len(set(column)) for draw, column in zip(draws, columns, strict=True)}


@pytest.fixture(params=["fork", "preloaded"])
async def any_host(request, tmp_path):
    async with a_host(tmp_path / "run", request.param, most=12) as host:
        yield host


async def test_random_numbers_differ(any_host, tmp_path):
    """Wherever a generator is kept; those whose seed the author chose go on from it."""
    share = tmp_path / "share"
    share.mkdir()
    (share / "torch.py").write_text(TORCH)
    (share / "helper.py").write_text(
        "import random, numpy\nrng, own = random.Random(), numpy.random.default_rng()"
    )
    made = await template(any_host, tmp_path, GENERATORS)
    wanted = dict.fromkeys(DIFFERENT, 3) | dict.fromkeys(SAME, 1)
    assert await draw_thrice(made, tmp_path, *wanted) == wanted


async def test_a_chosen_seed_of_all_numbers_stays(any_host, tmp_path):
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "torch.py").write_text(TORCH)
    code = "import numpy as np, torch\nnp.random.seed(7); np.random.randn(); torch.manual_seed(7)"
    made = await template(any_host, tmp_path, code)
    wanted = {"np.random.randn()": 1, "np.random.rand()": 1, "torch.rand()": 1}
    assert await draw_thrice(made, tmp_path, *wanted) == wanted


async def test_a_notebook_may_spoil_a_module_of_random_numbers(host, tmp_path):
    code = "import sys, random\nsys.modules['numpy.random'] = sys.modules['torch'] = 7"
    made = await template(host, tmp_path, code)
    assert await draw_thrice(made, tmp_path, "random.random()") == {"random.random()": 3}


async def test_files_that_are_read_have_a_place_of_their_own(host, tmp_path):
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "data.txt").write_text("0123456789")
    made = await template(host, tmp_path, "f = open('/data/data.txt', 'rb', 0); f.read(2)")
    one, two = [await made.fork(request(tmp_path / "share")) for _ in range(2)]
    assert (await run(one, "print(f.read(3))")).out == "b'234'\n"
    assert (await run(two, "print(f.read(3))")).out == "b'234'\n"


async def test_what_the_run_wrote_is_there_and_private(host, tmp_path):
    code = "import os\nos.makedirs('/scratch/d'); open('/scratch/d/f', 'w').write('run')"
    made = await template(host, tmp_path, code)
    one, two = [await made.fork(request(tmp_path / "share")) for _ in range(2)]
    assert (
        await run(one, "open('/scratch/d/f', 'a').write('one'); open('/tmp/x', 'w')")
    ).error == ""
    assert (await run(two, "print(open('/scratch/d/f').read(), os.path.exists('/tmp/x'))")).out == (
        "run False\n"
    )


async def test_children_and_threads_are_a_forks_own_matter(host, tmp_path):
    kernel = await forked(host, tmp_path, "import subprocess, threading")
    assert (
        await run(kernel, "print(subprocess.run(['id', '-u'], capture_output=True).stdout)")
    ).out == ("b'1000\\n'\n")
    code = "t = threading.Thread(target=print, args=('from a thread',)); t.start(); t.join()"
    assert (await run(kernel, code)).out == "from a thread\n"
    assert "shell says" in (await run(kernel, "!echo shell says")).out


@pytest.mark.parametrize("name", ["inline", "widget"])
async def test_matplotlib_can_be_told_where_to_draw(host, tmp_path, name):
    kernel = await forked(host, tmp_path, f"%matplotlib {name}\nimport matplotlib")
    assert (await run(kernel, "print(matplotlib.get_backend())")).out == f"{name}\n"
    assert "runs no loop" in (await run(kernel, "get_ipython().enable_gui('tk')")).error


LIBRARIES = {
    "matplotlib": (
        (
            "import matplotlib.pyplot as plt, ipywidgets as w\ns, told = w.IntSlider(), w.Label()\n"
            "def draw(n):\n    plt.plot([1, n]); plt.title('f'); plt.show()\ndraw(1)\n"
            "def move(c):\n    draw(c.new); told.value = 'drawn'\n"
            "s.observe(move, 'value')\nprint(s.model_id)"
        ),
        {"value": 4}, ("value", "drawn"),
    ),
    "ipywidgets": (
        ("import ipywidgets as w\ns, told = w.IntSlider(), w.Label()\n"
        "s.observe(lambda c: setattr(told, 'value', f'now {c.new}'), 'value')\nprint(s.model_id)"),
        {"value": 4}, ("value", "now 4"),
    ),
    "Output": (
        ("import ipywidgets as w\ns, out = w.IntSlider(), w.Output()\n"
        "@out.capture()\ndef say(c): print('captured', c.new)\n"
        "s.observe(say, 'value')\nprint(s.model_id)"),
        {"value": 4}, ("msg_id", ""),
    ),
    "plotly": (
        ("import plotly.graph_objects as go, ipywidgets as w\n"
        "fig, s = go.FigureWidget([go.Scatter(y=[1, 2])]), w.IntSlider()\n"
        "told = w.Label()\n"
        "def move(c):\n    fig.data[0].y = [c.new, 1]\n    told.value = str(fig.data[0].y[0])\n"
        "s.observe(move, 'value')\nprint(s.model_id)"),
        {"value": 8}, ("value", "8"),
    ),
    "ipyleaflet": (
        ("import ipyleaflet, ipywidgets as w\nm, s = ipyleaflet.Map(center=(1, 2), zoom=3), w.IntSlider()\n"
        "s.observe(lambda c: setattr(m, 'zoom', c.new), 'value')\nprint(s.model_id)"),
        {"value": 5}, ("zoom", 5.0),
    ),
    "ipyvuetify": (
        ("import ipyvuetify as v\nt, told = v.TextField(v_model=''), v.Html(tag='p', children=[''])\n"
        "t.observe(lambda c: setattr(told, 'children', [c.new]), 'v_model')\nprint(t.model_id)"),
        {"v_model": "hello"}, ("children", ["hello"]),
    ),
    "anywidget": (
        ("import anywidget, traitlets\n"
        "class C(anywidget.AnyWidget):\n"
        "    _esm = 'export default { render() {} }'\n"
        "    n, twice = traitlets.Int(0).tag(sync=True), traitlets.Int(0).tag(sync=True)\n"
        "    @traitlets.observe('n')\n    def _(self, c): self.twice = 2 * c.new\n"
        "c = C()\nprint(c.model_id)"),
        {"n": 3}, ("twice", 6),
    ),
}  # fmt: skip


@pytest.mark.parametrize("library", list(LIBRARIES))
async def test_widgets_live_in_forks(host, tmp_path, library):
    code, change, (name, value) = LIBRARIES[library]
    made = await host.prepare(request(tmp_path / "share"))
    model = (await run(made, code, within=60)).text
    assert await made.seal() == []
    for _ in range(2):
        page = Page(await made.fork(request(tmp_path / "share")))
        page.kernel.client.stop_channels()
        await page.change(model, **change)
        await page.shown(name, value)
        await page.kernel.close()


async def test_pictures_and_buffers(host, tmp_path):
    kernel = await forked(
        host, tmp_path,
        "import matplotlib.pyplot as plt, numpy as np, ipywidgets as w\n"
        "fig, ax = plt.subplots(); ax.plot([1, 2]); plt.close()\n"
        "image = w.Image(value=b'a', format='png')",
    )  # fmt: skip
    page = Page(kernel)
    asked = asyncio.create_task(run(kernel, "plt.plot(np.arange(3)); plt.show()"))
    await asked
    await run(kernel, "image.value = b'bytes!'")
    _, _, buffers = await page.until(lambda *heard: bool(heard[2]))
    assert bytes(buffers[0]) == b"bytes!"


async def test_a_template_that_retires_leaves_its_forks_alone(host, tmp_path):
    made = await template(host, tmp_path, "x = 1")
    kernel = await made.fork(request(tmp_path / "share"))
    await made.retire()
    await asyncio.wait_for(asyncio.shield(made.ended), 5)
    with pytest.raises(KernelStartFailed):
        await made.fork(request(tmp_path / "share"))
    assert (await run(kernel, "print(x)")).out == "1\n"
    first = made.process.first
    await kernel.close()
    await until(lambda: made.process.returncode is not None)
    print("the template's sandbox ended with its last fork", first)


async def test_a_fork_that_dies_is_told_and_the_others_live(host, tmp_path):
    made = await template(host, tmp_path, "import os")
    one, two = [await made.fork(request(tmp_path / "share")) for _ in range(2)]
    one.client.execute("os._exit(3)")
    assert isinstance(await asyncio.wait_for(asyncio.shield(one.ended), 5), KernelDied)
    assert (await run(two, "print('alive')")).out == "alive\n"
    await two.close()
    assert isinstance(two.ended.result(), SessionGone)


async def test_those_that_live_on_for_their_forks_take_no_place(tmp_path):
    """As the runs of a notebook that ages soon do, of whose viewers many stay."""
    async with a_host(tmp_path / "run", "single", most=4) as host:
        users, kernels = len(host._template_users), []
        for age in range(3):
            made = await template(host, tmp_path, f"x = {age}")
            kernels.append(await made.fork(request(tmp_path / "share")))
            with pytest.raises(ServerFull):
                await host.prepare(request(tmp_path / "share"))
            await made.retire()
        said = [(await run(kernel, "print(x)")).out for kernel in kernels]
        assert said == ["0\n", "1\n", "2\n"]
        for kernel in kernels:
            await kernel.close()
        await until(lambda: len(host._template_users) == users)


async def test_a_full_house_is_told(tmp_path):
    async with a_host(tmp_path / "run", "fork", most=1) as host:
        made = await template(host, tmp_path, "1")
        await made.fork(request(tmp_path / "share"))
        with pytest.raises(ServerFull):
            await made.fork(request(tmp_path / "share"))


async def test_nothing_is_left_of_forks(tmp_path):
    async with a_host(tmp_path / "run", "fork", most=12) as host:
        made = await template(host, tmp_path, "x = 1")
        await (await made.fork(request(tmp_path / "share"))).close()
        await stocked(host)
        before = leftovers(host)
        for _ in range(3):
            kernels = await asyncio.gather(
                *(made.fork(request(tmp_path / "share")) for _ in range(6))
            )
            await asyncio.gather(*(run(kernel, "print(x)") for kernel in kernels))
            await asyncio.gather(*(kernel.close() for kernel in kernels))
        await stocked(host)
        await until(lambda: leftovers(host) == before)
    gone = leftovers(host)
    assert (gone["kernel processes"], gone["cgroups"]) == (0, 0)


async def test_what_a_fork_costs(host, tmp_path):
    made = await template(host, tmp_path, "import numpy, ipywidgets; x = bytearray(50 << 20)")
    took, kernels = [], []
    for _ in range(6):
        started = time.monotonic()
        kernels.append(await made.fork(request(tmp_path / "share")))
        took.append(time.monotonic() - started)
    held = [await kernel.memory() >> 20 for kernel in kernels]
    print(f"forks in ms: {[round(t * 1000) for t in took]}; MiB each: {held}")
    assert sorted(took)[2] < 1
    assert max(held) < 50


async def test_what_nobody_holds_any_more_is_no_hindrance(host, tmp_path):
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "data.txt").write_text("x")
    code = (
        "import socket\n"
        "class Knot: pass\n"
        "knot = Knot(); knot.self, knot.read = knot, open('/data/data.txt')\n"
        "knot.write, knot.line = open('/scratch/x', 'w'), socket.socket()\n"
        "del knot"
    )
    kernel = await forked(host, tmp_path, "import gc; gc.disable()", code, "gc.enable()")
    assert (await run(kernel, "print('alive')")).out == "alive\n"


@pytest.mark.parametrize("name", ["slider", "chart", "map"])
async def test_the_benchmarks_notebooks_are_forked(host, tmp_path, name):
    folder = Path(__file__).parents[2] / "benchmarks" / "notebooks" / name
    book = json.loads((folder / f"{name}.ipynb").read_text())
    cells = ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]
    kernel = await forked(host, tmp_path, *cells)
    assert (await run(kernel, "print('alive')")).out == "alive\n"


THREAD = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"


async def test_a_run_that_cannot_be_forked_becomes_a_kernel(host, tmp_path):
    made = await host.prepare(request(tmp_path / "share"))
    made.channel.inject("vaas_run", {})
    assert (await run(made, f"x = 1; {THREAD}")).error == ""
    assert "still runs" in (await made.seal())[0]
    kernel = await made.become(request(tmp_path / "share"))
    assert made.ended.done()
    assert host.kernels() == (kernel,)
    with pytest.raises(KernelStartFailed):
        await made.become(request(tmp_path / "share"))
    await made.retire()  # the kernel goes on
    kernel.client.start_channels()
    assert (await run(kernel, "print(x)")).out == "1\n"
    page = Page(kernel)
    await page.send("kernel_info_request", {})
    await page.until(lambda kind, *_: kind == "kernel_info_reply")
    assert page.heard[0][0] == "vaas_run", "what was said before is still to be had"
    assert await kernel.memory() > 10 << 20
    await kernel.close()
    assert isinstance(kernel.ended.result(), SessionGone)
    await until(lambda: host.kernels() == () and not host._templates)


async def test_a_template_that_became_a_kernel_ends_like_one(host, tmp_path):
    share, small = tmp_path / "share", {"memory": 200 << 20}
    kernel = await (await host.prepare(request(share))).become(request(share))
    kernel.client.execute("import os; os._exit(3)")
    assert "status 3" in str(await asyncio.wait_for(asyncio.shield(kernel.ended), 5))
    kernel = await (await host.prepare(request(share, **small))).become(request(share, **small))
    kernel.client.execute("x = b'x' * (400 << 20)")
    assert isinstance(await asyncio.wait_for(asyncio.shield(kernel.ended), 20), KernelOutOfMemory)
    kernel = await (await host.prepare(request(share, idle=0.5))).become(request(share, idle=0.5))
    assert isinstance(await asyncio.wait_for(asyncio.shield(kernel.ended), 20), SessionGone)


async def test_a_template_that_died_tells_why(host, tmp_path):
    share, small = tmp_path / "share", {"memory": 200 << 20}
    for code, error in (("os._exit(3)", KernelDied), ("b'x' * (400 << 20)", KernelOutOfMemory)):
        made = await host.prepare(request(share, **small))
        made.client.execute(f"import os; {code}")
        await asyncio.wait_for(asyncio.shield(made.ended), 20)
        with pytest.raises(error):
            await made.become(request(share, **small))


async def test_a_template_that_became_a_kernel_takes_a_kernels_place(tmp_path):
    share = tmp_path / "share"
    async with a_host(tmp_path / "run", "single", most=2) as host:
        made = await host.prepare(request(share))
        with pytest.raises(ServerFull):
            await host.prepare(request(share))
        await made.become(request(share))
        second = await host.prepare(request(share))
        await second.become(request(share))
        third = await host.prepare(request(share))
        with pytest.raises(ServerFull):
            await third.become(request(share))
        assert (await run(third, "print('as before')")).out == "as before\n"


async def test_a_module_beside_the_notebook_can_be_imported(host, tmp_path):
    (tmp_path / "share").mkdir(mode=0o755)
    (tmp_path / "share" / "beside.py").write_text("value = 7")
    (tmp_path / "share" / "json.py").write_text("raise ImportError('a library hidden by a file')")
    kernel = await forked(host, tmp_path, "import beside, json; json.dumps(beside.value)")
    assert (await run(kernel, "print(beside.value)")).out == "7\n"
