"""The whole way to a fork: a notebook runs once, each viewer gets a process of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import nbformat.v4 as nb
import pytest
import pytest_asyncio

from tests.service.harness import Line, Stage, Viewer, book, code, staged
from vaas.rendering.bundles import Fetched
from vaas.rendering.painted import Still

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.sandbox]

FORK = {"vaas": {"launch": "fork"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """The service as it is when nobody sets it up otherwise, with short waits."""
    async with staged(kernel={"cell": 10, "most": 8, "grace": 2}) as found:
        yield found
        await found.emptied()


def forked(*sources: str, fresh: tuple[int, ...] = ()) -> str:
    """A notebook whose author wants forks from the first viewer on."""
    cells = [nb.new_code_cell(source) for source in sources]
    for index in fresh:
        cells[index].metadata["tags"] = ["vaas.fresh"]
    return book(cells, **FORK)


async def states(line: Line) -> dict[str, Any]:
    """The state of every widget, as the page's manager asks for it."""
    opened = {"comm_id": "c", "target_name": "jupyter.widget.control", "data": {}}
    await line.send("comm_open", opened, metadata={"version": "1.0.0"})
    await line.send("comm_msg", {"comm_id": "c", "data": {"method": "request_states"}})
    told = await line.until(
        lambda heard: heard.kind == "comm_msg" and heard.content["comm_id"] == "c"
    )
    return dict(told.content["data"]["states"])


async def until_made(stage: Stage, before: int) -> None:
    async with asyncio.timeout(30):
        while forks(stage) == before:  # noqa: ASYNC110 - made out of sight
            await asyncio.sleep(0.05)


def forks(stage: Stage) -> int:
    return len(stage.front.launcher.sessions._prepared._kept)


SLIDER = """
import ipywidgets as w
s, out = w.IntSlider(value=3), w.Label()
s.observe(lambda change: setattr(out, 'value', f'now {change.new}'), 'value')
w.VBox([s, out])
"""


def model(found: dict[str, Any], kind: str) -> tuple[str, dict[str, Any]]:
    return next((k, v["state"]) for k, v in found.items() if v["state"]["_model_name"] == kind)


