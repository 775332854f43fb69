"""A viewer: a browser's context of its own, and an eye on all that its pages do.

Whatever a test is about, nothing may be asked of another host, and no page may
complain in its console (a refused content security policy complains there).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    WebError,
    WebSocket,
    expect,
)

from vaas.shares.links import canonical_path, parse_link

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "browser"
LOCAL = ("data:", "blob:", "about:")


class Viewer:
    """One person with one browser.

    Attributes:
        base: address of the service, with a slash at its end.
        page: the page that this viewer looks at.
        urls: every address that its pages asked for.
        frames: all that came over websockets, joined as bytes.
    """

    def __init__(self, browser: Browser, base: str, **options: Any) -> None:
        options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | options
        self.base = base
        self.context = browser.new_context(**options)
        self.context.on("request", self._note_request)
        self.context.on("console", self._note_console)
        self.context.on("weberror", self._note_error)
        self.context.on("page", lambda page: page.on("websocket", self._note_socket))
        self.page = self.context.new_page()
        self.urls: list[str] = []
        self.frames: list[bytes] = []
        self.complaints: list[str] = []
        self._expected: list[str] = []

    def expects(self, pattern: str) -> None:
        """Name a complaint of the browser's that belongs to the test."""
        self._expected.append(pattern)

    def address(self, link: str, path: str = "", query: str = "") -> str:
        """Where the service shows a path of a share."""
        root = self.base.rstrip("/") + canonical_path(parse_link(link))
        return root + quote(path) + (f"?{query}" if query else "")

    def open(self, link: str, path: str = "", query: str = "") -> Page:
        """Open a dashboard and wait until all of it is there."""
        self.page.goto(self.address(link, path, query), wait_until="commit")
        return self.ready()

    def ready(self) -> Page:
        """Wait until the dashboard has run to its end."""
        expect(self.page.locator("#dashboard")).to_be_attached()
        expect(self.page.locator("#vaas-shell")).to_have_count(0)
        expect(self.page.locator(".vaas-cell[aria-busy]")).to_have_count(0)
        return self.page

    def cell(self, index: int) -> Locator:
        """The place of a cell's outputs; ``index`` counts from 0."""
        return self.page.locator(f'.vaas-cell[data-cell="{index}"]')

    def picture(self, name: str, *, full: bool = True) -> None:
        """Leave a picture to look at."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=full)

    def fits(self) -> bool:
        """Whether the page needs no sideways scrolling."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return bool(wide <= self.page.evaluate("document.documentElement.clientWidth"))

    def received(self) -> bytes:
        """All that came over websockets."""
        return b"\n".join(self.frames)

    def close(self) -> None:
        """Leave."""
        self.context.close()

    def check(self) -> None:
        """Fail if a page spoke to another host or complained."""
        here = urlsplit(self.base).netloc
        strangers = [u for u in self.urls if not u.startswith(LOCAL) and urlsplit(u).netloc != here]
        assert strangers == []
        found = [c for c in self.complaints if not any(re.search(p, c) for p in self._expected)]
        assert found == []

    def _note_request(self, request: Request) -> None:
        self.urls.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def _note_error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    def _note_socket(self, socket: WebSocket) -> None:
        self.urls.append(socket.url)
        socket.on("framereceived", self._note_frame)

    def _note_frame(self, payload: str | bytes) -> None:
        self.frames.append(payload.encode() if isinstance(payload, str) else payload)
