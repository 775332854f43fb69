"""What handlers use without knowing who made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vaas.model import ShareLink


class Line(Protocol):
    """An open websocket."""

    def restart(self) -> None:
        """Send its page to the server that comes after this one."""


class Received(Protocol):
    """Shares that other clouds sent."""

    def admits(self, share_id: str, key: str) -> bool:
        """Whether an address is signed as it must be."""
        ...

    async def link(self, share_id: str, path: str, key: str) -> ShareLink:
        """The share at an address, for a viewer who came with its signature or without."""
        ...

    async def listed(self) -> Sequence[tuple[str, str, str]]:
        """Name, sender and address of those that everybody may know of."""
        ...


class Opened(Protocol):
    """Folders that people opened from their cloud."""

    @property
    def frames(self) -> Sequence[str]:
        """Hosts whose pages may frame them."""
        ...

    def enter(self, ticket: str) -> tuple[ShareLink, str]:
        """What a ticket is for, and a key by which its browser is known from then on."""
        ...

    def link(self, share_id: str, path: str, key: str) -> ShareLink:
        """What is at an address, for a browser that is known by a key."""
        ...


class Inviter(Protocol):
    """Makes us the contact of people at other clouds."""

    us: str
    """Our address, for people."""

    async def invite(self, cloud: str) -> tuple[str, str]:
        """A code to be pasted at a cloud, and its accept dialog, if it has one."""
        ...

    async def accept(self, code: str, cloud: str = "") -> str:
        """Accept an invitation; whose contact we are now."""
        ...


__all__ = ["Inviter", "Line", "Opened", "Received"]
