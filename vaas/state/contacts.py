"""Invitations that we gave, and who accepted them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from vaas.state.place import upsert
from vaas.state.tables import ContactRow, InvitationRow


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of another cloud.

    Attributes:
        address: ``id@host``.
        name: what people call them.
        email: theirs, or empty.
        since: seconds since 1970 at which they became one.
    """

    address: str
    name: str
    email: str
    since: float = field(default=0.0, compare=False)


class Contacts:
    """The tables of invitations and contacts."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Made by ``Store``."""
        self._engine = engine

    async def invite(self, token: str, expires: float) -> None:
        """Keep an invitation; those whose time is over go."""
        old = delete(InvitationRow).where(InvitationRow.expires < time.time())
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(old)
            session.add(InvitationRow(digest=_digest(token), expires=expires, taken_by=None))

    async def waiting(self) -> int:
        """How many invitations nobody has accepted yet."""
        row = InvitationRow
        wanted = select(func.count()).where(row.taken_by.is_(None), row.expires >= time.time())
        async with AsyncSession(self._engine) as session:
            return int((await session.execute(wanted)).scalar_one())

    async def add(self, contact: Contact) -> None:
        """Keep a contact."""
        async with AsyncSession(self._engine) as session, session.begin():
            await upsert(session, ContactRow, _row(contact))

    async def accept(self, token: str, contact: Contact) -> str:
        """Let somebody take an invitation.

        Returns:
            ``new`` if they did, ``unknown`` if there is no such invitation or its
            time is over, ``taken`` if it was taken before.
        """
        row, now = InvitationRow, time.time()
        ours = row.digest == _digest(token), row.expires >= now
        take = update(row).where(*ours, row.taken_by.is_(None)).values(taken_by=contact.address)
        async with AsyncSession(self._engine) as session, session.begin():
            if cast(CursorResult[Any], await session.execute(take)).rowcount:
                await upsert(session, ContactRow, _row(contact))
                return "new"
            known = (await session.execute(select(row.digest).where(*ours))).first()
            return "taken" if known else "unknown"

    async def all(self) -> Sequence[Contact]:
        """All contacts, by address."""
        async with AsyncSession(self._engine) as session:
            rows = await session.scalars(select(ContactRow).order_by(ContactRow.address))
            return [_value(row) for row in rows]

    async def find(self, address: str) -> Contact | None:
        """The contact of an address."""
        async with AsyncSession(self._engine) as session:
            row = await session.get(ContactRow, address)
            return _value(row) if row else None

    async def remove(self, address: str) -> None:
        """Forget a contact, and which invitation they took."""
        taken = delete(InvitationRow).where(InvitationRow.taken_by == address)
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(delete(ContactRow).where(ContactRow.address == address))
            await session.execute(taken)


def _value(row: ContactRow) -> Contact:
    return Contact(row.address, row.name, row.email, row.since)


def _row(contact: Contact) -> Mapping[str, Any]:
    about = {"name": contact.name, "email": contact.email, "since": time.time()}
    return {"address": contact.address, **about}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


__all__ = ["Contact", "Contacts"]
