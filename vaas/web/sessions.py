"""The live half of a dashboard: its kernel's socket and what the page asks about it."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import suppress
from functools import partial
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from vaas.errors import MessageRefused, ServerFull, SessionGone, WrongName
from vaas.observability import logger, metrics
from vaas.session import Session
from vaas.web.base import Handler
from vaas.web.front import Front
from vaas.web.hosts import is_ours
from vaas.web.sent import Sent
from vaas.web.sources import without_sources
from vaas.web.statuses import status_of

log = logger(__name__)

PROTOCOL = "v1.kernel.websocket.jupyter.org"
_OVER = 1000
"""By which Jupyter's front ends know that there is nothing to come back to."""

_ASKED_AFTER = 0.25
"""Seconds from a frame to the question whether it has arrived; others come meanwhile."""


class KernelModel(Handler):
    """``GET /api/kernels/{id}``, as Jupyter's front end asks for it."""

    def get(self, session_id: str) -> None:
        """The kernel's model, or 404 once it is gone."""
        session = _session_of_page(self.front, session_id)
        if session is None:
            self.set_status(404)
            self.write({"message": "gone", "reason": None})
            return
        busy = "busy" if session.state in {"starting", "running"} else "idle"
        self.write({"id": session_id, "name": "python3", "execution_state": busy, "connections": 1})


class SessionState(Handler):
    """``GET /api/v1/sessions/{id}``: how a dashboard is, for its own page."""

    def get(self, session_id: str) -> None:
        """``{state, done, total, place, error}``; an ended or unknown session is an answer too."""
        try:
            session = self.front.launcher.sessions.find(session_id)
        except SessionGone as gone:
            self.write({"state": "ended", "error": self.describe_error(gone)})
            return
        error = self.describe_error(session.error) if session.error else None
        self.write(
            {
                "state": session.state,
                "done": session.done,
                "total": session.notebook.cells,
                "place": session.place.number,
                "error": error,
            }
        )


class Widgets(Handler):
    """``GET /api/v1/sessions/{id}/widgets``: what a page makes its widgets of."""

    def get(self, session_id: str) -> None:
        """The widgets' state as the notebook's run left it, see ``vaas.rendering.widgets``."""
        session = _session_of_page(self.front, session_id)
        if session is None or not session.widgets.body:
            raise HTTPError(404)
        body = session.widgets.body
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
        else:
            body = gzip.decompress(body)
        self.set_header("Content-Type", "application/json")
        self.write(body)


class Leave(Handler):
    """``POST /voila/api/shutdown/{id}``: the page's last word when it is closed."""

    async def post(self, session_id: str) -> None:
        """End the session."""
        self.require_own_origin()
        await self.front.launcher.sessions.end(session_id)
        self.set_status(204)


class HandOn(Handler):
    """``POST /api/v1/sessions/{id}/place``: the viewer goes on by another page, in this one's place."""

    async def post(self, session_id: str) -> None:
        """End the session; the answer is the ticket for its place, in the line or at its end."""
        self.require_own_origin()
        sessions = self.front.launcher.sessions
        ticket = sessions.room.hand_on(sessions.find(session_id).place)
        self.set_header("Content-Type", "text/plain")
        await self.finish(ticket)
        await sessions.end(session_id)  # not before, or the page would find its line cut


