"""Kernels and templates that are forks of a process which has imported their libraries.

Root alone can show a fork its share; others' kernels and templates begin as ever.
"""

import asyncio
import json
import logging
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.security.kernel_tools import (
    Marked,
    Preloading,
    a_host,
    all_pids,
    is_kernel,
    leftovers,
    request,
    run,
    until,
)
from vaas.errors import KernelStartFailed
from vaas.kernels.forks import ForkingHost, zygotes
from vaas.kernels.forks.client import LineManager
from vaas.model import BASE, Installation
from vaas.rendering.widgets import STATE, saved_widgets

pytestmark = pytest.mark.sandbox
ROOT = os.geteuid() == 0
LOADED = "import sys; print(sorted({'numpy', 'pandas', 'xarray'} & set(sys.modules)))"
IMPORTED = "['numpy']\n" if ROOT else "[]\n"


class Now:
    """A clock that is put forward."""

    time = 0.0

    def __call__(self) -> float:
        return self.time


def with_clock(host: Preloading, names: list[str]) -> Now:
    clock = Now()
    host._zygotes = Marked(host._make_zygote, 2, {"base": names}, clock)
    return clock


@pytest.fixture
async def host(tmp_path):
    async with a_host(tmp_path / "run", "preloaded") as host:
        yield host


async def test_what_was_imported_is_there_and_the_share_is_its_own(host, tmp_path):
    (tmp_path / "one" / "deep").mkdir(parents=True)
    (tmp_path / "one" / "deep" / "beside.py").write_text("value = 'one'")
    one = await host.start(request(tmp_path / "one", notebook="deep/app.ipynb"))
    two = await host.start(request(tmp_path / "two", environment={"QUERY_STRING": "a=b"}))
    assert (await run(one, LOADED)).out == IMPORTED
    look = (
        "import os; print(os.getcwd(), sorted(os.listdir('/data')), os.environ.get('QUERY_STRING'))"
    )
    assert (await run(one, look)).out == "/data/deep ['deep'] None\n"
    assert (await run(two, look)).out == "/data [] a=b\n"
    assert (await run(one, "import beside; print(beside.value, _oh, In[1:2])")).error == ""
    draw = "import random, numpy; print(random.random(), numpy.random.random())"
    assert (await run(one, draw)).out != (await run(two, draw)).out


async def test_limits_are_the_kernels_own(host, tmp_path):
    limits = {"file_size": 1 << 20, "processes": 20, "scratch": 2 << 20}
    kernel = await host.start(request(tmp_path / "share", **limits))
    code = "import resource as r; print(r.getrlimit(r.RLIMIT_FSIZE), r.getrlimit(r.RLIMIT_NPROC))"
    assert (await run(kernel, code)).out == "(1048576, 1048576) (20, 20)\n"
    assert (
        "File too large" in (await run(kernel, "open('/tmp/x', 'wb').write(bytes(2 << 20))")).error
    )
    made = await host.prepare(request(tmp_path / "share", **limits))
    assert (await run(made, code)).out.startswith("(1048576, 1048576)")
    assert await made.seal() == []
    fork = await made.fork(request(tmp_path / "share", **limits))
    assert (await run(fork, code)).out == "(1048576, 1048576) (20, 20)\n"


async def test_figures_and_widgets_are_as_in_any_other_kernel(tmp_path):
    cells = (
        "import matplotlib.pyplot as plt; fig = plt.figure(figsize=(1, 1)); plt.plot([1, 2]);",
        "import ipywidgets; slider = ipywidgets.IntSlider(); slider",
        "import plotly.graph_objects as go; go.FigureWidget()",
        "1 / 0",
        "import threading; threading.Thread(target=print, args=('from a thread',)).start()",
        "import asyncio; await asyncio.sleep(0.01); print(In[1][:6], get_ipython().execution_count)",
        "!echo shell",
        "import vois; from vois import ui; ui.App('x')",
    )
    said, made = {}, {}
    for launcher in ("fresh", "preloaded"):
        async with a_host(tmp_path / launcher, launcher) as host:
            if launcher == "preloaded":
                with_clock(host, list(zygotes.PRELOADED))
            kernel = await host.start(request(tmp_path / "share"))
            widgets = made[launcher] = []
            said[launcher] = [await shown(kernel, cell, widgets) for cell in cells]
    assert said["preloaded"] == said["fresh"]
    # Libraries make some of their own when they are imported.
    assert sorted(made["preloaded"]) == sorted(made["fresh"])
    assert "ThemeModel" in made["fresh"]
    assert "image/png" in str(said["fresh"][0])


