"""What handlers use without knowing who made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from vaas.model import ShareLink


class Line(Protocol):
    """An open websocket."""

    def restart(self) -> None:
        """Send its page to the server that comes after this one."""


class Received(Protocol):
    """Shares that other clouds sent."""

    async def admits(self, share_id: str, key: str) -> bool:
        """Whether an address is signed as it must be."""
        ...

    def frames(self, share_id: str, visit: str) -> Sequence[str]:
        """Whose pages may show a share to a viewer whom another cloud sent."""
        ...

    def way_back(self, share_id: str, visit: str) -> str:
        """Where the cloud that sent a viewer begins anew; empty if it did not say."""
        ...

    async def came_by(self, share_id: str, key: str, visit: str) -> str:
        """The share of ours by which alone a viewer comes, if they come by one."""
        ...

    def shown(self, session_id: str, sent: str) -> None:
        """A session shows a share to somebody who came by what we sent."""
        ...

    async def link(
        self, share_id: str, path: str, key: str, passes: str = "", *, visit: str = ""
    ) -> ShareLink:
        """The share at an address.

        Its viewer came with its signature, with passes, sent by another cloud, or with nothing.
        """
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

    @property
    def clouds(self) -> Sequence[tuple[str, str]]:
        """Name and host of clouds that are known by name."""
        ...

    async def invite(self, cloud: str) -> tuple[str, str]:
        """A code to be pasted at a cloud, and its accept dialog, if it has one."""
        ...

    async def accept(self, code: str, cloud: str = "") -> str:
        """Accept an invitation; whose contact we are now."""
        ...


class Holder(Protocol):
    """Who somebody has proved to be; false if nobody."""

    @property
    def address(self) -> str:
        """``id@host``, or empty."""
        ...

    def __bool__(self) -> bool: ...


class Owners(Protocol):
    """Serves those who shared something with us."""

    def joined(self, old: str, new: str) -> str:
        """What a browser keeps of passes when another comes; empty if that one is not good."""
        ...

    def who(self, passes: str) -> Holder:
        """Who holds these passes."""
        ...

    async def overview(self, holder: Any, page: int) -> Any:
        """A page of what somebody shared."""
        ...

    async def accept(self, holder: Any, share_id: str) -> None:
        """Let a share be shown."""
        ...

    async def decline(self, holder: Any, share_id: str) -> None:
        """End a share and erase it."""
        ...

    async def renew(self, holder: Any, share_id: str) -> None:
        """Make the addresses of a share that were given away worth nothing."""
        ...

    async def invite(self, holder: Any, share_id: str, typed: str) -> Sequence[str]:
        """Say who may see a share; what of it is no address."""
        ...

    async def send(self, holder: Any, share_id: str, to: str) -> None:
        """Share the dashboards of a share with somebody at another cloud."""
        ...

    async def unsend(self, holder: Any, share_id: str, sent_id: str) -> None:
        """Take that back."""
        ...

    async def disconnect(self, holder: Any) -> None:
        """Forget somebody as our contact."""
        ...

    def note(self, share_id: str, title: str, detail: str) -> None:
        """Note what went wrong when somebody opened a share: in plain words, and for its author."""
        ...


class Login(Protocol):
    """Lets people log in elsewhere."""

    async def leave(self, to: str, *, anew: bool = False) -> tuple[str, str]:
        """Where they log in, and what their browser keeps until they are back."""
        ...

    async def back(self, query: Mapping[str, str], cookie: str) -> tuple[str, str]:
        """A pass for who comes back, and where they wanted to go."""
        ...


__all__ = ["Gate", "Holder", "Inviter", "Line", "Login", "Opened", "Owners", "Received", "Visit"]
