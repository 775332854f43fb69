"""Dashboards in other sites' pages: who may show one, and that it lives there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from tests.browser.conftest import Share
from tests.browser.notebooks import notebook
from tests.browser.service import Service, settings
from tests.browser.tls import Door, context, parents
from vaas.demo.efss import DemoEfss
from vaas.shares.links import canonical_path, parse_link

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]

BOOK = notebook(
    """
    import ipywidgets as w
    slider, told = w.IntSlider(value=3), w.Label("not moved")
    slider.observe(lambda c: setattr(told, "value", f"moved to {c.new}"), "value")
    w.VBox([slider, told])
    """
)


@pytest.fixture
def tab(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without history, that takes our certificates."""
    found = browser.new_context(ignore_https_errors=True)
    yield found
    found.close()


def show(tab: BrowserContext, parent: str, shown: str) -> tuple[Page, FrameLocator]:
    page = tab.new_page()
    page.goto(f"{parent}/?show={quote(shown, safe='')}")
    return page, page.frame_locator("iframe")


def lives(frame: FrameLocator) -> None:
    """A viewer moves the slider, and the kernel answers."""
    handle = frame.get_by_role("slider")
    handle.focus()
    handle.press("ArrowRight")
    expect(frame.get_by_text("moved to 4")).to_be_visible()


def test_whom_the_share_names_may_show_it_and_no_other(
    service: Service, share: Share, tab: BrowserContext
) -> None:
    with parents() as port:
        manifest = f'embed = ["cloud.localhost:{port}"]'.encode()
        address = canonical_path(parse_link(share({"a.ipynb": BOOK, "vaas.toml": manifest})))
        for query in ("?vaas=embed", ""):
            shown = service.url.rstrip("/") + address + query
            page, frame = show(tab, f"http://cloud.localhost:{port}", shown)
            lives(frame)
            page.close()
        page = tab.new_page()
        with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            page.goto(f"http://other.localhost:{port}/?show={quote(shown, safe='')}")
        expect(page.frame_locator("iframe").locator("#dashboard")).to_have_count(0)


def test_a_share_with_a_password_opens_in_a_frame(
    cloud: DemoEfss, share: Share, tab: BrowserContext, tmp_path: Path
) -> None:
    tls = context(tmp_path, "cloud.localhost", "dash.localhost", "other.localhost")
    with parents(tls) as port, Door(tls) as door:
        host, ours = f"cloud.localhost:{port}", f"https://dash.localhost:{door.port}"
        config = settings(tmp_path, urlsplit(cloud.url).netloc)
        more = f'public_url = "{ours}"\nembed = ["{host}", "other.localhost:{port}"]\n'
        config.write_text(more + config.read_text())
        files = {"a.ipynb": BOOK, "vaas.toml": f'embed = ["{host}"]'.encode()}
        address = canonical_path(parse_link(share(files, password="secret")))
        with Service(tmp_path / "log.txt", "serve", "--config", str(config)) as running:
            door.lead_to(running.url)
            shown = f"{ours}{address}?vaas=embed"
            page, frame = show(tab, f"https://{host}", shown)
            frame.get_by_label("Password of the share").fill("secret")
            frame.get_by_role("button", name="Open").click()
            lives(frame)
            page.reload()
            lives(frame)
            (cookie,) = tab.cookies()
            assert (cookie["name"], cookie["sameSite"]) == ("__Host-vaas-viewer", "None")
            assert cookie["secure"]
            assert "cloud.localhost" in str(cookie.get("partitionKey", ""))
            # Another site that frames it is another viewer, and so is the page by itself.
            other, inside = show(tab, f"https://other.localhost:{port}", shown)
            expect(inside.get_by_label("Password of the share")).to_be_visible()
            other.goto(shown)
            expect(other.get_by_label("Password of the share")).to_be_visible()
