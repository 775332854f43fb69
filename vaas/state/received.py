"""Received shares, kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from vaas.model import Secret
from vaas.state.place import upsert
from vaas.state.tables import GuestRow, ReceivedRow
from vaas.state.values import Received, ReceivedState
from vaas.state.vault import Vault

_PLAIN = (
    *("peer", "owner", "sender", "to", "name", "uri", "modern", "exchange", "expires"),
    *("state", "proven"),
)

_DECIDED = ("accepted", "edition")
"""What is said once, and then changed by who shared it alone."""

_MOST = 1_000
"""Shares of one name that are looked at; clouds number theirs from 1."""


class ReceivedShares:
    """The table of received shares."""

    def __init__(self, engine: AsyncEngine, vault: Vault) -> None:
        """Made by ``Store``."""
        self._engine, self._vault = engine, vault

    async def put(self, share: Received) -> None:
        """Keep a share, new or changed; without a secret nobody's address stays with it."""
        values = {name: getattr(share, name) for name in _PLAIN}
        values["provider_id"] = share.provider_id or None
        values["changed"] = time.time()
        secret = share.secret
        values["secret"] = self._vault.seal(share.id, secret) if secret.value else b""
        async with AsyncSession(self._engine) as session, session.begin():
            if await session.get(ReceivedRow, share.id) is None:
                values |= {name: getattr(share, name) for name in _DECIDED}
            await upsert(session, ReceivedRow, {"id": share.id, **values})
            if not secret.value:
                await session.execute(delete(GuestRow).where(GuestRow.share == share.id))

    async def mark(self, share_id: str, state: ReceivedState) -> bool:
        """Note another state of a share that was not erased meanwhile; whether it is one."""
        row = ReceivedRow
        change = update(row).where(row.id == share_id, row.secret != b"", row.state != state)
        async with AsyncSession(self._engine) as session, session.begin():
            done = await session.execute(change.values(state=state, changed=time.time()))
            return bool(cast(CursorResult[Any], done).rowcount)

    async def accept(self, share_id: str) -> None:
        """Note that a share may be shown."""
        await self._decide(share_id, accepted=True)

    async def renew(self, share_id: str) -> None:
        """Let the signed address of a share, and all that were made for its guests, end."""
        await self._decide(share_id, edition=ReceivedRow.edition + 1)

    async def _decide(self, share_id: str, **values: Any) -> None:
        change = update(ReceivedRow).where(ReceivedRow.id == share_id, ReceivedRow.secret != b"")
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(change.values(values))

    async def invite(self, share_id: str, guests: Iterable[str]) -> None:
        """Say who may see a share, instead of who might before."""
        async with AsyncSession(self._engine) as session, session.begin():
            row = await session.get(ReceivedRow, share_id)
            await session.execute(delete(GuestRow).where(GuestRow.share == share_id))
            if row is not None and row.secret:
                session.add_all(GuestRow(share=share_id, address=one) for one in set(guests))

    async def guests(self, share_id: str) -> list[str]:
        """Who may see a share, as who shared it says; sorted."""
        wanted = select(GuestRow.address).where(GuestRow.share == share_id)
        async with AsyncSession(self._engine) as session:
            return list(await session.scalars(wanted.order_by(GuestRow.address)))

    async def find(self, share_id: str) -> Received | None:
        """The share of an id; one that is gone still has an answer."""
        async with AsyncSession(self._engine) as session:
            row = await session.get(ReceivedRow, share_id)
            return self._value(row) if row else None

    async def of_peer(self, peer: str, provider_id: str) -> list[Received]:
        """The shares that a cloud, or who speaks in its name, calls so."""
        wanted = select(ReceivedRow).where(
            ReceivedRow.peer == peer, ReceivedRow.provider_id == provider_id
        )
        async with AsyncSession(self._engine) as session:
            return [self._value(row) for row in await session.scalars(wanted)]

    async def called(self, provider_id: str) -> list[Received]:
        """All shares that some cloud calls so."""
        wanted = select(ReceivedRow).where(ReceivedRow.provider_id == provider_id)
        async with AsyncSession(self._engine) as session:
            return [self._value(row) for row in await session.scalars(wanted.limit(_MOST))]

    async def of_sender(self, sender: str) -> list[Received]:
        """The shares of one person, by name; upper and lower case of addresses are the same."""
        theirs = func.lower(ReceivedRow.sender) == sender.lower()
        wanted = select(ReceivedRow).where(theirs).order_by(ReceivedRow.name)
        async with AsyncSession(self._engine) as session:
            return [self._value(row) for row in await session.scalars(wanted)]

    async def all(self, *states: ReceivedState, most: int | None = None) -> Sequence[Received]:
        """All shares in one of these states, or so many of them, the latest changed first."""
        wanted = select(ReceivedRow).where(ReceivedRow.state.in_(states)).limit(most)
        async with AsyncSession(self._engine) as session:
            rows = (await session.scalars(wanted.order_by(ReceivedRow.changed.desc()))).all()
        # Thousands take a part of a second.
        return await asyncio.to_thread(lambda: [self._value(row) for row in rows])

    async def count(self, peer: str, *states: ReceivedState) -> int:
        """How many shares of a cloud are in one of these states."""
        wanted = select(func.count()).where(ReceivedRow.peer == peer, ReceivedRow.state.in_(states))
        async with AsyncSession(self._engine) as session:
            return int((await session.execute(wanted)).scalar_one())

    def _value(self, row: ReceivedRow) -> Received:
        secret = self._vault.unseal(row.id, row.secret) if row.secret else Secret("")
        return Received(
            id=row.id,
            provider_id=row.provider_id or "",
            secret=secret,
            changed=row.changed,
            **{name: getattr(row, name) for name in (*_PLAIN, *_DECIDED) if name != "state"},
            state=cast(ReceivedState, row.state),
        )


__all__ = ["ReceivedShares"]
