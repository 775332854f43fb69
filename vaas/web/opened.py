"""Folders that people opened from their cloud: the same pages, for their browsers alone.

A cloud's page brings a browser here with a ticket, by a form, so that it stands in
no address. It is exchanged for a cookie of that folder at once.
"""

from __future__ import annotations

from dataclasses import replace

from vaas.errors import OpenAgain
from vaas.model import ShareLink
from vaas.shares.links import canonical_path
from vaas.web import embedding
from vaas.web.base import Handler
from vaas.web.dashboards import Dashboard
from vaas.web.pictures import Picture
from vaas.web.seams import Opened


class _FromCloud(Handler):
    """Finds what somebody opened; the pages of their cloud may frame it."""

    may_be_framed = True

    @property
    def folders(self) -> Opened:
        """What people opened.

        Raises:
            OpenAgain: nothing can be.
        """
        if self.front.opened is None:
            raise OpenAgain("nothing is opened from clouds here")
        return self.front.opened

    def set_policy(self, policy: str) -> None:
        """Send a policy in which their cloud, instead of the folder, says who may frame it."""
        if self.framed:
            frames = self.front.opened.frames if self.front.opened else ()
            allowed = embedding.sources(self.front.embed, frames)
            policy = embedding.framed_by(policy, allowed)
        self.set_header("Content-Security-Policy", policy)

    async def link_at(self, *where: str) -> ShareLink:
        """What is at an address, for who opened it.

        Raises:
            OpenAgain: that is somebody else, or they may not any more.
        """
        share_id, path = where
        return self.folders.link(share_id, path, self.get_cookie(_cookie(share_id), "") or "")


class Enter(_FromCloud):
    """``POST /cs3/open``: a browser that brings a ticket."""

    def post(self) -> None:
        """Let it in: 303 to the dashboard, with a cookie."""
        link, key = self.folders.enter(self.get_body_argument("ticket", ""))
        address = canonical_path(link)
        name, path = _cookie(link.token), canonical_path(replace(link, path=""))
        self.keep_cookie(name, key, path)
        self.redirect(f"{address}?vaas=embed" if self.framed else address, status=303)


def _cookie(share_id: str) -> str:
    return f"vaas-opened-{share_id[:8]}"


class OpenedDashboard(_FromCloud, Dashboard):
    """``GET /cs3/s/{id}/{path}``."""


class OpenedPicture(_FromCloud, Picture):
    """``GET /cs3/s/{id}/{path of a picture}``."""


__all__ = ["Enter", "OpenedDashboard", "OpenedPicture"]
