"""Shares that clouds send their viewers here with, kept."""

from __future__ import annotations

import time
from dataclasses import asdict, replace

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from vaas.state.tables import GuestRow
from vaas.state.values import Guest

TOLD_FOR = 90_000.0
"""Seconds for which one that is over is known as such: longer than any token is good."""


class Guests:
    """The table of such shares; no secret is in it."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Made by ``Store``."""
        self._engine = engine

    async def put(self, guest: Guest) -> None:
        """Keep a share, new or changed."""
        values = asdict(replace(guest, changed=time.time()))
        async with AsyncSession(self._engine) as session, session.begin():
            await session.merge(GuestRow(**values))

    async def find(self, guest_id: str) -> Guest | None:
        """The share of an id; one that is over has no owner."""
        async with AsyncSession(self._engine) as session:
            row = await session.get(GuestRow, guest_id)
            return _value(row) if row else None

    async def called(self, peer: str, client: str) -> Guest | None:
        """The share that a cloud's tokens call so, over or not."""
        row = GuestRow
        wanted = select(row).where(row.peer == peer, row.client == client, row.passing.is_(False))
        async with AsyncSession(self._engine) as session:
            found = (await session.scalars(wanted)).first()
            return _value(found) if found else None

    async def note(self, guest: Guest) -> None:
        """Keep no more of a share than that there is something to be erased."""
        await self.put(Guest(guest.id, guest.peer, guest.id, passing=True))

    async def noted(self) -> list[Guest]:
        """Shares that are to be erased."""
        wanted = select(GuestRow).where(GuestRow.passing.is_(True))
        async with AsyncSession(self._engine) as session:
            return [_value(row) for row in await session.scalars(wanted)]

    async def erased(self, guest_id: str) -> None:
        """Nothing of a share that was noted is left."""
        gone = delete(GuestRow).where(GuestRow.id == guest_id, GuestRow.passing.is_(True))
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(gone)

    async def end(self, guest: Guest) -> None:
        """Keep nothing of a share but that it is over; what was over for long goes."""
        row, latest = GuestRow, time.time() - TOLD_FOR
        old = delete(row).where(row.owner == "", row.passing.is_(False), row.changed < latest)
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(old)
        await self.put(Guest(guest.id, guest.peer, guest.client))

    async def count(self, peer: str) -> int:
        """How many shares of a cloud are not over."""
        wanted = select(func.count()).where(GuestRow.peer == peer, GuestRow.owner != "")
        async with AsyncSession(self._engine) as session:
            return int((await session.execute(wanted)).scalar_one())

    async def over(self, now: float) -> list[Guest]:
        """Those whose time is over, and that were not ended yet."""
        wanted = select(GuestRow).where(GuestRow.expires <= now, GuestRow.owner != "")
        async with AsyncSession(self._engine) as session:
            return [_value(row) for row in await session.scalars(wanted)]


def _value(row: GuestRow) -> Guest:
    names = ("id", "peer", "client", "owner", "to", "name", "uri", "expires", "passing", "changed")
    return Guest(**{name: getattr(row, name) for name in names})


__all__ = ["TOLD_FOR", "Guests"]
