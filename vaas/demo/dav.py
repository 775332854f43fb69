"""WebDAV below a link: WsgiDAV's engine, with the errors of sabre/dav."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from wsgidav.error_printer import ErrorPrinter
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

from vaas.demo.http import Answer, Request, sabre
from vaas.demo.links import Link
from vaas.demo.resources import OC, QUOTA, Dialect, LinkProvider

READ_METHODS = ("OPTIONS", "GET", "HEAD", "PROPFIND")
logging.getLogger("wsgidav").setLevel(logging.CRITICAL)  # it would log every request's oddities
EXCEPTIONS = {
    400: ("BadRequest", "The request could not be understood"),
    403: ("Forbidden", "This is not allowed"),
    404: ("NotFound", "The file could not be located"),
    405: ("MethodNotAllowed", "This method is not allowed here"),
    409: ("Conflict", "The file is not in this share"),
    412: ("PreconditionFailed", "A condition of the request is not met"),
    416: ("RequestedRangeNotSatisfiable", "The range is outside the file"),
    501: ("NotImplemented", "A folder cannot be downloaded as a file"),
}


@lru_cache(maxsize=512)
def _engine(link: Link, dialect: Dialect) -> Any:
    return WsgiDAVApp(
        {
            "provider_mapping": {"/": LinkProvider(link, dialect)},
            "middleware_stack": [ErrorPrinter, RequestResolver],
            "lock_storage": None,
            "http_authenticator": {"accept_basic": False},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )


def serve(request: Request, link: Link, dialect: Dialect, base: str, rest: str) -> Answer:
    """Answer a WebDAV request below a link.

    Args:
        request: what was asked.
        link: open to this client: the password is checked already.
        dialect: the product's.
        base: decoded address of the share's root, without trailing slash.
        rest: decoded path inside the share.
    """
    if not link.target.exists():
        return _error(404)
    if request.method not in READ_METHODS:
        return sabre(403, "Forbidden", "No writing through this link")
    depth = request.header("Depth") or ("1" if request.method == "PROPFIND" else "0")
    if request.method == "PROPFIND" and depth not in ("0", "1"):
        return sabre(403, "Forbidden", "PROPFIND with a depth of infinity is disabled")
    environ = request.environ | {
        "SCRIPT_NAME": "",
        "PATH_INFO": "/" + rest.strip("/").encode().decode("latin-1"),
        "HTTP_DEPTH": depth,
        "wsgidav.auth.user_name": "",
        "vaas.base": request.origin + base if dialect.full_urls else base,
        "vaas.memo": {},
    }
    answer = _call(_engine(link, dialect), environ)
    status = _status(request, answer.status, dialect.wrong_child if link.is_file else 404)
    return answer if status < HTTPStatus.BAD_REQUEST else _error(status)


def _status(request: Request, status: int, wrong_child: int) -> int:
    """The products' status for WsgiDAV's: it forbids to download a folder, they cannot."""
    if request.method not in ("GET", "HEAD"):
        return status
    return {HTTPStatus.FORBIDDEN: 501, HTTPStatus.NOT_FOUND: wrong_child}.get(
        HTTPStatus(status), status
    )


def _error(status: int) -> Answer:
    exception, message = EXCEPTIONS.get(status, ("ServiceUnavailable", "Something went wrong"))
    return sabre(status, exception, message)


def _call(engine: Any, environ: dict[str, Any]) -> Answer:
    """Run a WSGI application until it has said its status; the body stays a stream."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        """Keep the answer's head, as WSGI hands it over."""
        started[:] = [(status, headers)]

    body = iter(engine(environ, start))
    first = next(body, b"")
    status, headers = started[0]
    return Answer(int(status.split(" ", 1)[0]), _Body(first, body), tuple(headers))


class _Body:
    """The rest of a started WSGI answer, closed with it."""

    def __init__(self, first: bytes, rest: Any) -> None:
        self._first = first
        self._rest = rest

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._rest

    def close(self) -> None:
        """Let go of the open file."""
        self._rest.close()


__all__ = ["OC", "QUOTA", "READ_METHODS", "Dialect", "serve"]
