"""The rendered pages, served, and a viewer to look at them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.pages.samples import ARTIFACTS, render_pages
from tests.browser.pages.serve import Site


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    pages = render_pages()
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (ARTIFACTS / f"{name}.html").write_text(text)
    with Site(pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.go_on.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
