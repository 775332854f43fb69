"""What a viewer sees in the line for a kernel, and how the dashboard goes live in their place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service, eventually, serving
from tests.browser.viewer import Viewer
from vaas.demo.efss import DemoEfss

pytestmark = pytest.mark.browser

BODY = """
import ipywidgets as w
slider, told = w.IntSlider(value=4, description="Size"), w.Label("four")
slider.observe(lambda change: setattr(told, "value", f"now {change['new']}"), "value")
w.HBox([slider, told])
"""
BOOK = notebook(
    "#%% # Rain in May", BODY, "print('Sum of all days: 42 mm')", vaas={"theme": "auto"}
)
SHAPES = {
    "light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "dark-phone": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def small(cloud: DemoEfss, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for one viewer at a time."""
    with serving(cloud.url, tmp_path_factory.mktemp("waiting"), templates=2, most=1) as running:
        yield running


def stand(viewer: Viewer, address: str, words: str, query: str = "") -> Page:
    """Open a dashboard, and find oneself in the line."""
    viewer.page.goto(viewer.address(address, query=query), wait_until="commit")
    expect(viewer.page.locator("#vaas-line")).to_contain_text(words)
    expect(viewer.page.locator("#vaas-line")).to_be_visible()
    return viewer.page


def test_the_line_and_the_taking_over(small: Service, share: Share, visit: Visit) -> None:
    address = share({"a.ipynb": BOOK})
    first = visit(small)
    first.open(address)
    assert eventually(lambda: "still_taken" in small.written())
    second, third = (visit(small, **shape) for shape in SHAPES.values())
    page = stand(second, address, "number 1 in line")
    other = stand(third, address, "number 2 in line")
    for viewer, name in ((second, "light"), (third, "dark-phone")):
        expect(viewer.page.get_by_text("Sum of all days: 42 mm")).to_be_visible()
        expect(viewer.page.locator("#vaas-line")).to_contain_text("as it was recorded")
        expect(viewer.page.locator("#vaas-live")).to_contain_text("in line")
        viewer.picture(f"waiting-{name}", full=False)
        assert viewer.fits()
        assert serious(viewer.page) == []
    expect(page.locator(".vaas-still:visible >> text=four")).to_be_visible()
    page.evaluate("window.sameDocument = true")
    first.page.goto("about:blank")
    second.ready()
    expect(page.locator(".vaas-still")).to_have_count(0)
    page.locator(".noUi-handle").press("ArrowRight")
    expect(page.get_by_text("now 5")).to_be_visible()
    assert page.evaluate("window.sameDocument")
    line = "number 1 in line. 1 person before you has gone since you came."
    expect(other.locator("#vaas-line")).to_contain_text(line)
    expect(other.locator("#vaas-live")).to_contain_text("number 1 in line")
    second.page.goto("about:blank")
    third.ready()
    other.goto("about:blank")
    assert eventually(lambda: small.kernels() == 0)


def test_where_nothing_was_recorded_the_page_is_calm(
    small: Service, share: Share, visit: Visit
) -> None:
    first, second = visit(small), visit(small, **SHAPES["dark-phone"])
    first.open(share({"a.ipynb": BOOK}))
    address = share({"b.ipynb": BOOK})
    page = stand(second, address, "number 1 in line. The dashboard starts here by itself.")
    expect(page.get_by_role("heading", name="Rain in May")).to_be_visible()
    expect(page.locator("#vaas-progress")).to_be_hidden()
    second.picture("waiting-plain", full=False)
    assert second.fits()
    assert serious(page) == []
    first.page.goto("about:blank")
    second.ready()
    expect(page.get_by_text("Sum of all days: 42 mm")).to_be_visible()


def test_voilas_own_page_is_waited_for_in_the_same_line(
    small: Service, share: Share, visit: Visit
) -> None:
    address = share({"a.ipynb": BOOK})
    first, second = visit(small), visit(small, **SHAPES["dark-phone"])
    first.open(address)
    page = stand(second, address, "number 1 in line", query="vaas=plain")
    expect(page.get_by_text("Sum of all days: 42 mm")).to_be_visible()
    expect(page.locator("#vaas-line")).to_contain_text("as it was recorded")
    second.picture("waiting-document", full=False)
    assert second.fits()
    assert serious(page) == []
    first.page.goto("about:blank")
    page.locator(".noUi-handle").press("ArrowRight")
    expect(page.get_by_text("now 5")).to_be_visible()
    assert page.locator("#vaas-shell, #dashboard").count() == 0
    assert page.url == second.address(address, query="vaas=plain")
    page.goto("about:blank")
    assert eventually(lambda: small.kernels() == 0)
