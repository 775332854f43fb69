"""The mesh, put together: what must be there before a launch, and what comes after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from vaas.errors import VaasError
from vaas.mesh.access import Access
from vaas.mesh.addresses import authority
from vaas.mesh.bearers import Bearers, Ways
from vaas.mesh.desk import Desk, Identity
from vaas.mesh.directories import Directories, Source, Standing
from vaas.mesh.directory import Directory, PeerRule
from vaas.mesh.entry import Entry, Visible
from vaas.mesh.gate import Asker, Gate
from vaas.mesh.gatherer import Account, Gatherer
from vaas.mesh.handlers import Counter, Route, routes
from vaas.mesh.hosted import Provisions
from vaas.mesh.hosted_handlers import hosted_routes
from vaas.mesh.invites import Inviter
from vaas.mesh.keeper import Keeper, Opener
from vaas.mesh.keys import Signer
from vaas.mesh.login import Login, LoginTerms
from vaas.mesh.notes import Notes
from vaas.mesh.owners import Owners, Shelf
from vaas.mesh.peers import Peers
from vaas.mesh.senders import Senders
from vaas.mesh.sharing import SENT, Sharing
from vaas.mesh.words import Words
from vaas.model import Secret
from vaas.shares import Ocm, OutboundClient
from vaas.state import Store, Vault
from vaas.state.vault import kept_keys

KEYS, STATE = "state.keys", "state.sqlite"
"""Files of keys and state, in the folder of data."""


class Rooms(Opener, Shelf, Protocol):
    """What the mesh needs of them."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator wants of the mesh.

    Attributes:
        url: ours, as others name it.
        user: for whom shares must be, the part of our address before the ``@``.
        name: what people call us.
        visible: who may see what was shared.
        open: whether clouds of which no rule speaks are trusted.
        most: shares taken of one cloud.
        gone_after: seconds for which a share that its cloud no longer shows is kept.
        asks: whether who shared something has to accept it here.
        people: who may see all that was shared, where people are listed.
        login: where people log in, if anywhere.
        rules: for single clouds.
        keys: of the state; none: kept in a file beside it.
        framed: whether dashboards may be shown in other sites' pages at all.
        prefix: below which clouds send us their viewers; empty: none may.
        introspect: which of them is asked, and where, about tokens that say nothing.
        directories: that name further clouds.
        database: where the state is; empty: in a file.
    """

    url: str
    user: str
    name: str
    visible: Visible
    open: bool
    most: int
    gone_after: float
    asks: bool = False
    people: tuple[str, ...] = ()
    login: LoginTerms | None = None
    rules: tuple[PeerRule, ...] = ()
    keys: tuple[Secret, ...] = ()
    framed: bool = True
    prefix: str = ""
    introspect: str = ""
    directories: tuple[Source, ...] = ()
    database: Secret = field(default=Secret(""))


class Mesh:
    """A member of the mesh.

    Attributes:
        directory: whom it trusts.
        directories: from where it learns of more.
        access: knows how received shares are reached.
        provider: opens them.
        entry: leads viewers to them.
        inviter: makes contacts.
        store: what is remembered.
        words: tells senders where their shares are, and their own page.
        owners: what senders do with their shares, while messages are taken.
        login: lets people log in, if they can.
        sharing: shares dashboards with people of other clouds.
        gates: patterns of addresses at which browsers come in, while it serves.
    """

    owners: Owners | None = None
    login: Login | None = None

    def __init__(
        self,
        terms: Terms,
        store: Store,
        vault: Vault,
        signer: Signer,
        client: OutboundClient,
        *,
        directory: Directory,
    ) -> None:
        """Made by ``opened``."""
        self._terms, self._signer, self.store = terms, signer, store
        host = authority(terms.url)
        self._identity = Identity(terms.user.lower(), host, terms.name, terms.most, terms.asks)
        self.directory = directory
        self.directories = Directories(terms.directories, directory, store.listings, host)
        self.peers = Peers(client, directory, signer)
        self.access, self._vault = Access(store.received, self.peers, host), vault
        self._bearers = Bearers(self.access)
        self.provider = Ocm(client, Ways(self.access, self._bearers))
        self.sharing = Sharing(
            self._identity, store, self.peers, vault, signer, url=terms.url, framed=terms.framed
        )
        self.gates: list[tuple[str, Gate | Sharing]] = []
        self.inviter = Inviter(self._identity, store.contacts, self.peers)
        self.entry = Entry(
            store,
            vault,
            self.access,
            terms.visible,
            terms.url,
            bearers=self._bearers,
            people=terms.people,
        )
        self.words = Words(self.entry, terms.url)
        self.entry.showing = self.sharing.shown.add

    @classmethod
    @asynccontextmanager
    async def opened(cls, terms: Terms, folder: Path) -> AsyncIterator[Mesh]:
        """The mesh with its state, before anything is taken.

        Args:
            terms: the operator's.
            folder: for what of the state is kept in files.

        Raises:
            ConfigError: the state cannot be opened, or a rule is wrong.
        """
        async with AsyncExitStack() as stack:
            keys: Sequence[Secret] = terms.keys
            vault = Vault(keys or await asyncio.to_thread(kept_keys, folder / KEYS))
            place = terms.database if terms.database.value else folder / STATE
            store = await stack.enter_async_context(Store.opened(place, vault))
            signer = await Signer.of(store, terms.url)
            directory = Directory(terms.rules, open=terms.open)
            client = await stack.enter_async_context(OutboundClient(directory.policy))
            mesh = cls(terms, store, vault, signer, client, directory=directory)
            await mesh.directories.load()
            if terms.login:
                entering = Login.opened(terms.login, terms.url, vault, mesh.entry.passes)
                mesh.login = await stack.enter_async_context(entering)
            yield mesh

    @asynccontextmanager
    async def serving(
        self,
        opener: Rooms,
        status_of: Callable[[VaasError], int],
        accounts: Sequence[Account] = (),
    ) -> AsyncIterator[tuple[Keeper, list[Route]]]:
        """Take messages, and look after what came, while the context is open.

        Args:
            opener: opens shares, and erases what was made of them.
            status_of: the status of an error.
            accounts: ours at sites with a gateway, which receive shares too.
        """
        terms, notes = self._terms, Notes()
        keeper = Keeper(
            self.store.received,
            self.peers,
            self.access,
            opener,
            self.words.accepted,
            notes=notes,
            gone_after=terms.gone_after,
        )
        senders = Senders(self.peers)
        desk = Desk(
            self._identity,
            self.store,
            self.directory,
            senders,
            self.access,
            keeper=keeper,
            words=self.words.received,
        )
        self.owners = Owners(self.store, self.entry, self.access, keeper, opener, notes=notes)
        key_set, closed = self._signer.key_set, not terms.open
        counter = Counter(desk, terms.url, terms.name, closed, key_set, status_of, self.sharing)
        found, works = self._ways_in(counter, keeper, senders)
        gatherer = Gatherer(accounts, self.store.received, keeper, terms.most)
        gathering = asyncio.create_task(gatherer.run(), name="mesh rounds")
        works.append(self.directories.run())
        works.append(self.sharing.shown.run(opener.end))
        tasks = [asyncio.create_task(work, name="mesh rounds") for work in works]
        try:
            yield keeper, found
        finally:
            await gatherer.close(gathering)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._bearers.close()
            await keeper.close()

    def _ways_in(
        self, counter: Counter, keeper: Keeper, senders: Senders
    ) -> tuple[list[Route], list[Coroutine[Any, Any, None]]]:
        """Addresses of messages, and what runs beside; ``gates`` get those of browsers."""
        self._bearers.over, keeper.erased = keeper.withdraw, self._erased
        self.sharing.senders, hosted, prefix = senders, self.store.hosted, self._terms.prefix
        self.gates = [(SENT, self.sharing)]
        if not prefix:
            return routes(counter), [keeper.run()]
        most, bearers = self._terms.most, self._bearers
        provisions = Provisions(hosted, self.directory, senders, bearers, keeper, most=most)
        asker = Asker(self.peers, self._terms.introspect)
        gate = Gate(hosted, self.peers, bearers, keeper, self._vault, asker=asker)
        self.gates.append((f"{prefix}/open", gate))
        found = [*routes(counter), *hosted_routes(counter, provisions, prefix)]
        return found, [keeper.run(), provisions.run()]

    async def _erased(self, share_id: str) -> None:
        """Take back what was shared of it, too."""
        await self.sharing.end(share_id)
        await self.store.hosted.erased(share_id)


async def tried(terms: Terms) -> Sequence[Standing]:
    """How each directory would stand if it were asked for the first time.

    Raises:
        ConfigError: a rule or a key is wrong.
    """
    directory = Directory(terms.rules, open=terms.open)
    found = Directories(terms.directories, directory, None, "")
    await found.look()
    return tuple(found.standings)


__all__ = ["Mesh", "Terms", "tried"]
