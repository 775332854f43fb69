"""Dashboards that we shared with people of other clouds, kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from vaas.state.tables import SentRow
from vaas.state.values import Sent
from vaas.state.vault import Vault

_PLAIN = ("id", "share", "to", "peer", "modern", "accepted", "made")


class SentShares:
    """The table of sent shares."""

    def __init__(self, engine: AsyncEngine, vault: Vault) -> None:
        """Made by ``Store``."""
        self._engine, self._vault = engine, vault

    async def add(self, sent: Sent) -> None:
        """Keep one."""
        values = {name: getattr(sent, name) for name in _PLAIN}
        sealed = self._vault.seal(sent.id, sent.secret)
        async with AsyncSession(self._engine) as session, session.begin():
            session.add(SentRow(digest=_digest(sent.secret.value), secret=sealed, **values))

    async def find(self, sent_id: str) -> Sent | None:
        """The one of an id."""
        async with AsyncSession(self._engine) as session:
            row = await session.get(SentRow, sent_id)
            return self._value(row) if row else None

    async def by_secret(self, secret: str) -> Sent | None:
        """The one that a secret is of."""
        wanted = select(SentRow).where(SentRow.digest == _digest(secret))
        async with AsyncSession(self._engine) as session:
            row = (await session.scalars(wanted)).first()
            return self._value(row) if row else None

    async def of(self, share_id: str) -> Sequence[Sent]:
        """Those of a received share, the latest first."""
        wanted = select(SentRow).where(SentRow.share == share_id).order_by(SentRow.made.desc())
        async with AsyncSession(self._engine) as session:
            return [self._value(row) for row in await session.scalars(wanted)]

    async def there(self, sent_ids: set[str]) -> set[str]:
        """Which of these there still are."""
        if not sent_ids:
            return set()
        wanted = select(SentRow.id)  # they are few, and more than a database takes in one list
        async with AsyncSession(self._engine) as session:
            return sent_ids & set(await session.scalars(wanted))

    async def accept(self, sent_id: str) -> None:
        """Note that they take it."""
        change = update(SentRow).where(SentRow.id == sent_id).values(accepted=True)
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(change)

    async def remove(self, sent_id: str) -> bool:
        """Forget one; whether there was one."""
        async with AsyncSession(self._engine) as session, session.begin():
            done = await session.execute(delete(SentRow).where(SentRow.id == sent_id))
            return bool(cast(CursorResult[Any], done).rowcount)

    def _value(self, row: SentRow) -> Sent:
        values = {name: getattr(row, name) for name in _PLAIN}
        return Sent(secret=self._vault.unseal(row.id, row.secret), **values)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


__all__ = ["SentShares"]
