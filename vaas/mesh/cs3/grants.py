"""What people opened from their cloud: whose folder, by which token, until when.

A grant is one person's: somebody else who opens the same folder gets another, with
files and runs of its own, since what the two may read there can differ. Tokens are
here and nowhere else. On disk stands only which grants there were, so that a server
that was killed leaves no files of theirs behind.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vaas.errors import OpenAgain, TooManyShares
from vaas.model import Secret, ShareLink
from vaas.shares import SiteRule
from vaas.shares.cs3.person import Pass
from vaas.shares.cs3.places import Place

TICKET_LIFE = 60.0
"""Seconds in which a browser brings the ticket that its cloud was given for it."""

MOST = 1_000
"""Grants at a time."""

_TICKETS = 10_000
_ENTRANCES = 20
"""Cookies by which one grant is known, the newest: as many browsers of one person."""


@dataclass(slots=True, eq=False)
class Grant:
    """A folder that somebody opened.

    Attributes:
        id: random; part of its address here.
        root: of its link.
        who: the person, and the folder.
        opened: how it is read.
        until: seconds since 1970 at which the token ends.
        entrances: what cookies hold by which its person is known.
        seen: when anything of it was last shown, by ``time.monotonic``.
        shown: whether a dashboard of it was.
    """

    id: str
    root: str
    who: tuple[str, ...]
    opened: Pass
    until: float
    entrances: OrderedDict[str, None] = field(default_factory=OrderedDict, repr=False)
    seen: float = field(default_factory=time.monotonic)
    shown: bool = False

    def is_over(self) -> bool:
        """Whether its token is of no use any more."""
        return not self.opened.token.value or self.until <= time.time()


@dataclass(frozen=True, slots=True)
class _Ticket:
    grant: Grant
    path: str
    until: float


class Grants:
    """All grants; belongs to one event loop.

    Attributes:
        frames: hosts whose pages may frame what is opened: the site's.
        renewed: is called with the link of what can be read again.
    """

    def __init__(self, site: SiteRule, folder: Path, left: Mapping[str, str]) -> None:
        """Take up what a server before this one left, to be erased.

        Args:
            site: whose people come.
            folder: for the names of grants; it is there.
            left: as of ``left_in``.
        """
        self.renewed: Callable[[ShareLink], None] = lambda _: None
        self.frames = (site.host, *site.aliases)
        self._root, self._folder = f"https://{site.host}", folder
        self._tickets: OrderedDict[str, _Ticket] = OrderedDict()
        nothing = Pass(Secret(""), Place(), "")
        self._grants = {
            name: Grant(name, root, (), nothing, 0.0, shown=True) for name, root in left.items()
        }

    def __iter__(self) -> Iterator[Grant]:
        """All of them, as they are now."""
        return iter(list(self._grants.values()))

    async def give(self, who: tuple[str, ...], opened: Pass, until: float, path: str) -> str:
        """Let somebody read a folder.

        Args:
            who: the person.
            opened: how the folder is read.
            until: seconds since 1970 at which its token ends.
            path: the notebook in it; empty for the folder itself.

        Returns:
            a ticket, good once and for a minute, for the person's browser.

        Raises:
            TooManyShares: there are as many as may be.
        """
        who = (*who, opened.place.path, *opened.place.id)
        grant = next((one for one in self._grants.values() if one.who == who), None)
        if grant is None:
            grant = await self._make(who, opened, until)
        grant.opened, grant.until, grant.seen = opened, until, time.monotonic()
        self.renewed(self.link_of(grant))
        ticket = secrets.token_urlsafe(32)
        self._tickets[ticket] = _Ticket(grant, path, time.monotonic() + TICKET_LIFE)
        while len(self._tickets) > _TICKETS:
            self._tickets.popitem(last=False)
        return ticket

    async def _make(self, who: tuple[str, ...], opened: Pass, until: float) -> Grant:
        if len(self._grants) >= MOST:
            raise TooManyShares(f"{MOST} folders are open")
        grant = Grant(secrets.token_hex(16), self._root, who, opened, until)
        self._grants[grant.id] = grant
        await asyncio.to_thread((self._folder / grant.id).write_text, grant.root)
        return grant

    def enter(self, ticket: str) -> tuple[ShareLink, str]:
        """Take a ticket.

        Returns:
            what was opened, and a key by which the browser is known from now on.

        Raises:
            OpenAgain: it was used before, or is too old.
        """
        found = self._tickets.pop(ticket, None)
        if found is None or found.until < time.monotonic() or found.grant.id not in self._grants:
            raise OpenAgain("no such ticket, or not any more")
        key = secrets.token_urlsafe(32)
        found.grant.entrances[key] = None
        while len(found.grant.entrances) > _ENTRANCES:
            found.grant.entrances.popitem(last=False)
        return self.link_of(found.grant, found.path), key

    def link(self, share_id: str, path: str, key: str) -> ShareLink:
        """What somebody opened, at an address.

        Args:
            share_id: as in the address.
            path: likewise.
            key: what the browser is known by.

        Raises:
            OpenAgain: they did not, or may not any more.
        """
        grant = self._grants.get(share_id)
        if grant is None or not _holds(grant, key):
            raise OpenAgain("opened by nobody, or by somebody else")
        if grant.is_over():
            raise OpenAgain("its token's time is over")
        grant.seen = time.monotonic()
        return self.link_of(grant, path)

    def of(self, link: ShareLink) -> Pass:
        """See ``Passes.of``."""
        grant = self._grants.get(link.token)
        if grant is None or grant.is_over():
            raise OpenAgain("its token is gone")
        return grant.opened

    def link_of(self, grant: Grant, path: str = "") -> ShareLink:
        """A grant as all rooms know shares."""
        return ShareLink(grant.root, grant.id, path, "opened")

    def drop(self, grant: Grant) -> None:
        """Forget a token; its grant can be given another one."""
        grant.opened = Pass(Secret(""), grant.opened.place, grant.opened.name)

    def end(self, grant: Grant) -> None:
        """Forget a grant; its name stays until ``erased``."""
        self.drop(grant)
        self._grants.pop(grant.id, None)

    async def erased(self, grant: Grant) -> None:
        """Nothing is left of a grant."""
        await asyncio.to_thread((self._folder / grant.id).unlink, missing_ok=True)


def left_in(folder: Path) -> Mapping[str, str]:
    """Grants of a server before this one: the roots of their links, by id.

    Args:
        folder: of their names; is made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return {file.name: file.read_text() for file in folder.iterdir()}


def _holds(grant: Grant, key: str) -> bool:
    return any(hmac.compare_digest(one.encode(), key.encode()) for one in grant.entrances)


__all__ = ["MOST", "TICKET_LIFE", "Grant", "Grants", "left_in"]
