"""What the tests of dashboards ask of a page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import serious
from tests.browser.viewer import Viewer

ROOT = Path(__file__).parents[3]
SCROLLERS = """() => [document.documentElement, ...document.querySelectorAll('.v-main__scroller')]
  .some((one) => one.scrollWidth > one.clientWidth)"""
# What waits for the kernel turns for ever; all else comes to rest.
STILL = """() => document.getAnimations().every((one) => one.playState !== 'running'
  || one.effect.getComputedTiming().iterations === Infinity)"""
# Widgets within widgets are put into the page one after the other.
SETTLED = """() => new Promise((done) => {
  let timer;
  const rest = () => { clearTimeout(timer); timer = setTimeout(finish, 150); };
  const watch = new MutationObserver(rest);
  const finish = () => { watch.disconnect(); done(true); };
  watch.observe(document.body, { childList: true, subtree: true });
  rest();
})"""
COVER = "#vois-main .v-main__scroller > div:visible > .v-skeleton-loader"


def files(name: str) -> dict[str, bytes]:
    """All that an example's folder shares."""
    folder = ROOT / "examples" / name
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def quiet(page: Page) -> None:
    """Wait until the parts, the letters and all that moves have arrived."""
    page.evaluate(SETTLED)
    page.evaluate("document.fonts.ready")
    page.wait_for_function(STILL)


def in_scheme(page: Page, scheme: str) -> None:
    """Change what the viewer's system prefers, and wait until the dashboard follows."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # light or dark
    expect(page.locator(f".vois-app.vois-{scheme}")).to_be_visible()


def show(page: Page, tab: str) -> None:
    """Turn to a page of the dashboard by its tab."""
    page.get_by_role("tab", name=tab, exact=True).click()
    expect(page.locator("#vois-main .vois:visible").first).to_be_visible()
    expect(page.locator(COVER)).to_have_count(0)


def faults(viewer: Viewer, picture: str, *, axe: bool = True) -> list[str]:
    """Leave a picture of all that is shown and return what is wrong with it."""
    page = viewer.page
    quiet(page)
    wide = ["it scrolls sideways"] if page.evaluate(SCROLLERS) else []
    viewer.picture(picture, full=False)
    return [*wide, *(serious(page) if axe else [])]
