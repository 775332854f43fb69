"""Shares that clouds send their viewers here with, kept."""

from __future__ import annotations

import time
from dataclasses import asdict, replace

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from vaas.state.tables import HostedRow
from vaas.state.values import Hosted

TOLD_FOR = 90_000.0
"""Seconds for which one that is over is known as such: longer than any token is good."""


class HostedShares:
    """The table of such shares; no secret is in it."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Made by ``Store``."""
        self._engine = engine

    async def put(self, share: Hosted) -> None:
        """Keep a share, new or changed."""
        values = asdict(replace(share, changed=time.time()))
        async with AsyncSession(self._engine) as session, session.begin():
            await session.merge(HostedRow(**values))

    async def find(self, share_id: str) -> Hosted | None:
        """The share of an id; one that is over has no owner."""
        async with AsyncSession(self._engine) as session:
            row = await session.get(HostedRow, share_id)
            return _value(row) if row else None

    async def called(self, peer: str, client: str) -> Hosted | None:
        """The share that a cloud's tokens call so, over or not."""
        row = HostedRow
        wanted = select(row).where(row.peer == peer, row.client == client, row.passing.is_(False))
        async with AsyncSession(self._engine) as session:
            found = (await session.scalars(wanted)).first()
            return _value(found) if found else None

    async def note(self, share: Hosted) -> None:
        """Keep no more of a share than that there is something to be erased."""
        await self.put(Hosted(share.id, share.peer, share.id, passing=True))

    async def noted(self) -> list[Hosted]:
        """Shares that are to be erased."""
        wanted = select(HostedRow).where(HostedRow.passing.is_(True))
        async with AsyncSession(self._engine) as session:
            return [_value(row) for row in await session.scalars(wanted)]

    async def erased(self, share_id: str) -> None:
        """Nothing of a share that was noted is left."""
        gone = delete(HostedRow).where(HostedRow.id == share_id, HostedRow.passing.is_(True))
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(gone)

    async def end(self, share: Hosted) -> None:
        """Keep nothing of a share but that it is over; what was over for long goes."""
        row, latest = HostedRow, time.time() - TOLD_FOR
        old = delete(row).where(row.owner == "", row.passing.is_(False), row.changed < latest)
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(old)
        await self.put(Hosted(share.id, share.peer, share.client))

    async def count(self, peer: str) -> int:
        """How many shares of a cloud are not over."""
        wanted = select(func.count()).where(HostedRow.peer == peer, HostedRow.owner != "")
        async with AsyncSession(self._engine) as session:
            return int((await session.execute(wanted)).scalar_one())

    async def over(self, now: float) -> list[Hosted]:
        """Those whose time is over, and that were not ended yet."""
        wanted = select(HostedRow).where(HostedRow.expires <= now, HostedRow.owner != "")
        async with AsyncSession(self._engine) as session:
            return [_value(row) for row in await session.scalars(wanted)]


def _value(row: HostedRow) -> Hosted:
    names = ("id", "peer", "client", "owner", "to", "name", "uri", "expires", "passing", "changed")
    return Hosted(**{name: getattr(row, name) for name in names})


__all__ = ["TOLD_FOR", "HostedShares"]
