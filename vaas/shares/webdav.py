"""Listing and reading over WebDAV, as most products do it.

A provider of a WebDAV product derives from ``DavProvider`` and says where a
link's root lies, as whom to log in, and what is special about its answers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from email.message import Message
from pathlib import PurePosixPath
from typing import ClassVar
from urllib.parse import quote, urlsplit

from vaas.errors import EfssFailed, NotAnEfss, ShareChanged, VaasError
from vaas.model import Entry, Secret, Share, ShareLink, Version
from vaas.shares.base import Provider, digest, tree_digest
from vaas.shares.client import Answer, OutboundClient, StreamAnswer
from vaas.shares.multistatus import MAX_BYTES, PROPFIND_BODY, Resource, bare_etag, parse
from vaas.shares.refusals import is_html, refusal

_OK, _PARTIAL, _MULTISTATUS = 200, 206, 207
_ERROR_BYTES = 64 * 2**10
# Nextcloud refuses public WebDAV without it where federated sharing is off;
# the others do not mind.
_HEADERS = {"X-Requested-With": "XMLHttpRequest"}


class DavProvider(Provider):
    """What all WebDAV products share.

    Attributes:
        default_root: the DAV root below the link's web root, with ``{token}``.
        telling_folders: whether a folder's ETag changes with anything below it.
        file_is_root: whether the root of a link to one file is that file;
            else it is a folder made up around it.
    """

    default_root: ClassVar[str] = ""
    telling_folders: ClassVar[bool] = True
    file_is_root: ClassVar[bool] = False

    def __init__(self, client: OutboundClient, dav_root: str = "") -> None:
        """Speak to one site.

        Args:
            client: asks other hosts.
            dav_root: replaces the product's own DAV root. From the web root
                of the link, or from the host's if it begins with a slash.
                Without ``{token}`` the token is the user name of the login.
        """
        self.client = client
        self.dav_root = dav_root or self.default_root
        self.headers: Mapping[str, str] = _HEADERS

    @property
    def _token_in_path(self) -> bool:
        return "{token}" in self.dav_root

    def root_url(self, link: ShareLink) -> str:
        """The address of the share's root, without trailing slash."""
        base = link.root
        if self.dav_root.startswith("/"):
            parts = urlsplit(link.root)
            base = f"{parts.scheme}://{parts.netloc}"
        path = self.dav_root.strip("/").replace("{token}", quote(link.token, safe=""))
        return f"{base}/{path}".rstrip("/")

    def login(self, link: ShareLink, password: Secret | None) -> tuple[str, Secret] | None:
        """User name and password, sent without being asked for; ``None`` for neither."""
        if not self._token_in_path:
            return (link.token, password or Secret(""))
        return ("public", password) if password else None

    def refused(self, answer: Answer, *, password: bool, inside: bool) -> VaasError:
        """What a refusing answer means; products add their own readings."""
        return refusal(answer, password=password, inside=inside)

    def check_root(self, root: Resource) -> None:
        """Refuse a root that answers but cannot be read; products add theirs."""

    async def file_name(self, link: ShareLink, password: Secret | None, root: Resource) -> str:
        """The name of a share whose root is itself the file.

        Its address ends in the token or in a fixed word, so if the listing
        does not name it, only the headers of a download do.
        """
        name = root.name
        if name in {"", link.token}:
            answer = await self.client.request(
                "HEAD",
                self.root_url(link),
                headers=self.headers,
                password=self.login(link, password),
            )
            name = disposition_name(answer.headers)
        return PurePosixPath(name.replace("\0", "")).name or link.host

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """See ``Provider.resolve``."""
        root, _ = await self._propfind(link, password, "", depth=0)
        self.check_root(root)
        if not root.is_folder:
            name = await self.file_name(link, password, root)
            return self._share(link, password, name, self._entry(name, root))
        if root.item_type == "file":
            return await self._resolve_parent(link, password)
        return await self._resolve_folder(link, password, root)

    async def _resolve_parent(self, link: ShareLink, password: Secret | None) -> Share:
        """A single file shown as the only child of a folder made up around it."""
        entries = await self._entries(link, password, "")
        if len(entries) != 1:
            raise EfssFailed(f"a link to one file lists {len(entries)} entries")
        return self._share(link, password, entries[0].path, entries[0])

    async def _resolve_folder(
        self, link: ShareLink, password: Secret | None, root: Resource
    ) -> Share:
        tag = root.etag if self.telling_folders else ""
        if not tag:
            tag = await tree_digest(lambda folder: self._entries(link, password, folder))
        return Share(
            link=link,
            product=self.product,
            name=self.folder_name(link, root),
            is_file=False,
            version=Version(link.fingerprint, tag),
            password=password,
            size=root.size or None,
        )

    def folder_name(self, link: ShareLink, root: Resource) -> str:
        """What the root calls itself, unless that is the token; else the host."""
        return root.name if root.name.strip("/") not in {"", link.token} else link.host

    def _share(self, link: ShareLink, password: Secret | None, name: str, entry: Entry) -> Share:
        version = Version(link.fingerprint, entry.tag or digest([entry]))
        return Share(link, self.product, name, True, version, password, entry.size or None)

    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        """See ``Provider.list``."""
        if not share.is_file:
            return await self._entries(share.link, share.password, folder)
        if folder:
            raise ShareChanged("a folder was asked for in a share of one file")
        root, children = await self._propfind(share.link, share.password, "", depth=1)
        return [self._entry(share.name, r) for r in (children if root.is_folder else [root])]

    async def _entries(
        self, link: ShareLink, password: Secret | None, folder: str
    ) -> Sequence[Entry]:
        root, children = await self._propfind(link, password, folder, depth=1)
        if not root.is_folder:
            raise ShareChanged("a folder has become a file")
        above = f"{folder}/" if folder else ""
        return [self._entry(f"{above}{r.parts[-1]}", r) for r in children]

    def _entry(self, path: str, resource: Resource) -> Entry:
        size = 0 if resource.is_folder else resource.size
        return Entry(path, resource.is_folder, size, resource.tag, resource.modified)

    def url(self, link: ShareLink, path: str) -> str:
        """The address of a file or folder; of the root for empty text."""
        return "/".join([self.root_url(link), *(quote(p, safe="") for p in path.split("/") if p)])

    async def _propfind(
        self, link: ShareLink, password: Secret | None, folder: str, *, depth: int
    ) -> tuple[Resource, Sequence[Resource]]:
        # A collection's address ends in a slash (RFC 4918, section 5.2).
        return await self.propfind(
            f"{self.url(link, folder)}/", link, password, depth=depth, inside=bool(folder)
        )

    async def propfind(
        self, url: str, link: ShareLink, password: Secret | None, *, depth: int, inside: bool
    ) -> tuple[Resource, Sequence[Resource]]:
        """Ask what is at an address, and with depth 1 what is directly in it.

        Args:
            url: what to ask about.
            link: the share it belongs to.
            password: the link's.
            depth: 0 or 1.
            inside: whether the share's root has answered before.

        Raises:
            VaasError: what ``refused`` makes of any answer but 207.
        """
        answer = await self.client.request(
            "PROPFIND",
            url,
            headers={**self.headers, "Depth": str(depth), "Content-Type": "application/xml"},
            content=PROPFIND_BODY,
            password=self.login(link, password),
            max_bytes=MAX_BYTES,
        )
        if answer.status != _MULTISTATUS:
            raise self.refused(answer, password=bool(password), inside=inside)
        if is_html(answer):
            raise NotAnEfss("a page for people instead of a WebDAV answer")
        return await parse(answer.body, answer.url)

    async def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """See ``Provider.read``."""
        # The legacy endpoints of all products show a single file as the root itself.
        at_root = share.is_file and (self.file_is_root or not self._token_in_path)
        path = "" if at_root else entry.path
        headers = {**self.headers, "Accept-Encoding": "identity", **part(offset, size)}
        async with self.client.stream(
            "GET",
            self.url(share.link, path),
            headers=headers,
            password=self.login(share.link, share.password),
        ) as answer:
            if answer.status not in {_OK, _PARTIAL}:
                raise self.refused(await _whole(answer), password=bool(share.password), inside=True)
            check_same(answer, entry, offset)
            async for chunk in after(answer, offset):
                yield chunk


