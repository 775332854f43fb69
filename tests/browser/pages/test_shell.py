"""The shell of a dashboard's page: what it says while the dashboard is prepared."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

import vaas.errors
from tests.browser.axe import serious
from tests.browser.pages.samples import ARTIFACTS
from tests.browser.pages.serve import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("phase", "words", "value"),
    [
        ({"name": "resolve", "done": 0, "total": None, "size": 0}, "Finding the share…", None),
        ({"name": "data", "done": 0, "total": None, "size": 0}, "Fetching files…", None),
        (
            {"name": "data", "done": 12, "total": 40, "size": 3_123_456},
            "Fetching 12 of 40 files, 3.1 MB",
            12,
        ),
        ({"name": "data", "done": 7, "size": 900}, "Fetching files, 7 so far, 1 kB", None),
        ({"name": "environment"}, "Preparing…", None),
        ({"name": "run", "done": 2, "total": 9}, "Running cell 3 of 9", 2),
        ({"name": "run", "done": 9, "total": 9}, "Running cell 9 of 9", 9),
        ({"name": "run"}, "Running…", None),
    ],
)
def test_shell_says_what_is_happening(
    site: Site, page: Page, phase: dict[str, Any], words: str, value: int | None
) -> None:
    page.goto(f"{site.url}/shell")
    page.evaluate("p => vaasPhase(p)", phase)
    expect(page.locator("#vaas-line")).to_have_text(words)
    order = ["resolve", "data", "environment", "run"]
    expect(page.locator("#vaas-phases li[data-state=done]")).to_have_count(
        order.index(phase["name"])
    )
    attribute = None if value is None else str(value)
    assert page.locator("#vaas-progress").get_attribute("value") == attribute


def test_shell_reads_a_new_phase_aloud_but_not_every_file(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/shell")
    said = page.evaluate(
        """() => [0, 1, 2].map((done) => {
            vaasPhase({name: "data", done, total: 3, size: done});
            return document.getElementById("vaas-live").textContent;
        })"""
    )
    assert said == ["Fetching 0 of 3 files"] * 3


def test_shell_tells_a_failure_as_text(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/shell")
    error = vaas.errors.ShareUnknown()
    failure = {
        "title": error.title,
        "advice": "<b>x</b>",
        "code": error.label,
        "retry": "/again",
        "retry_after": 30,
    }
    page.evaluate("f => vaasFail(f)", failure)
    expect(page.get_by_role("heading", name=error.title)).to_be_focused()
    expect(page.get_by_text("<b>x</b>")).to_be_visible()
    expect(page.get_by_role("link", name="Try again")).to_have_attribute("href", "/again")
    expect(page.get_by_text("You can try again in 30 seconds.")).to_be_visible()
    page.screenshot(path=ARTIFACTS / "shell-failed.png")
    assert serious(page) == []


def test_shell_paints_before_the_rest_is_sent(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/stream", wait_until="commit")
    expect(page.get_by_role("heading", name="</h1><b>Sly</b>")).to_be_visible()
    expect(page.locator("#vaas-line")).to_have_text("Running cell 3 of 9")
    page.screenshot(path=ARTIFACTS / "shell-running.png")
    site.go_on.set()
    expect(page.locator("#out")).to_have_text("42")
    expect(page.locator("#vaas-shell")).to_have_count(0)
    assert page.title() == "Known & <b>better</b>"
    expect(page.locator("#vaas-live")).to_have_text("The dashboard is ready")


def test_shell_becomes_a_thin_line_while_outputs_arrive(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/shell")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<main id=dashboard>x</main>')")
    page.evaluate("vaasPhase({name: 'run', done: 2, total: 9})")
    expect(page.locator(".vaas-shell-blocks")).to_be_hidden()
    expect(page.locator("#vaas-line")).to_be_visible()
    assert page.evaluate("document.getElementById('vaas-shell').offsetHeight") < 60
    page.screenshot(path=ARTIFACTS / "shell-thin.png")
