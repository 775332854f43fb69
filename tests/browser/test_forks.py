"""A forked dashboard in the browser: there at once, live, and each viewer's own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service
from tests.browser.viewer import Viewer

pytestmark = pytest.mark.browser

FORK = {"vaas": {"launch": "fork"}}
BODY = """
import ipywidgets, os
forks = []
os.register_at_fork(after_in_child=lambda: forks.append("of this run"))
told, count, out = ipywidgets.Label("not yet"), 0, ipywidgets.Output()
def press(_):
    global count
    count += 1
    told.value = f"pressed {count}"
    with out:
        print("in a fork" if forks else "elsewhere")
button = ipywidgets.Button(description="Press")
button.on_click(press)
ipywidgets.VBox([button, told, out])
"""


def test_two_viewers_of_one_run(forking: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        "line = display('first', display_id=True)", BODY, "line.update('second')", **FORK
    )
    address = share({"a.ipynb": body})
    first, second = visit(forking), visit(forking)
    for viewer in (first, second):
        page = viewer.open(address)
        expect(viewer.cell(0)).to_have_text("'second'")
        expect(page.get_by_text("not yet")).to_be_visible()
    first.page.get_by_role("button", name="Press").click()
    expect(first.page.get_by_text("pressed 1")).to_be_visible()
    expect(first.page.locator(".widget-output")).to_have_text("in a fork", use_inner_text=True)
    second.page.get_by_role("button", name="Press").click()
    expect(second.page.get_by_text("pressed 1")).to_be_visible()
    expect(second.page.get_by_text("not yet")).to_have_count(0)


FIGURE = """
import ipywidgets, plotly.graph_objects as go
figure = go.FigureWidget(go.Bar(x=["north", "south"], y=[3, 1]))
button = ipywidgets.Button(description="Grow")
button.on_click(lambda _: figure.add_bar(x=["north"], y=[2]))
ipywidgets.VBox([button, figure])
"""


def test_a_script_that_widgets_bring_is_a_file_that_browsers_keep(
    forking: Service, share: Share, visit: Visit
) -> None:
    address = share({"a.ipynb": notebook(FIGURE)})
    for _ in ("of a kernel or a run", "of a fork"):
        viewer = visit(forking)
        with viewer.page.expect_response("**/assets/*/sources/*.js") as answer:
            page = viewer.open(address)
        assert "immutable" in answer.value.headers["cache-control"]
        expect(page.locator(".bars .point")).to_have_count(2)
        page.get_by_role("button", name="Grow").click()
        expect(page.locator(".bars .point")).to_have_count(3)
        assert sum(map(len, viewer.frames)) < 200_000


NEEDS_MORE = """
window._JUPYTERLAB.anywidget = {
  init() {},
  get: async () => () => ({ default: {
    id: "more", autoStart: true, requires: [{ name: "of JupyterLab" }], activate() {},
  } }),
};
"""


def test_a_library_that_needs_more_of_jupyterlab_gets_voilas_own_page(
    forking: Service, share: Share, visit: Visit
) -> None:
    viewer = visit(forking)
    viewer.expects("widget|library|Error|WebSocket is already in CLOSING")
    body = {"content_type": "text/javascript", "body": NEEDS_MORE}
    script = "**/labextensions/anywidget/**"
    viewer.page.route(script, lambda route: route.fulfill(**body))
    viewer.page.goto(viewer.address(share({"a.ipynb": notebook(FIGURE, **FORK)}), "a.ipynb"))
    viewer.page.wait_for_url("**/a.ipynb?vaas=plain")
    viewer.page.unroute(script)
    viewer.page.reload()
    expect(viewer.page.locator(".bars .point")).to_have_count(2)


PICTURE = """
from IPython.display import HTML, Image, display
import base64
print('printed <early>')
display(HTML('<style>.x{color:red}</style><table class="x"><tr><td>in a table</td></tr></table>'))
Image(base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='))
"""


def test_what_is_known_is_painted_with_the_page(
    forking: Service, share: Share, visit: Visit
) -> None:
    """Text, tables and pictures before any script; once, and the same, after it."""
    address = share({"a.ipynb": notebook(PICTURE, BODY, **FORK)})
    visit(forking).open(address)
    second = visit(forking)
    second.expects("ERR_FAILED")
    page = second.context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto(second.address(address))
    expect(page.locator(".vaas-painted")).to_have_count(1)
    for text in ("printed <early>", "in a table"):
        expect(page.get_by_text(text)).to_be_visible()
    assert page.locator(".vaas-painted img").evaluate("one => one.naturalWidth") == 1
    page.close()
    page = second.open(address)
    expect(page.get_by_text("not yet")).to_be_visible()
    expect(page.locator(".vaas-painted")).to_have_count(1)
    expect(second.cell(0).locator(".jp-OutputArea")).to_have_count(1)
    expect(page.get_by_text("in a table")).to_have_count(1)
    expect(page.locator("#dashboard img")).to_have_count(1)


def begin(viewer: Viewer, address: str) -> Page:
    """Open a dashboard and do not wait for its end."""
    viewer.page.goto(viewer.address(address), wait_until="commit")
    return viewer.page


LAST = "import time\ntime.sleep(6)\nprint('all has run')"


def test_first_viewers_watch_the_one_run(forking: Service, share: Share, visit: Visit) -> None:
    """Its widgets can be seen and used while it runs; what is done then is each viewer's own."""
    address = share({"a.ipynb": notebook("import uuid\nprint(uuid.uuid4())", BODY, LAST)})
    first, second = visit(forking), visit(forking)
    pages = [begin(viewer, address) for viewer in (first, second)]
    for page in pages:
        expect(page.get_by_text("not yet")).to_be_visible()
        expect(page.get_by_text("all has run")).to_have_count(0)
    pages[0].get_by_role("button", name="Press").click()
    for page in pages:
        expect(page.get_by_text("all has run")).to_be_visible()
    expect(pages[0].get_by_text("pressed 1")).to_be_visible()
    expect(pages[0].locator(".widget-output")).to_have_text("in a fork", use_inner_text=True)
    expect(pages[1].get_by_text("not yet")).to_be_visible()
    pages[1].get_by_role("button", name="Press").click()
    expect(pages[1].get_by_text("pressed 1")).to_be_visible()
    assert first.cell(0).inner_text() == second.cell(0).inner_text()


def test_a_run_that_cannot_be_forked_goes_on_for_its_viewer(
    forking: Service, share: Share, visit: Visit
) -> None:
    thread = (
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    address = share({"a.ipynb": notebook(BODY, thread, LAST)})
    page = begin(visit(forking), address)
    page.get_by_role("button", name="Press").click()
    expect(page.get_by_text("all has run")).to_be_visible()
    expect(page.get_by_text("pressed 1")).to_be_visible()
    page.get_by_role("button", name="Press").click()
    expect(page.get_by_text("pressed 2")).to_be_visible()
    expect(page.locator(".widget-output")).to_have_text("elsewhere elsewhere", use_inner_text=True)