def part(offset: int, size: int | None) -> dict[str, str]:
    """The header that asks for a part of a file; none for all of it."""
    if not offset and size is None:
        return {}
    return {"Range": f"bytes={offset}-{'' if size is None else offset + size - 1}"}


async def _whole(answer: StreamAnswer) -> Answer:
    """The beginning of a refusing answer, for ``refused`` to read."""
    body = b""
    async for chunk in answer.chunks():
        body += chunk
        if len(body) >= _ERROR_BYTES:
            break
    return Answer(answer.status, answer.headers, body, "")


def check_same(answer: StreamAnswer, entry: Entry, offset: int) -> None:
    """Refuse bytes of another state of the file than the one that was listed.

    One of another size is another, whatever its ETag. Else equal ETags settle it;
    different ones do not, since servers spell the same one differently in a listing
    and in a header: the time must differ too.

    Args:
        answer: 200 or 206.
        entry: what was listed.
        offset: where reading was to begin.

    Raises:
        ShareChanged: the file has changed, or the part is not the one asked for.
    """
    span = answer.headers.get("Content-Range", "")
    if answer.status == _PARTIAL and not span.replace(" ", "").startswith(f"bytes{offset}-"):
        raise ShareChanged("another part of the file came than was asked for")
    if entry.size and whole_size(answer) not in {None, entry.size}:
        raise ShareChanged("a file is not as long as it was listed")
    tag = bare_etag(answer.headers.get("ETag", ""))
    modified = answer.headers.get("Last-Modified", "")
    if not (tag and tag == entry.tag) and modified and entry.modified not in {"", modified}:
        raise ShareChanged("a file has changed since it was listed")


def whole_size(answer: StreamAnswer) -> int | None:
    """Bytes of the whole file, as an answer to all or a part of it tells."""
    header = "Content-Length" if answer.status == _OK else "Content-Range"
    text = answer.headers.get(header, "").rpartition("/")[2].strip()
    return int(text) if text.isascii() and text.isdecimal() else None


async def after(answer: StreamAnswer, offset: int) -> AsyncGenerator[bytes, None]:
    """The pieces from ``offset`` on, also from a server that ignores ``Range``."""
    skip = 0 if answer.status == _PARTIAL else offset
    async for chunk in answer.chunks():
        if skip < len(chunk):
            yield chunk[skip:]
        skip = max(0, skip - len(chunk))


def disposition_name(headers: Mapping[str, str]) -> str:
    """The file name in ``Content-Disposition`` (RFC 6266), or empty text."""
    message = Message()
    message["Content-Disposition"] = headers.get("Content-Disposition", "")
    return message.get_filename() or ""


__all__ = ["DavProvider", "after", "check_same", "disposition_name", "part", "whole_size"]
