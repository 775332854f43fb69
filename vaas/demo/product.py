"""What every product of the demo cloud has in common."""

from __future__ import annotations

import math
import re
import secrets
import string
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from vaas.demo import pages
from vaas.demo.guard import Guard
from vaas.demo.http import Answer, Request, html, text
from vaas.demo.links import Link

ALPHABET = string.ascii_letters + string.digits
Route = tuple[str, Callable[..., Answer]]
"""A pattern for the whole path, and the method that gets the request and its groups."""


class Product(ABC):
    """One installation, with its links, below ``/{name}``.

    Attributes:
        name: of the product here, and of its folder on the server.
        title: as people know it.
        alphabet: pattern of its tokens.
        has_internal_links: whether a link can be for signed-in people only.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    alphabet: ClassVar[str] = r"[A-Za-z0-9_-]+"
    has_internal_links: ClassVar[bool] = False

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self.maintenance = self.broken = False
        self.guard = Guard()
        self._held_until = 0.0

    @property
    def prefix(self) -> str:
        """The sub-path it is installed in."""
        return f"/{self.name}"

    def new_token(self) -> str:
        """A token nobody can guess."""
        return "".join(secrets.choice(ALPHABET) for _ in range(15))

    def hold(self, seconds: float) -> None:
        """Ask clients to wait from now on."""
        self._held_until = time.monotonic() + seconds

    @property
    def wait(self) -> int:
        """Seconds that clients are asked to wait, rounded up; 0 for none."""
        return max(0, math.ceil(self._held_until - time.monotonic()))

    def find(self, token: str) -> Link | None:
        """A link that is known and has not expired."""
        link = self.links.get(token)
        return None if link is None or link.expired else link

    def answer(self, request: Request, path: str) -> Answer:
        """Answer a request.

        Args:
            request: what was asked.
            path: its path below ``prefix``.
        """
        if self.broken:
            return text(502, "Bad Gateway", "text/plain")
        found = _dispatch(self.public(), request, path)
        if found is not None:
            return found
        if self.maintenance:
            return self.closed()
        if self.wait:
            return self.throttled()
        found = _dispatch(self.routes(), request, path)
        return found or html(pages.missing(self.title), 404)

    def closed(self) -> Answer:
        """The answer under maintenance."""
        return text(503, "Service Unavailable", "text/plain", ("Retry-After", "120"))

    def throttled(self) -> Answer:
        """The answer to who asks too often."""
        return text(429, "Too Many Requests", "text/plain", ("Retry-After", str(self.wait)))

    def page(self, request: Request, link: Link | None, download: str) -> Answer:
        """What a person sees who opens the link.

        Args:
            request: may carry the password as the form's field ``password``.
            link: what the token leads to, if anything.
            download: address of a file, with ``{name}`` for its name, or empty.
        """
        if link is None:
            return html(pages.missing(self.title), 404)
        if link.internal or link.upload_only:
            return html(pages.closed_to_visitors(self.title, link))
        given = request.form.get("password", "") if request.method == "POST" else ""
        if not link.opens_with(given):
            return html(pages.password(self.title, wrong=request.method == "POST"))
        return html(pages.listing(self.title, link, "" if link.password else download))

    @abstractmethod
    def share_path(self, link: Link) -> str:
        """Path of the link's address below ``prefix``."""

    @abstractmethod
    def public(self) -> Sequence[Route]:
        """What answers always, even under maintenance."""

    @abstractmethod
    def routes(self) -> Sequence[Route]:
        """What leads to shares."""


def _dispatch(routes: Sequence[Route], request: Request, path: str) -> Answer | None:
    for pattern, handler in routes:
        match = re.fullmatch(pattern, path, re.DOTALL)
        if match:
            return handler(request, *match.groups(default=""))
    return None
