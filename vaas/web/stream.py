"""A dashboard's page, sent in pieces: it tells its progress while it is being made."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

from vaas.errors import PasswordNeeded, PasswordWrong, VaasError
from vaas.launch import Opened
from vaas.model import Phase, ShareLink
from vaas.web.base import TEMPLATES, Handler


class Stream:
    """A dashboard's page, sent in pieces."""

    def __init__(self, handler: Handler, link: ShareLink) -> None:
        self._handler = handler
        self._front = handler.front
        self._template = TEMPLATES.get_template("shell.html")
        self._name = PurePosixPath(link.path).stem or link.host
        self._latest: Phase | None = None
        self.begun = False

    async def begin(self) -> None:
        """Send the first bytes: name, skeleton, the phase so far."""
        if self.begun:
            return
        self.begun = True
        self._handler.set_header("Content-Type", "text/html; charset=utf-8")
        policy = dashboard_policy(self._front.image_hosts)
        self._handler.set_header("Content-Security-Policy", policy)
        self._handler.set_header("X-Accel-Buffering", "no")
        self._block("head", name=self._name)
        for address in self._front.statics.parts("dashboard.js"):
            self._handler.write(f'<link rel="modulepreload" href="{address}">')
        if self._latest:
            self._block("phase", phase=_phase(self._latest))
        await self._handler.flush()

    async def tell(self, phase: Phase) -> None:
        """Show a phase, if the page has begun; else keep it for its beginning."""
        self._latest = phase
        if self.begun:
            self._block("phase", phase=_phase(phase))
            await self._handler.flush()

    def fail(self, error: VaasError) -> None:
        """Say what stopped it, in place of the dashboard."""
        address = self._handler.request.uri
        if isinstance(error, PasswordNeeded | PasswordWrong):
            self.go(f"/password?{urlencode({'next': address})}")
            return
        failure = self._handler.describe_error(error) | {"retry": address, "home": "/"}
        self._block("fail", failure=failure)

    def go(self, address: str) -> None:
        """Lead the browser on, by a redirect or, once the page has begun, by script."""
        if not self.begun:
            self._handler.redirect(address)
            return
        self._handler.write(f"<script>location.replace({_script_text(address)})</script>")

    async def dashboard(self, opened: Opened) -> None:
        """Send the dashboard's inside and its scripts, and close the page."""
        notebook = opened.session.notebook
        self._name = notebook.title
        await self.begin()
        front, handler = self._front, self._handler
        widgets = opened.session.widgets
        config = front.renderer.config(notebook, opened.session.id, widgets=bool(widgets.body))
        self._announce(opened)
        self._block("known", name=self._name)
        handler.write(f'<link rel="stylesheet" href="{front.statics.url("dashboard.css")}">')
        self._block("dashboard", scheme=notebook.theme)
        handler.write(opened.html)
        # What was written so far is the dashboard's own text: it is painted
        # before the scripts, which have been on their way since the first bytes.
        handler.write(
            f'<script id="vaas-config" type="application/json">{config}</script>'
            f'<script type="module" src="{front.statics.url("dashboard.js")}"></script>'
        )
        self._block("tail")
        await handler.finish()

    def _announce(self, opened: Opened) -> None:
        """Tell the browser what the page's script will ask for."""
        session_id, widgets = opened.session.id, opened.session.widgets
        scripts, modules = self._front.renderer.early(opened.session.notebook, widgets)
        for address in scripts:
            self._handler.write(f'<link rel="preload" as="script" href="{address}">')
        for address in modules:
            self._handler.write(f'<link rel="modulepreload" href="{address}">')
        if widgets.body:
            address = f"/api/v1/sessions/{session_id}/widgets"
            self._handler.write(
                f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{address}">'
            )

    def _block(self, block_name: str, **context: Any) -> None:
        values = {
            "assets": self._front.statics.url,
            "inline": self._front.statics.inline,
            "lang": "en",
            **context,
        }
        block = self._template.blocks[block_name]
        self._handler.write("".join(block(self._template.new_context(values))))


def dashboard_policy(image_hosts: Any) -> str:
    """Content security policy of a page that runs a notebook's own front end.

    Scripts and styles of the notebook's outputs are part of the dashboard;
    nothing is loaded from, or sent to, another host, but pictures (map tiles)
    from hosts that the operator admits.
    """
    images = " ".join(["'self'", "data:", "blob:", *image_hosts])
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
        f"style-src 'self' 'unsafe-inline'; img-src {images}; font-src 'self' data:; "
        "connect-src 'self' data: blob:; worker-src 'self' blob:; media-src 'self' data: blob:; "
        "frame-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def _phase(phase: Phase) -> dict[str, Any]:
    return {"name": phase.name, "done": phase.done, "total": phase.total, "size": phase.size}


def _script_text(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")


__all__ = ["Stream", "dashboard_policy"]
