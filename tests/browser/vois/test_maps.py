"""Maps in the page: time, swipe, areas, inspector, large rasters, without another host."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service
from tests.browser.vois.pages import faults, files, in_scheme

pytestmark = pytest.mark.browser

SIZES = {360: 740, 1280: 800, 1920: 1080}
PICTURE = "document.querySelector('.leaflet-image-layer')?.src"
AS_WIDE = """() => document.querySelector('.leaflet-image-layer')?.naturalWidth
  === (document.querySelector('.leaflet-container')?.clientWidth ?? 0)"""


def press(page: Page, right: float, down: float) -> None:
    """Press the map at a part of its width and height."""
    box = page.locator(".leaflet-container").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + right * box["width"], box["y"] + down * box["height"])


@pytest.mark.slow
def test_land_cover_fits_and_is_accessible(service: Service, visit: Visit, share: Share) -> None:
    viewer = visit(service)
    page = viewer.open(share(files("landcover")))
    expect(page.locator(".leaflet-image-layer")).to_be_visible()
    page.get_by_label("Layers", exact=True).click()
    page.get_by_label("Compare with 2016").click()
    expect(page.locator(".leaflet-sbs-range")).to_have_attribute(
        "aria-label", "Where the right side begins"
    )
    legends = page.get_by_label("Legend: Land cover")
    tool = page.locator(".leaflet-draw-draw-rectangle")
    found = {}
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        # On a phone the legend stands below the map, elsewhere on it.
        expect(page.locator(".vois-map-under").get_by_label("Legend")).to_be_visible(
            visible=width == 360
        )
        expect(legends.filter(visible=True)).to_have_count(1)
        for scheme in ("light", "dark"):
            in_scheme(page, scheme)
            seen = "invert(1)" if scheme == "dark" else "none"
            expect(tool).to_have_css("filter", seen)
            found[width, scheme] = faults(viewer, f"landcover-{width}-{scheme}")
    assert {where: told for where, told in found.items() if told} == {}


def test_land_cover_answers_and_its_address_reopens_it(
    service: Service, visit: Visit, share: Share
) -> None:
    viewer = visit(service)
    link = share(files("landcover"))
    page = viewer.open(link)
    year = page.locator("output")
    expect(year).to_have_text("2024")
    page.get_by_role("slider", name="Year").focus()
    page.keyboard.press("Home")
    expect(year).to_have_text("2016")
    page.wait_for_url("**step=0")
    page.get_by_role("button", name="Play").click()
    expect(year).to_have_text("2018")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    press(page, 0.5, 0.5)
    expect(page.get_by_text("° N")).to_be_visible()
    page.locator(".leaflet-draw-draw-rectangle").click()
    box = page.locator(".leaflet-container").bounding_box()
    assert box
    page.mouse.move(box["x"] + 250, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 300, steps=4)
    page.mouse.up()
    expect(page.get_by_text("Drawn area")).to_be_visible()
    page.goto(page.url)
    expect(year).to_have_text("2018")


def test_a_large_raster_is_drawn_for_what_is_seen(
    service: Service, visit: Visit, share: Share
) -> None:
    body = notebook(
        """
        import numpy as np
        from vois import geo
        values = np.add.outer(np.arange(1500.0), np.arange(1500.0))
        layer = geo.RasterLayer(values, bounds=(5, 40, 20, 50), name="Large")
        view = geo.EOMap("Large", bounds=(12, 44, 13, 45), height="400px")
        view.add(layer)
        view
        """
    )
    page = visit(service).open(share({"a.ipynb": body}))
    page.wait_for_function(AS_WIDE)
    before = page.evaluate(PICTURE)
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function(f"before => {PICTURE} !== before", arg=before)
    page.wait_for_function(AS_WIDE)
    expect(page.locator(".leaflet-image-layer")).to_have_count(1)
    shown = page.locator(".leaflet-image-layer").bounding_box()
    container = page.locator(".leaflet-container").bounding_box()
    assert shown
    assert container
    assert list(shown.values()) == pytest.approx(list(container.values()), abs=1.5)


def test_a_region_a_row_and_a_bar_choose_each_other(
    service: Service, visit: Visit, share: Share
) -> None:
    body = notebook(
        """
        from vois import geo, ui
        people = {"ITA": 59, "FRA": 68, "DEU": 84, "ESP": 48, "MLT": 0.5}
        shapes = geo.countries(list(people), scale="50m")
        regions = geo.Choropleth(shapes, people, unit="million")
        view = geo.EOMap("Countries", bounds=(-10, 36, 19, 55), height="360px")
        view.add(regions)
        table = ui.DataTable([{"a3": code, "people": n} for code, n in people.items()])
        bars = ui.Svg("<svg height='20' viewBox='0 0 80 20'><rect data-key='ESP' width='80' height='20'/></svg>")
        linked = geo.Linked(regions, table, bars, key="a3")
        told = ui.Label("")
        linked.observe(lambda change: setattr(told, "label", f"chosen {change['new']}"), "value")
        ui.Column(view, told, bars, table)
        """
    )
    page = visit(service).open(share({"a.ipynb": body}))
    # Malta has a mark that can be pressed, besides its shape, which is a pixel or two.
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(6)
    page.locator(".leaflet-overlay-pane path").nth(5).click()
    expect(page.get_by_text("chosen")).to_have_text("chosen MLT")
    page.locator(".leaflet-overlay-pane path").nth(2).click()
    expect(page.get_by_text("chosen")).to_have_text("chosen DEU")
    expect(page.locator("tr[aria-selected=true]")).to_contain_text("DEU")
    expect(page.locator(".leaflet-overlay-pane path")).to_have_count(7)
    expect(page.get_by_text("Germany: 84 million")).to_be_visible()
    page.get_by_role("row", name="FRA").click()
    expect(page.get_by_text("chosen")).to_have_text("chosen FRA")
    page.locator("rect[data-key=ESP]").click()
    expect(page.locator("tr[aria-selected=true]")).to_contain_text("ESP")
