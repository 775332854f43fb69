"""A host that says what it is told to: for answers no server here can be brought to give."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from vaas.shares import OutboundPolicy, SiteRule


@dataclass
class Reply:
    status: int = 200
    body: str | bytes = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Host:
    """Answers by path (without query); counts and keeps what it was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []

    def paths(self) -> list[str]:
        return [path for _, path, _, _ in self.asked]

    def rule(self, **more: str) -> SiteRule:
        return SiteRule(f"127.0.0.1:{self.port}", insecure=True, private=True, **more)  # type: ignore[arg-type]

    def policy(self, **more: str) -> OutboundPolicy:
        return OutboundPolicy([self.rule(**more)])


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client may leave in the middle of an answer."""


@contextmanager
def host() -> Iterator[Host]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found.asked.append((self.command, self.path, dict(self.headers), body))
            reply = found.replies.get(self.path.partition("?")[0], Reply(404, "<html>no</html>"))
            data = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            kind = "text/html" if data.startswith(b"<html") else "application/xml"
            for name, value in ({"Content-Type": kind} | dict(reply.headers)).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_HEAD = do_POST = do_PROPFIND = answer  # noqa: N815 (http.server looks them up by these names)

        def log_message(self, *_: object) -> None:
            pass

    with _Server(("127.0.0.1", 0), Handler) as server:
        found = Host(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
