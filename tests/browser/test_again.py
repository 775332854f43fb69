"""What viewers do to a still is done again to the live dashboard that takes its place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service
from tests.browser.stills import live, painted, visited
from tests.browser.viewer import Viewer

pytestmark = pytest.mark.browser

BODY = """
import ipywidgets as w, ipyvuetify as v
heard = w.Label("nothing")
def hear(name):
    def heard_it(*_):
        heard.value = f"{heard.value} {name}"
    return heard_it
def follow(widget, name):
    widget.observe(lambda change: hear(f"{name}={change['new']}")(), "value")
    return widget
button = w.Button(description="Press")
button.on_click(hear("pressed"))
sheet = v.Btn(children=["Sheet"])
sheet.on_event("click", hear("sheet"))
select = v.Select(label="Station", items=["Alder", "Birch"], v_model="Alder")
select.observe(lambda change: hear(change["new"])(), "v_model")
display(w.VBox([
    heard, button, sheet, select,
    follow(w.IntSlider(value=4, description="Size"), "size"),
    follow(w.Text(description="Name"), "name"),
    follow(w.Checkbox(description="Sure"), "sure"),
    follow(w.Dropdown(options=["red", "blue"], description="Colour"), "colour"),
]))
"""


@pytest.fixture
def viewer(forking: Service, visit: Visit) -> Viewer:
    return visit(forking)


@pytest.fixture
def page(viewer: Viewer) -> Page:
    return viewer.page


@pytest.fixture
def held(forking: Service, share: Share, visit: Visit, viewer: Viewer) -> list[Route]:
    """What the script of a page waits for that shows its still."""
    body = notebook("", BODY, vaas={"launch": "fork"})
    waiting = painted(viewer, visited(body, forking, share, visit))
    expect(seen(viewer.page, "Press")).to_be_visible()
    return waiting


def seen(page: Page, text: str) -> Locator:
    """Stills are there for two widths."""
    return page.get_by_text(text).locator("visible=true")


def test_clicks_keys_and_choices_are_done_in_their_order(
    page: Page, held: list[Route], viewer: Viewer
) -> None:
    seen(page, "Press").click()
    seen(page, "Press").click()
    seen(page, "Sheet").click()
    page.locator(".noUi-handle:visible").press("ArrowRight")
    page.get_by_label("Sure").locator("visible=true").check()
    page.locator("select:visible").select_option("blue")
    page.locator(".widget-text input:visible").fill("Ada")
    expect(seen(page, "nothing")).to_have_text("nothing")
    live(viewer, held)
    done = "nothing pressed pressed sheet size=5 sure=True colour=blue name=Ada"
    expect(page.locator(".widget-label", has_text="nothing")).to_have_text(done)
    expect(page.locator(".widget-text input")).to_be_focused()
    expect(page.locator(".widget-text input")).to_have_value("Ada")


def test_a_menu_asked_for_opens(page: Page, held: list[Route], viewer: Viewer) -> None:
    page.locator(".v-select .v-field:visible").click()
    live(viewer, held)
    page.locator(".v-overlay .v-list-item", has_text="Birch").click()
    expect(page.get_by_text("nothing Birch")).to_be_visible()


def test_the_keyboard_reaches_a_still_and_stays_where_it_was(
    page: Page, held: list[Route], viewer: Viewer
) -> None:
    handle = page.locator(".noUi-handle:visible")
    while not handle.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body")
    page.keyboard.press("ArrowRight")
    live(viewer, held)
    expect(page.get_by_text("nothing size=5")).to_be_visible()
    expect(page.locator(".noUi-handle")).to_be_focused()


def test_what_was_done_long_ago_is_not_done_again(
    page: Page, held: list[Route], viewer: Viewer
) -> None:
    seen(page, "Press").click()
    page.evaluate("Object.defineProperty(vaasUsed[0], 'timeStamp', { value: -60_000 })")
    seen(page, "Sheet").click()
    live(viewer, held)
    expect(page.get_by_text("nothing sheet")).to_be_visible()
