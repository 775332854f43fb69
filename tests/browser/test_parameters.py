"""Parameters, as people give them: by a form above the dashboard, or when they are asked."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]

MANIFEST = b"""
languages = ["de"]
[parameters.year]
type = "integer"
default = 2026
title = "Jahr"
[parameters.place]
type = "choice"
choices = ["Bern", "Genf"]
title = "Ort"
"""
BOOK = notebook("#%% # Regen", "print(f'{place} {year}')")


@pytest.mark.parametrize("width", [360, 1280])
def test_by_keyboard_from_the_bar_to_another_view(
    service: Service, share: Share, visit: Visit, width: int
) -> None:
    viewer = visit(service, viewport={"width": width, "height": 700})
    viewer.expects("422")
    page = viewer.open(share({"a.ipynb": BOOK, "vaas.toml": MANIFEST}))
    expect(viewer.cell(1)).to_have_text("Bern 2026")
    assert page.evaluate("document.documentElement.lang") == "de"
    page.keyboard.press("Tab")
    expect(page.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Jahr")).to_be_focused()
    assert serious(page) == []
    assert viewer.fits()
    page.keyboard.type("1999")
    page.keyboard.press("Tab")
    page.keyboard.press("G")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**?year=1999&place=Genf")
    viewer.ready()
    expect(viewer.cell(1)).to_have_text("Genf 1999")
    expect(page.locator("summary")).to_contain_text("Jahr: 1999")
    page.goto(page.url.replace("1999", "MCM") + "&zoom=3")
    wrong = page.get_by_label("Jahr")
    expect(wrong).to_have_accessible_description(
        "“MCM” does not fit. Expected: a whole number, such as 12."
    )
    wrong.fill("1900")
    page.get_by_role("button", name="Show the dashboard").click()
    viewer.ready()
    expect(viewer.cell(1)).to_have_text("Genf 1900")
    assert urlsplit(page.url).query == "year=1900&place=Genf"
