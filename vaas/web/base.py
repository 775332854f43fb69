"""What all handlers share: templates, errors as pages, headers, the viewer's cookie."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Any

from jinja2 import Environment, PackageLoader
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

from vaas.errors import PasswordNeeded, PasswordWrong, VaasError, WrongName
from vaas.model import ShareLink
from vaas.observability import logger
from vaas.rendering import OURS
from vaas.shares.links import parse_canonical
from vaas.web import embedding
from vaas.web.front import Front
from vaas.web.hosts import is_ours
from vaas.web.policies import SITE_POLICY
from vaas.web.statuses import status_of
from vaas.web.wanting import found_wanting, passes

log = logger(__name__)


class Handler(RequestHandler):
    """Base of all handlers: ``self.front`` and errors that become pages."""

    front: Front
    may_be_framed = False
    frame_hosts: Sequence[str] | None = None
    """Whose pages may frame ours, as the share says; ``None`` while that is not known."""

    def initialize(self, front: Front) -> None:
        """Tornado's constructor hook.

        Args:
            front: what handlers need.
        """
        self.front = front
        self.reference = secrets.token_hex(4)

    @property
    def modes(self) -> list[str]:
        """What the address asks of us rather than of its notebook."""
        raw = self.request.query_arguments.get(OURS, [])
        return [one.decode("ascii", "replace") for one in raw]

    @property
    def framed(self) -> bool:
        """Whether the answer is for a frame in another page."""
        return self.may_be_framed and embedding.is_framed(self.request, self.modes)

    def set_policy(self, policy: str) -> None:
        """Send a content security policy, in which some hosts may frame the page.

        Args:
            policy: by which nobody may.
        """
        if self.framed:
            allowed = embedding.sources(self.front.embed, self.frame_hosts)
            policy = embedding.framed_by(policy, allowed)
        self.set_header("Content-Security-Policy", policy)

    def set_default_headers(self) -> None:
        """Headers that every answer carries."""
        self.set_header("Server", "VaaS")
        self.set_header("Content-Security-Policy", SITE_POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        """Refuse a request that came to us under a stranger's name.

        Raises:
            WrongName: ``Host`` is none of ours.
        """
        if not is_ours(self.request.host, self.front.names):
            raise WrongName(f"called as {self.request.host!r}; if that is right, set public_url")

    @property
    def viewer(self) -> str:
        """The viewer's cookie, or empty."""
        return self.get_cookie(self._cookie, "") or ""

    @viewer.setter
    def viewer(self, value: str) -> None:
        """Set the cookie by which the viewer is known again."""
        self.keep_cookie(self._cookie, value, "/")

    def keep_cookie(self, name: str, value: str, path: str, days: float | None = None) -> None:
        """Have the browser keep something; for the site that frames us alone, if one does.

        Args:
            name: of the cookie.
            value: likewise.
            path: of the addresses that it is for.
            days: for which it is kept; ``None``: until the browser is closed.
        """
        if self._secure and self.framed:
            self.add_header("Set-Cookie", embedding.cookie(name, value, path))
            return
        self.set_cookie(
            name,
            value,
            expires_days=days,
            httponly=True,
            secure=self._secure,
            samesite="Lax",
            path=path,
        )

    @property
    def _secure(self) -> bool:
        return self.front.public_url.startswith("https:")

    @property
    def _cookie(self) -> str:
        return "__Host-vaas-viewer" if self._secure else "vaas-viewer"

    @property
    def origin(self) -> str:
        """Our own origin as the viewer's browser names it."""
        return self.front.public_url or f"{self.request.protocol}://{self.request.host}"

    def require_own_origin(self) -> None:
        """Refuse requests that another site's page makes a browser send.

        Raises:
            HTTPError: 403, if ``Origin`` or ``Sec-Fetch-Site`` say so.
        """
        origin = self.request.headers.get("Origin")
        site = self.request.headers.get("Sec-Fetch-Site", "same-origin")
        if (origin is not None and origin != self.origin) or site not in {"same-origin", "none"}:
            raise HTTPError(403, "cross-origin request")

    def page(self, template: str, *, title: str, **context: Any) -> None:
        """Write one of our pages.

        Args:
            template: file name in ``templates``.
            title: the document's title.
            context: what the template asks for.
        """
        html = TEMPLATES.get_template(template).render(
            assets=self.front.statics.url,
            title=title,
            lang="en",
            home="/",
            bare="embed" in self.modes,
            **context,
        )
        self.set_policy(SITE_POLICY)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(html)

    async def link_at(self, *where: str) -> ShareLink:
        """The share that an address means, from the groups of its route.

        Raises:
            VaasError: it means none, or none that this viewer may see.
        """
        return self.link_of(*where)

    def link_of(self, host: str, token: str, path: str) -> ShareLink:
        """The share link behind a canonical address.

        Raises:
            NotALink: it is none.
        """
        return parse_canonical(host, token, path, self.front.scheme_for)

    def describe_error(self, error: VaasError) -> dict[str, Any]:
        """An error as the templates and the page's script want it."""
        return {
            "title": error.title,
            "advice": error.advice,
            "code": error.label,
            "reference": self.reference,
            "retry_after": error.retry_after if passes(error) else None,
        }

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer with an error, if anybody is there to read it."""
        kind = (kwargs.get("exc_info") or (None,))[0]
        if kind is None or not issubclass(kind, StreamClosedError):
            super().send_error(status_code, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with an error page; tornado calls it for what handlers raise."""
        info: tuple[type, BaseException, TracebackType] | None = kwargs.get("exc_info")
        error = info[1] if info else None
        if not isinstance(error, VaasError):
            error = found_wanting(status_code)
            self.set_status(status_code)
        elif isinstance(error, PasswordNeeded | PasswordWrong) and self.request.method == "GET":
            self.set_status(401)
            self.ask_password(None if isinstance(error, PasswordNeeded) else error.title)
            return
        else:
            self.set_status(status_of(error))
        if error.retry_after and passes(error):
            self.set_header("Retry-After", str(int(error.retry_after) + 1))
        # An address of another kind is none of ours, and "//host/" would lead to a stranger's.
        again = self.request.method == "GET" and re.match(r"/(?!/)", self.request.uri or "")
        retry = self.request.uri if again and passes(error) else None
        self.page("error.html", title=error.title, error=self.describe_error(error), retry=retry)

    def ask_password(self, problem: str | None, address: str | None = None) -> None:
        """Write the password page.

        Args:
            problem: what was wrong with the last one, or ``None``.
            address: where to go with the right one; this page if ``None``.
        """
        address = address or self.request.uri or "/"
        host = address.split("/")[2] if address.startswith("/s/") else ""
        self.page(
            "password.html",
            title="Password",
            share_host=host.split("~", 1)[0],
            action="/password",
            error=problem,
            next=address,
        )

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """One line for what was foreseen, the whole traceback for what was not."""
        if isinstance(value, VaasError):
            # What viewers can do nothing about is the operator's.
            tell = log.warning if status_of(value) >= HTTPStatus.INTERNAL_SERVER_ERROR else log.info
            tell("refused", error=value.label, detail=value.detail, reference=self.reference)
        elif isinstance(value, HTTPError):
            log.debug("http_error", status=value.status_code)
        elif isinstance(value, StreamClosedError):
            log.debug("viewer_left")
        else:
            log.error("failed", reference=self.reference, exc_info=(typ, value, tb))

    def data_received(self, chunk: bytes) -> None:
        """Bodies are small and read whole."""


TEMPLATES = Environment(
    loader=PackageLoader("vaas.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)

__all__ = ["TEMPLATES", "Handler"]