class Channels(WebSocketHandler):
    """``/api/kernels/{id}/channels``: frames between a page and its kernel."""

    def initialize(self, front: Front) -> None:
        """Tornado's constructor hook."""
        self.front = front
        self.session: Session | None = None
        self._sent = Sent()
        self._pump: asyncio.Task[None] | None = None
        self._asking: asyncio.TimerHandle | None = None

    def prepare(self) -> None:
        """Refuse a page that came to us under a stranger's name, as every other request.

        And Voilà's own when its session is gone: closed lines it opens again at once, for ever.
        """
        if not is_ours(self.request.host, self.front.names):
            raise HTTPError(status_of(WrongName("of a websocket")))
        if not self._is_of_ours and _is_gone(self.front, self.path_args[0]):
            raise HTTPError(404)

    def check_origin(self, origin: str) -> bool:
        """Only our own pages may connect."""
        if origin != self._origin:
            # Where this is no attack, public_url is not what viewers type.
            log.warning("origin_refused", origin=origin, expected=self._origin)
        return origin == self._origin

    @property
    def _is_of_ours(self) -> bool:
        """Whether a page of ours has it, and not Voilà's own."""
        return bool(self.get_query_argument("ours", ""))

    @property
    def _origin(self) -> str:
        """Our own, as the page names it."""
        return self.front.public_url or f"{self.request.protocol}://{self.request.host}"

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """The one protocol we speak."""
        return PROTOCOL if PROTOCOL in subprotocols else None

    def get_compression_options(self) -> dict[str, Any] | None:
        """Widget state compresses well; level 1 costs little."""
        return {"compression_level": 1, "mem_level": 8}

    async def open(self, session_id: str) -> None:
        """Begin to relay."""
        try:
            self.session = _session_of_page(self.front, session_id)
        except ServerFull:
            self.restart()
            return
        if self.session is None:
            self.close(_OVER, "gone")
            return
        if self.selected_subprotocol != PROTOCOL:
            self.close(4004, "unknown protocol")
            return
        # What a click answers comes in several small messages; none waits for another's receipt.
        self.set_nodelay(True)
        self._pump = asyncio.create_task(self._relay(self.session))
        self.front.lines.add(self)

    def restart(self) -> None:
        """Send the page to the server that comes after this one."""
        self.close(1012, "restarting")

    async def on_message(self, message: str | bytes) -> None:
        """Pass a viewer's frame on; a refused one is counted and dropped."""
        if self.session is None:
            return
        try:
            # A text frame is none of this protocol's, which the channel will say.
            await self.session.channel.send(message if isinstance(message, bytes) else b"")
        except MessageRefused as error:
            metrics.refused_messages.inc()
            log.warning("message_refused", detail=error.detail)

    def on_close(self) -> None:
        """Stop relaying; the kernel waits a while for the page to come back."""
        self.front.lines.discard(self)
        if self._pump:
            self._pump.cancel()
        if self._asking:
            self._asking.cancel()

    async def _relay(self, session: Session) -> None:
        session.joined = True
        try:
            await self._take_over(session)
            await self._pass_on(session)
        except WebSocketClosedError:
            return
        except asyncio.CancelledError:
            self.close(_OVER, "ended")
            raise
        except Exception:  # the task's last line: told, not raised
            log.exception("line_failed")
            self.close(1011, "failed")  # the page comes back, and gets what it has not got
        else:
            self.close(_OVER, "ended")

    async def _take_over(self, session: Session) -> None:
        """End the line that the page had before, and send again what may have been lost on it.

        The latter if it drops what it knows, as Voilà's own front end does not.
        """
        self._sent = self.front.sent.setdefault(session.channel, Sent())
        before, self._sent.relay = self._sent.relay, self._pump
        if before:
            before.cancel()
            await asyncio.wait([before])
        for frame in self._sent if self.get_query_argument("again", "") else ():
            await self.write_message(frame, binary=True)
        self._ask_soon()

    async def _pass_on(self, session: Session) -> None:
        # Whole addresses: to anywidget, in a document of Voilà's, all else is a script's text.
        link = partial(self.front.renderer.link_sources, origin=self._origin, ours=self._is_of_ours)
        async for frame in session.channel.attach():
            lean = await without_sources(frame, link)
            self._sent.put(lean)
            self._ask_soon()
            await self.write_message(lean, binary=True)

    def _ask_soon(self) -> None:
        """Ask the browser how far it is, unless it is asked already."""
        if self._sent and not self._asking:
            self._asking = asyncio.get_running_loop().call_later(_ASKED_AFTER, self._ask)

    def _ask(self) -> None:
        with suppress(WebSocketClosedError, StreamClosedError):
            self.ping(str(self._sent.last).encode())

    def on_pong(self, data: bytes) -> None:
        """The browser has all that was sent before it was asked."""
        if data.isdigit():  # else it answers tornado
            self._sent.arrived(int(data))
            self._asking = None
            self._ask_soon()

    def data_received(self, chunk: bytes) -> None:
        """Not for websockets."""


def _session_of_page(front: Front, session_id: str) -> Session | None:
    """The session that a page may join.

    One that ended while its page was still loading is joined once all the same:
    the page gets what was kept for it, and then the end.

    Raises:
        ServerFull: this server is leaving.
    """
    try:
        session = front.launcher.sessions.find(session_id)
    except SessionGone:
        return None
    return None if session.state == "ended" and session.joined else session


def _is_gone(front: Front, session_id: str) -> bool:
    try:
        return _session_of_page(front, session_id) is None
    except ServerFull:
        return False


__all__ = ["Channels", "HandOn", "KernelModel", "Leave", "SessionState", "Widgets"]