async def test_a_fork_has_the_outputs_and_live_widgets(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(forked("import os\nprint(os.getpid())", SLIDER))
    for _ in range(2):
        async with viewer.dashboard(address) as line:
            started = time.monotonic()
            assert await line.until("vaas_ready")
            print(f"ready after {time.monotonic() - started:.3f} s")
            assert line.texts(0) == "2\n"
            assert "widget-view" in str(line.cells[1])
            slider, state = model(await states(line), "IntSliderModel")
            assert state["value"] == 3
            data = {"method": "update", "state": {"value": 9}, "buffer_paths": []}
            await line.send("comm_msg", {"comm_id": slider, "data": data})
            await line.until(
                lambda heard: (
                    heard.kind == "comm_msg"
                    and heard.content["data"].get("state", {}).get("value") == "now 9"
                )
            )


async def test_the_second_viewer_gets_a_fork_by_itself(stage: Stage, viewer: Viewer) -> None:
    before = forks(stage)
    address = stage.notebook(code("import os\nprint(os.getpid())", SLIDER))
    first = await viewer.view(address)
    await until_made(stage, before)
    second = await viewer.view(address)
    assert first.texts(0) == second.texts(0) == "2\n"
    assert not stage.heard("fork_failed")


async def test_half_characters_hold_nothing_up(stage: Stage, viewer: Viewer) -> None:
    """As texts have them that were cut amid a character."""
    told = "'half \\ud83d, whole \\ud83d\\ude00'"
    widget = f"import ipywidgets as w\nw.Label({told})"
    address = stage.notebook(forked(f"print({told})", widget))
    for _ in range(2):
        async with viewer.dashboard(address) as line:
            await line.until("vaas_ready")
            assert line.texts(0) == "half \ufffd, whole 😀\n"
            assert model(await states(line), "LabelModel")[1]["value"] == line.texts(0).strip()


async def test_a_notebook_that_ends_itself_is_forked_as_it_is_then(
    stage: Stage, viewer: Viewer
) -> None:
    address = stage.notebook(forked(SLIDER, "import sys\nsys.exit()", "out.value = 'after'"))
    for _ in range(2):
        async with viewer.dashboard(address) as line:
            await line.until("vaas_ready")
            assert set(line.cells) == {0, 1}
            assert model(await states(line), "LabelModel")[1]["value"] == ""
    assert not stage.heard("not_forked")


async def test_one_run_is_for_all_ways_of_writing_the_address(stage: Stage, viewer: Viewer) -> None:
    told = "os.environ['SCRIPT_NAME'], os.environ['SERVER_NAME']"
    address = stage.notebook(code(f"import os, uuid\nprint(uuid.uuid4(), {told})"), "an app.ipynb")
    port, texts = urlsplit(viewer.url).port, []
    ways: list[tuple[str, dict[str, str]]] = [
        (address, {}),
        (f"{address}an%20app.ipynb", {}),
        (address, {"Host": f"localhost:{port}"}),
        (address, {"Host": f"127.0.0.2:{port}", "X-Forwarded-Host": "another.test"}),
        (address, {"X-Real-IP": "192.0.2.1", "X-Forwarded-Proto": "https"}),
    ]
    for way, headers in ways:
        page = await viewer.get(way, **headers)
        async with viewer.line(page.kernel) as line:
            await line.until("vaas_ready")
        await viewer.leave(page.kernel)
        texts.append(line.texts(0))
    assert texts == [texts[0]] * len(ways)
    assert texts[0].split()[1:] == ["/an%20app.ipynb", "localhost"]
    kept = stage.front.launcher.sessions._prepared._kept
    assert sum(key[1] == "an app.ipynb" for key in kept) == 1


async def test_cells_for_each_viewer_run_in_the_fork(stage: Stage, viewer: Viewer) -> None:
    cells = ("import os\nn = 0", "n += 1\nprint(n, os.getpid())", "print(n)")
    address = stage.notebook(forked(*cells, fresh=(1,)))
    line = await viewer.view(address)
    assert [line.texts(1), line.texts(2)] == ["2 1\n", "1\n"]


async def test_what_later_cells_changed_is_shown_as_changed(stage: Stage, viewer: Viewer) -> None:
    cells = ("line = display('first', display_id=True)", "line.update('second')")
    address = stage.notebook(forked(*cells))
    first, second = await viewer.view(address), await viewer.view(address)
    assert first.texts(0) == "'first'"
    assert "update_display_data" in {heard.kind for heard in first.heard}
    assert second.texts(0) == "'second'"


async def test_the_widgets_state_is_kept_for_whoever_paints_the_page(
    stage: Stage, viewer: Viewer
) -> None:
    await viewer.view(stage.notebook(forked(SLIDER + "\ns.value = 5")))
    kept = list(stage.front.launcher.sessions._prepared._kept.values())[-1]
    state = kept.recording.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    values = {one["model_name"]: one["state"].get("value") for one in state.values()}
    assert values["IntSliderModel"] == 5
    assert values["LabelModel"] == "now 5"


CHART = """
import plotly.graph_objects as go, ipywidgets as w
figure = go.FigureWidget(go.Bar(y=[3, 1]))
box = w.VBox([figure])
figure.data[0].y = [5, 2]
figure.layout.height = 320
box
"""


async def test_figures_inside_others_are_kept_as_they_are_and_not_as_they_were_made(
    stage: Stage, viewer: Viewer
) -> None:
    await viewer.view(stage.notebook(forked(CHART)))
    kept = list(stage.front.launcher.sessions._prepared._kept.values())[-1]
    state = kept.recording.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    (figure,) = (one["state"] for one in state.values() if "_widget_data" in one["state"])
    assert list(figure["_widget_data"][0]["y"]) == [5, 2]
    assert figure["_widget_layout"]["height"] == 320


REMAINS = {
    "thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), name='t9').start()",
    "process": "import subprocess\np = subprocess.Popen(['sleep', '9'])",
    "socket": "import socket\nsocket.create_server(('127.0.0.1', 0)); s = socket.create_server(('127.0.0.1', 0))",
    "open for writing": "f = open('/scratch/x', 'w')",
    "memory shared": "import mmap\nm = mmap.mmap(-1, 4096)",
}


@pytest.mark.parametrize("what", list(REMAINS))
async def test_what_cannot_be_forked_gets_kernels_of_its_own(
    stage: Stage, viewer: Viewer, what: str
) -> None:
    line = await viewer.view(stage.notebook(forked(REMAINS[what], "print('there')")))
    assert line.texts(1) == "there\n"
    assert what in stage.heard("not_forked")[-1]["why"]


async def test_a_template_that_crashes_is_no_viewers_loss(stage: Stage, viewer: Viewer) -> None:
    crash = "import os, sys\nif 'guest.main' in sys.modules: os._exit(1)"
    line = await viewer.view(stage.notebook(forked(crash, "print('there')")))
    assert line.texts(1) == "there\n"


async def test_a_run_that_can_be_heard_no_more_is_no_viewers_loss(
    stage: Stage, viewer: Viewer
) -> None:
    much = "import sys\nif 'guest.main' in sys.modules: print('x' * 140_000_000)"
    line = await viewer.view(stage.notebook(forked(much, "print('there')")))
    assert line.texts(1) == "there\n"


async def test_a_name_that_is_not_utf8_is_shown(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(forked(r"print('of \udcff')", "print('there')"))
    for _ in range(2):
        line = await viewer.view(address)
        assert (line.texts(0), line.texts(1)) == ("of \ufffd\n", "there\n")


async def test_an_author_may_refuse_forks(stage: Stage, viewer: Viewer) -> None:
    before = forks(stage)
    address = stage.notebook(
        book(
            [nb.new_code_cell("import sys\nprint('guest.main' in sys.modules)")],
            vaas={"launch": "fresh"},
        )
    )
    for _ in range(2):
        assert (await viewer.view(address)).texts(0) == "False\n"
    assert forks(stage) == before


async def test_a_new_version_is_run_anew(stage: Stage, viewer: Viewer) -> None:
    files = {"app.ipynb": forked("print('one')")}
    folder = "versions"
    stage.fill(folder, files)
    from vaas.shares import parse_link
    from vaas.shares.links import canonical_path

    address = canonical_path(parse_link(stage.cloud.add_link("nextcloud", folder)))
    assert (await viewer.view(address)).texts(0) == "one\n"
    count = forks(stage)
    stage.fill(folder, {"app.ipynb": forked("print('two!')")})
    assert (await viewer.view(address)).texts(0) == "two!\n"
    assert forks(stage) == count


async def test_many_at_once(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(
        forked("import os, random", SLIDER, "print(random.random())", fresh=(2,))
    )
    await viewer.view(address)
    started = time.monotonic()
    lines = await asyncio.gather(*(viewer.view(address) for _ in range(7)))
    print(f"7 at once: {time.monotonic() - started:.2f} s")
    assert len({line.texts(2) for line in lines}) == 7


DIES_LATER = """
import os
forks = []
os.register_at_fork(
    before=lambda: forks.append(1), after_in_child=lambda: len(forks) > 1 and os._exit(1))
"""


async def test_a_fork_that_cannot_be_had_is_no_loss_to_who_was_told_of_its_cells(
    stage: Stage, viewer: Viewer
) -> None:
    address = stage.notebook(code(DIES_LATER, "print('there')", "print(len(forks))"))
    assert (await viewer.view(address)).texts(1) == "there\n"
    line = await viewer.view(address)
    assert stage.heard("fork_failed")
    assert [line.texts(1), line.texts(2)] == ["there\n", "0\n"]
    told = [heard.kind for heard in line.heard if heard.kind.startswith("vaas_")]
    assert told[-4:] == ["vaas_cell"] * 3 + ["vaas_ready"]


async def test_a_page_is_made_once_for_all_viewers_of_a_run(stage: Stage, viewer: Viewer) -> None:
    address = stage.notebook(code("# %% Once\nprint('shown')", SLIDER))
    await viewer.view(address)
    renderer, made = stage.front.renderer, []
    fragment = renderer.fragment
    with mock.patch.object(renderer, "fragment", lambda *of: made.append(of) or fragment(*of)):
        pages = [await viewer.get(address) for _ in range(3)]
        assert len(made) == 1
        assert all("shown" in page.text for page in pages)
        assert len({page.kernel for page in pages}) == 3
        # A still that comes later stands in the pages after it.
        prepared = list(stage.front.launcher.sessions._prepared._kept.values())[-1]
        script = f"{renderer.root}/labextensions/one/static/1.js"
        still = Still({1: "<p>a still</p>"}, "<style></style>")
        renderer.keep_still(prepared.recording, still, Fetched(others=(script,)))
        later = await viewer.get(address)
    for page in (*pages, later):
        await viewer.leave(page.kernel)
    assert "a still" not in pages[0].text
    assert "<p>a still</p>" in later.text
    assert f'"scripts": ["{script}"]' in later.text
