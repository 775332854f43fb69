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

    def frames(self, share_id: str, visit: str) -> Sequence[str]:
        """Whose pages may show a share to a viewer whom another cloud sent."""
        ...

    def shown(self, share_id: str, key: str, visit: str, session_id: str) -> None:
        """A session shows a share to a viewer, who came as for ``link``."""
        ...

    async def link(self, share_id: str, path: str, key: str, *, visit: str = "") -> ShareLink:
        """The share at an address, for a viewer who came with its signature, a pass or neither."""
        ...

    async def listed(self) -> Sequence[tuple[str, str, str]]:
        """Name, sender and address of those that everybody may know of."""
        ...


class Visit(Protocol):
    """A viewer's pass."""

    @property
    def share(self) -> str:
        """What it is for."""

    @property
    def frames(self) -> Sequence[str]:
        """In whose pages it holds."""


class Gate(Protocol):
    """Lets viewers in whom other clouds send; each way gives a pass, and its cookie's value."""

    async def enter(self, name: str, token: str, ends: str, back: str) -> tuple[Visit, str]:
        """Who comes with a token."""
        ...

    async def knock(self, name: str, key: str) -> tuple[Visit, str]:
        """Who comes by an address."""
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


__all__ = ["Gate", "Inviter", "Line", "Received", "Visit"]
