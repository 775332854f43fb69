"""Dashboards that were seen before, and pages that show what is painted until a test lets them go on."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.conftest import Share, Visit
from tests.browser.service import Service, eventually
from tests.browser.viewer import Viewer

SCRIPT = "**/static/dashboard-*.js"


def visited(
    body: bytes, forking: Service, share: Share, visit: Visit, *, still: bool = True
) -> str:
    """The address of a dashboard that was seen before; of which there is a still, if so wanted."""
    before = forking.written().count("still_taken")
    address = share({"a.ipynb": body})
    viewer = visit(forking)
    viewer.open(address)
    assert not still or eventually(lambda: forking.written().count("still_taken") > before)
    viewer.page.goto("about:blank")
    return address


def painted(viewer: Viewer, address: str) -> list[Route]:
    """Open a dashboard, and see what is painted of it; gives what its script waits for."""
    waiting: list[Route] = []
    page = viewer.page

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(SCRIPT, hold)
    with page.expect_request(SCRIPT):
        page.goto(viewer.address(address), wait_until="commit")
    expect(page.locator("#vaas-config")).to_be_attached()
    return waiting


def live(viewer: Viewer, waiting: list[Route]) -> None:
    """Let its script come, and wait until all of it is live."""
    for one in waiting:
        one.continue_()
    viewer.ready()
    expect(viewer.page.locator(".vaas-still, .vaas-cover, .vaas-still-style")).to_have_count(0)
