"""The state: opened, migrated, and asked by the objects that it hands out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import alembic.command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from vaas.errors import ConfigError, StateAway
from vaas.model import Secret
from vaas.state.contacts import Contacts
from vaas.state.hosted import HostedShares
from vaas.state.listings import Listings
from vaas.state.place import Place, alone, engine_of, label
from vaas.state.received import ReceivedShares
from vaas.state.sent import SentShares
from vaas.state.tables import ReceivedRow, SecretRow, SentRow
from vaas.state.vault import Vault


class Store:
    """What the service remembers.

    Attributes:
        received: shares that came from other clouds.
        contacts: invitations, and who accepted them.
        hosted: shares that clouds send their viewers here with.
        sent: dashboards that we shared with people of other clouds.
        listings: what directories of clouds said.
    """

    def __init__(self, engine: AsyncEngine, vault: Vault) -> None:
        """Made by ``opened``."""
        self._engine, self._vault = engine, vault
        self.received = ReceivedShares(engine, vault)
        self.contacts = Contacts(engine)
        self.hosted = HostedShares(engine)
        self.sent = SentShares(engine, vault)
        self.listings = Listings(engine)

    @classmethod
    @asynccontextmanager
    async def opened(cls, place: Place, vault: Vault) -> AsyncIterator[Store]:
        """The store in a file or a database, made or migrated as needed.

        Args:
            place: where; a file is made readable for its owner alone.
            vault: encrypts secrets.

        Raises:
            ConfigError: it cannot be opened, is newer than we are, or was encrypted
                with other keys.
        """
        # At their debug level they write what is stored, and errors would too.
        for name in ("aiosqlite", "sqlalchemy", "alembic", "psycopg"):
            logging.getLogger(name).setLevel(logging.WARNING)
        engine = engine_of(place)
        store = cls(engine, vault)
        try:
            try:
                await store.prepare(place)
            except (SQLAlchemyError, StateAway, OSError, CommandError) as error:
                said = f"{label(place)}: {type(error).__name__}: {error}"
                raise ConfigError(said) from error
            yield store
        finally:
            await engine.dispose()

    async def prepare(self, place: Place) -> None:
        """Make or migrate it; ``opened`` calls it."""
        if isinstance(place, Path):
            await asyncio.to_thread(place.touch, 0o600)
        async with self._engine.begin() as connection:
            await alone(connection)
            await connection.run_sync(_migrate)
        await self.encrypt_anew()

    async def secret(self, name: str, make: Callable[[], Secret]) -> Secret:
        """A secret of the service's own, made when first asked for."""
        async with AsyncSession(self._engine) as session:
            row = await session.get(SecretRow, name)
            if row is not None:
                return self._vault.unseal(name, row.sealed)
            made = make()
            session.add(SecretRow(name=name, sealed=self._vault.seal(name, made)))
            try:
                await session.commit()
            except IntegrityError:  # another service was here first
                return await self.secret(name, make)
            return made

    async def encrypt_anew(self) -> None:
        """Encrypt everything with the first key, if there are several.

        Raises:
            ConfigError: something was encrypted with a key that is not here.
        """
        for table, key, sealed in (
            (ReceivedRow, ReceivedRow.id, ReceivedRow.secret),
            (SecretRow, SecretRow.name, SecretRow.sealed),
            (SentRow, SentRow.id, SentRow.secret),
        ):
            async with AsyncSession(self._engine) as session, session.begin():
                rows = (await session.execute(select(key, sealed).where(sealed != b""))).all()
                for name, old, new in await asyncio.to_thread(self._sealed_anew, rows):
                    # What somebody else wrote meanwhile stays.
                    change = update(table).where(key == name, sealed == old)
                    await session.execute(change.values({sealed: new}))

    def _sealed_anew(self, rows: Sequence[Row[str, bytes]]) -> list[tuple[str, bytes, bytes]]:
        found = [(name, old, self._vault.again(old)) for name, old in rows]
        return found if self._vault.many else []


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "vaas.state:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")


__all__ = ["Store"]
