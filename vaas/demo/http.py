"""A request and an answer, as small as the demo cloud needs them.

Each product is a function from ``Request`` to ``Answer``; ``efss`` puts that
on the wire as a WSGI application.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote
from xml.sax.saxutils import escape

Headers = tuple[tuple[str, str], ...]
FORM_LIMIT = 64 * 1024


class Request:
    """What a client asked, read from a WSGI environment.

    Attributes:
        environ: the WSGI environment, for WsgiDAV.
        method: upper case.
        path: decoded, with a leading slash.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.method = str(environ["REQUEST_METHOD"]).upper()
        self.path = str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """A request header's value, or empty text."""
        return str(self.environ.get(f"HTTP_{name.upper().replace('-', '_')}", ""))

    @property
    def origin(self) -> str:
        """Scheme, host and port as the client named them."""
        host = self.header("Host") or f"127.0.0.1:{self.environ['SERVER_PORT']}"
        return f"{self.environ['wsgi.url_scheme']}://{host}"

    @property
    def address(self) -> str:
        """The client's address, which brute-force counters go by."""
        return str(self.environ["REMOTE_ADDR"])

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Query parameters, the first value of each."""
        return _first_values(str(self.environ.get("QUERY_STRING", "")))

    @cached_property
    def form(self) -> Mapping[str, str]:
        """Fields of a url-encoded body of at most 64 KiB, the first value of each."""
        length = int(self.environ.get("CONTENT_LENGTH") or 0)
        body = self.environ["wsgi.input"].read(min(length, FORM_LIMIT))
        return _first_values(body.decode("utf-8", "replace"))

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """Cookies by name."""
        try:
            jar = SimpleCookie(self.header("Cookie"))
        except CookieError:
            return {}
        return {name: morsel.value for name, morsel in jar.items()}

    @cached_property
    def basic(self) -> tuple[str, str] | None:
        """User name and password of Basic authentication, if well formed."""
        scheme, _, value = self.header("Authorization").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(value).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (user, password) if colon else None


def _first_values(encoded: str) -> Mapping[str, str]:
    return {k: v[0] for k, v in parse_qs(encoded, keep_blank_values=True).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the client.

    Attributes:
        status: HTTP status.
        body: pieces of the body.
        headers: names and values, in order.
    """

    status: int
    body: Iterable[bytes] = field(default=(), repr=False)
    headers: Headers = ()

    @property
    def line(self) -> str:
        """Status and reason, as WSGI wants them."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    def plus(self, *headers: tuple[str, str]) -> Answer:
        """The same answer with more headers."""
        return replace(self, headers=self.headers + headers)


def text(status: int, body: str, kind: str = "text/plain", *headers: tuple[str, str]) -> Answer:
    """An answer of text of the media type ``kind``."""
    data = body.encode()
    fixed = (("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(data))))
    return Answer(status, (data,), fixed + headers)


def html(body: str, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """A page."""
    return text(status, body, "text/html", *headers)


def as_json(value: object, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """A JSON document."""
    return text(status, json.dumps(value), "application/json", *headers)


def sabre(status: int, exception: str, message: str, *headers: tuple[str, str]) -> Answer:
    r"""An error in the XML of sabre/dav, which all products of that family send.

    Args:
        status: HTTP status.
        exception: class name below ``Sabre\DAV\Exception``.
        message: what the server says.
        headers: more headers.
    """
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">\n'
        f"  <s:exception>Sabre\\DAV\\Exception\\{exception}</s:exception>\n"
        f"  <s:message>{escape(message)}</s:message>\n</d:error>\n"
    )
    return text(status, body, "application/xml", *headers)


def redirect(location: str, status: int = 302) -> Answer:
    """Send the client to another address, which may be quoted already."""
    safe = quote(location, safe="/:?&=%")
    return Answer(status, (), (("Location", safe), ("Content-Length", "0")))