async def test_widgets_of_imports_are_told_of_when_they_are_used(tmp_path):
    """What a page is told of it fetches a library for."""
    async with a_host(tmp_path / "run", "preloaded") as host:
        with_clock(host, ["ipyvuetify"])
        kernel = await host.start(request(tmp_path / "share"))
        widgets: list[str] = []
        slider = "import ipywidgets; slider = ipywidgets.IntSlider(); slider"
        await shown(kernel, slider, widgets)
        everything = await saved_widgets(kernel.client)
        states = everything[STATE]["state"].values()
        assert {"IntSliderModel"} < {one["model_name"] for one in states}
        assert not [one for one in states if one["model_name"] == "ThemeModel"]
        assert "ThemeModel" not in widgets

        await shown(kernel, "import ipyvuetify as v", widgets)
        assert ("ThemeModel" in widgets) != ROOT
        await shown(kernel, "v.theme.dark = True", widgets)
        assert "ThemeModel" in widgets
        await shown(kernel, "button = v.Btn()", widgets)
        assert widgets.count("ThemeModel") == 1
        assert widgets.index("ThemeModel") < widgets.index("BtnModel")
        everything = await saved_widgets(kernel.client)
        [theme] = [
            one for one in everything[STATE]["state"].values() if one["model_name"] == "ThemeModel"
        ]
        assert theme["state"]["dark"] is True


async def shown(kernel, code: str, widgets: list[str]) -> list[object]:
    """What a cell shows: texts, kinds of messages and of data; widgets' classes are noted."""
    asked = kernel.client.execute(code, allow_stdin=False)
    found: list[object] = []
    texts = ""
    async with asyncio.timeout(60):
        while True:
            message = await kernel.client.get_iopub_msg()
            kind, content = message["msg_type"], message["content"]
            if kind == "comm_open":
                widgets.append(content["data"]["state"]["_model_name"])
            if message["parent_header"].get("msg_id") != asked:
                continue
            if kind in ("display_data", "execute_result"):
                found.append((kind, sorted(content["data"])))
            elif kind == "stream":
                texts += content["text"]
            elif kind == "error":
                found.append(content["ename"])
            elif kind == "status" and content["execution_state"] == "idle":
                return [texts, *found]


async def test_age_or_a_change_makes_another_and_kernels_of_the_former_go_on(
    host, tmp_path, monkeypatch
):
    clock = with_clock(host, ["numpy"])
    old = await host.start(request(tmp_path / "share"))
    first = set(host._living.values())
    clock.time += zygotes.LIFE + 1
    new = await host.start(request(tmp_path / "share"))
    assert len(host._living) == 2 * ROOT
    assert (await run(old, "print('old')")).out == "old\n"
    assert (await run(new, LOADED)).out == IMPORTED
    await old.close()
    await until(lambda: not first & set(host._living.values()))
    monkeypatch.setattr(zygotes, "_changed", lambda _: (1,))
    last = await host.start(request(tmp_path / "share"))
    assert (await run(last, LOADED)).out == IMPORTED
    await new.close()
    await until(lambda: len(host._living) == ROOT)


async def test_one_that_is_killed_is_made_anew(host, tmp_path):
    kernel = await host.start(request(tmp_path / "share"))
    assert len(host._living) == ROOT
    for zygote in [*host._living.values()]:
        os.kill(zygote.process.first, signal.SIGKILL)
        await asyncio.wait_for(asyncio.shield(kernel.ended), 5)
    await until(lambda: not host._living)
    kernel = await host.start(request(tmp_path / "share"))
    assert (await run(kernel, LOADED)).out == IMPORTED


