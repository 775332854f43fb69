"""Every widget library in a fork: two viewers of one run act on it, and never meet.

Each notebook has a control of the library's own that calls ``heard``, and a label that
tells how often this viewer's kernel has heard it, where that kernel is, and a number that
it drew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service

pytestmark = pytest.mark.browser

FORK = {"vaas": {"launch": "fork"}}
HEARD = """
import os, random
import ipywidgets as w
told, times, change, forks = w.Label("nothing heard"), 0, print, []
os.register_at_fork(after_in_child=lambda: forks.append("of this run"))
def heard(*_, **__):
    global times
    times += 1
    change(times)
    where = "a fork" if forks else "a kernel"
    told.value = f"heard {times} in {where}, drew {random.random()}"
told
"""
TOLD = re.compile(r"^heard \d+ in (a fork|a kernel), drew 0\.\d+$")
BUTTON = """
button = w.Button(description="Press")
button.on_click(heard)
display(button)
"""


@dataclass(frozen=True)
class Library:
    """A notebook, and what its viewer does and sees.

    Attributes:
        cells: of the notebook, after ``HEARD``.
        act: uses a control once; of the library's own where it has any.
        shows: fails unless the page is as it must be after so many acts.
    """

    cells: tuple[str, ...]
    act: Callable[[Page], None]
    shows: Callable[[Page, int], None]


def press(page: Page) -> None:
    page.get_by_role("button", name="Press").click()


def click(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).first.click()


def count(selector: str, first: int = 0) -> Callable[[Page, int], None]:
    """As many elements more as there were acts."""
    return lambda page, times: expect(page.locator(selector)).to_have_count(first + times)


def text(selector: str, form: str) -> Callable[[Page, int], None]:
    return lambda page, times: expect(page.locator(selector)).to_have_text(form.format(times))


def outputs(page: Page, times: int) -> None:
    said = "".join(f"captured {n + 1}\n" for n in range(times)).strip()
    expect(page.locator(".said .widget-output")).to_have_text(said, use_inner_text=True)
    expect(page.get_by_text(f"updated to {times}")).to_be_visible()
    expect(page.get_by_text(f"n is {3 + times}", exact=True)).to_be_visible()
    ticks = page.locator(".ticks")
    expect(ticks).not_to_have_text(ticks.inner_text())


def pictures(page: Page, times: int) -> None:
    expect(page.locator(".drawn img")).to_have_count(1 + times)
    drawn = "one => one.decode().then(() => one.naturalWidth > 100)"
    assert page.locator(".drawn img").last.evaluate(drawn)


LIBRARIES = {
    "ipywidgets": Library(
        (
            BUTTON,
            """
            import asyncio
            out, ticks = w.Output(), w.Label("0")
            said = w.Box([out])
            said.add_class("said"), ticks.add_class("ticks")
            line = display("updated to 0", display_id=True)
            @w.interact(n=(0, 9))
            def tell(n=3):
                print("n is", n)
            async def tick():
                while True:
                    ticks.value = str(int(ticks.value) + 1)
                    await asyncio.sleep(0.1)
            task = asyncio.create_task(tick())
            def change(times):
                with out:
                    print("captured", times)
                line.update(f"updated to {times}")
                tell.widget.children[0].value = 3 + times
            display(said, ticks)
            """,
        ),
        press,
        outputs,
    ),
    "matplotlib": Library(
        (
            BUTTON,
            """
            import matplotlib.pyplot as plt
            out = w.Output()
            out.add_class("drawn")
            def change(times):
                with out:
                    plt.figure(figsize=(3, 2))
                    plt.plot([1, times])
                    plt.show()
            change(0)
            out
            """,
        ),
        press,
        pictures,
    ),
    "ipympl": Library(
        (
            """
            %matplotlib widget
            import matplotlib.pyplot as plt
            figure, axes = plt.subplots(figsize=(4, 3))
            figure.canvas.mpl_connect("button_press_event", heard)
            def change(times):
                figure.canvas.manager.set_window_title(f"clicks {times}")
                axes.plot([0, times], [0, 1])
                figure.canvas.draw_idle()
            change(0)
            """,
        ),
        click(".jupyter-matplotlib-canvas-div"),
        text(".jupyter-matplotlib-header", "clicks {}"),
    ),
    "plotly": Library(
        (
            """
            import plotly.graph_objects as go
            figure = go.FigureWidget(go.Scatter(y=[1, 2], mode="markers", marker_size=30))
            figure.update_layout(width=400, height=300)
            figure.data[0].on_click(heard)
            def change(times):
                figure.data[0].y = [1, 2] + [1] * times
            figure
            """,
        ),
        lambda page: page.locator(".scatterlayer .point").first.click(force=True),
        count(".scatterlayer .point", 2),
    ),
    "ipyleaflet": Library(
        (
            """
            import ipyleaflet
            view = ipyleaflet.Map(center=(45, 8), zoom=5, layers=[], attribution_control=False)
            def interacted(**told):
                if told["type"] == "click":
                    heard()
            view.on_interaction(interacted)
            def change(times):
                view.add(ipyleaflet.CircleMarker(location=(45 + 3 * times, 8), radius=9))
            view
            """,
        ),
        click(".leaflet-container"),
        count(".leaflet-overlay-pane path"),
    ),
    "bqplot": Library(
        (
            """
            import bqplot
            bars = bqplot.Bars(
                x=[0], y=[1], scales={"x": bqplot.OrdinalScale(), "y": bqplot.LinearScale()}
            )
            bars.on_element_click(heard)
            def change(times):
                with bars.hold_sync():
                    bars.x, bars.y = list(range(1 + times)), [1] * (1 + times)
            figure = bqplot.Figure(marks=[bars], animation_duration=0)
            figure
            """,
        ),
        click(".bqplot .bar"),
        count(".bqplot .bar", 1),
    ),
    "ipyvuetify": Library(
        (
            """
            import ipyvuetify as v
            button = v.Btn(children=["pressed 0"])
            button.on_event("click", heard)
            def change(times):
                button.children = [f"pressed {times}"]
            v.Container(children=[button])
            """,
        ),
        click(".v-btn"),
        text(".v-btn", "pressed {}"),
    ),
    "anywidget": Library(
        (
            """
            import anywidget, traitlets
            class Counter(anywidget.AnyWidget):
                _esm = '''
                export default {
                  render({ model, el }) {
                    const button = document.createElement("button");
                    const show = () => (button.textContent = `count ${model.get("count")}`);
                    button.className = "counter";
                    button.onclick = () => model.send("click");
                    model.on("change:count", show);
                    show();
                    el.append(button);
                  },
                };
                '''
                count = traitlets.Int(0).tag(sync=True)
            counter = Counter()
            counter.on_msg(heard)
            def change(times):
                counter.count = times
            counter
            """,
        ),
        click(".counter"),
        text(".counter", "count {}"),
    ),
}


@pytest.mark.parametrize("name", list(LIBRARIES))
def test_two_viewers_never_meet(forking: Service, share: Share, visit: Visit, name: str) -> None:
    library = LIBRARIES[name]
    address = share({"a.ipynb": notebook(HEARD, *library.cells, **FORK)})
    first, second = visit(forking), visit(forking)
    for viewer in (first, second):
        viewer.open(address)
        expect(viewer.page.get_by_text("nothing heard")).to_be_visible()
        library.shows(viewer.page, 0)
    drawn = {said(library, first.page, 1), said(library, first.page, 2)}
    expect(second.page.get_by_text("nothing heard")).to_be_visible()
    library.shows(second.page, 0)
    drawn.add(said(library, second.page, 1))
    library.shows(first.page, 2)
    assert len(drawn) == 3, "the same number twice"
    first.picture(f"library-{name}")


def said(library: Library, page: Page, times: int) -> str:
    """Act for the given time, see the page change, and tell which number was drawn."""
    library.act(page)
    label = page.get_by_text(TOLD)
    expect(label).to_contain_text(f"heard {times} in a fork")
    library.shows(page, times)
    return label.inner_text().split()[-1]


SOURCES = """
import anywidget, traitlets
large = f"/*{'x' * 40_000}*/"
script = '''
export default {
  render({ model, el }) {
    const show = async () => {
      const other = await model.widget_manager.get_model(model.get("other"));
      el.textContent = "NAME beside " + other.get("_css").slice(0, 9);
    };
    el.className = "colored NAME";
    model.on("change:count", show);
    show();
  },
};
'''
def style(name, color):
    return f".{name} {{ color: rgb(0, {color}, 0) }} {large}"
