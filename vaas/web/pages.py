"""Home, opening a pasted link, and the password."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from vaas.errors import NotALink, PasswordNeeded, PasswordWrong
from vaas.launch import Wish
from vaas.model import Secret, ShareLink
from vaas.rendering import OURS
from vaas.shares.links import canonical_path, parse_link
from vaas.web.base import Handler
from vaas.web.front import Card

_UNSEEN = re.compile(r"[\x00-\x1f\x7f\\]")


class Home(Handler):
    """The paste-a-link box and the examples."""

    async def get(self) -> None:
        """``GET /``."""
        received = await self.front.received.listed() if self.front.received else ()
        shared = [Card(name, f"Shared by {who}", href) for name, who, href in received]
        us = self.front.inviter.us if self.front.inviter else ""
        self.page("home.html", title="VaaS", cards=self.front.cards, shared=shared, us=us)

    head = get


class Open(Handler):
    """A pasted link finds its canonical address."""

    def get(self) -> None:
        """``GET /open?link=URL``: 302 to ``/s/...``; no request is made yet."""
        link = parse_link(self.get_query_argument("link", ""))
        self.redirect(canonical_path(link), status=302)


class WithoutSlash(Handler):
    """``GET /s/{host}/{token}``: a share's address as mails and people shorten it."""

    def get(self, *_where: str) -> None:
        """Lead to the share."""
        self.redirect(f"{self.request.path}/{'?' * bool(self.request.query)}{self.request.query}")


class Password(Handler):
    """The password of a protected share, asked here and never put into an address."""

    may_be_framed = True

    @property
    def modes(self) -> list[str]:
        """Those of the address to go to."""
        raw = self.request.arguments.get("next", [b""])[-1]
        return parse_qs(raw.decode("utf-8", "replace").partition("?")[2]).get(OURS, [])

    def get(self) -> None:
        """``GET /password?next=/s/...``: the form."""
        self.ask_password(None, self._next(self.get_query_argument("next", "")))

    async def post(self) -> None:
        """``POST /password``: on success 303 to the share, with a cookie."""
        self.require_own_origin()
        address = self._next(self.get_body_argument("next", ""))
        password = Secret(self.get_body_argument("password", "", strip=False))
        link = self._link(address)
        try:
            await self.front.launcher.arrivals.check(Wish(link, password))
        except PasswordNeeded:
            self.set_status(401)
            self.ask_password("Please enter the password.", address)
            return
        except PasswordWrong as error:
            self.set_status(403)
            self.ask_password(error.title, address)
            return
        self.viewer = self.front.viewers.remember(self.viewer, link, password)
        self.redirect(address, status=303)

    def _next(self, address: str) -> str:
        """An address of a share of ours, and no other site's."""
        if not re.match(r"/s/[^/]", address) or _UNSEEN.search(address):
            raise NotALink("the address to go to is none of a share")
        return address

    def _link(self, address: str) -> ShareLink:
        host, token, path = (*urlsplit(address).path[3:].split("/", 2), "", "")[:3]
        return self.link_of(unquote(host), unquote(token), unquote(path))


__all__ = ["Home", "Open", "Password", "WithoutSlash"]
