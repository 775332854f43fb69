"""What people do with what they shared with us: look, accept, take away, say who may see it.

Nobody has an account. Who may do this holds a pass: of a person whose cloud signed
for them, of a share whose secret was all that its sender knew, or by logging in.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import quote

from vaas.errors import ShareUnknown, VaasError
from vaas.mesh.access import Access
from vaas.mesh.entry import Entry
from vaas.mesh.guests import guest_list
from vaas.mesh.keeper import Keeper
from vaas.mesh.notes import Gone, Notes, Trouble
from vaas.mesh.passes import Holder
from vaas.model import ShareLink
from vaas.observability import logger
from vaas.state import Store
from vaas.state.contacts import Contact
from vaas.state.values import Received

A_PAGE = 20
"""Shares on one page."""

_LISTED_WITHIN, _LISTED_FOR = 3.0, 10.0
"""Seconds that a page waits for what clouds say of their folders, and for which that is kept."""

State = Literal["looking", "asked", "open", "missing", "gone"]

log = logger(__name__)


class Shelf(Protocol):
    """What the owners' page needs of the rooms."""

    async def notebooks(self, link: ShareLink) -> Sequence[str]:
        """Paths of the notebooks of a share."""
        ...


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who may see a share, and the address that lets them; empty for all of a cloud."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Held:
    """A share as its sender sees it.

    Attributes:
        id: of the share.
        name: what they call it.
        cloud: that holds it.
        state: what became of it.
        since: seconds since 1970 of the last change of that.
        expires: likewise, at which it ends, if ever.
        address: of its dashboards, to be passed on.
        why: it is gone: ``vaas.mesh.notes.Why``.
        trouble: what went wrong last.
        dashboards: path and address of each; ``None`` where its cloud did not say.
        guests: who may see it, where people are listed.
    """

    id: str
    name: str
    cloud: str
    state: State
    since: float
    expires: float | None = None
    address: str = ""
    why: str = ""
    trouble: Trouble | None = None
    dashboards: Sequence[tuple[str, str]] | None = None
    guests: Sequence[Guest] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """One page of what somebody shared.

    Attributes:
        address: theirs, if they proved it.
        until: seconds since 1970 at which their pass ends.
        shares: on this page; first those that were erased lately.
        pages: how many there are.
        by_list: whether they say who may see them.
        contact: what we keep of them since they connected their cloud.
    """

    address: str
    until: float
    shares: Sequence[Held]
    pages: int
    by_list: bool
    contact: Contact | None


