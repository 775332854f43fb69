"""Shares that other clouds sent: the same pages, for who may see them.

A signed address is exchanged for a cookie of that share at once, so that the
signature stays in no address bar, history or referrer. Viewers whom other clouds
send come with a pass, see ``vaas.web.gates``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import TracebackType

from tornado.web import Finish

from vaas.errors import (
    LinkError,
    ParameterWrong,
    ShareHidden,
    ShareUnknown,
    VaasError,
    VisitOver,
)
from vaas.launch import News, Opened
from vaas.model import ShareLink
from vaas.rendering import CellFailure
from vaas.web.dashboards import Dashboard
from vaas.web.gates import visit_cookie
from vaas.web.person import PersonHandler
from vaas.web.pictures import Picture
from vaas.web.stream import Stream

_KEPT_DAYS = 180

_VIEWERS_OWN = (ShareHidden, LinkError, ParameterWrong)
"""Errors that are no trouble of the share's."""


class _ForWhoMay(PersonHandler):
    """Finds the share of an address, and looks whether this viewer may see it."""

    _of_visit: Sequence[str] = ()
    _of_share: Sequence[str] | None = None

    @property
    def frame_hosts(self) -> Sequence[str] | None:
        """Whose pages may frame ours: as the viewer's pass says, or else the share."""
        return self._of_visit or self._of_share

    @frame_hosts.setter
    def frame_hosts(self, named: Sequence[str] | None) -> None:
        """Note what the share says."""
        self._of_share = named

    async def link_at(self, *where: str) -> ShareLink:
        """The share; a signed address leads to the plain one first.

        Raises:
            ShareHidden, ShareUnknown, ShareWithdrawn: there is nothing to be seen.
        """
        share_id, path = where
        received = self.front.received
        if received is None:
            raise ShareUnknown("no shares of other clouds are received here")
        key = self.get_query_argument("key", "")
        if key and await received.admits(share_id, key):
            self.keep_cookie(_cookie(share_id), key, f"/ocm/s/{share_id}/", _KEPT_DAYS)
            self.redirect(self.request.path)
            raise Finish
        kept, visit = self._kept(share_id)
        self._of_visit = received.frames(share_id, visit)
        self.way_back = received.way_back(share_id, visit)
        try:
            link = await received.link(share_id, path, kept, self.passes, visit=visit)
        except VisitOver as over:
            if not over.back:
                raise
            self.redirect(over.back, status=303)
            raise Finish from None
        self.shown, self.came_by = share_id, await received.came_by(share_id, kept, visit)
        return link

    way_back = ""
    """Where the cloud that sent this viewer begins anew."""

    came_by = ""
    """The share of ours, sent to somebody, by which alone this viewer came."""

    shown = ""
    """The share that this viewer may see."""

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """What goes wrong with a share is told to who sent it, too."""
        super().log_exception(typ, value, tb)
        if self.shown and isinstance(value, VaasError) and not isinstance(value, _VIEWERS_OWN):
            self.owners.note(self.shown, value.title, value.detail)

    def _kept(self, share_id: str) -> tuple[str, str]:
        """The signature and the pass that the browser keeps."""
        names = _cookie(share_id), visit_cookie(share_id)
        return self.get_cookie(names[0], "") or "", self.get_cookie(names[1], "") or ""


def _cookie(share_id: str) -> str:
    return f"vaas-share-{share_id[:8]}"


class ReceivedDashboard(_ForWhoMay, Dashboard):
    """``GET /ocm/s/{id}/{path}``."""

    async def get(self, *where: str) -> None:
        """Show what the address leads to; a visit that runs out meanwhile leads home."""
        try:
            await super().get(*where)
        except VisitOver:
            if not self.way_back or self._headers_written:
                raise
            self.redirect(self.way_back, status=303)

    async def _on(self, event: News, link: ShareLink, stream: Stream, *, whole: bool) -> None:
        """Have who sent the share told of cells that fail, too."""
        if isinstance(event, Opened):
            session = event.session
            session.failed = partial(self._tell_of_cell, session.notebook.path)
            if session.failure:
                session.failed(session.failure)
        await super()._on(event, link, stream, whole=whole)

    def _tell_of_cell(self, path: str, failure: CellFailure) -> None:
        line = f", line {failure.line}" if failure.line else ""
        detail = f"cell {failure.cell}{line}: {failure.name}: {failure.message}"
        self.owners.note(self.shown, f"A cell of “{path}” fails", detail)

    def on_finish(self) -> None:
        """Note the session, which is to end when its viewer may no longer see the share."""
        if self.opened and self.came_by and self.front.received:
            self.front.received.shown(self.opened, self.came_by)


class ReceivedPicture(_ForWhoMay, Picture):
    """``GET /ocm/s/{id}/{path of a picture}``."""


__all__ = ["ReceivedDashboard", "ReceivedPicture"]
