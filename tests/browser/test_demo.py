"""The demo, from its home page to an example that answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import serious
from tests.browser.conftest import Visit
from tests.browser.service import Service

pytestmark = pytest.mark.browser

SHARED = list((Path(__file__).parents[2] / "examples").glob("*/*.ipynb"))


@dataclass(frozen=True)
class Example:
    """Where an example's first control is, and what it moves."""

    title: str
    control: str
    figures: str
    ready: str

    def handle(self, page: Page) -> Locator:
        return page.locator(self.control).first

    def told(self, page: Page) -> Locator:
        return page.locator(self.figures).first


# A chart is drawn first, and then drawn anew as wide as its place.
CHARTS_FIT = """() => [...document.querySelectorAll('.js-plotly-plot')].every((plot) =>
  plot.querySelector('svg')?.width.baseVal.value === plot.offsetWidth)"""

EXAMPLES = {
    "rainfall": Example(
        "Rain over a year", ".noUi-handle", ".rain-facts", ".rain-chart svg:visible"
    ),
    "energy": Example(
        "Energy use in Europe", "[role=slider]", ".energy-facts", ".js-plotly-plot .trace"
    ),
    "vegetation": Example(
        "Vegetation watch", "[role=slider]", ".veg-facts", ".leaflet-container .leaflet-image-layer"
    ),
}


def is_dark(page: Page) -> bool:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return all(int(part) < 60 for part in re.findall(r"\d+", colour))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_opens_from_home_and_answers(demo: Service, visit: Visit, name: str) -> None:
    example, viewer = EXAMPLES[name], visit(demo)
    page = viewer.page
    page.goto(demo.url)
    page.get_by_role("link", name=example.title, exact=True).click()
    viewer.ready()
    expect(page.get_by_role("heading", name=example.title)).to_be_visible()
    expect(page.locator(example.ready).first).to_be_visible()
    before = example.told(page).inner_text()
    example.handle(page).press("ArrowLeft")
    expect(example.told(page)).not_to_have_text(before, use_inner_text=True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_for_everybody(demo: Service, visit: Visit, name: str) -> None:
    example = EXAMPLES[name]
    viewer = visit(demo, viewport={"width": 360, "height": 740})
    page = viewer.page
    page.goto(demo.url)
    page.get_by_role("link", name=example.title, exact=True).click()
    viewer.ready()
    expect(page.locator(example.ready).first).to_be_visible()
    for size in ({"width": 360, "height": 740}, {"width": 1280, "height": 800}):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(CHARTS_FIT)
            look = f"{name}-{scheme}-{size['width']}"
            assert is_dark(page) == (scheme == "dark"), look
            viewer.picture(look)
            assert viewer.fits(), look
            assert serious(page) == [], look


def test_home_is_for_everybody(demo: Service, visit: Visit) -> None:
    viewer = visit(demo, viewport={"width": 360, "height": 740})
    page = viewer.page
    page.goto(demo.url)
    expect(page.locator(".card")).to_have_count(len(SHARED) + 1)  # one of them twice
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        viewer.picture(f"home-{scheme}-360")
        assert viewer.fits()
        assert serious(page) == []
