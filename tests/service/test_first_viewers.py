"""A notebook nobody has opened before: its first viewers watch the one run together."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import nbformat.v4 as nb
import psutil
import pytest
import pytest_asyncio

from tests.integration.chaos import Chaos
from tests.service.harness import Line, Message, Page, Stage, Viewer, book, code, staged
from tests.unit.storage.readers import until
from vaas import refusals
from vaas.kernels.relay import HELD_FRAMES
from vaas.web import sessions

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

ONCE = "import os, uuid\nnamed = str(uuid.uuid4())\nprint(named)"
"""Two runs never print the same."""

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LAST = "import time\ntime.sleep(2.5)\nprint('over')"
"""Gives viewers time to watch."""

THREAD = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
ASK = {"method": "request_state"}
SLIDER = """
import ipywidgets as w
slider, told, run = w.IntSlider(value=3, max=10**6), w.Label(), w.Label(named)
slider.observe(lambda c: setattr(told, 'value', f'{c.new} in {os.getpid()} of {named}'), 'value')
w.VBox([slider, told])
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """The service as it is when nobody sets it up otherwise, with short waits."""
    async with staged(kernel={"cell": 10, "most": 8, "grace": 2}) as found:
        yield found
        await found.emptied()


def model(line: Line, kind: str) -> str:
    """The widget of a kind that the line has told of."""
    opened = [one.content for one in line.heard if one.kind == "comm_open"]
    return next(
        str(one["comm_id"]) for one in opened if one["data"]["state"]["_model_name"] == kind
    )


def state(heard: Message) -> dict[str, Any]:
    data = heard.content.get("data")
    return dict((data.get("state") or {}) if isinstance(data, dict) else {})


async def move(line: Line, value: int) -> None:
    data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
    await line.send("comm_msg", {"comm_id": model(line, "IntSliderModel"), "data": data})


async def told(line: Line, text: str) -> str:
    """Wait until a label says what begins with a text."""
    heard = await line.until(lambda one: str(state(one).get("value")).startswith(text))
    return str(state(heard)["value"])


def cell(index: int) -> Any:
    return lambda one: one.kind == "vaas_cell" and one.content["index"] == index


@contextlib.asynccontextmanager
async def watching(viewer: Viewer, address: str) -> AsyncIterator[Line]:
    """A viewer who has seen the first cells and not the last."""
    async with viewer.dashboard(address) as line:
        await line.until(cell(1))
        assert 2 not in line.cells
        yield line


async def test_two_first_viewers_watch_one_run(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER, LAST))
    async with watching(viewer, address) as one, watching(viewer, address) as two:
        assert stage.kernels == 0
        for line in (one, two):
            await line.until("vaas_ready")
            assert "update_states" not in str(line.heard), "what we ask a run is ours"
            assert sorted(line.cells) == [0, 1, 2]
            assert [one.kind for one in line.heard].count("vaas_cell") == 3
        assert one.texts(0) == two.texts(0)
        assert stage.kernels == 2
        for line, value in ((one, 7), (two, 8)):
            await move(line, value)
            assert (
                await told(line, f"{value} in 1 of") == f"{value} in 1 of {line.texts(0)}".strip()
            )
    third = await viewer.view(address)
    assert third.texts(0) == one.texts(0)


async def test_what_a_viewer_does_meanwhile_reaches_their_own_fork_alone(
    stage: Stage, viewer: Viewer
) -> None:
    address = stage.notebook(code(ONCE, SLIDER, LAST))
    async with watching(viewer, address) as one, watching(viewer, address) as two:
        await move(one, 9)
        await told(one, "9 in 1 of")
        await two.until("vaas_ready")
        await move(two, 4)
        await told(two, "4 in 1 of")
        assert not any("9 in" in str(heard.content) for heard in two.heard)
    async with viewer.dashboard(address) as three:
        await three.send("comm_msg", {"comm_id": model(two, "LabelModel"), "data": ASK})
        assert state(await three.until(lambda one: "value" in state(one)))["value"] == ""


