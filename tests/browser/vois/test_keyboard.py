"""Dialogs, messages, menus and tables without a mouse, and where the focus goes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service
from tests.browser.vois.pages import files, quiet, show
from vois.theme import token

pytestmark = pytest.mark.browser

CHOSEN = token("chosen")
LINKED = """
from vois import State, charts, ui

people = {"Germany": 83.2, "Italy": 59.6, "Poland": 38.0}
state = State(country="Italy")
rows = [{"country": name, "people": number} for name, number in people.items()]
table = ui.DataTable(rows, lambda row: setattr(state, "country", row["country"]), height="")
chart = ui.Svg(on_change=lambda name: setattr(state, "country", name))

def follow(country):
    chart.svg = charts.bars(people, chosen=country)
    table.value = next(row for row in table.rows if row["country"] == country)

state.effect(follow, "country", now=True)
ui.App("Linked", ui.Grid(table, chart))
"""


def opened(page: Page, button: str, dialog: str) -> tuple[Locator, Locator]:
    """Press a button by key; the dialog that opens holds the focus."""
    opener = page.get_by_role("button", name=button, exact=True)
    opener.press("Enter")
    window = page.get_by_role("dialog", name=dialog)
    expect(window).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        expect(window.locator(":focus")).to_have_count(1)
    return opener, window


def closed(page: Page, opener: Locator, window: Locator) -> None:
    expect(window).to_have_count(0)
    expect(opener).to_be_focused()


def test_all_that_opens_is_closed_by_key_and_gives_the_focus_back(
    service: Service, visit: Visit, share: Share
) -> None:
    page = visit(service).open(share(files("gallery")))
    show(page, "Actions")
    for button, dialog in {
        "Ask": "Please confirm",
        "Window": "Window",
        "Panel": "Panel",
        "Search": "Search",
    }.items():
        opener, window = opened(page, button, dialog)
        quiet(page)
        assert serious(page) == []
        page.keyboard.press("Escape")
        closed(page, opener, window)

    opener, window = opened(page, "Ask", "Please confirm")
    window.get_by_role("button", name="Yes").press("Enter")
    closed(page, opener, window)
    note = page.locator(".v-snackbar").filter(has_text="Yes it is")
    expect(note).to_be_visible()
    note.get_by_role("button", name="Close").press("Enter")
    expect(note).to_have_count(0)

    page.get_by_role("button", name="Fail").press("Enter")
    alert = page.locator(".v-snackbar").filter(has_text="ZeroDivisionError: division by zero")
    expect(alert).to_be_visible()
    alert.get_by_role("button", name="Close").press("Enter")
    expect(alert).to_have_count(0)

    page.get_by_role("button", name="Format").press("Enter")
    page.get_by_role("listitem").filter(has_text="JSON").or_(
        page.get_by_role("option", name="JSON")
    ).first.press("Enter")
    expect(page.locator(".v-snackbar").filter(has_text="JSON")).to_be_visible()


def test_a_table_and_a_chart_choose_together(service: Service, visit: Visit, share: Share) -> None:
    page = visit(service).open(share({"linked.ipynb": notebook(LINKED)}))
    bars = page.get_by_role("group", name="Bar chart")
    row = page.get_by_role("row").filter(has_text="Poland")
    row.focus()
    row.press("Enter")
    expect(bars.get_by_label("Poland")).to_have_attribute("fill", CHOSEN)
    expect(row).to_have_attribute("aria-selected", "true")
    bars.get_by_label("Germany").press("Enter")
    expect(page.locator("tr[aria-selected=true]")).to_contain_text("Germany")
    expect(bars.get_by_label("Poland")).not_to_have_attribute("fill", CHOSEN)
