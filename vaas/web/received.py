"""Shares that other clouds sent: the same pages, for who may see them.

A signed address is exchanged for a cookie of that share at once, so that the
signature stays in no address bar, history or referrer. Viewers whom other clouds
send come with a pass, see ``vaas.web.gates``.
"""

from __future__ import annotations

from collections.abc import Sequence

from tornado.web import Finish

from vaas.errors import ShareUnknown, VisitOver
from vaas.model import ShareLink
from vaas.web.base import Handler
from vaas.web.dashboards import Dashboard
from vaas.web.gates import visit_cookie
from vaas.web.pictures import Picture

_KEPT_DAYS = 180


class _ForWhoMay(Handler):
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
        if key and received.admits(share_id, key):
            self._remember(share_id, key)
            self.redirect(self.request.path)
            raise Finish
        known, visit = self._kept(share_id)
        self._of_visit = received.frames(share_id, visit)
        try:
            return await received.link(share_id, path, known, visit=visit)
        except VisitOver as over:
            if not over.back:
                raise
            self.redirect(over.back, status=303)
            raise Finish from None

    def _kept(self, share_id: str) -> tuple[str, str]:
        """The signature and the pass that the browser keeps."""
        names = _cookie(share_id), visit_cookie(share_id)
        return self.get_cookie(names[0], "") or "", self.get_cookie(names[1], "") or ""

    def _remember(self, share_id: str, key: str) -> None:
        self.set_cookie(
            _cookie(share_id),
            key,
            expires_days=_KEPT_DAYS,
            httponly=True,
            secure=self.front.public_url.startswith("https:"),
            samesite="Lax",
            path=f"/ocm/s/{share_id}/",
        )


def _cookie(share_id: str) -> str:
    return f"vaas-share-{share_id[:8]}"


class ReceivedDashboard(_ForWhoMay, Dashboard):
    """``GET /ocm/s/{id}/{path}``."""

    def on_finish(self) -> None:
        """Note the session, which is to end when its viewer may no longer see the share."""
        if self.opened and self.front.received:
            share_id = self.path_args[0]
            self.front.received.shown(share_id, *self._kept(share_id), self.opened)


class ReceivedPicture(_ForWhoMay, Picture):
    """``GET /ocm/s/{id}/{path of a picture}``."""


__all__ = ["ReceivedDashboard", "ReceivedPicture"]
