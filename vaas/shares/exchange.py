"""What is sent and what a redirect may make of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import httpx

from vaas import __version__
from vaas.errors import AddressRefused
from vaas.model import Secret
from vaas.shares.policy import Destination

Credentials = tuple[str, Secret]
"""User name and password, for Basic."""

_MOVED = frozenset({301, 302, 303, 307, 308})
_SEE_OTHER = 303
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
# These belong to the connection.
_NOT_THE_CALLERS = ("Connection", "Content-Length", "Host", "Transfer-Encoding")
_FOR_ONE_ORIGIN = ("Authorization", "Cookie", "X-Reva-Transfer")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, before and between redirects.

    Attributes:
        method: HTTP or WebDAV method, upper case.
        where: the admitted destination.
        headers: without ``Host``.
        content: request body.
        patience: seconds that each wait on the connection may last.
    """

    method: str
    where: Destination
    headers: httpx.Headers = field(repr=False)
    content: bytes | None = field(repr=False)
    patience: float

    def moved(self, status: int, there: Destination) -> Ask:
        """The request that a redirect asks for, as browsers read it (RFC 9110, 15.4).

        Raises:
            AddressRefused: it would leave https, or send on to another host what
                was meant for this one.
        """
        here = self.where
        if here.scheme == "https" and there.scheme == "http":
            raise AddressRefused(f"{here.host}: redirects to an address without https")
        method, content, headers = self.method, self.content, self.headers.copy()
        if (status == _SEE_OTHER and method != "HEAD") or (
            status < _SEE_OTHER and method == "POST"
        ):
            method, content = "GET", None
            headers.pop("Content-Type", None)
        if there.origin != here.origin:
            for name in _FOR_ONE_ORIGIN:
                headers.pop(name, None)
            if method not in _HARMLESS:
                raise AddressRefused(f"{here.host}: redirects what was sent to another host")
        return replace(self, method=method, where=there, headers=headers, content=content)


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an answer.

    Attributes:
        status: HTTP status.
        headers: as received, looked up in any case.
        where: what was asked.
    """

    status: int
    headers: httpx.Headers = field(repr=False)
    where: Destination

    @property
    def location(self) -> str | None:
        """Where a redirect leads, absolute; ``None`` if it is no redirect.

        Raises:
            AddressRefused: to something that cannot be read.
        """
        location = self.headers.get("Location")
        if self.status not in _MOVED or not location:
            return None
        try:
            return str(httpx.URL(self.where.url).join(location))
        except (httpx.InvalidURL, ValueError, TypeError):
            raise AddressRefused(f"{self.where.host}: redirects to no web address") from None


def request_headers(
    given: Mapping[str, str] | None, password: Credentials | None, encoding: str
) -> httpx.Headers:
    """The caller's headers between those that are always sent and those never sent."""
    headers = httpx.Headers(
        {"Accept": "*/*", "Accept-Encoding": encoding, "User-Agent": f"VaaS/{__version__}"}
    )
    headers.update(given or {})
    for name in _NOT_THE_CALLERS:
        headers.pop(name, None)
    if password is not None:
        user, secret = password
        pair = base64.b64encode(f"{user}:{secret.value}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    return headers


__all__ = ["Ask", "Credentials", "Head", "request_headers"]
