"""The last good documents of directories of the mesh."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from vaas.state.place import upsert
from vaas.state.tables import ListingRow


@dataclass(frozen=True, slots=True)
class KeptListing:
    """A document, as it was published.

    Attributes:
        place: from where.
        document: its bytes.
        etag, modified: what tells whether it has changed, or empty.
        fetched: seconds since 1970 at which it was had, or seen to be unchanged.
    """

    place: str
    document: bytes = field(repr=False)
    etag: str
    modified: str
    fetched: float


class Listings:
    """The table of them."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Made by ``Store``."""
        self._engine = engine

    async def put(self, kept: KeptListing) -> None:
        """Keep a document in place of the one before."""
        values = {one.name: getattr(kept, one.name) for one in fields(kept)}
        values["place"] = _digest(kept.place)
        async with AsyncSession(self._engine) as session, session.begin():
            await upsert(session, ListingRow, values)

    async def find(self, place: str) -> KeptListing | None:
        """The document that is kept of a place."""
        async with AsyncSession(self._engine) as session:
            row = await session.get(ListingRow, _digest(place))
            if row is None:
                return None
            found = {one.name: getattr(row, one.name) for one in fields(KeptListing)}
            return KeptListing(**found | {"place": place})

    async def forget_others(self, places: Iterable[str]) -> None:
        """Keep those of these places alone."""
        known = [_digest(place) for place in places]
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(delete(ListingRow).where(ListingRow.place.not_in(known)))


def _digest(place: str) -> str:
    """An address may hold a secret."""
    return hashlib.sha256(place.encode()).hexdigest()


__all__ = ["KeptListing", "Listings"]
