"""Dashboards made with vois, in the browser: phone to full HD, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service
from tests.browser.viewer import ARTIFACTS, Viewer
from tests.vois.test_readme import CODE

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
WIDTHS = {"phone": (360, 740), "laptop": (1366, 768), "full-hd": (1920, 1080)}
SMALL = (110, 60)
PAGES = {
    "gallery": ["Inputs", "Actions", "Layout", "Data", "Drawings"],
    "countries": ["Overview", "Rows"],
}


@pytest.fixture
def link(share: Share) -> str:
    return share({"readme.ipynb": notebook(CODE)})


def files(name: str) -> dict[str, bytes]:
    folder = ROOT / "examples" / name
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def quiet(page: Page) -> None:
    """Wait until the pictures, the letters and all that moves have arrived."""
    page.evaluate("document.fonts.ready")
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.playState !== 'running')"
    )


def faults(viewer: Viewer, tab: str, picture: str) -> list[str]:
    """Show a page of the dashboard and return what is wrong with it."""
    page = viewer.page
    page.get_by_role("tab", name=tab, exact=True).click()
    expect(page.locator("#vois-main .vois:visible").first).to_be_visible()
    quiet(page)
    viewer.picture(picture, full=False)
    wide = page.evaluate(
        "(() => { const m = document.querySelector('#vois-main .v-main__scroller'); return m.scrollWidth - m.clientWidth })()"
    )
    return [*(["scrolls sideways"] if wide > 0 or not viewer.fits() else []), *serious(page)]


def test_the_ten_lines_are_the_readmes_picture(service: Service, visit: Visit, link: str) -> None:
    viewer = visit(service, viewport={"width": 1100, "height": 600})
    page = viewer.open(link)
    expect(page.get_by_role("group", name="Million people")).to_be_visible()
    quiet(page)
    viewer.picture("vois", full=False)
    kept, made = (
        Image.open(file).convert("L").resize(SMALL)
        for file in (ROOT / "docs" / "vois.png", ARTIFACTS / "vois.png")
    )
    assert ImageStat.Stat(ImageChops.difference(kept, made)).mean[0] < 6
    assert serious(page) == []


def test_a_copied_address_reopens_the_view(service: Service, visit: Visit, link: str) -> None:
    viewer = visit(service)
    page = viewer.open(link, query="years=50&growth=1&evil=1")
    expect(page.get_by_label("Germany: 136.8")).to_be_visible()
    page.get_by_role("slider", name="Years from now").press("ArrowLeft")
    page.wait_for_function("() => location.search.includes('years=49')")
    again = visit(service)
    again.page.goto(page.url, wait_until="commit")
    expect(again.ready().get_by_label("Germany: 135.5")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_examples_fit_and_are_accessible(
    service: Service, visit: Visit, share: Share, name: str, width: str, scheme: str
) -> None:
    wide, high = WIDTHS[width]
    viewer = visit(service, viewport={"width": wide, "height": high}, color_scheme=scheme)
    page = viewer.open(share(files(name)))
    found = {tab: faults(viewer, tab, f"vois-{name}-{tab}-{width}-{scheme}") for tab in PAGES[name]}
    assert {tab: told for tab, told in found.items() if told} == {}
