"""A small server for the rendered pages, with the policies they are written for."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.browser.pages.samples import STATIC, block, environment, manifest

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'"
)
DASHBOARD_CSP = "default-src 'self' 'unsafe-inline' data:"


class Site(ThreadingHTTPServer):
    """Serves the rendered pages; ``/stream`` sends its second half when told to."""

    daemon_threads = True

    def __init__(self, pages: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = pages
        self.go_on = threading.Event()
        self.posted: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        path = self.path.split("?", maxsplit=1)[0].lstrip("/")
        if path == "stream":
            self.stream()
        elif path.startswith("static/"):
            self.static(path.removeprefix("static/"))
        else:
            strict = path != "shell"
            page = self.server.pages.get(path, path).encode()
            self.answer(page, "text/html; charset=utf-8", CSP if strict else DASHBOARD_CSP)

    def do_POST(self) -> None:
        self.server.posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.answer(b"ok", "text/html", CSP)

    def static(self, name: str) -> None:
        file = STATIC / (manifest()["favicon.svg"] if name == "picture" else name)
        kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
        self.answer(file.read_bytes(), kinds[file.suffix], CSP)

    def answer(self, body: bytes, kind: str, policy: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def stream(self) -> None:
        shell = environment().get_template("shell.html")
        phase = {"name": "run", "done": 2, "total": 9, "size": 0}
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", DASHBOARD_CSP)
        self.end_headers()
        first = block(shell, "head", name="</h1><b>Sly</b>") + block(shell, "phase", phase=phase)
        self.wfile.write(first.encode())
        assert self.server.go_on.wait(120)
        ready = block(shell, "phase", phase={"name": "ready"})
        name = block(shell, "known", name="Known & <b>better</b>")
        rest = (
            name
            + block(shell, "dashboard", scheme="light", painted=False)
            + "<p id=out>42</p>"
            + ready
            + block(shell, "tail")
        )
        self.wfile.write(rest.encode())

    def log_message(self, *args: object) -> None:
        """Stay quiet."""
