"""Away to where people log in, back, and out again."""

from __future__ import annotations

import re
from typing import Any

from vaas.errors import LoginFailed
from vaas.web.person import PersonHandler
from vaas.web.seams import Login
from vaas.web.statuses import status_of

_OURS = re.compile(r"/ocm/(mine|s/[0-9a-f]{32}/[^\x00-\x20\\]*)")
"""Where people may want to go when they are logged in."""

_BACK_WITHIN_DAYS = 0.02


class _Provided(PersonHandler):
    """Needs a place where people log in."""

    @property
    def login(self) -> Login:
        """That place.

        Raises:
            LoginFailed: there is none.
        """
        if self.front.login is None:
            raise LoginFailed("nobody logs in here: no [oidc]")
        return self.front.login

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Who could not be logged in may try again."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if not isinstance(error, LoginFailed) or self.front.login is None:
            super().write_error(status_code, **kwargs)
            return
        self.set_status(status_of(error))
        told = self.describe_error(error)
        self.page("error.html", title=error.title, error=told, retry="/ocm/login")


class Leaving(_Provided):
    """``GET /ocm/login?to=...``."""

    async def get(self) -> None:
        """Lead away; the browser keeps what shows that it left."""
        to = self.get_query_argument("to", "/ocm/mine")
        anew = bool(self.get_query_argument("anew", ""))
        to = to if _OURS.fullmatch(to) else "/ocm/mine"
        address, kept = await self.login.leave(to, anew=anew)
        self.keep("vaas-login", kept, expires_days=_BACK_WITHIN_DAYS)
        self.redirect(address)


class Back(_Provided):
    """``GET /ocm/login/back?code=...&state=...``."""

    async def get(self) -> None:
        """Log somebody in, and lead them to where they wanted to go."""
        query = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        kept = self.get_cookie(self.cookie_for("vaas-login"), "") or ""
        self.keep("vaas-login", "")
        self.passes, to = await self.login.back(query, kept)
        self.redirect(to)


class Logout(PersonHandler):
    """``POST /ocm/logout``."""

    def post(self) -> None:
        """Forget who this is."""
        self.require_own_origin()
        self.passes = ""
        self.redirect("/", status=303)


__all__ = ["Back", "Leaving", "Logout"]
