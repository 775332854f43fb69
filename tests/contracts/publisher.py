"""Who publishes a directory of the mesh, on loopback, signed or not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, serialize_json

from vaas.mesh import Source

KEY = OKPKey.generate_key("Ed25519", private=True)
OTHER = OKPKey.generate_key("Ed25519", private=True)


def pem(key: ECKey | OKPKey | RSAKey) -> str:
    return key.as_pem(private=False).decode()


class Publisher:
    """``body`` is what is published; ``asked`` the headers of those who asked for it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/mesh.json"
        self.body = b""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []

    def source(self, **more: Any) -> Source:
        """As an operator names it; asked again at once."""
        return Source(self.url, **{"every": 0.02, "insecure": True, "private": True} | more)

    def sign(
        self,
        servers: Iterable[tuple[str, str]],
        key: ECKey | OKPKey | RSAKey = KEY,
        alg: str = "Ed25519",
    ) -> None:
        """Publish the signed kind: address and name of each."""
        listed = [{"url": url, "displayName": name} for url, name in servers]
        self.body = signed({"federation": "The Test Mesh", "servers": listed}, key, alg)

    def providers(self, *providers: Any) -> None:
        """Publish ScienceMesh's kind."""
        self.body = json.dumps(providers).encode()


def signed(told: object, key: ECKey | OKPKey | RSAKey = KEY, alg: str = "Ed25519") -> bytes:
    registry = JWSRegistry(algorithms=[alg])
    registry.max_payload_length = 1 << 22
    made = serialize_json({"protected": {"alg": alg}}, json.dumps(told), key, registry=registry)
    return json.dumps(made).encode()


def provider(
    domain: str, name: str, *, ocm: Sequence[str] = (), webdav: Sequence[str] = ()
) -> dict[str, Any]:
    """An entry as Mentix writes it; ``ocm`` and ``webdav`` are addresses."""
    services = [
        {
            "host": path.split("/")[2],
            "endpoint": {"type": {"name": kind}, "name": kind, "path": path, "is_monitored": True},
            "api_version": "0.0.1",
            "additional_endpoints": [],
        }
        for kind, paths in (("OCM", ocm), ("Webdav", webdav))
        for path in paths
    ]
    gateway = {"endpoint": {"type": {"name": "Gateway"}, "path": "127.0.0.1:1"}, "host": "x:1"}
    about = {"name": name.lower(), "full_name": name, "organization": name, "homepage": ""}
    return about | {"domain": domain, "services": [*services, gateway], "email": ""}


@contextmanager
def published() -> Iterator[Publisher]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(dict(self.headers.items()))
            etag = here.headers.get("ETag")
            since = here.headers.get("Last-Modified")
            known = (etag and self.headers.get("If-None-Match") == etag) or (
                not etag and since and self.headers.get("If-Modified-Since") == since
            )
            body = b"" if known else here.body
            self.send_response(304 if known else here.status)
            for name, value in here.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        here = Publisher(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join(5)
