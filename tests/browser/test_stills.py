"""A page's first bytes show what its widgets look like, before any script runs."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service, eventually
from tests.browser.stills import visited
from tests.browser.viewer import Viewer

pytestmark = pytest.mark.browser

FORK = {"launch": "fork"}
BODY = """
import ipywidgets, ipyvuetify, plotly.graph_objects as go
slider, told = ipywidgets.IntSlider(value=4, description="Size"), ipywidgets.Label("four")
def follow(change):
    figure.data[0].y = [change["new"], 1]
    told.value = f"now {change['new']}"
slider.observe(follow, "value")
select = ipyvuetify.Select(label="Station", items=["Alder", "Birch"], v_model="Alder")
figure = go.FigureWidget(go.Bar(x=["north", "south"], y=[3, 1]), layout={"height": 300})
display(ipywidgets.HBox([slider, told]), select, figure)
"""
PARTS = (".noUi-handle", ".widget-label >> text=four", "text=Alder", ".bars .point >> nth=0")


# Counts the pieces of stills that stood in live outputs.
COVERS = """
window.covers = 0
const look = (nodes) => nodes.forEach((one) => { window.covers += Boolean(one.matches?.(".vaas-cover")) })
new MutationObserver((seen) => seen.forEach((change) => look(change.addedNodes)))
    .observe(document, { childList: true, subtree: true })
"""


def stilled(first: str, forking: Service, share: Share, visit: Visit, theme: str = "light") -> str:
    """The address of a dashboard of which there is a still."""
    body = notebook(first, BODY, vaas=FORK | {"theme": theme})
    return visited(body, forking, share, visit)


def without_scripts(viewer: Viewer, address: str, scripts: str = "**/*.js") -> Page:
    """A page none of whose scripts come, or not those; as it is before they have."""
    viewer.expects("ERR_FAILED")
    page = viewer.context.new_page()
    page.route(scripts, lambda route: route.abort())
    page.goto(viewer.address(address))
    return page


def stands(drawn: Locator, place: object) -> bool:
    return drawn.bounding_box() == place


def test_widgets_stand_in_the_first_bytes_and_live_ones_take_their_place(
    forking: Service, share: Share, visit: Visit
) -> None:
    address = stilled("quiet = 1", forking, share, visit)
    for width in (1280, 390):
        viewer = visit(forking, viewport={"width": width, "height": 800})
        page = without_scripts(viewer, address)
        for part in PARTS:
            expect(page.locator(f".vaas-still:visible >> {part}")).to_be_visible()
        assert page.locator(".vaas-still:visible").count() == 1
        before = page.locator(".vaas-still:visible .main-svg").first.bounding_box()
        expect(page.locator(".vaas-cell[aria-busy]")).to_have_count(1)
        page.close()
        page = viewer.open(address)
        expect(page.locator(".vaas-still, .vaas-still-style")).to_have_count(0)
        expect(page.locator(".noUi-handle")).to_have_count(1)
        expect(page.locator(".bars .point")).to_have_count(2)
        # Plotly takes its width when the window tells it to; on a busy machine after it was drawn.
        assert eventually(partial(stands, page.locator(".main-svg").first, before))
        page.locator(".noUi-handle").press("ArrowRight")
        expect(page.get_by_text("now 5")).to_be_visible()


def test_controls_do_not_wait_for_a_charts_script_and_the_chart_follows_when_it_is_there(
    forking: Service, share: Share, visit: Visit
) -> None:
    address = stilled("quiet = 2", forking, share, visit)
    viewer = visit(forking)
    page = viewer.context.new_page()
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/sources/*.js", hold)
    page.goto(viewer.address(address))
    expect(page.locator(".vaas-still:not(.vaas-cover)")).to_have_count(0)
    expect(page.locator(".vaas-cover .bars .point")).to_have_count(2)
    before = page.locator(".vaas-cover .main-svg").first.bounding_box()
    page.locator(".noUi-handle").press("ArrowRight")
    expect(page.get_by_text("now 5")).to_be_visible()
    assert eventually(lambda: waiting)
    waiting[0].continue_()
    expect(page.locator(".vaas-cover, .vaas-still-style")).to_have_count(0)
    expect(page.locator(".bars .point")).to_have_count(2)
    values = "[...document.querySelector('.js-plotly-plot').data[0].y]"
    assert eventually(lambda: page.evaluate(values) == [5, 1])
    assert eventually(partial(stands, page.locator(".main-svg").first, before))


def test_what_libraries_are_known_to_fetch_comes_in_one_file_for_each(
    forking: Service, share: Share, visit: Visit
) -> None:
    address = stilled("quiet = 4", forking, share, visit)
    asked: list[str] = []
    viewer = visit(forking)
    viewer.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page = viewer.open(address)
    expect(page.locator(".vaas-cover, .vaas-still-style")).to_have_count(0)
    scripts = [one for one in asked if "/labextensions/" in one and one.endswith(".js")]
    assert scripts
    assert all("/remoteEntry." in one for one in scripts)
    bundles = [one for one in asked if "/bundles/" in one]
    assert len(bundles) == len(scripts)
    # In the order in which they are needed, and nothing of Voilà's own page.
    own = next(
        index for index, one in enumerate(asked) if "/static/dashboard-" in one and "js" in one
    )
    assert own < asked.index(scripts[0]) < asked.index(bundles[0])
    assert [one for one in asked if "voila" in one] == []


def test_without_those_files_libraries_fetch_for_themselves(
    forking: Service, share: Share, visit: Visit
) -> None:
    address = stilled("quiet = 5", forking, share, visit)
    page = without_scripts(visit(forking), address, "**/bundles/*.js")
    expect(page.locator(".vaas-cover, .vaas-still-style")).to_have_count(0)
    page.get_by_text("Alder").locator("visible=true").first.click()
    expect(page.get_by_role("option", name="Birch")).to_be_visible()


def test_where_the_still_is_hidden_charts_do_not_wait(
    forking: Service, share: Share, visit: Visit
) -> None:
    address = stilled("quiet = 3", forking, share, visit, theme="auto")
    viewer = visit(forking, color_scheme="dark")
    viewer.page.add_init_script(COVERS)
    page = viewer.open(address)
    expect(page.locator(".bars .point")).to_have_count(2)
    assert page.evaluate("covers") == 0
    viewer = visit(forking)
    viewer.page.add_init_script(COVERS)
    page = viewer.open(address)
    expect(page.locator(".vaas-cover, .vaas-still-style")).to_have_count(0)
    assert page.evaluate("covers") == 1
