"""The same notebook otherwise: plain Voilà, another template, its source."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service
from tests.browser.test_forks import FIGURE
from tests.browser.test_widgets import COUNTER
from tests.browser.viewer import Viewer

pytestmark = pytest.mark.browser


def press(viewer: Viewer) -> None:
    page = viewer.page
    page.get_by_role("button", name="Press").click()
    expect(page.locator(".widget-label")).to_have_text("pressed 1")


def test_plain(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        "#%% # Plain", COUNTER, "import sys; print('shown'); print('x', file=sys.stderr)"
    )
    viewer = visit(service)
    page = viewer.page
    page.goto(viewer.address(share({"a.ipynb": body}), query="vaas=plain"), wait_until="commit")
    expect(page.get_by_role("heading", name="Plain")).to_be_visible()
    expect(page.get_by_text("shown", exact=True)).to_be_visible()
    press(viewer)
    assert page.locator("#dashboard").count() == 0
    viewer.picture("plain")


@pytest.mark.parametrize("template", ["classic", "lab"])
def test_a_notebook_may_ask_for_another_template(
    service: Service, share: Share, visit: Visit, template: str
) -> None:
    body = notebook("#%% # Other", COUNTER, voila={"template": template})
    link = share({"a.ipynb": body})
    viewer = visit(service)
    page = viewer.page
    page.goto(viewer.address(link), wait_until="commit")
    expect(page.get_by_role("heading", name="Other")).to_be_visible()
    press(viewer)
    assert page.locator("#dashboard").count() == 0


def test_a_widget_with_a_large_script_in_any_template(
    service: Service, share: Share, visit: Visit
) -> None:
    plain = share({"a.ipynb": notebook(FIGURE)})
    viewer = visit(service)
    page = viewer.open(plain)  # the browser has the script from now on; anywidget waits 2 s for it
    expect(page.locator(".bars .point")).to_have_count(2)
    others = [
        share({"a.ipynb": notebook(FIGURE, voila={"template": name})})
        for name in ("classic", "lab")
    ]
    for address in (viewer.address(plain, query="vaas=plain"), *map(viewer.address, others)):
        viewer.frames.clear()
        page.goto(address, wait_until="commit")
        expect(page.locator(".bars .point")).to_have_count(2)
        page.get_by_role("button", name="Grow").click()
        expect(page.locator(".bars .point")).to_have_count(3)
        assert page.locator("#dashboard").count() == 0
        assert 0 < sum(map(len, viewer.frames)) < 200_000
    viewer.picture("plain-figure")


def test_an_unknown_template_is_ours(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(COUNTER, voila={"template": "no-such-thing"})
    viewer = visit(service)
    viewer.open(share({"a.ipynb": body}))
    press(viewer)


def test_the_source_is_only_read(service: Service, share: Share, visit: Visit) -> None:
    files = {
        "a.ipynb": notebook(
            "#%% # Told <script>window.acted = 1</script>",
            "print('never run')\nraise SystemExit",
        )
    }
    link = share(files)
    viewer = visit(service, viewport={"width": 360, "height": 740})
    page = viewer.page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(viewer.address(link, "a.ipynb", "vaas=source"))
        expect(page.get_by_text("print('never run')")).to_be_visible()
        assert viewer.fits()
        assert serious(page) == []
        viewer.picture(f"source-{scheme}")
    assert page.evaluate("window.acted") is None
    assert viewer.frames == []
    page.get_by_role("link", name="Open the dashboard").click()
    viewer.ready()
