"""The page of who shared something with this service, without an account."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from tornado.web import HTTPError

from vaas.errors import LoginNeeded, NotAGuest, VaasError
from vaas.web.person import PersonHandler
from vaas.web.seams import Holder

_DONE = {
    "accept": "Accepted. Your cloud is told the address.",
    "renew": "There is a new address. Those before it open nothing any more.",
    "invite": "The list is saved.",
}
"""What is said of what was just done; an end says so itself."""


class _OwnerHandler(PersonHandler):
    """Serves whoever holds a pass."""

    @property
    def holder(self) -> Holder:
        """Who that is.

        Raises:
            LoginNeeded: nobody knows.
        """
        holder = self.owners.who(self.passes)
        if not holder:
            raise LoginNeeded("no pass that is good")
        return holder

    def ask_who(self, error: VaasError) -> None:
        """Say what this page is before it asks."""
        if isinstance(error, NotAGuest):
            super().ask_who(error)
            return
        self.page(
            "login.html",
            title="What you shared with this service",
            advice="This page is for people who shared something with it.",
            who="",
            login=self.front.login is not None,
            owner=True,
            to="/ocm/mine",
        )


class Mine(_OwnerHandler):
    """``GET /ocm/mine``."""

    async def get(self) -> None:
        """What somebody shared; a signed address is exchanged for a cookie first."""
        if key := self.get_query_argument("key", ""):
            if kept := self.owners.joined(self.passes, key):
                self.passes = kept
            elif not self.owners.who(self.passes):
                raise LoginNeeded("a pass that is none, or no longer")
            self.redirect("/ocm/mine")
            return
        await self.show(self.holder)

    async def show(self, holder: Holder, **wrong: Any) -> None:
        """Write the page.

        Args:
            holder: whose.
            wrong: the id of a share, what was typed for it, and what of that is no address.
        """
        number = self.get_query_argument("page", "1")
        page = int(number) if number.isdecimal() and len(number) < 9 else 1  # noqa: PLR2004
        told = await self.owners.overview(holder, page)
        done = self.get_query_argument("done", "")
        self.page(
            "mine.html",
            title="What you shared with this service",
            told=told,
            number=min(max(page, 1), told.pages),
            wrong=wrong,
            done={"id": self.get_query_argument("share", ""), "what": done}
            if done in _DONE
            else {},
            words=_DONE,
            day=_day,
            moment=_moment,
        )


class Ruling(Mine):
    """``POST /ocm/mine/{id}``: what is to become of one share."""

    async def get(self, *_where: str) -> None:
        """An address that a browser may come back to."""
        self.redirect("/ocm/mine")

    async def post(self, share_id: str) -> None:
        """Do it, and go back to the page."""
        self.require_own_origin()
        holder, wanted = self.holder, self.get_body_argument("do", "")
        acts = {
            "accept": self.owners.accept,
            "decline": self.owners.decline,
            "renew": self.owners.renew,
        }
        if wanted == "invite":
            typed = self.get_body_argument("guests", "")
            if wrong := await self.owners.invite(holder, share_id, typed):
                self.set_status(422)
                await self.show(holder, id=share_id, typed=typed, words=wrong)
                return
        elif wanted in acts:
            await acts[wanted](holder, share_id)
        else:
            raise HTTPError(400, "nothing to do")
        # What ends is told on the first page.
        page = "1" if wanted == "decline" else self.get_query_argument("page", "1")
        back = urlencode({"page": page, "done": wanted, "share": share_id})
        self.redirect(f"/ocm/mine?{back}#share-{share_id}", status=303)


class ContactGone(_OwnerHandler):
    """``POST /ocm/mine/contact``."""

    async def post(self) -> None:
        """Forget who shared something as a contact."""
        self.require_own_origin()
        await self.owners.disconnect(self.holder)
        self.redirect("/ocm/mine", status=303)


def _day(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%-d %B %Y}"


def _moment(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%-d %B %Y, %H:%M} UTC"


__all__ = ["ContactGone", "Mine", "Ruling"]
