"""Every page of ours, drawn from sample values and looked at by a real browser.

Pictures of the pages are left under ``artifacts/pages/``.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import vaas.errors
from tests.browser.axe import serious
from tests.browser.pages.samples import (
    ARTIFACTS,
    NOTEBOOKS,
    PAGES,
    SHARE,
    environment,
    error_context,
)
from tests.browser.pages.serve import Site

pytestmark = pytest.mark.browser

SIZES = {"phone": (360, 740), "laptop": (1280, 800), "wide": (1920, 1080)}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_fits_and_stays_at_home(
    browser: Browser, site: Site, name: str, theme: Any
) -> None:
    context = browser.new_context(color_scheme=theme, reduced_motion="reduce")
    page = context.new_page()
    strangers: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(site.url) else strangers.append(r.url))
    page.on("console", lambda m: complaints.append(m.text))
    page.on("pageerror", lambda e: complaints.append(str(e)))
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{site.url}/{name}")
        page.screenshot(path=ARTIFACTS / f"{name}-{theme}-{size}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} scrolls sideways at {width}: {wide}"
        assert serious(page) == [], f"{name} {theme} {size}"
    context.close()
    assert strangers == []
    assert complaints == []


def test_touch_targets_are_large_enough(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    for name in PAGES:
        page.goto(f"{site.url}/{name}")
        for control in page.locator(
            "button:visible, input:enabled:visible, .vaas-button:visible"
        ).all():
            box = control.bounding_box()
            assert box is not None
            assert box["height"] >= 44, f"{name}: {control.text_content()}"
    context.close()


def test_every_error_has_a_page() -> None:
    template = environment().get_template("error.html")
    for name in vaas.errors.__all__:
        error = getattr(vaas.errors, name)("host cloud.example.org")
        text = template.render(**error_context(error))
        assert error.label in text
        assert "cloud.example.org" not in text, "detail is for the operator"


def test_the_waiting_time_is_told(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/error-wait")
    expect(page.get_by_text("You can try again in about 7 minutes.")).to_be_visible()
    expect(page.get_by_role("link", name="Try again")).to_have_attribute("href", "/again")


def test_names_from_a_share_are_text() -> None:
    hostile = "<script>alert(1)</script>\"'"
    template = environment().get_template("share.html")
    share = dict.fromkeys(SHARE, hostile)
    entry = dict.fromkeys(NOTEBOOKS[0], hostile)
    text = template.render(title=hostile, share=share, notebooks=[entry])
    assert "<script>alert" not in text


def test_cell_text_that_is_no_markup_is_escaped() -> None:
    cell = {"kind": "code", "html": "<script>x</script>", "index": 1}
    template = environment().get_template("source.html")
    assert "<script>x" not in template.render(title="", name="", cells=[cell], dashboard="/")


def test_paste_box_trims_and_explains(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/home")
    box = page.get_by_label("Public link")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("Paste a link first.")).to_be_visible()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_be_focused()
    box.fill("hello")
    expect(page.get_by_text("Paste a link first.")).to_be_hidden()
    box.press("Enter")
    expect(page.get_by_text("does not look like a link")).to_be_visible()
    box.fill("  https://cloud.example.org/s/abc \n")
    box.press("Enter")
    page.wait_for_url("**/open?link=https%3A%2F%2Fcloud.example.org%2Fs%2Fabc")


def test_paste_box_works_without_scripts(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/home")
    page.get_by_label("Public link").fill("https://cloud.example.org/s/abc")
    page.get_by_role("button", name="Open").click()
    page.wait_for_url("**/open?link=*")
    assert page.goto(f"{site.url}/home")
    expect(page.locator("[data-theme-button]")).to_be_hidden()
    context.close()


def test_button_is_busy_until_the_answer_and_whole_again_after_going_back(
    site: Site, page: Page
) -> None:
    page.goto(f"{site.url}/home")
    page.route("**/open?*", lambda route: route.fulfill(status=204))  # the page stays
    page.get_by_label("Public link").fill("https://cloud.example.org/s/abc")
    page.get_by_role("button", name="Open").click()
    busy = page.locator("button[type=submit]")
    expect(busy).to_have_text("Opening…")
    expect(busy).to_have_attribute("aria-busy", "true")
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow'))")
    expect(busy).to_have_text("Open")


def test_theme_is_kept_from_page_to_page(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/home")
    button = page.locator("[data-theme-button]")
    expect(button).to_have_text("Theme: auto")
    button.click()
    button.click()
    expect(button).to_have_text("Theme: dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto(f"{site.url}/share")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.goto(f"{site.url}/shell")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{site.url}/home")
    button.click()
    expect(button).to_have_text("Theme: auto")
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_password_is_shown_on_demand_and_posted_hidden(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/password-wrong")
    field = page.get_by_label("Password of the share")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(vaas.errors.PasswordWrong.title)
    field.fill("s3cret & more")
    page.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide the password").click()
    expect(field).to_have_attribute("type", "password")
    field.press("Enter")
    page.wait_for_url(f"{site.url}/password")
    assert site.posted == ["next=%2Fs%2Fx%2Fy%2F&password=s3cret+%26+more"]


def test_link_can_be_copied(site: Site, context: BrowserContext, page: Page) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site.url}/share")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{site.url}/share"


def test_whole_card_opens_its_example(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/home")
    card = page.locator(".card").filter(has=page.locator('[href$="link=2"]'))
    card.click(position={"x": 20, "y": 20})
    page.wait_for_url("**/open?link=2")


def test_status_bar_shows_only_when_there_is_something_to_say(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/around")
    expect(page.locator("#quiet")).to_be_hidden()
    expect(page.locator("#bar")).to_be_visible()
