"""A share's addresses: the dashboard's stream, the list of dashboards, the source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from tornado.iostream import StreamClosedError

from vaas import __version__
from vaas.errors import PasswordWrong, VaasError
from vaas.launch import Elsewhere, Listing, Opened, Wish
from vaas.model import Phase, ShareLink
from vaas.observability import logger, metrics
from vaas.rendering import has_template, source_cells
from vaas.shares.links import canonical_path
from vaas.web.base import Handler
from vaas.web.stream import Stream, dashboard_policy

log = logger(__name__)

PATIENCE = 0.3
"""Seconds to wait for a whole answer, with its true status, before the page
starts to tell its progress instead."""

Event = Phase | Listing | Elsewhere | Opened


class Dashboard(Handler):
    """``GET /s/{host}/{token}/{path}``."""

    opened = ""
    """The session that this answer began, if any."""

    async def get(self, *where: str) -> None:
        """Show what the address leads to."""
        link = await self.link_at(*where)
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
        stream = Stream(self, link)
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

    async def _on(self, event: Event, link: ShareLink, stream: Stream) -> None:
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
                """Wait until there is something to be seen."""
                await asyncio.shield(session.begun)
                return str(session.id)

            async for piece in self.front.renderer.document(
                session.notebook, name, start, session.cells
            ):
                self.write(piece)
                await self.flush()


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


__all__ = ["Dashboard"]
