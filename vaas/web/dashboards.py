"""A share's addresses: the dashboard's stream, the list of dashboards, the source."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlencode

from tornado.iostream import StreamClosedError

from vaas import __version__
from vaas.errors import PasswordNeeded, PasswordWrong, VaasError
from vaas.launch import Elsewhere, Listing, Opened, Wish
from vaas.model import Phase, ShareLink
from vaas.observability import logger, metrics
from vaas.rendering import Packed, has_template, source_cells
from vaas.shares.links import canonical_path
from vaas.web.base import TEMPLATES, Handler

log = logger(__name__)

PATIENCE = 0.3
"""Seconds to wait for a whole answer, with its true status, before the page
starts to tell its progress instead."""

Event = Phase | Listing | Elsewhere | Opened


class Dashboard(Handler):
    """``GET /s/{host}/{token}/{path}``."""

    opened = ""
    """The session that this answer began, if any."""

    async def get(self, host: str, token: str, path: str) -> None:
        """Show what the address leads to."""
        link = self.link_of(host, token, path)
        try:
            await self._answer(link)
        except StreamClosedError:
            await self.front.launcher.sessions.end(self.opened)
            raise

    async def _answer(self, link: ShareLink) -> None:
        match self.get_query_argument("vaas", ""):
            case "source":
                await self._source(link)
            case "plain":
                await self._document(link, "plain")
            case _:
                await self._show(link)

    def compute_etag(self) -> None:
        """Dashboards are never the same twice."""

    def _wish(self, link: ShareLink, *, stream: bool = True) -> Wish:
        hidden = {"vaas"}
        query = [
            (name, value)
            for name, values in self.request.query_arguments.items()
            if name not in hidden
            for value in (raw.decode("utf-8", "replace") for raw in values)
        ]
        host, _, port = self.request.host.partition(":")
        environment = {
            # As CGI names them, and as notebooks written for Voilà read them;
            # the path is the notebook's own, since the address holds the token.
            "QUERY_STRING": urlencode(query),
            "SCRIPT_NAME": f"/{quote(link.path)}",
            "PATH_INFO": "",
            "SERVER_NAME": host,
            "SERVER_PORT": port,
            "SERVER_PROTOCOL": self.request.version,
            "SERVER_SOFTWARE": f"vaas/{__version__}",
        }
        return Wish(link, self.front.viewers.password(self.viewer, link), environment, stream)

    async def _show(self, link: ShareLink) -> None:
        """The dashboard, a list of dashboards, or progress first if that takes a while."""
        stream = _Stream(self, link)
        events = self.front.launcher.open(self._wish(link))
        try:
            async for event in _patiently(events, stream.begin):
                await self._on(event, link, stream)
        except VaasError as error:
            metrics.launches.labels(error.label).inc()
            if isinstance(error, PasswordWrong):
                self.front.viewers.forget(self.viewer, link)
            if not stream.begun:
                raise
            self.log_exception(type(error), error, None)
            stream.fail(error)
            await self.finish()

    async def _on(self, event: Event, link: ShareLink, stream: _Stream) -> None:
        if isinstance(event, Phase):
            await stream.tell(event)
        elif isinstance(event, Listing):
            if stream.begun:
                stream.go(canonical_path(link))
            else:
                self._list(event, link)
        elif isinstance(event, Elsewhere):
            wanted = ["vaas=plain"] if event.whole else []
            query = "&".join([*wanted, *filter(None, [self.request.query])])
            address = canonical_path(replace(link, path=event.path))
            stream.go(f"{address}?{query}" if query else address)
        else:
            metrics.launches.labels("opened").inc()
            self.opened = event.session.id
            await stream.dashboard(event)

    def _list(self, listing: Listing, link: ShareLink) -> None:
        root = canonical_path(ShareLink(link.root, link.token, "", link.hint))
        notebooks = [
            {"path": path, "title": title, "description": text, "href": root + quote(path)}
            for path, title, text in listing.notebooks
        ]
        share, manifest = listing.share, listing.manifest
        about = {
            "name": manifest.title or share.name,
            "host": link.host,
            "product": share.product_name,
            "description": manifest.description,
            "picture": root + quote(manifest.thumbnail) if manifest.thumbnail else "",
        }
        self.page("share.html", title=about["name"], share=about, notebooks=notebooks)

    async def _source(self, link: ShareLink) -> None:
        _, notebook = await self.front.launcher.read(self._wish(link))
        cells = await asyncio.to_thread(source_cells, notebook)
        self.page(
            "source.html",
            title=f"{notebook.title}: source",
            name=notebook.title,
            cells=cells,
            dashboard=self.request.path,
        )

    async def _document(self, link: ShareLink, template: str) -> None:
        """A whole document in another template, as Voilà itself would send it."""
        async for event in self.front.launcher.open(self._wish(link, stream=False)):
            if isinstance(event, Listing):
                self._list(event, link)
            if not isinstance(event, Opened):
                continue
            session = event.session
            self.opened = session.id
            wanted = session.notebook.template
            name = wanted if wanted and has_template(wanted) else template
            self.set_header("Content-Security-Policy", dashboard_policy(self.front.image_hosts))

            async def start(session: Any = session) -> str:
                await asyncio.shield(session.begun)
                return str(session.id)

            async for piece in self.front.renderer.document(
                session.notebook, name, start, session.cells
            ):
                self.write(piece)
                await self.flush()


class _Stream:
    """A dashboard's page, sent in pieces."""

    def __init__(self, handler: Dashboard, link: ShareLink) -> None:
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
        self._name = opened.session.notebook.title
        await self.begin()
        front, handler = self._front, self._handler
        widgets = opened.session.widgets
        config = front.renderer.config(opened.session.id, widgets=bool(widgets.body))
        self._announce(opened.session.id, widgets)
        self._block("known", name=self._name)
        handler.write(f'<link rel="stylesheet" href="{front.statics.url("dashboard.css")}">')
        self._block("dashboard", scheme=opened.session.notebook.theme)
        handler.write(opened.html)
        # What was written so far is the dashboard's own text: it is painted
        # before the scripts, which have been on their way since the first bytes.
        handler.write(
            f'<script id="vaas-config" type="application/json">{config}</script>'
            f'<script type="module" src="{front.statics.url("dashboard.js")}"></script>'
        )
        self._block("tail")
        await handler.finish()

    def _announce(self, session_id: str, widgets: Packed) -> None:
        """Tell the browser what the page's script will ask for."""
        scripts, modules = self._front.renderer.early(widgets)
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


async def _patiently(events: AsyncIterator[Event], impatient: Any) -> AsyncIterator[Event]:
    """The events; ``impatient`` is called once if the end does not come soon."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while True:
        step = asyncio.ensure_future(anext(events, None))
        try:
            done, _ = await asyncio.wait({step}, timeout=max(0.0, deadline - loop.time()))
            if not done:
                await impatient()
            event = await step
        finally:
            step.cancel()
        if event is None:
            return
        yield event


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


__all__ = ["Dashboard", "dashboard_policy"]
