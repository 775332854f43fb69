"""Listing and reading what lies behind a gateway, and the data gateway that it names.

Who asks, and where that lies, each kind of share says in a module of its own. A
single file is the place itself, or the one child of a folder made up around it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from cs3.storage.provider.v1beta1.provider_api_pb2 import (
    InitiateFileDownloadRequest,
    ListContainerRequest,
    StatRequest,
)

from vaas.errors import (
    AnswerTooLarge,
    EfssFailed,
    FileDrop,
    ShareChanged,
    ShareUnknown,
    VaasError,
)
from vaas.model import Entry, Secret, Share, ShareLink, Version
from vaas.shares.base import Provider, digest, tree_digest
from vaas.shares.client import OutboundClient, StreamAnswer
from vaas.shares.cs3.downloads import STALE, check_head, endpoint
from vaas.shares.cs3.gateway import Refused
from vaas.shares.cs3.locks import Locks
from vaas.shares.cs3.places import FILE, Place, entry_of, named, usable
from vaas.shares.multistatus import MAX_ENTRIES, bare_etag
from vaas.shares.policy import OutboundPolicy, SiteRule
from vaas.shares.webdav import after, part

Refusals = Mapping[str, type[VaasError]]

_KEPT = 1_000
_INSIDE: Refusals = {"NOT_FOUND": ShareChanged, "LOCKED": ShareChanged}


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a share besides its files.

    Attributes:
        names: that it may be called by, the best first.
        file: the id of the one file that it may be, by which a folder made up
            around that is told from others; empty if it is not known.
    """

    names: Sequence[str] = ()
    file: str = ""


