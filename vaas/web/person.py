"""Who a browser's owner has proved to be: passes in a cookie, and the page that asks for them."""

from __future__ import annotations

from typing import Any

from vaas.errors import LoginNeeded, NotAGuest, ShareUnknown, VaasError
from vaas.web.base import Handler
from vaas.web.seams import Owners
from vaas.web.statuses import status_of

_KEPT_DAYS = 30


class PersonHandler(Handler):
    """Knows the passes of its viewer."""

    @property
    def owners(self) -> Owners:
        """Who serves them.

        Raises:
            ShareUnknown: nothing is taken from other clouds.
        """
        if self.front.owners is None:
            raise ShareUnknown("no shares of other clouds are received here")
        return self.front.owners

    @property
    def passes(self) -> str:
        """The passes that the browser sent."""
        return self.get_cookie(self.cookie_for("vaas-person"), "") or ""

    @passes.setter
    def passes(self, value: str) -> None:
        """Have the browser keep passes; each has an end of its own."""
        self.keep("vaas-person", value, expires_days=_KEPT_DAYS)

    def cookie_for(self, name: str) -> str:
        """A cookie's whole name: one that nobody beside us can set, where we are reached so."""
        return f"__Host-{name}" if self.front.public_url.startswith("https:") else name

    def keep(self, name: str, value: str, **more: Any) -> None:
        """Set a cookie that no script reads and no other site's form sends; empty: forget it."""
        more |= {"secure": self.front.public_url.startswith("https:"), "samesite": "Lax"}
        if value:
            self.set_cookie(self.cookie_for(name), value, httponly=True, path="/", **more)
        else:
            self.clear_cookie(self.cookie_for(name), httponly=True, path="/", **more)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Where it is a matter of who somebody is, ask that."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if not isinstance(error, LoginNeeded | NotAGuest):
            super().write_error(status_code, **kwargs)
            return
        self.set_status(status_of(error))
        self.ask_who(error)

    def ask_who(self, error: VaasError) -> None:
        """Write the page that leads to a login.

        Args:
            error: why.
        """
        self.page(
            "login.html",
            title=error.title,
            advice=error.advice,
            who=self.owners.who(self.passes).address,
            login=self.front.login is not None,
            owner=self.request.path == "/ocm/mine",
            to=self._here,
        )

    @property
    def _here(self) -> str:
        """The address that was asked for, without a signature that opened nothing."""
        signed = "key" in self.request.query_arguments
        return self.request.path if signed else self.request.uri or "/"


__all__ = ["PersonHandler"]
