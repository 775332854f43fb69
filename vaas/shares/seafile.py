"""Seafile: links have no WebDAV, but a listing of their own and a file server.

A password is posted to the page that people see, as their browser would; the
session that this opens is kept in memory, for that link and password alone.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from vaas.errors import (
    AddressRefused,
    AnswerTooLarge,
    EfssFailed,
    InternalLink,
    NotAnEfss,
    PasswordNeeded,
    PasswordWrong,
    ShareChanged,
    ShareExpired,
    ShareUnknown,
    VaasError,
)
from vaas.model import Entry, Secret, Share, ShareLink, Version
from vaas.shares.base import Provider, digest, tree_digest
from vaas.shares.client import Answer, OutboundClient, StreamAnswer
from vaas.shares.flight import SingleFlight
from vaas.shares.forms import asks_password, cookie_header, encoded, form_headers, hidden_fields
from vaas.shares.multistatus import MAX_BYTES, MAX_ENTRIES, bare_etag
from vaas.shares.policy import OutboundPolicy
from vaas.shares.refusals import is_html, refusal, said
from vaas.shares.webdav import after, check_same, part, whole_size

_OK, _PARTIAL = 200, 206
_MOVED = frozenset({301, 302, 303, 307})
_DENIED = frozenset({401, 403})
_SESSIONS = 1_000


class Seafile(Provider):
    """Folder links ``/d/`` and file links ``/f/``.

    Nothing has a folder ETag, so versions are digests of the tree's sizes and
    times; a file link's is what its file server says.
    """

    product = "seafile"

    def __init__(self, client: OutboundClient, policy: OutboundPolicy) -> None:
        """Speak to one site.

        Args:
            client: asks other hosts.
            policy: names the file servers of other origins that may be asked.
        """
        self._client = client
        self._policy = policy
        self._sessions: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._signing_in: SingleFlight[str] = SingleFlight()

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """See ``Provider.resolve``."""
        if _kind(link) == "f":
            entry = await self._single(link, password)
            tag = entry.tag or digest([entry])
            return self._share(link, password, entry.path, tag, entry.size)
        tag = await tree_digest(lambda folder: self._entries(link, password, folder))
        return self._share(link, password, link.host, tag, None)

    def _share(
        self, link: ShareLink, password: Secret | None, name: str, tag: str, size: int | None
    ) -> Share:
        version = Version(link.fingerprint, tag)
        return Share(link, self.product, name, _kind(link) == "f", version, password, size)

    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        """See ``Provider.list``."""
        if not share.is_file:
            return await self._entries(share.link, share.password, folder)
        if folder:
            raise ShareChanged("a folder was asked for in a share of one file")
        return [await self._single(share.link, share.password)]

    async def _entries(
        self, link: ShareLink, password: Secret | None, folder: str
    ) -> Sequence[Entry]:
        path = quote(f"/{folder}/" if folder else "/", safe="")
        url = f"{link.root}/api/v2.1/share-links/{_token(link)}/dirents/?path={path}"
        answer = await self._ask(link, password, url)
        if answer.status != _OK:
            raise _refused(answer, password, inside=bool(folder))
        return list(_listed(_dirents(answer), folder))

    async def _single(self, link: ShareLink, password: Secret | None) -> Entry:
        """The file of a file link, from what the file server says of it."""
        url = await self._location(link, password, f"{link.root}/f/{_token(link)}/?dl=1")
        async with self._download(url, {"Range": "bytes=0-0"}) as answer:
            # An empty file has no first byte: 416, which is an answer as well.
            if answer.status not in {_OK, _PARTIAL, 416}:
                raise EfssFailed(f"the file server answers with status {answer.status}")
            name = unquote(urlsplit(url).path.rpartition("/")[2]) or link.host
            modified = answer.headers.get("Last-Modified", "")
            size = whole_size(answer) or 0
            tag = bare_etag(answer.headers.get("ETag", "")) or f"{size}-{modified}"
            return Entry(name, False, size, tag, modified)

    async def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """See ``Provider.read``."""
        link, token = share.link, _token(share.link)
        page = f"{link.root}/f/{token}/?dl=1"
        if not share.is_file:
            page = f"{link.root}/d/{token}/files/?p={quote('/' + entry.path, safe='')}&dl=1"
        url = await self._location(link, share.password, page, inside=True)
        async with self._download(url, part(offset, size)) as answer:
            if answer.status not in {_OK, _PARTIAL}:
                raise ShareChanged(f"the file server answers with status {answer.status}")
            # The listing writes times in another way than headers do.
            check_same(answer, replace(entry, modified=""), offset)
            async for piece in after(answer, offset):
                yield piece

    def _download(
        self, url: str, headers: dict[str, str]
    ) -> AbstractAsyncContextManager[StreamAnswer]:
        # The address itself is the credential: the session stays at home.
        return self._client.stream("GET", url, headers=headers)

    async def _location(
        self, link: ShareLink, password: Secret | None, page: str, *, inside: bool = False
    ) -> str:
        """Where the file server has a file, good for one download.

        Raises:
            AddressRefused: the file server is on another origin and not listed.
        """
        answer = await self._ask(link, password, page)
        if answer.status not in _MOVED:
            raise _refused(answer, password, inside=inside)
        url = urljoin(page, answer.headers.get("Location", ""))
        if _signs_in(answer):
            raise InternalLink("the link leads to a sign-in page")
        if _origin(url) != _origin(link.root) and self._policy.rule_for(url) is None:
            raise AddressRefused(f"{link.host}: its file server is no listed site")
        return url

    async def _ask(self, link: ShareLink, password: Secret | None, url: str) -> Answer:
        """GET with the session of this link and password, opened if need be."""
        if password is None:
            return await self._get(url, "")
        key = (link.fingerprint, sha256(password.value.encode()).hexdigest())
        known = self._sessions.get(key)
        session = known if known is not None else await self._sign_in(key, link, password)
        answer = await self._get(url, session)
        if known and _asks_again(answer):
            answer = await self._get(url, await self._sign_in(key, link, password))
        if _asks_again(answer):
            self._sessions.pop(key, None)
        return answer

    async def _get(self, url: str, session: str) -> Answer:
        headers = {"Accept": "application/json"} | ({"Cookie": session} if session else {})
        return await self._client.request(
            "GET", url, headers=headers, follow=False, max_bytes=MAX_BYTES
        )

    async def _sign_in(self, key: tuple[str, str], link: ShareLink, password: Secret) -> str:
        session = await self._signing_in.run(key, lambda: self._post_password(link, password))
        self._sessions[key] = session
        self._sessions.move_to_end(key)
        while len(self._sessions) > _SESSIONS:
            self._sessions.popitem(last=False)
        return session

    async def _post_password(self, link: ShareLink, password: Secret) -> str:
        """Fill in the page's form; returns the ``Cookie`` header of the session."""
        url = f"{link.root}/{_kind(link)}/{_token(link)}/"
        page = await self._client.request("GET", url, follow=False)
        if page.status != _OK or not asks_password(page.body):
            return ""
        cookies = cookie_header(page.headers)
        form = hidden_fields(page.body) | {"token": _token(link), "password": password.value}
        answer = await self._client.request(
            "POST", url, headers=form_headers(url, cookies), content=encoded(form), follow=False
        )
        if answer.status not in {_OK, *_MOVED}:
            raise _refused(answer, password, inside=False)
        return cookie_header(answer.headers, cookies)