class Files(Provider):
    """Shares behind gateways, of one kind."""

    at_root: ClassVar[Refusals] = MappingProxyType(
        {"NOT_FOUND": ShareUnknown, "PERMISSION_DENIED": FileDrop, "LOCKED": ShareChanged}
    )
    """What a no means that is said of a share's root."""

    product = "cs3"

    def __init__(self, client: OutboundClient, policy: OutboundPolicy) -> None:
        """Begin.

        Args:
            client: downloads from data gateways.
            policy: says which hosts are a site's.
        """
        self._client, self._policy = client, policy
        self._found: OrderedDict[str, Place] = OrderedDict()
        self._folders: set[Place] = set()
        self._locks = Locks()

    @abstractmethod
    def rule(self, link: ShareLink) -> SiteRule:
        """The site that a share is of."""

    @abstractmethod
    async def call(
        self, link: ShareLink, password: Secret | None, method: str, request: object
    ) -> Any:
        """Ask the gateway as whoever may see the share.

        Raises:
            Refused: the answer is no.
            VaasError: the share is not to be seen, or there is no answer.
        """

    @abstractmethod
    def places(self, link: ShareLink, password: Secret | None) -> AsyncIterator[Place]:
        """Where a share may lie, in the order in which that is tried."""

    @abstractmethod
    async def about(self, link: ShareLink, password: Secret | None) -> About:
        """What is known of a share besides its files."""

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """See ``Provider.resolve``."""
        place, root = await self._root(link, password)
        file = await self._single(link, password, place, root)
        if file is not None:
            version = Version(link.fingerprint, file.tag or digest([file]))
            return Share(link, self.product, file.path, True, version, password, file.size or None)
        tag = bare_etag(root.etag)
        if not tag:
            tag = await tree_digest(lambda folder: self._entries(link, password, place, folder))
        name = await self._name(link, password, root)
        version = Version(link.fingerprint, tag)
        return Share(link, self.product, name, False, version, password, root.size or None)

    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        """See ``Provider.list``."""
        if not share.is_file:
            place = await self._place(share)
            return await self._entries(share.link, share.password, place, folder)
        if folder:
            raise ShareChanged("a folder was asked for in a share of one file")
        place, root = await self._root(share.link, share.password)
        file = await self._single(share.link, share.password, place, root)
        if file is None:
            raise ShareChanged("a share of one file is one no longer")
        return [file]

    async def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """See ``Provider.read``."""
        place, path = await self._path(share, entry.path)
        for again in (True, False):
            async with self._download(share, place, path, part(offset, size)) as answer:
                # A transfer's token may run out while its download waits for its turn.
                if again and answer.status in STALE:
                    continue
                await self._check(share, entry, place.below(path), answer, offset)
                async for piece in after(answer, offset):
                    yield piece
                return

    async def editor(self, share: Share, path: str) -> str:
        """See ``Provider.editor``."""
        place, inside = await self._path(share, path)

        async def ask(method: str, request: object) -> Any:
            """Ask as the share's viewer."""
            return await self.call(share.link, share.password, method, request)

        return await self._locks.editor(ask, share.link.token, place.below(inside))

    async def _root(self, link: ShareLink, password: Secret | None) -> tuple[Place, Any]:
        """Where a share lies, and what the gateway says of that.

        What answered once is asked first. If nothing answers, the first no counts
        that has a meaning.
        """
        codes: list[str] = []
        known = self._found.get(link.token)
        if known is not None:
            try:
                return known, await self._stat(link, password, known)
            except Refused as refused:
                codes.append(refused.code)
                self._folders.discard(self._found.pop(link.token, known))
        async for place in self.places(link, password):
            if place == known:
                continue
            try:
                told = await self._stat(link, password, place)
            except Refused as refused:
                codes.append(refused.code)
                continue
            self._found[link.token] = place
            while len(self._found) > _KEPT:
                self._folders.discard(self._found.popitem(last=False)[1])
            return place, told
        code = next((one for one in codes if one in self.at_root), codes[0])
        raise self.at_root.get(code, EfssFailed)(f"{link.host}: {code} to Stat")

    async def _stat(self, link: ShareLink, password: Secret | None, place: Place) -> Any:
        return (await self.call(link, password, "Stat", StatRequest(ref=place.below("")))).info

    async def _place(self, share: Share) -> Place:
        known = self._found.get(share.link.token)
        return known or (await self._root(share.link, share.password))[0]

    async def _path(self, share: Share, path: str) -> tuple[Place, str]:
        """Where a share's file is; the path is empty for a place that is the file."""
        if not share.is_file:
            return await self._place(share), path
        if path != share.name:
            raise ShareChanged("a share of one file has no other")
        place, root = await self._root(share.link, share.password)
        return place, "" if root.type == FILE else path

    @asynccontextmanager
    async def _download(
        self, share: Share, place: Place, path: str, headers: dict[str, str]
    ) -> AsyncIterator[StreamAnswer]:
        request = InitiateFileDownloadRequest(ref=place.below(path))
        told = await self._ask(share.link, share.password, "InitiateFileDownload", request)
        url, token = endpoint(self._policy, self.rule(share.link), told)
        if token:
            headers = {**headers, "X-Reva-Transfer": token}
        async with self._client.stream("GET", url, headers=headers) as answer:
            yield answer

    async def _check(
        self, share: Share, entry: Entry, ref: Any, answer: StreamAnswer, offset: int
    ) -> None:
        """See that what is about to come is what was listed.

        A data gateway need not say which state it sends. By the time it answers
        it has opened the file, so the state that the gateway tells now is that one's.
        """
        check_head(answer, entry, offset)
        if entry.tag and bare_etag(answer.headers.get("ETag", "")) != entry.tag:
            now = await self._ask(share.link, share.password, "Stat", StatRequest(ref=ref))
            if entry_of(entry.path, now.info).tag != entry.tag:
                raise ShareChanged("a file has changed since it was listed")

    async def _single(
        self, link: ShareLink, password: Secret | None, place: Place, root: Any
    ) -> Entry | None:
        """The file of a share of one file; ``None`` if it is a folder's."""
        if root.type == FILE:
            return entry_of(await self._name(link, password, root), root)
        shared = (await self.about(link, password)).file
        if place in self._folders or shared in {"", root.id.opaque_id}:
            return None
        children = await self._children(link, password, place, "")
        if [(info.type, info.id.opaque_id) for _, info in children] != [(FILE, shared)]:
            self._folders.add(place)
            return None
        return entry_of(*children[0])

    async def _name(self, link: ShareLink, password: Secret | None, root: Any) -> str:
        """What people call what is shared: the gateway's path of it may end in the token."""
        about = await self.about(link, password)
        ends = (root.name, root.path.rstrip("/").rpartition("/")[2], *about.names)
        for name in ends:
            if name != link.token and usable(name):
                return str(name)
        return link.host

    async def _entries(
        self, link: ShareLink, password: Secret | None, place: Place, folder: str
    ) -> Sequence[Entry]:
        above = f"{folder}/" if folder else ""
        children = await self._children(link, password, place, folder)
        return [entry_of(above + name, info) for name, info in children]

    async def _children(
        self, link: ShareLink, password: Secret | None, place: Place, folder: str
    ) -> Sequence[tuple[str, Any]]:
        request = ListContainerRequest(ref=place.below(folder))
        refusals = _INSIDE if folder else self.at_root
        infos: list[Any] = []
        while True:
            told = await self._ask(link, password, "ListContainer", request, refusals)
            infos += told.infos
            if len(infos) > MAX_ENTRIES:
                raise AnswerTooLarge(f"a folder of more than {MAX_ENTRIES} entries")
            if not (told.infos and told.next_page_token):
                break
            request.page_token = told.next_page_token
        return list(dict(named(infos, place, folder)).items())

    async def _ask(
        self,
        link: ShareLink,
        password: Secret | None,
        method: str,
        request: object,
        refusals: Refusals = _INSIDE,
    ) -> Any:
        """Ask, and say what a no means; inside a share, what is missing has moved."""
        try:
            return await self.call(link, password, method, request)
        except Refused as refused:
            kind = refusals.get(refused.code, EfssFailed)
            raise kind(f"{link.host}: {refused.code} to {method}") from None


__all__ = ["About", "Files", "Refusals"]