THREADED = "import threading, time; threading.Thread(target=time.sleep, args=(99,)).start()"


async def test_imports_that_cannot_be_forked_leave_kernels_as_they_were(
    tmp_path, monkeypatch, caplog
):
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(zygotes, "_LOAD", THREADED + "  # {!r}")
    host = ForkingHost(tmp_path / "run", zygotes=1)
    try:
        await host.warm(BASE)
        assert ("still runs" in caplog.text) == ROOT
        assert not host._living
        for _ in range(2):
            kernel = await host.start(request(tmp_path / "share"))
            assert (await run(kernel, "print(1)")).out == "1\n"
            assert not isinstance(kernel.manager, LineManager)
        assert not host._zygotes._making
    finally:
        await host.close()


async def test_other_languages_begin_as_ever(tmp_path):
    """With a process of their own that speaks ZeroMQ, here one that says nothing."""
    folder = tmp_path / "prefix" / "share" / "jupyter" / "kernels" / "ir"
    folder.mkdir(parents=True)
    spec = {"argv": ["/usr/bin/false", "{connection_file}"], "display_name": "R", "language": "R"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    where = Installation("r", "", tmp_path / "prefix")
    host = ForkingHost(tmp_path / "run", zygotes=1)
    try:
        wanted = replace(request(tmp_path / "share", kernel_name="ir"), installation=where)
        with pytest.raises(KernelStartFailed):
            await host.start(wanted)
        await host._want(wanted)
        assert not host._zygotes._making
        assert not host._zygotes._made
    finally:
        await host.close()


async def test_the_first_kernel_does_not_wait_and_later_ones_do_not_either(tmp_path):
    host = ForkingHost(tmp_path / "run", zygotes=1, preload={"base": ["numpy"]})
    try:
        first = await host.start(request(tmp_path / "share"))
        assert not isinstance(first.manager, LineManager)
        await host.warm(BASE)
        second = await host.start(request(tmp_path / "share"))
        assert isinstance(second.manager, LineManager) == ROOT
        assert (await run(second, LOADED)).out == IMPORTED
    finally:
        await host.close()


async def test_a_removed_environment_is_no_matter_of_others(host, tmp_path):
    await host.start(request(tmp_path / "share"))
    await host._zygotes.find(Installation("gone", "gone-1", Path("/nowhere")), "python3")
    kernel = await host.start(request(tmp_path / "share"))
    assert (await run(kernel, "print(1)")).out == "1\n"


async def test_nothing_of_a_share_or_viewer_is_in_it(host, tmp_path):
    secret = f"query-{os.urandom(8).hex()}"
    kernel = await host.start(request(tmp_path / "share", environment={"QUERY_STRING": secret}))
    await run(kernel, "x = 'in a kernel'")
    assert len(host._living) == ROOT
    for about in (Path(f"/proc/{zygote.pid}") for zygote in host._living.values()):
        assert str(tmp_path) not in (about / "mountinfo").read_text()
        assert secret not in (about / "environ").read_text()
        assert len([*(about / "task").iterdir()]) == 1
        assert "data" not in os.listdir(about / "root")  # noqa: PTH208


async def test_nothing_is_left(tmp_path):
    async with a_host(tmp_path / "warming", "preloaded") as host:
        await (await host.start(request(tmp_path / "share"))).close()
    host = Preloading(tmp_path / "run")
    await host.report()
    before = leftovers(host)
    kernels = [await host.start(request(tmp_path / "share")) for _ in range(2)]
    made = await host.prepare(request(tmp_path / "share"))
    assert await made.seal() == []
    kernels.append(await made.fork(request(tmp_path / "share")))
    assert sum(map(is_kernel, all_pids())) >= 4 + ROOT
    await kernels[0].close()
    await host.close()
    after = leftovers(host)
    assert after["kernel processes"] == after["cgroups"] == 0
    assert after["children"] == before["children"]
    assert after["mounts"] == before["mounts"]