def _refused(answer: Answer, password: Secret | None, *, inside: bool) -> VaasError:
    """What a refusing answer means."""
    if answer.status == 401 or _signs_in(answer):  # noqa: PLR2004
        return InternalLink("the link asks people to sign in")
    if _asks_again(answer):
        return PasswordWrong("the form is back") if password else PasswordNeeded("a form is shown")
    if is_html(answer) and "expired" in said(answer).lower():
        return ShareExpired("the page says so")
    if answer.status < 400:  # noqa: PLR2004
        return EfssFailed(f"status {answer.status} where a file was expected")
    return refusal(answer, password=bool(password), inside=inside)


def _asks_again(answer: Answer) -> bool:
    return answer.status == 403 or (is_html(answer) and asks_password(answer.body))  # noqa: PLR2004


def _signs_in(answer: Answer) -> bool:
    return answer.status in _MOVED and "/login" in answer.headers.get("Location", "")


def _dirents(answer: Answer) -> Sequence[dict[str, Any]]:
    try:
        found = json.loads(answer.body)["dirent_list"]
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise NotAnEfss("the listing is not Seafile's") from problem
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise NotAnEfss("the listing is not Seafile's")
    if len(found) > MAX_ENTRIES:
        raise AnswerTooLarge(f"a folder of more than {MAX_ENTRIES} entries")
    return found


def _listed(dirents: Sequence[dict[str, Any]], folder: str) -> Iterator[Entry]:
    """What lies directly inside ``folder``; anything else is left out."""
    above = f"{folder}/" if folder else ""
    for item in dirents:
        is_folder = item.get("is_dir") is True
        path = str(item.get("folder_path" if is_folder else "file_path", "")).strip("/")
        name = path.removeprefix(above)
        if not path.startswith(above) or "/" in name or name in {"", ".", ".."} or "\0" in name:
            continue
        told = item.get("size")
        size = told if isinstance(told, int) and not is_folder else 0
        modified = str(item.get("last_modified", ""))
        yield Entry(path, is_folder, size, "" if is_folder else f"{size}-{modified}", modified)


def _kind(link: ShareLink) -> str:
    """``d`` for a folder link, ``f`` for one to a file."""
    kind, dot, _ = link.token.partition(".")
    if not dot or kind not in {"d", "f"}:
        raise ShareUnknown("the link has not the shape of Seafile's")
    return kind


def _token(link: ShareLink) -> str:
    return quote(link.token.partition(".")[2], safe="")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


__all__ = ["Seafile"]