async def test_who_comes_late_is_told_all(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER, LAST))
    async with watching(viewer, address) as early, watching(viewer, address) as late:
        said = [(one.kind, one.content) for one in early.heard if one.kind.startswith("comm")]
        assert [
            (one.kind, one.content) for one in late.heard if one.kind.startswith("comm")
        ] == said
        assert late.cells == early.cells


async def test_a_page_that_loads_is_answered_while_a_cell_runs(
    stage: Stage, viewer: Viewer
) -> None:
    address = stage.notebook(code(ONCE, SLIDER, LAST))
    async with watching(viewer, address) as line:
        started = time.monotonic()
        about = await line.ask("kernel_info_request")
        assert about.content["language_info"]["name"] == "python"
        assert (await line.ask("comm_info_request")).content["comms"] == {}
        await line.send(
            "comm_open", {"comm_id": "c", "target_name": "jupyter.widget.control", "data": {}}
        )
        await line.send("comm_msg", {"comm_id": "c", "data": {"method": "request_states"}})
        heard = await line.until(lambda one: one.content.get("comm_id") == "c")
        assert heard.content["data"] == {
            "method": "update_states",
            "states": {},
            "buffer_paths": [],
        }
        assert time.monotonic() - started < 1.5
        assert 2 not in line.cells


async def test_nobody_stops_a_run_that_others_watch(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER, LAST))
    async with watching(viewer, address) as line:
        await line.send("interrupt_request", {}, "control")
        await line.until("vaas_ready")
        assert line.texts(2) == "over\n"


async def test_more_than_is_held_is_refused(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER, LAST))
    async with watching(viewer, address) as line:
        for value in range(HELD_FRAMES + 5):
            await move(line, value)
        await told(line, f"{HELD_FRAMES - 1} in 1 of")
    assert 0 < len(stage.heard("message_refused")) <= 5


async def test_a_run_goes_on_when_its_viewer_leaves(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER, LAST))
    async with watching(viewer, address) as first:
        pass
    second = await viewer.view(address)
    assert second.texts(0) == first.texts(0)
    assert second.texts(2) == "over\n"


async def test_a_run_that_cannot_be_forked_is_its_viewers_kernel(
    stage: Stage, viewer: Viewer
) -> None:
    address = stage.notebook(code(ONCE, SLIDER, THREAD))
    async with viewer.dashboard(address) as line:
        await line.until("vaas_ready")
        assert stage.kernels == 1
        await move(line, 5)
        assert await told(line, "5 in 2 of") == f"5 in 2 of {line.texts(0)}".strip()
    assert "still runs" in stage.heard("not_forked")[-1]["why"]
    assert (await viewer.view(address)).texts(0) != line.texts(0)
    assert len(stage.heard("not_forked")) == 1


async def test_others_get_kernels_of_their_own_then(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER, f"{LAST}\n{THREAD}"))
    async with watching(viewer, address) as one, watching(viewer, address) as two:
        seen = two.texts(0)
        assert one.texts(0) == seen
        await move(one, 6)
        assert (await told(one, "6 in")).endswith(one.texts(0).strip())
        await two.until("vaas_ready")
        assert two.texts(0) != seen
        assert sorted(two.cells) == [0, 1, 2]
        assert stage.kernels == 2


async def test_who_leaves_gets_no_kernel(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, SLIDER, f"{LAST}\n{THREAD}"))
    async with watching(viewer, address), watching(viewer, address) as two:
        pass
    async with viewer.dashboard(address) as three:
        await three.until("vaas_ready")
        assert three.texts(0) == two.texts(0)
        assert stage.kernels == 1