def colored(name, color):
    kind = type(name, (anywidget.AnyWidget,), {
        "_esm": script.replace("NAME", name) + large,
        "_css": style(name, color),
        "other": traitlets.Unicode(other.model_id).tag(sync=True),
        "count": traitlets.Int(0).tag(sync=True),
    })
    return kind()
class Other(w.HTML):
    _css = traitlets.Unicode(f"it says 0 {large}").tag(sync=True)
other = Other()
box = w.VBox()
box.children = [colored("first", 100)]
def change(times):
    other._css = f"it says {times} {large}"
    box.children[0]._css = style("first", 100 + times)
    box.children[0].count = times
    box.children = [*box.children, colored(f"made{times}", 200 + times)]
box
"""


def test_large_scripts_and_styles_never_cross_the_line(
    forking: Service, share: Share, visit: Visit
) -> None:
    """Neither when a run made them nor when a callback does, of whatever library."""
    viewer = visit(forking)
    address = share({"a.ipynb": notebook(HEARD, BUTTON, SOURCES, **FORK)})
    for who in ("watches the run", "has a fork"):
        page = viewer.open(address)
        for times in range(3):
            shown = page.locator(".colored")
            expect(shown).to_have_count(1 + times)
            expect(shown.first).to_have_text(f"first beside it says {times}")
            expect(shown.first).to_have_css("color", f"rgb(0, {100 + times}, 0)")
            if times:
                expect(shown.last).to_have_text(f"made{times} beside it says {times}")
                expect(shown.last).to_have_css("color", f"rgb(0, {200 + times}, 0)")
            press(page)
        assert b"xxxxxxxx" not in viewer.received(), who
        assert viewer.frames
