"""A web server with TLS before the service, and sites that show it in a frame."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from tests.browser.proxy import Line
from tests.security.hosts import certificate


class _Server(ThreadingHTTPServer):
    """Has pages of its own, by their paths."""

    pages: Mapping[str, str] = MappingProxyType({})


class _Parent(BaseHTTPRequestHandler):
    """``/?show=ADDRESS``: a page that frames an address; or one of the server's own."""

    server: _Server

    def do_GET(self) -> None:
        """Answer with the page."""
        own = self.server.pages.get(self.path)
        shown = parse_qs(urlsplit(self.path).query).get("show", [""])[0]
        frame = (
            f'<iframe title="Dashboard" src="{escape(shown)}" width="600" height="500"></iframe>'
        )
        inside = own or (frame if shown else "")
        body = f"<!doctype html><title>Parent</title>{inside}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def context(folder: Path, *names: str) -> ssl.SSLContext:
    """A server's context with a certificate of its own."""
    return certificate(folder, *names)[0]


@contextlib.contextmanager
def parents(
    tls: ssl.SSLContext | None = None, pages: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Pages that frame others, under any name of this machine; the port."""
    server = _Server(("127.0.0.1", 0), _Parent)
    server.pages = pages if pages is not None else {}
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Door(Line):
    """Takes TLS on a port of its own; what comes goes to the service as it is."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        """Lead nowhere yet."""
        super().__init__("http://127.0.0.1:0/")
        self._tls = tls

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def lead_to(self, url: str) -> None:
        """Name the service."""
        self._target = ("127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                self._pairs.append(near)
                self._begin(self._through, near)

    def _through(self, plain: socket.socket) -> None:
        """Both ways in one thread: a connection of TLS is none for two."""
        with (
            contextlib.suppress(OSError),
            self._tls.wrap_socket(plain, server_side=True) as near,
            socket.create_connection(self._target) as far,
        ):
            self._pairs += [near, far]
            other: dict[object, socket.socket] = {near: far, far: near}
            while True:
                ready = [near] if near.pending() else select.select([near, far], [], [])[0]
                for one in ready:
                    if not (data := one.recv(1 << 16)):
                        return
                    other[one].sendall(data)