async def test_a_failing_cell_leaves_the_first_viewer_what_ran(
    stage: Stage, viewer: Viewer
) -> None:
    address = stage.notebook(code(ONCE, SLIDER, "1 / 0", "print('never')"))
    async with viewer.dashboard(address) as line:
        ready = await line.until("vaas_ready")
        assert ready.content == {"failed": True}
        assert "could not be shown" in line.html(2)
        assert sorted(line.cells) == [0, 1, 2]
        await move(line, 5)
        assert await told(line, "5 in 2 of") == f"5 in 2 of {line.texts(0)}".strip()
    assert [one["error"] for one in stage.heard("cell_failed")] == ["ZeroDivisionError"]


async def test_cells_for_each_viewer_wait_for_the_fork(stage: Stage, viewer: Viewer) -> None:
    cells = [nb.new_code_cell(one) for one in (ONCE, "print(os.getpid())", SLIDER)]
    cells[1].metadata["tags"] = ["vaas.fresh"]
    line = await viewer.view(stage.notebook(book(cells)))
    told = [one.content for one in line.heard if one.kind == "vaas_cell"]
    assert [one["index"] for one in told] == [0, 2, 1]
    assert line.texts(1) == "1\n"


async def test_a_document_shows_results_as_they_come(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code(ONCE, LAST)) + "?vaas=plain"
    text, printed, over = "", 0.0, 0.0
    async with viewer.client.stream("GET", address) as answer:
        async for piece in answer.aiter_text():
            text += piece
            printed = printed or (re.search(UUID, text) is not None and time.monotonic()) or 0.0
            over = over or (">over" in text and time.monotonic()) or 0.0
    await viewer.leave(Page(200, answer.headers, text).kernel)
    assert over - printed > 1.5


async def test_two_links_run_at_once(stage: Stage, viewer: Viewer) -> None:
    addresses = [stage.notebook(code(ONCE, SLIDER, LAST)) for _ in range(2)]
    async with watching(viewer, addresses[0]) as one, watching(viewer, addresses[1]) as two:
        assert one.texts(0) != two.texts(0)
        assert stage.front.health()["preparing"] == 2


async def test_a_full_house_counts_those_who_watch() -> None:
    async with staged(kernel={"most": 1, "line": 0, "grace": 2}) as small, small.viewer() as first:
        address = small.notebook(code(ONCE, SLIDER, LAST))
        async with watching(first, address):
            assert (await first.get(address)).failure == "full"
            assert small.kernels == 0


async def test_a_host_that_was_killed_says_nothing_of_the_notebook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refusals, "FIRST_WAIT", 0.0)
    async with (
        staged(kernel={"cell": 10, "most": 8, "grace": 2}) as small,
        small.viewer() as viewer,
    ):
        address = small.notebook(code(ONCE, SLIDER, LAST))
        async with watching(viewer, address) as line:
            seen = line.texts(0)
            children = psutil.Process().children()
            (host,) = (one for one in children if str(small.data / "run") in one.cmdline())
            host.kill()
            await line.until("vaas_ready")
            assert line.texts(0) != seen
        assert "DeadKernel" in small.heard("not_forked")[-1]["why"]
        assert (await viewer.view(address)).texts(0) == (await viewer.view(address)).texts(0)


async def test_many_watch_a_run_that_brings_large_scripts(stage: Stage, viewer: Viewer) -> None:
    """Each line makes the scripts' assets, all at the same time."""
    parts = [f"A{index}().layout" for index in range(4)]
    address = stage.notebook(code(ONCE, *map(brought, range(4)), "\n".join(parts), "print('over')"))
    async with contextlib.AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(viewer.dashboard(address)) for _ in range(8)]
        async with asyncio.TaskGroup() as group:
            for line in lines:
                group.create_task(line.until("vaas_ready"))
        assert len({line.texts(0) for line in lines}) == 1
        for line in lines:
            found = [state(one)["_esm"] for one in opened(line, "AnyModel")]
            assert all(one.startswith(f"{viewer.url}/assets/") for one in found)
            assert len(found) == 4