class Owners:
    """Serves the page of who shared something; belongs to one event loop."""

    def __init__(
        self,
        store: Store,
        entry: Entry,
        access: Access,
        keeper: Keeper,
        shelf: Shelf,
        *,
        notes: Notes,
    ) -> None:
        """Take what it works with.

        Args:
            store: has the shares.
            entry: knows their addresses, and who holds which pass.
            access: turns a share into a link.
            keeper: follows and ends them.
            shelf: knows what is in them.
            notes: what went wrong, and what is gone.
        """
        self._store, self._entry, self._access = store, entry, access
        self._keeper, self._shelf, self.notes = keeper, shelf, notes
        self._listed: dict[str, tuple[float, Sequence[str]]] = {}

    def joined(self, old: str, new: str) -> str:
        """What a browser keeps of passes when another comes; empty if that one is not good."""
        passes = self._entry.passes
        return passes.joined(old, new) if passes.read(new) else ""

    def who(self, passes: str) -> Holder:
        """Who holds these passes."""
        return self._entry.who(passes)

    async def overview(self, holder: Holder, page: int) -> Overview:
        """A page of what somebody shared; there is always a first."""
        shares = await self._shares(holder)
        pages = max(1, -(-len(shares) // A_PAGE))
        page = min(max(page, 1), pages)
        shown = shares[(page - 1) * A_PAGE : page * A_PAGE]
        held = await asyncio.gather(*(self._held(share) for share in shown))
        gone = self._gone(holder, {share.id for share in shares}) if page == 1 else []
        contacts = self._store.contacts
        contact = await contacts.find(holder.address) if holder.address else None
        by_list = self._entry.by_list
        return Overview(holder.address, holder.until, [*gone, *held], pages, by_list, contact)

    async def accept(self, holder: Holder, share_id: str) -> None:
        """Let a share be shown.

        Raises:
            ShareUnknown: it is none of theirs.
        """
        share = await self._mine(holder, share_id)
        if share.accepted:
            return
        await self._store.received.accept(share_id)
        self._access.forget(share_id)
        log.info("share_accepted", peer=share.peer, share=share_id[:8])
        share = await self._mine(holder, share_id)
        if share.state == "open":
            self._keeper.follow(share)

    async def decline(self, holder: Holder, share_id: str) -> None:
        """End a share: tell its cloud, erase its secret and its files.

        Raises:
            ShareUnknown: it is none of theirs.
        """
        share = await self._mine(holder, share_id)
        log.info("share_declined", peer=share.peer, share=share_id[:8])
        await self._keeper.decline(share)

    async def renew(self, holder: Holder, share_id: str) -> None:
        """Make a share's addresses that were given away worth nothing.

        Raises:
            ShareUnknown: it is none of theirs.
        """
        share = await self._mine(holder, share_id)
        await self._store.received.renew(share_id)
        log.info("share_renewed", peer=share.peer, share=share_id[:8])

    async def invite(self, holder: Holder, share_id: str, typed: str) -> Sequence[str]:
        """Say who may see a share.

        Returns:
            what of it is no address.

        Raises:
            ShareUnknown: it is none of theirs.
        """
        share = await self._mine(holder, share_id)
        guests, wrong = guest_list(typed)
        if not wrong:
            await self._store.received.invite(share.id, guests)
            log.info("share_listed", peer=share.peer, share=share_id[:8], guests=len(guests))
        return wrong

    async def disconnect(self, holder: Holder) -> None:
        """Forget somebody as our contact."""
        if holder.address:
            await self._store.contacts.remove(holder.address)

    def note(self, share_id: str, title: str, detail: str) -> None:
        """Note what went wrong when somebody opened a share.

        Args:
            share_id: which.
            title: in plain words.
            detail: for its author.
        """
        self.notes.trouble(share_id, title, detail)

    async def _shares(self, holder: Holder) -> list[Received]:
        received = self._store.received
        found = {one.id: one for one in await received.of_sender(holder.address)}
        for share_id in sorted(holder.shares - found.keys()):
            share = await received.find(share_id)
            if share is not None:
                found[share_id] = share
        return [one for one in found.values() if one.secret.value]

    async def _mine(self, holder: Holder, share_id: str) -> Received:
        share = await self._store.received.find(share_id)
        if share is None or not share.secret.value or not _is_theirs(holder, share):
            raise ShareUnknown("no share of theirs has that id")
        return share

    async def _held(self, share: Received) -> Held:
        states: dict[str, State] = {"pending": "looking", "missing": "missing"}
        state = states.get(share.state, "open" if share.accepted else "asked")
        guests = await self._store.received.guests(share.id) if self._entry.by_list else []
        return Held(
            share.id,
            share.name,
            share.peer,
            state,
            share.changed,
            share.expires,
            self._entry.address(share),
            trouble=self.notes.trouble_of(share.id),
            dashboards=await self._dashboards(share) if state in {"open", "asked"} else (),
            guests=[Guest(one, self._entry.guest_address(share, one)) for one in guests],
        )

    def _gone(self, holder: Holder, there: set[str]) -> list[Held]:
        return [
            Held(one.id, one.name, one.peer, "gone", one.when, why=one.why)
            for one in self.notes.gone_lately()
            if one.id not in there and _is_theirs(holder, one)
        ]

    async def _dashboards(self, share: Received) -> Sequence[tuple[str, str]] | None:
        """Notebooks of a share with their addresses; ``None`` if its cloud does not say in time."""
        root, _, key = self._entry.address(share).partition("?")
        try:
            async with asyncio.timeout(_LISTED_WITHIN):
                paths = await self._notebooks(share)
        except TimeoutError:
            return None
        except VaasError as error:
            self.notes.trouble(share.id, error.title, error.detail)
            return None
        return [(path, f"{root}{quote(path)}{f'?{key}' if key else ''}") for path in paths]

    async def _notebooks(self, share: Received) -> Sequence[str]:
        now = time.monotonic()
        self._listed = {
            name: one for name, one in self._listed.items() if one[0] > now - _LISTED_FOR
        }
        if share.id not in self._listed:
            paths = await self._shelf.notebooks(self._access.link(share))
            self._listed[share.id] = now, paths
        return self._listed[share.id][1]


def _is_theirs(holder: Holder, share: Received | Gone) -> bool:
    """Whether somebody sent a share; people do not mind upper and lower case."""
    same = share.sender.casefold() == holder.address.casefold()
    return share.id in holder.shares or (bool(holder.address) and same)


__all__ = ["A_PAGE", "Guest", "Held", "Overview", "Owners"]
