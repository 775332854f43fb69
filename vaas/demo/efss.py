"""The demo cloud: six products behind one server on this machine.

::

    request ─► DemoEfss ─► product by its sub-path ─► statuses, passwords, pages
                 │                                       └─► WsgiDAV: files of one link
                 └─► what was asked and answered, kept for tests

Each product is a complete installation in a sub-path of its own. What it
answers to whom follows the product; what is below a link is served read-only
by WsgiDAV.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from cheroot.wsgi import Server

from vaas.demo import pages
from vaas.demo.http import Answer, Request, html
from vaas.demo.links import Link
from vaas.demo.nextcloud import Nextcloud, Nextcloud28
from vaas.demo.ocis import Ocis
from vaas.demo.owncloud import OwnCloud
from vaas.demo.product import Product
from vaas.demo.reva import Reva
from vaas.demo.seafile import Seafile
from vaas.errors import ConfigError
from vaas.model import Secret

PRODUCTS: tuple[type[Product], ...] = (Nextcloud, Nextcloud28, OwnCloud, Ocis, Reva, Seafile)
RECORD = 5000
log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class Seen(NamedTuple):
    """One request and how it was answered; neither query nor credentials."""

    method: str
    path: str
    status: int


class _Server(Server):
    """Cheroot that reports to our log and never to the terminal."""

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Pass on what went wrong with a connection."""
        log.log(level, "%s", msg, exc_info=traceback)

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: tuple[str, int]) -> socket.socket:
        """Bind so that the port can be taken again at once after a stop."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return socket_


class DemoEfss:
    """A cloud on 127.0.0.1, from entering the context to leaving it.

    Attributes:
        requests: for each product the latest requests, oldest first.
    """

    def __init__(self, root: Path | Mapping[str, Path], port: int = 0) -> None:
        """Name what can be shared.

        Args:
            root: a folder, or folders by the name that begins their paths.
            port: to listen on; 0 takes a free one.
        """
        self._roots = {"": root} if isinstance(root, Path) else dict(root)
        self._products = {kind.name: kind() for kind in PRODUCTS}
        self._server = _Server(
            ("127.0.0.1", port), self._wsgi, numthreads=8, timeout=10, shutdown_timeout=1
        )
        self._thread = threading.Thread(target=self._server.serve, name="demo-efss", daemon=True)
        self.requests: dict[str, deque[Seen]] = {
            name: deque(maxlen=RECORD) for name in self._products
        }

    def __enter__(self) -> Self:
        try:
            self._server.prepare()
        except OSError as error:
            raise ConfigError(f"the demo cloud cannot listen: {error.strerror or error}") from error
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._thread.join(2)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._server.bind_addr[1]}"

    def add_link(
        self,
        product: str,
        path: str,
        *,
        token: str | None = None,
        password: str | None = None,
        expired: bool = False,
        upload_only: bool = False,
        internal: bool = False,
    ) -> str:
        """Share a folder or file by a link.

        Args:
            product: whose link it is.
            path: relative to the root, or beginning with the name of a root.
            token: of the link; a random one if not given.
            password: what the link asks for.
            expired: its time is over.
            upload_only: a file drop.
            internal: only for signed-in people (oCIS alone).

        Returns:
            its address in the product's shape.

        Raises:
            ConfigError: no such product, no such path, or a token or kind of
                link that the product does not have.
        """
        cloud = self._product(product)
        if internal and not cloud.has_internal_links:
            raise ConfigError(f"{product} has no internal links")
        token = token or cloud.new_token()
        if not re.fullmatch(cloud.alphabet, token):
            raise ConfigError(f"a token of {product} matches {cloud.alphabet}")
        link = Link(
            token=token,
            target=self._target(path),
            password=None if password is None else Secret(password),
            expired=expired,
            upload_only=upload_only,
            internal=internal,
        )
        cloud.links[link.token] = link
        return self._address(cloud, link)

    def remove_link(self, url: str) -> None:
        """Delete the link with this address.

        Raises:
            ConfigError: no link has it.
        """
        for cloud in self._products.values():
            for token, link in list(cloud.links.items()):
                if self._address(cloud, link) == url:
                    del cloud.links[token]
                    return
        raise ConfigError("no link has this address")

    def throttle(self, product: str, seconds: float) -> None:
        """Make a product ask all clients to wait."""
        self._product(product).hold(seconds)

    def forgive(self, product: str) -> None:
        """Make a product forget failed attempts and waits."""
        self._product(product).hold(0)
        self._product(product).guard.reset()

    def maintenance(self, product: str, on: bool) -> None:
        """Switch a product's maintenance mode."""
        self._product(product).maintenance = on

    def broken(self, product: str, on: bool) -> None:
        """Switch whether a product is away, so that the web server before it answers alone."""
        self._product(product).broken = on

    def federation(self, product: str, on: bool) -> None:
        """Switch whether a Nextcloud lets its users add shares of other clouds.

        Where the administrator forbids it, requests need the header
        ``X-Requested-With: XMLHttpRequest``.

        Raises:
            ConfigError: the product is no Nextcloud.
        """
        cloud = self._product(product)
        if not isinstance(cloud, Nextcloud28):
            raise ConfigError(f"{product} has no such switch")
        cloud.federates = on

    def _product(self, name: str) -> Product:
        if name not in self._products:
            raise ConfigError(f"no product {name!r}; there are {', '.join(self._products)}")
        return self._products[name]

    def _target(self, path: str) -> Path:
        first, _, rest = path.strip("/").partition("/")
        root, inside = (
            (self._roots[""], path) if "" in self._roots else (self._roots.get(first), rest)
        )
        if root is None:
            raise ConfigError(f"no root named {first!r}")
        target = (root / inside.strip("/")).resolve()
        if not target.is_relative_to(root.resolve()) or not target.exists():
            raise ConfigError(f"nothing to share at {path!r}")
        return target

    def _address(self, cloud: Product, link: Link) -> str:
        return f"{self.url}{cloud.prefix}{cloud.share_path(link)}"

    def _wsgi(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        name, _, rest = request.path.lstrip("/").partition("/")
        cloud = self._products.get(name)
        answer = self._home() if cloud is None else cloud.answer(request, "/" + rest)
        if cloud is not None:
            self.requests[name].append(Seen(request.method, request.path, answer.status))
        start_response(answer.line, list(answer.headers))
        return () if request.method == "HEAD" else answer.body

    def _home(self) -> Answer:
        links = [
            (cloud.title, link.target.name, self._address(cloud, link))
            for cloud in self._products.values()
            for link in list(cloud.links.values())
        ]
        return html(pages.home(links))
