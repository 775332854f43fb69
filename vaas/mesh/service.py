"""The mesh, put together: what must be there before a launch, and what comes after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vaas.errors import VaasError
from vaas.mesh.access import Access
from vaas.mesh.addresses import authority
from vaas.mesh.desk import Desk, Identity
from vaas.mesh.directories import Directories, Source, Standing
from vaas.mesh.directory import Directory, PeerRule
from vaas.mesh.entry import Entry, Visible
from vaas.mesh.handlers import Counter, Route, routes
from vaas.mesh.invites import Inviter
from vaas.mesh.keeper import Keeper, Opener
from vaas.mesh.keys import Signer
from vaas.mesh.peers import Peers
from vaas.mesh.senders import Senders
from vaas.model import Secret
from vaas.shares import Ocm, OutboundClient
from vaas.state import Store, Vault
from vaas.state.vault import kept_keys

KEYS, STATE = "state.keys", "state.sqlite"
"""Files of keys and state, in the folder of data."""


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
        rules: for single clouds.
        keys: of the state; none: kept in a file beside it.
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
    rules: tuple[PeerRule, ...] = ()
    keys: tuple[Secret, ...] = ()
    directories: tuple[Source, ...] = ()
    database: Secret = field(default=Secret(""))


class Mesh:
    """A member of the mesh.

    Attributes:
        directory: whom it trusts.
        directories: from where it learns of more.
        provider: opens received shares.
        entry: leads viewers to them.
        inviter: makes contacts.
        store: what is remembered.
    """

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
        self._identity = Identity(terms.user.lower(), host, terms.name, terms.most)
        self.directory = directory
        self.directories = Directories(terms.directories, directory, store.listings, host)
        self.peers = Peers(client, directory, signer)
        self._access = Access(store.received, self.peers, host)
        self.provider = Ocm(client, self._access)
        self.inviter = Inviter(self._identity, store.contacts, self.peers)
        self.entry = Entry(store, vault, self._access, terms.visible, terms.url)

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
            yield mesh

    @asynccontextmanager
    async def serving(
        self, opener: Opener, status_of: Callable[[VaasError], int]
    ) -> AsyncIterator[tuple[Keeper, list[Route]]]:
        """Take messages, and look after what came, while the context is open.

        Args:
            opener: opens shares, and erases what was made of them.
            status_of: the status of an error.
        """
        terms, entry = self._terms, self.entry
        keeper = Keeper(
            self.store.received,
            self.peers,
            self._access,
            opener,
            entry.address,
            gone_after=terms.gone_after,
        )
        senders = Senders(self.peers)
        desk = Desk(
            self._identity,
            self.store,
            self.directory,
            senders,
            self._access,
            keeper=keeper,
            address=entry.address,
        )
        key_set, closed = self._signer.key_set, not terms.open
        counter = Counter(desk, terms.url, terms.name, closed, key_set, status_of)
        works = {"mesh rounds": keeper.run(), "mesh directories": self.directories.run()}
        tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]
        try:
            yield keeper, routes(counter)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await keeper.close()


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
