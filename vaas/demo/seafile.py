"""Seafile: no WebDAV for links, but a listing API and a file server behind one-time addresses."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from vaas.demo import dav, pages
from vaas.demo.http import Answer, Request, as_json, html, redirect, text
from vaas.demo.links import Link
from vaas.demo.product import Product, Route
from vaas.demo.tree import inside, members

ONE_TIME_LIMIT = 1000
KEPT = ("content-length", "content-type", "content-range", "content-disposition", "last-modified")
CSRF = "sfcsrftoken"
SESSION = "sessionid"


class Seafile(Product):
    """Folder links ``/d/``, file links ``/f/``, upload links ``/u/d/``."""

    name = "seafile"
    title = "Seafile"
    alphabet = "[0-9a-f]+"

    def __init__(self) -> None:
        super().__init__()
        self._secret = secrets.token_hex()
        self._one_time: dict[str, tuple[Link, str]] = {}

    def new_token(self) -> str:
        """Twenty hexadecimal digits."""
        return secrets.token_hex(10)

    def share_path(self, link: Link) -> str:
        """By what is shared."""
        kind = "u/d" if link.upload_only else "f" if link.is_file else "d"
        return f"/{kind}/{link.token}/"

    def public(self) -> Sequence[Route]:
        """What tells that this is Seafile."""
        return (
            (r"/api2/ping/?", self.ping),
            (r"/api2/server-info/?", self.server_info),
        )

    def routes(self) -> Sequence[Route]:
        """Pages, listing, and the file server."""
        return (
            (r"/d/([0-9a-f]+)/?", self.open_page),
            (r"/u/d/([0-9a-f]+)/?", self.open_page),
            (r"/d/([0-9a-f]+)/files/?", self.file_in_folder),
            (r"/f/([0-9a-f]+)/?", self.single_file),
            (r"/api/v2\.1/share-links/([0-9a-f]+)/dirents/?", self.dirents),
            (r"/seafhttp/files/([^/]+)/[^/]+", self.download),
        )

    def ping(self, _request: Request) -> Answer:
        """The sign of life."""
        return as_json("pong")

    def server_info(self, _request: Request) -> Answer:
        """Version and features."""
        return as_json(
            {
                "version": "11.0.13",
                "encrypted_library_version": 2,
                "features": ["seafile-basic"],
            }
        )

    def throttled(self) -> Answer:
        """The answer of the API's rate limit."""
        detail = f"Request was throttled. Expected available in {self.wait} seconds."
        return as_json({"detail": detail}, 429, ("Retry-After", str(self.wait)))

    def session(self, link: Link) -> str:
        """The cookie of who has given this link's password."""
        return hashlib.sha256(f"{self._secret} {link.token}".encode()).hexdigest()[:32]

    def is_open(self, request: Request, link: Link) -> bool:
        """Whether no password is asked for, or the session has given it."""
        known = request.cookies.get(SESSION, "")
        return link.password is None or secrets.compare_digest(known, self.session(link))

    def open_page(self, request: Request, token: str) -> Answer:
        """A share's page, or the form that asks for its password.

        As Django has it: the form carries a token that must equal a cookie's,
        and the right password is remembered by a session cookie.
        """
        link = self.find(token)
        if link is None:
            return html(pages.missing(self.title), 404)
        if link.upload_only or self.is_open(request, link):
            return self.listing(link)
        if request.method != "POST":
            return self.form(wrong=False)
        csrf = request.form.get("csrfmiddlewaretoken", "")
        if not csrf or csrf != request.cookies.get(CSRF):
            return html(pages.missing(self.title), 403)
        if not link.opens_with(request.form.get("password", "")):
            return self.form(wrong=True)
        cookie = f"{SESSION}={self.session(link)}; HttpOnly; Path=/; SameSite=Lax"
        return self.listing(link).plus(("Set-Cookie", cookie))

    def form(self, *, wrong: bool) -> Answer:
        """The password form with a fresh token in it and in a cookie."""
        csrf = secrets.token_hex(16)
        hidden = {"csrfmiddlewaretoken": csrf}
        page = pages.password(self.title, wrong=wrong, hidden=hidden)
        return html(page, 200, ("Set-Cookie", f"{CSRF}={csrf}; Path=/; SameSite=Lax"))

    def listing(self, link: Link) -> Answer:
        """The page of an open share."""
        if link.upload_only:
            return html(pages.closed_to_visitors(self.title, link))
        query = "?dl=1" if link.is_file else "files/?p=/{name}&dl=1"
        return html(pages.listing(self.title, link, self.prefix + self.share_path(link) + query))

    def file_in_folder(self, request: Request, token: str) -> Answer:
        """``/d/TOKEN/files/?p=/path&dl=1``."""
        link = self.find(token)
        path = request.query.get("p", "")
        found = None if link is None or link.is_file else inside(link.target, path)
        if link is None or found is None or found.is_dir():
            return html(pages.missing(self.title), 404)
        if not self.is_open(request, link) or request.query.get("dl") != "1":
            return self.open_page(request, token)
        return self.to_file_server(request, link, path)

    def single_file(self, request: Request, token: str) -> Answer:
        """``/f/TOKEN/``, with ``?dl=1`` for the file itself."""
        link = self.find(token)
        if link is None or not link.is_file:
            return html(pages.missing(self.title), 404)
        if not self.is_open(request, link) or request.query.get("dl") != "1":
            return self.open_page(request, token)
        return self.to_file_server(request, link, "")

    def to_file_server(self, request: Request, link: Link, path: str) -> Answer:
        """On to the file server, by an address that works once."""
        once = secrets.token_hex(18)
        while len(self._one_time) >= ONE_TIME_LIMIT:
            self._one_time.pop(next(iter(self._one_time)), None)
        self._one_time[once] = (link, path)
        name = quote(Path(path).name or link.target.name)
        return redirect(f"{request.origin}{self.prefix}/seafhttp/files/{once}/{name}")

    def download(self, request: Request, once: str) -> Answer:
        """The file server: one download for each address, no entity tags."""
        link, path = self._one_time.pop(once, (None, ""))
        if link is None or request.method != "GET":
            return text(403, "Access token not found")
        answer = dav.serve(request, link, dav.Dialect(file_is_root=True), "", path)
        kept = tuple(pair for pair in answer.headers if pair[0].lower() in KEPT)
        return Answer(answer.status, answer.body, kept)

    def dirents(self, request: Request, token: str) -> Answer:
        """``/api/v2.1/share-links/TOKEN/dirents/?path=/sub``."""
        link = self.find(token)
        if link is None or link.upload_only:
            return as_json({"error_msg": "Share link not found."}, 404)
        if not self.is_open(request, link):
            return as_json({"error_msg": "Permission denied."}, 403)
        if link.is_file:
            return as_json({"error_msg": "This is not a folder share link."}, 400)
        path = "/" + request.query.get("path", "").strip("/")
        folder = inside(link.target, path)
        if folder is None or not folder.is_dir():
            return as_json({"error_msg": "Folder not found."}, 404)
        return as_json({"dirent_list": [_dirent(path, entry) for entry in members(folder)]})


def _dirent(folder: str, entry: Path) -> dict[str, object]:
    stat = entry.stat()
    path = f"{folder.rstrip('/')}/{entry.name}"
    modified = datetime.fromtimestamp(int(stat.st_mtime), UTC).isoformat()
    if entry.is_dir():
        named: dict[str, object] = {"folder_path": path + "/", "folder_name": entry.name}
    else:
        named = {"file_path": path, "file_name": entry.name}
    size = 0 if entry.is_dir() else stat.st_size
    return {"size": size, "last_modified": modified, "is_dir": entry.is_dir()} | named
