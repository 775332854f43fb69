"""Shares that another cloud sent us by Open Cloud Mesh: WebDAV behind a door.

Where the door is and which key opens it, the mesh knows (``Doors``): peers differ
in both, keys run out, and one of them may be tried before another. A key that is
refused is given back for the next one; when none is left, the share is withdrawn.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Protocol, TypeVar

from vaas.errors import NotAnEfss, ShareUnknown, ShareWithdrawn, VaasError
from vaas.model import Entry, Secret, Share, ShareLink
from vaas.shares.base import Provider
from vaas.shares.client import Answer, OutboundClient
from vaas.shares.multistatus import Resource
from vaas.shares.webdav import DavProvider

T = TypeVar("T")

_KEYS_AT_MOST = 5
"""Keys tried for one question; there are three kinds, and one may run out meanwhile."""


@dataclass(frozen=True, slots=True)
class Door:
    """How a received share is reached now.

    Attributes:
        url: WebDAV address of its root, without trailing slash.
        key: value of the ``Authorization`` header.
        name: what its sender calls it.
        kind: which kind of key this is; the mesh's own matter.
    """

    url: str = field(repr=False)
    key: Secret
    name: str
    kind: str = ""


class Doors(Protocol):
    """What the mesh tells of received shares."""

    async def door(self, link: ShareLink) -> Door:
        """The way to a share.

        Raises:
            ShareUnknown: there never was such a share.
            ShareWithdrawn: it is gone, or its time is over.
            OutboundError: its peer cannot be asked.
        """
        ...

    async def another(self, link: ShareLink, refused: Door) -> Door:
        """The next way, when a key was refused.

        Raises:
            ShareWithdrawn: there is none.
            OutboundError: its peer cannot be asked.
        """
        ...

    async def seen(self, link: ShareLink) -> None:
        """The share has answered."""
        ...

    async def missed(self, link: ShareLink) -> None:
        """Its peer says that it is not there, or refused every key."""
        ...


class Ocm(Provider):
    """Received shares of all peers."""

    product = "ocm"
    locks_out = True

    def __init__(self, client: OutboundClient, doors: Doors) -> None:
        """Take what it asks.

        Args:
            client: asks peers; its policy is that of the mesh.
            doors: knows where shares are.
        """
        self._client, self._doors = client, doors

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:
        """See ``Provider.resolve``; there are no passwords."""
        try:
            share = await self._ask(link, lambda dav: dav.resolve(link, password))
        except ShareWithdrawn:
            await self._doors.missed(link)
            raise
        await self._doors.seen(link)
        return share

    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        """See ``Provider.list``."""
        return await self._ask(share.link, lambda dav: dav.list(share, folder))

    async def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """See ``Provider.read``."""
        door = await self._doors.door(share.link)
        for _ in range(_KEYS_AT_MOST):
            try:
                dav = _Behind(self._client, door)
                async with aclosing(dav.read(share, entry, offset, size)) as pieces:
                    async for piece in pieces:
                        yield piece
            except _KeyRefused:  # it comes before the first piece
                door = await self._doors.another(share.link, door)
            else:
                return
        raise ShareWithdrawn("each key was refused")

    async def _ask(self, link: ShareLink, question: Callable[[_Behind], Awaitable[T]]) -> T:
        door = await self._doors.door(link)
        for _ in range(_KEYS_AT_MOST):
            try:
                return await question(_Behind(self._client, door))
            except _KeyRefused:
                door = await self._doors.another(link, door)
        raise ShareWithdrawn("each key was refused")


class _KeyRefused(VaasError):
    """Status 401 or 403: this key opens nothing."""


class _Behind(DavProvider):
    """The WebDAV side of one share, with one key."""

    product = "ocm"
    file_is_root = True

    def __init__(self, client: OutboundClient, door: Door) -> None:
        super().__init__(client)
        self._door = door
        self.headers = {**self.headers, "Authorization": door.key.value}

    def root_url(self, link: ShareLink) -> str:  # noqa: ARG002 (the door says)
        """Where the mesh says that it is."""
        return self._door.url

    def login(self, link: ShareLink, password: Secret | None) -> None:
        """Nothing besides the key."""

    def folder_name(self, link: ShareLink, root: Resource) -> str:  # noqa: ARG002
        """As its sender calls it."""
        return self._door.name

    async def file_name(
        self,
        link: ShareLink,  # noqa: ARG002
        password: Secret | None,  # noqa: ARG002
        root: Resource,  # noqa: ARG002
    ) -> str:
        """As its sender calls it."""
        return PurePosixPath(self._door.name).name

    async def _resolve_parent(self, link: ShareLink, password: Secret | None) -> Share:
        root, _ = await self._propfind(link, password, "", depth=0)
        return await self._resolve_folder(link, password, root)

    async def _resolve_folder(
        self, link: ShareLink, password: Secret | None, root: Resource
    ) -> Share:
        # ownCloud's family alone has such letters, and ETags that change with what is below.
        if root.permissions is None:
            root = replace(root, etag="")
        return await super()._resolve_folder(link, password, root)

    async def _propfind(
        self, link: ShareLink, password: Secret | None, folder: str, *, depth: int
    ) -> tuple[Resource, Sequence[Resource]]:
        try:
            return await super()._propfind(link, password, folder, depth=depth)
        except (ShareUnknown, NotAnEfss):
            if folder or not PurePosixPath(self._door.name).suffix:
                raise
        # A file's address takes no slash at its end.
        return await self.propfind(self._door.url, link, password, depth=depth, inside=False)

    def refused(
        self,
        answer: Answer,
        *,
        password: bool,  # noqa: ARG002
        inside: bool,
    ) -> VaasError:
        """No key fits, or what it fits is gone; there is nobody to ask for a password."""
        if answer.status in {401, 403}:
            return _KeyRefused(f"status {answer.status}")
        error = super().refused(answer, password=True, inside=inside)
        return ShareWithdrawn(error.detail) if isinstance(error, ShareUnknown) else error


__all__ = ["Door", "Doors", "Ocm"]
