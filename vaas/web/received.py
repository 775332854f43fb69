"""Shares that other clouds sent: the same pages, for who may see them.

A signed address is exchanged for a cookie of that share at once, so that the
signature stays in no address bar, history or referrer.
"""

from __future__ import annotations

from tornado.web import Finish

from vaas.errors import ShareUnknown
from vaas.model import ShareLink
from vaas.web.base import Handler
from vaas.web.dashboards import Dashboard
from vaas.web.pictures import Picture

_KEPT_DAYS = 180


class _ForWhoMay(Handler):
    """Finds the share of an address, and looks whether this viewer may see it."""

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
        return await received.link(share_id, path, self.get_cookie(_cookie(share_id), "") or "")

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


class ReceivedPicture(_ForWhoMay, Picture):
    """``GET /ocm/s/{id}/{path of a picture}``."""


__all__ = ["ReceivedDashboard", "ReceivedPicture"]
