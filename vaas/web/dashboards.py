"""A share's addresses: the dashboard's stream, the list of dashboards, the source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from tornado.iostream import StreamClosedError

from vaas import __version__
from vaas.errors import ParameterWrong, PasswordWrong, VaasError
from vaas.launch import Elsewhere, Listing, News, Queued, Remembered, Turn, Wish
from vaas.manifest import Manifest
from vaas.model import Phase, ShareLink
from vaas.observability import logger, metrics
from vaas.rendering import OURS, Notebook, has_template, parameter_answers, source_cells
from vaas.session import Session
from vaas.shares.links import canonical_path
from vaas.web.languages import accepted
from vaas.web.stream import Page, Stream

log = logger(__name__)

PATIENCE = 0.3
"""Seconds to wait for a whole answer, with its true status, before the page
starts to tell its progress instead."""

SIGN_OF_LIFE = 5.0
"""Seconds after which a page is told anew that it goes on; see ``inline.ts``."""

_PLACE = "place-"
"""What a viewer's ticket for a place begins with, in an address."""


class Dashboard(Page):
    """``GET /s/{host}/{token}/{path}``."""

    opened = ""
    """The session that this answer began, if any."""

    look: Callable[[], None] = staticmethod(lambda: None)
    """Has somebody who stands in line for a document be told, or found to have left."""

    async def get(self, *where: str) -> None:
        """Show what the address leads to."""
        link = await self.link_at(*where)
        try:
            await self._answer(link)
        except ParameterWrong:
            await self._ask(link)
        except StreamClosedError:
            await self.front.launcher.sessions.end(self.opened)
            raise

    async def _answer(self, link: ShareLink) -> None:
        modes = {"source": self._source, "parameters": self._ask, "cloud": self._tell_of_cloud}
        modes["plain"] = partial(self._show, whole=True)
        asked = (modes[one] for one in self.modes if one in modes)
        await next(asked, self._show)(link)

    @property
    def _like_this(self) -> str:
        """What an address ends in that is to be shown as this one."""
        return f"?{OURS}=embed" if "embed" in self.modes else ""

    async def _tell_of_cloud(self, link: ShareLink) -> None:
        """Tell a page that waits for its cloud whether that answers again."""
        self.write({"back": await self.front.launcher.arrivals.answers(self._wish(link))})

    def on_connection_close(self) -> None:
        """Who leaves the line lets the others move up at once."""
        self.look()

    def compute_etag(self) -> None:
        """Dashboards are never the same twice."""

    def _wish(self, link: ShareLink, *, stream: bool = True) -> Wish:
        query = [
            (name, value)
            for name, values in self.request.query_arguments.items()
            if name != OURS
            for value in (raw.decode("utf-8", "replace") for raw in values)
        ]
        where = urlsplit(self.front.address)
        environment = {
            # As CGI names them, and as notebooks written for Voilà read them. One run is
            # for all viewers: nothing of how this one's request came to us may be in it, or
            # whoever writes the address in another way (``Host``) has another run.
            "QUERY_STRING": urlencode(query),
            "PATH_INFO": "",
            "SERVER_NAME": where.hostname or "",
            "SERVER_PORT": str(where.port or ""),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_SOFTWARE": f"vaas/{__version__}",
        }
        password = self.front.viewers.password(self.viewer, link)
        languages = accepted(self.request.headers.get("Accept-Language", ""))
        tickets = (one for one in self.modes if one.startswith(_PLACE))
        ticket = next(tickets, "").removeprefix(_PLACE)
        return Wish(link, password, environment, languages, stream, ticket)

    def _again(self, ticket: str) -> str:
        """This address, with a ticket for a place."""
        told = parse_qsl(self.request.query, keep_blank_values=True)
        query = [one for one in told if one[0] != OURS or not one[1].startswith(_PLACE)]
        return f"{self.request.path}?{urlencode([*query, (OURS, _PLACE + ticket)])}"

    async def _show(self, link: ShareLink, *, whole: bool = False) -> None:
        """The dashboard, a list of dashboards, or progress first if that takes a while.

        Args:
            link: what the address leads to.
            whole: as a document in another template, of which nothing is sent before it runs.
        """
        stream = Stream(self, link)
        events = self.front.launcher.open(self._wish(link, stream=not whole))
        patiently = _patiently(events, stream.remain if whole else stream.wait)
        try:
            async with aclosing(events), aclosing(patiently):
                async for event in patiently:
                    await self._on(event, link, stream, whole=whole)
        except StreamClosedError:
            raise  # nobody is there to be told
        except Exception as error:
            told = error if isinstance(error, VaasError) else VaasError()
            metrics.launches.labels(told.label).inc()
            if isinstance(error, PasswordWrong):
                self.front.viewers.forget(self.viewer, link)
            if not stream.begun:
                raise
            self.log_exception(type(error), error, error.__traceback__)
            stream.fail(told)
            await self.finish()
            await self.front.launcher.sessions.end(self.opened)

    async def _on(self, event: News, link: ShareLink, stream: Stream, *, whole: bool) -> None:
        if isinstance(event, Phase):
            await stream.tell(event)
        elif isinstance(event, Manifest):
            self.frame_hosts = event.embed
        elif isinstance(event, Listing):
            if stream.begun:
                stream.go(canonical_path(link) + self._like_this)
            else:
                self._list(event, link)
        elif isinstance(event, Elsewhere):
            wanted = ["vaas=plain"] if event.whole else []
            query = "&".join([*wanted, *filter(None, [self.request.query])])
            address = canonical_path(replace(link, path=event.path))
            stream.go(f"{address}?{query}" if query else address)
        elif isinstance(event, Remembered):
            metrics.launches.labels("remembered").inc()
            await stream.remembered(event.snapshot)
        elif isinstance(event, Queued):
            self.look = event.session.place.moved
            await stream.queue(event)
        elif isinstance(event, Turn):
            stream.go(self._again(event.ticket))
        else:
            metrics.launches.labels("opened").inc()
            self.opened = event.session.id
            await (self._document(event.session) if whole else stream.dashboard(event))

    def _list(self, listing: Listing, link: ShareLink) -> None:
        root = canonical_path(ShareLink(link.root, link.token, "", link.hint))
        notebooks = [
            {
                "path": path,
                "title": title,
                "description": text,
                "href": root + quote(path) + self._like_this,
            }
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
        notebook = await self._read(self._wish(link))
        cells = await asyncio.to_thread(source_cells, notebook)
        self.page(
            "source.html",
            title=f"{notebook.title}: source",
            name=notebook.title,
            cells=cells,
            dashboard=self.request.path,
        )

    async def _read(self, wish: Wish) -> Notebook:
        """The notebook, not run."""
        share, notebook = await self.front.launcher.read(wish)
        self.frame_hosts = (await self.front.launcher.arrivals.manifests.of(share)).embed
        return notebook

    async def _ask(self, link: ShareLink) -> None:
        """A form for the notebook's parameters, with what is wrong in their values."""
        wish = self._wish(link)
        notebook = await self._read(wish)
        told = parameter_answers(notebook.parameters, wish.environment["QUERY_STRING"])
        wrong = [one for one in told if one.wrong]
        title = "This dashboard first needs to know"
        if any(one.text for one in wrong):
            title = "A value does not fit this dashboard"
        self.set_status(HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK)
        self.page(
            "parameters.html",
            title=title,
            advice=f"“{notebook.title}” shows what is chosen here.",
            answers=told,
            action=self.request.path,
            modes=[one for one in self.modes if one != "parameters"],
        )

    async def _document(self, session: Session) -> None:
        """A whole document in another template, as Voilà itself would send it."""
        wanted = session.notebook.template
        name = wanted if wanted and has_template(wanted) else "plain"
        self.be_dashboard()

        async def start() -> str:
            """Wait until there is something to be seen."""
            await asyncio.shield(session.begun)
            return session.id

        async for piece in self.front.renderer.document(
            session.notebook, name, start, session.cells
        ):
            self.write(piece)
            await self.flush()
        url = self.front.statics.url
        self.write(f'<link rel="stylesheet" href="{url("plain.css")}">')
        self.write(f'<script src="{url("plain.js")}"></script>')


async def _patiently(
    events: AsyncGenerator[News, None], impatient: Callable[[], Awaitable[None]]
) -> AsyncGenerator[News, None]:
    """The events; ``impatient`` is called again and again if the end does not come soon."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while True:
        step = asyncio.ensure_future(anext(events, None))
        try:
            while not (await asyncio.wait({step}, timeout=max(0.0, deadline - loop.time())))[0]:
                await impatient()
                deadline = loop.time() + SIGN_OF_LIFE
            event = await step
        finally:
            step.cancel()
            await asyncio.wait([step])  # what it holds shall be closed
        if event is None:
            return
        yield event


__all__ = ["Dashboard"]
