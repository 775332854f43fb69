"""A dashboard whose data changes says so, and shows it when its viewer wants."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service
from tests.browser.test_templates import press
from tests.browser.test_widgets import COUNTER

pytestmark = pytest.mark.browser


def the_file(shared: Path, text: bytes) -> Path:
    """The author's, by what it says."""
    (file,) = [path for path in shared.rglob("data.csv") if path.read_bytes() == text]
    return file


def focused(page: Page) -> str:
    """What has the focus."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent"))


def test_newer_data_is_a_click_away(
    service: Service, share: Share, visit: Visit, shared: Path
) -> None:
    viewer = visit(service)
    body = notebook("print(open('data.csv').read())")
    page = viewer.open(share({"a.ipynb": body, "data.csv": b"old"}))
    expect(viewer.cell(0)).to_have_text("old")
    the_file(shared, b"old").write_bytes(b"newer")
    banner = page.locator(".vaas-banner")
    expect(banner).to_contain_text("The data has changed", timeout=10_000)
    expect(viewer.cell(0)).to_have_text("old")
    assert viewer.fits()
    assert serious(page) == []
    viewer.picture("data-changed")
    banner.get_by_role("button", name="Show").click()
    expect(banner).to_have_count(0)
    expect(viewer.cell(0)).to_have_text("newer")


def test_newer_data_may_wait(service: Service, share: Share, visit: Visit, shared: Path) -> None:
    viewer = visit(service, viewport={"width": 360, "height": 740}, color_scheme="dark")
    body = notebook("print(open('data.csv').read())", COUNTER, vaas={"theme": "auto"})
    page = viewer.open(share({"a.ipynb": body, "data.csv": b"first"}))
    press, told = page.get_by_role("button", name="Press"), page.locator(".widget-label")
    press.click()
    expect(told).to_have_text("pressed 1")
    file, banner = the_file(shared, b"first"), page.locator(".vaas-banner")
    keep = banner.get_by_role("button", name="Keep this page")

    file.write_bytes(b"second")
    expect(keep).to_be_visible()
    assert viewer.fits()
    assert serious(page) == []
    viewer.picture("data-changed-360")
    assert focused(page) == "Press", "nobody is taken away from what they do"
    keep.focus()
    page.keyboard.press("Enter")
    expect(banner).to_have_count(0)
    assert focused(page) == "Press"
    press.click()
    expect(told).to_have_text("pressed 2")
    expect(viewer.cell(0)).to_have_text("first")

    file.write_bytes(b"the third")
    expect(keep).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    keep.focus()
    page.keyboard.press("Escape")
    expect(banner).to_have_count(0)
    assert focused(page) == "dashboard"
    page.keyboard.press("Tab")
    assert focused(page) == "Press", "the next key goes on from there"
    page.keyboard.press("Enter")
    expect(told).to_have_text("pressed 3")

    file.write_bytes(b"and the last")
    banner.get_by_role("button", name="Show").click()
    expect(viewer.cell(0)).to_have_text("and the last")
    expect(told).to_have_text("not yet")
    expect(banner).to_have_count(0)


def test_plain_pages_say_so_too(service: Service, share: Share, visit: Visit, shared: Path) -> None:
    viewer = visit(service, viewport={"width": 360, "height": 740})
    page = viewer.page
    body = notebook("print(open('data.csv').read())", COUNTER)
    link = share({"a.ipynb": body, "data.csv": b"plain"})
    page.goto(viewer.address(link, query="vaas=plain"), wait_until="commit")
    press(viewer)
    file, banner = the_file(shared, b"plain"), page.locator(".vaas-banner")
    file.write_bytes(b"plainer")
    keep = banner.get_by_role("button", name="Keep this page")
    expect(keep).to_be_visible()
    viewer.picture("data-changed-plain", full=False)
    keep.click()
    expect(banner).to_have_count(0)
    file.write_bytes(b"the plainest")
    banner.get_by_role("button", name="Show").click()
    expect(page.get_by_text("the plainest")).to_be_visible()
