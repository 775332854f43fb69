"""Listing and reading a public link through a CS3 gateway and the data gateway it names.

Below ``/public/TOKEN`` a gateway shows what a link shares. A single file is that
path itself, or the one child of a folder made up around it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from cs3.storage.provider.v1beta1.provider_api_pb2 import (
    InitiateFileDownloadRequest,
    ListContainerRequest,
    StatRequest,
)
from cs3.storage.provider.v1beta1.resources_pb2 import Reference, ResourceType

from vaas.errors import (
    AddressRefused,
    AnswerTooLarge,
    EfssFailed,
    FileDrop,
    NotAnEfss,
    ShareChanged,
    ShareUnknown,
    VaasError,
)
from vaas.model import Entry, Secret, Share, ShareLink, Version
from vaas.shares.base import Provider, digest, tree_digest
from vaas.shares.client import Answer, OutboundClient, StreamAnswer
from vaas.shares.cs3.access import AccessTokens
from vaas.shares.cs3.gateway import Gateway, Refused
from vaas.shares.multistatus import MAX_ENTRIES, bare_etag
from vaas.shares.policy import OutboundPolicy, SiteRule
from vaas.shares.refusals import refusal
from vaas.shares.webdav import after, check_same, part

_OK, _PARTIAL = 200, 206
_STALE = frozenset({401, 403})
_FILE = ResourceType.RESOURCE_TYPE_FILE
_FOLDER = ResourceType.RESOURCE_TYPE_CONTAINER
_LAST_SECOND = 2**36
_AT_ROOT: Mapping[str, type[VaasError]] = {
    "NOT_FOUND": ShareUnknown,
    "PERMISSION_DENIED": FileDrop,
    "LOCKED": ShareChanged,
}
_INSIDE: Mapping[str, type[VaasError]] = {"NOT_FOUND": ShareChanged, "LOCKED": ShareChanged}


class Cs3(Provider):
    """All links of one site."""

    product = "cs3"

    def __init__(self, rule: SiteRule, client: OutboundClient, policy: OutboundPolicy) -> None:
        """Speak to one site.

        Args:
            rule: names its gateway.
            client: downloads from its data gateway.
            policy: says which hosts are the site's.

        Raises:
            ConfigError: a certificate cannot be read.
        """
        self._rule = rule
        self._client = client
        self._policy = policy
        self._gateway = Gateway(rule)
        self._tokens = AccessTokens(self._gateway)

    async def close(self) -> None:
        """See ``Provider.close``."""
        await self._gateway.close()

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """See ``Provider.resolve``."""
        if link.token == "-":  # noqa: S105 (no token at all)
            raise NotAnEfss(f"{link.host}: an address without a link's token")
        root = await self._stat(link, password, "")
        file = await self._single(link, password, root)
        if file is not None:
            version = Version(link.fingerprint, file.tag or digest([file]))
            return Share(link, self.product, file.path, True, version, password, file.size or None)
        tag = bare_etag(root.etag)
        if not tag:
            tag = await tree_digest(lambda folder: self._entries(link, password, folder))
        name = await self._name(link, password, root)
        version = Version(link.fingerprint, tag)
        return Share(link, self.product, name, False, version, password, root.size or None)

    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        """See ``Provider.list``."""
        if not share.is_file:
            return await self._entries(share.link, share.password, folder)
        if folder:
            raise ShareChanged("a folder was asked for in a share of one file")
        root = await self._stat(share.link, share.password, "")
        file = await self._single(share.link, share.password, root)
        if file is None:
            raise ShareChanged("a share of one file is one no longer")
        return [file]

    async def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """See ``Provider.read``."""
        path = await self._path(share, entry)
        for again in (True, False):
            async with self._download(share, path, part(offset, size)) as answer:
                # A transfer's token may run out while its download waits for its turn.
                if again and answer.status in _STALE:
                    continue
                await self._check(share, entry, path, answer, offset)
                async for piece in after(answer, offset):
                    yield piece
                return

    async def _path(self, share: Share, entry: Entry) -> str:
        """Where an entry is below the link's root; empty for a root that is a file."""
        if not share.is_file:
            return entry.path
        if entry.path != share.name:
            raise ShareChanged("a share of one file has no other")
        root = await self._stat(share.link, share.password, "")
        return "" if root.type == _FILE else entry.path

    @asynccontextmanager
    async def _download(
        self, share: Share, path: str, headers: dict[str, str]
    ) -> AsyncIterator[StreamAnswer]:
        request = InitiateFileDownloadRequest(ref=_reference(share.link, path))
        told = await self._ask(share.link, share.password, "InitiateFileDownload", request, True)
        url, token = self._endpoint(told)
        if token:
            headers = {**headers, "X-Reva-Transfer": token}
        async with self._client.stream("GET", url, headers=headers) as answer:
            yield answer

    def _endpoint(self, told: Any) -> tuple[str, str]:
        """Where a file is to be had, and the token for it where it is not in the address.

        Raises:
            AddressRefused: at a host that is not the site's.
            EfssFailed: nowhere that we could go.
        """
        named = {found.protocol: found for found in told.protocols}
        found = named.get("simple") or named.get("spaces")
        if found is None:
            raise EfssFailed("the gateway offers no download over HTTP")
        if self._policy.rule_for(found.download_endpoint) != self._rule:
            raise AddressRefused(f"{self._rule.host}: its data gateway is no host of the site")
        return found.download_endpoint, found.token

    async def _check(
        self, share: Share, entry: Entry, path: str, answer: StreamAnswer, offset: int
    ) -> None:
        """See that what is about to come is what was listed.

        A data gateway need not say which state it sends. By the time it answers
        it has opened the file, so the state that the gateway tells now is that one's.
        """
        if answer.status in _STALE:
            raise EfssFailed(f"the data gateway answers with status {answer.status}")
        if answer.status not in {_OK, _PARTIAL}:
            head = Answer(answer.status, answer.headers, b"", "")
            raise refusal(head, password=True, inside=True)
        check_same(answer, replace(entry, modified=""), offset)
        if entry.tag and bare_etag(answer.headers.get("ETag", "")) != entry.tag:
            now = await self._stat(share.link, share.password, path, inside=True)
            if _entry(entry.path, now).tag != entry.tag:
                raise ShareChanged("a file has changed since it was listed")

    async def _single(self, link: ShareLink, password: Secret | None, root: Any) -> Entry | None:
        """The file of a link to one file; ``None`` if it is a folder's."""
        if root.type == _FILE:
            return _entry(await self._name(link, password, root), root)
        shared = (await self._tokens.of(link, password)).shared
        if shared in {"", root.id.opaque_id}:
            return None
        children = await self._children(link, password, "")
        if [(info.type, info.id.opaque_id) for _, info in children] != [(_FILE, shared)]:
            return None
        return _entry(*children[0])

    async def _name(self, link: ShareLink, password: Secret | None, root: Any) -> str:
        """What people call what is shared: the gateway's path of it may end in the token."""
        access = await self._tokens.of(link, password)
        ends = (root.name, root.path.rstrip("/").rpartition("/")[2], access.name)
        for name in ends:
            if name not in {"", ".", "..", link.token} and "/" not in name and "\0" not in name:
                return str(name)
        return link.host

    async def _entries(
        self, link: ShareLink, password: Secret | None, folder: str
    ) -> Sequence[Entry]:
        above = f"{folder}/" if folder else ""
        children = await self._children(link, password, folder)
        return [_entry(above + name, info) for name, info in children]

    async def _children(
        self, link: ShareLink, password: Secret | None, folder: str
    ) -> Sequence[tuple[str, Any]]:
        request = ListContainerRequest(ref=_reference(link, folder))
        infos: list[Any] = []
        while True:
            told = await self._ask(link, password, "ListContainer", request, bool(folder))
            infos += told.infos
            if len(infos) > MAX_ENTRIES:
                raise AnswerTooLarge(f"a folder of more than {MAX_ENTRIES} entries")
            if not (told.infos and told.next_page_token):
                break
            request.page_token = told.next_page_token
        return list(dict(_named(infos, [link.token, *folder.split("/")])).items())

    async def _stat(
        self, link: ShareLink, password: Secret | None, path: str, *, inside: bool = False
    ) -> Any:
        request = StatRequest(ref=_reference(link, path))
        return (await self._ask(link, password, "Stat", request, inside)).info

    async def _ask(
        self, link: ShareLink, password: Secret | None, method: str, request: object, inside: bool
    ) -> Any:
        """Ask, and say what a no means; inside a share, what is missing has moved."""
        try:
            return await self._tokens.call(link, password, method, request)
        except Refused as refused:
            kind = (_INSIDE if inside else _AT_ROOT).get(refused.code, EfssFailed)
            raise kind(f"{link.host}: {refused.code} to {method}") from None


def _reference(link: ShareLink, path: str) -> Any:
    return Reference(path="/".join(filter(None, ("/public", link.token, path))))


def _named(infos: Sequence[Any], above: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Files and folders directly below ``above``, by name; anything else is left out."""
    parents = [part for part in above if part]
    for info in infos:
        *before, name = info.path.split("/")
        before = [part for part in before if part not in {"", "."}]
        strays = bool(before) and before[-len(parents) :] != parents
        if strays or name in {"", ".", ".."} or "\0" in name:
            continue
        if info.type in {_FILE, _FOLDER}:
            yield name, info


def _entry(path: str, info: Any) -> Entry:
    seconds = info.mtime.seconds
    modified = formatdate(seconds, usegmt=True) if 0 < seconds < _LAST_SECOND else ""
    tag = bare_etag(info.etag)
    if info.type == _FOLDER:
        return Entry(path, True, 0, tag, modified)
    return Entry(path, False, info.size, tag or f"{info.size}-{modified}", modified)


__all__ = ["Cs3"]
