"""Charts keep the colours of the theme and are used by key, in a page without an app."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service
from tests.browser.vois.pages import quiet

pytestmark = pytest.mark.browser

CHARTS = """
import plotly.graph_objects as go
from vois import charts, geo, theme, ui

theme.use("slate", mode="auto")
people = {"Germany": 83.2, "Italy": 59.6, "Poland": 38.0}
said = ui.Label("")
bars = ui.Svg(charts.bars(people), on_hover=lambda name: setattr(said, "label", f"over {name}"))
plot = ui.Figure(go.Figure(go.Bar(x=[*people], y=[*people.values()])), "People", height="260px")
years, course = ["2019", "2020", "2021"], geo.Line("NDVI", [0.2, 0.4, 0.3])
series = geo.SeriesChart(years, [course], lambda i: setattr(said, "label", f"{years[i]} chosen"))
other = ui.Button("Forest", lambda: theme.use("forest", "auto"))
"""
SHOWN = "ui.Column(other, said, bars, series, plot)"


def colours(page: Page) -> dict[str, str]:
    """The colours that are seen now."""
    return {
        name: page.locator(where).first.evaluate(f"one => getComputedStyle(one)['{what}']")
        for name, where, what in (
            ("high", 'rect[data-key="Germany"]', "fill"),
            ("low", 'rect[data-key="Poland"]', "fill"),
            ("letters", ".vois-chart text", "fill"),
            ("course", "polyline", "stroke"),
            ("plot", ".js-plotly-plot .xtick text", "fill"),
            ("bar", ".js-plotly-plot .bars path", "fill"),
            ("page", "body", "background-color"),
        )
    }


def bright(colour: str) -> int:
    return sum(int(one) for one in colour[colour.index("(") + 1 : -1].split(",")[:3])


def test_charts_follow_the_viewers_system_and_the_theme(
    service: Service, visit: Visit, share: Share
) -> None:
    viewer = visit(service, color_scheme="dark")
    page = viewer.open(share({"a.ipynb": notebook(CHARTS, SHOWN)}))
    plot = page.locator(".js-plotly-plot .xtick text").first
    expect(plot).to_have_css("fill", "rgb(232, 234, 237)")
    quiet(page)
    dark = colours(page)
    assert serious(page) == []
    viewer.picture("vois-charts-dark")
    page.emulate_media(color_scheme="light")
    expect(plot).to_have_css("fill", "rgb(34, 38, 43)")
    quiet(page)
    light = colours(page)
    assert serious(page) == []
    viewer.picture("vois-charts-light")
    assert [name for name in dark if dark[name] == light[name]] == []
    # What is high stands out from the page, what is low comes near to it.
    assert bright(light["high"]) < bright(light["low"]) < bright(light["page"])
    assert bright(dark["high"]) > bright(dark["low"]) > bright(dark["page"])
    assert light["bar"] == light["course"] == "rgb(51, 102, 168)"
    assert dark["bar"] == dark["course"] == "rgb(127, 176, 234)"
    page.get_by_role("button", name="Forest").click()
    expect(page.locator('rect[data-key="Germany"]')).not_to_have_css("fill", light["high"])

    page.locator('rect[data-key="Italy"]').hover()
    expect(page.get_by_text("over Italy")).to_be_visible()
    # Else the page moves below the pointer when what has the focus is scrolled to, and tells of that.
    page.mouse.move(0, 0)
    expect(page.get_by_text("over Italy")).to_have_count(0)
    page.get_by_role("button", name="Italy").press("Enter")
    expect(page.get_by_role("button", name="Italy")).to_have_attribute("aria-pressed", "true")
    # One date is reached by Tab, the others by arrows; a choice keeps the focus where it is.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="2019, NDVI: 0.2")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2020 chosen")).to_be_visible()
    expect(page.locator("circle")).to_have_count(1)
    expect(page.get_by_role("button", name="2020, NDVI: 0.4")).to_be_focused()