async def test_scripts_are_where_viewers_find_us() -> None:
    """Whole addresses, without which anywidget takes them for scripts."""
    ours = "https://dash.example.org"
    async with (
        staged(kernel={"cell": 10, "most": 8, "grace": 2}, public_url=ours) as small,
        small.viewer() as viewer,
    ):
        page = await viewer.get(small.notebook(code(brought(9), "A9()")))
        async with viewer.line(page.kernel, origin=ours) as line:
            await line.until("vaas_ready")
        [model] = opened(line, "AnyModel")
        assert state(model)["_esm"].startswith(f"{ours}/assets/")


async def test_a_line_goes_on_where_scripts_cannot_be_kept(stage: Stage, viewer: Viewer) -> None:
    folder = stage.data / "assets" / "sources"
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    folder.touch()  # nothing can be kept below what is no folder
    page = await viewer.get(stage.notebook(code(ONCE, brought(9), "A9()\nprint('over')")))
    try:
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_ready")
    finally:
        folder.unlink()
    [model] = opened(line, "AnyModel")
    assert state(model)["_esm"].startswith("export default")
    assert line.texts(2) == "over\n"
    assert stage.heard("sources_not_kept")
    await viewer.leave(page.kernel)


async def test_a_line_that_fails_is_joined_again_and_loses_nothing(
    stage: Stage, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is known to make it fail."""

    async def fail(_frame: bytes, _link: object) -> bytes:
        raise OSError("of a kind that nobody foresaw")

    page = await viewer.get(stage.notebook(code(ONCE, "print('over')")))
    with monkeypatch.context() as broken:
        broken.setattr(sessions, "without_sources", fail)
        async with viewer.line(page.kernel) as line:
            assert await line.until_closed() == 1011
    async with viewer.line(page.kernel) as again:
        await again.until("vaas_ready")
    assert not line.heard
    assert again.texts(1) == "over\n"
    assert stage.heard("line_failed")
    await viewer.leave(page.kernel)


async def test_what_a_broken_network_swallowed_comes_again(stage: Stage, viewer: Viewer) -> None:
    before = [*stage.front.sent]
    page = await viewer.get(stage.notebook(code(ONCE, SLIDER, LAST)))
    async with (
        Chaos(urlsplit(stage.url).port or 0) as network,
        Viewer(f"http://127.0.0.1:{network.port}") as far,
    ):
        async with far.line(page.kernel) as line:
            await line.until(cell(1))
            await network.set("hang")
            while (await viewer.state(page.kernel))["state"] != "ready":  # noqa: ASYNC110 - polled as a page does
                await asyncio.sleep(0.02)
            await network.set("refuse")
            assert await line.until_closed() == 1006
        await network.set("")
        async with far.line(page.kernel, again=True) as again:
            await again.until("vaas_ready", within=10)
            assert again.texts(2) == "over\n"
            again.heard[:0] = line.heard
            await move(again, 5)
            await told(again, "5 in 1 of")
            # What has arrived does not come once more.
            [sent] = [one for of, one in stage.front.sent.items() if of not in before]
            await until(lambda: not sent)
        async with far.line(page.kernel, again=True) as third:
            await third.ask("kernel_info_request")
        assert not {"vaas_cell", "vaas_ready"} & {one.kind for one in third.heard}
    await viewer.leave(page.kernel)


def brought(number: int) -> str:
    """A cell that makes a class of widgets with a script of a megabyte."""
    script = f"export default {{}}; // {number}"
    return f"import anywidget\nclass A{number}(anywidget.AnyWidget):\n    _esm = {script!r} + ' ' * 2**20"


def opened(line: Line, name: str) -> list[Message]:
    """What told the line of widgets of a kind."""
    return [
        one for one in line.heard if one.kind == "comm_open" and state(one)["_model_name"] == name
    ]
