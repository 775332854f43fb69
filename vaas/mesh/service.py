"""The mesh, put together: what must be there before a launch, and what comes after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from vaas.errors import VaasError
from vaas.mesh.access import Access
from vaas.mesh.addresses import authority
from vaas.mesh.desk import Desk, Identity
from vaas.mesh.directory import Directory, PeerRule
from vaas.mesh.entry import Entry, Visible
from vaas.mesh.gatherer import Account, Gatherer
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


class Mesh:
    """A member of the mesh.

    Attributes:
        access: knows how received shares are reached.
        provider: opens them.
        entry: leads viewers to them.
        inviter: makes contacts.
        store: what is remembered.
    """

    def __init__(
        self, terms: Terms, store: Store, vault: Vault, signer: Signer, client: OutboundClient
    ) -> None:
        """Made by ``opened``."""
        self._terms, self._signer, self.store = terms, signer, store
        host = authority(terms.url)
        self._identity = Identity(terms.user.lower(), host, terms.name, terms.most)
        self._directory = Directory(terms.rules, open=terms.open)
        self.peers = Peers(client, self._directory, signer)
        self.access = Access(store.received, self.peers, host)
        self.provider = Ocm(client, self.access)
        self.inviter = Inviter(self._identity, store.contacts, self.peers)
        self.entry = Entry(store, vault, self.access, terms.visible, terms.url)

    @classmethod
    @asynccontextmanager
    async def opened(cls, terms: Terms, folder: Path) -> AsyncIterator[Mesh]:
        """The mesh with its state, before anything is taken.

        Args:
            terms: the operator's.
            folder: for the state.

        Raises:
            ConfigError: the state cannot be opened, or a rule is wrong.
        """
        async with AsyncExitStack() as stack:
            keys: Sequence[Secret] = terms.keys
            vault = Vault(keys or await asyncio.to_thread(kept_keys, folder / KEYS))
            store = await stack.enter_async_context(Store.opened(folder / STATE, vault))
            signer = await Signer.of(store, terms.url)
            policy = Directory(terms.rules, open=terms.open).policy
            client = await stack.enter_async_context(OutboundClient(policy))
            yield cls(terms, store, vault, signer, client)

    @asynccontextmanager
    async def serving(
        self,
        opener: Opener,
        status_of: Callable[[VaasError], int],
        accounts: Sequence[Account] = (),
    ) -> AsyncIterator[tuple[Keeper, list[Route]]]:
        """Take messages, and look after what came, while the context is open.

        Args:
            opener: opens shares, and erases what was made of them.
            status_of: the status of an error.
            accounts: ours at sites with a gateway, which receive shares too.
        """
        terms, entry = self._terms, self.entry
        keeper = Keeper(
            self.store.received,
            self.peers,
            self.access,
            opener,
            entry.address,
            gone_after=terms.gone_after,
        )
        desk = Desk(
            self._identity,
            self.store,
            self._directory,
            Senders(self.peers),
            self.access,
            keeper=keeper,
            address=entry.address,
        )
        key_set, closed = self._signer.key_set, not terms.open
        counter = Counter(desk, terms.url, terms.name, closed, key_set, status_of)
        gatherer = Gatherer(accounts, self.store.received, keeper, terms.most)
        rounds = asyncio.create_task(keeper.run(), name="mesh rounds")
        gathering = asyncio.create_task(gatherer.run(), name="mesh rounds")
        try:
            yield keeper, routes(counter)
        finally:
            await gatherer.close(gathering)
            rounds.cancel()
            await asyncio.gather(rounds, return_exceptions=True)
            await keeper.close()


__all__ = ["Mesh", "Terms"]
