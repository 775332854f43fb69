"""The one SQLite file: opened, migrated, and asked by the objects that it hands out.

What is deleted is overwritten on disk (``secure_delete``), and there is no
write-ahead log in which it would live on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import alembic.command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, event, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from vaas.errors import ConfigError
from vaas.model import Secret
from vaas.state.contacts import Contacts
from vaas.state.listings import Listings
from vaas.state.received import ReceivedShares
from vaas.state.tables import ReceivedRow, SecretRow
from vaas.state.vault import Vault

_PRAGMAS = ("foreign_keys=ON", "busy_timeout=5000", "secure_delete=ON", "journal_mode=DELETE")


class Store:
    """What the service remembers.

    Attributes:
        received: shares that came from other clouds.
        contacts: invitations, and who accepted them.
        listings: what directories of clouds said.
    """

    def __init__(self, engine: AsyncEngine, vault: Vault) -> None:
        """Made by ``opened``."""
        self._engine, self._vault = engine, vault
        self.received = ReceivedShares(engine, vault)
        self.contacts = Contacts(engine)
        self.listings = Listings(engine)

    @classmethod
    @asynccontextmanager
    async def opened(cls, file: Path, vault: Vault) -> AsyncIterator[Store]:
        """The store in a file, made or migrated as needed.

        Args:
            file: where; made readable for its owner alone.
            vault: encrypts secrets.

        Raises:
            ConfigError: the file cannot be opened, is newer than we are, or was
                encrypted with other keys.
        """
        # At their debug level they write what is stored, and errors would too.
        for name in ("aiosqlite", "sqlalchemy", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        engine = create_async_engine(f"sqlite+aiosqlite:///{file}", hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _prepare)
        store = cls(engine, vault)
        try:
            try:
                await store.prepare(file)
            except (SQLAlchemyError, OSError, CommandError) as error:
                raise ConfigError(f"{file}: {type(error).__name__}: {error}") from error
            yield store
        finally:
            await engine.dispose()

    async def prepare(self, file: Path) -> None:
        """Make or migrate the file; ``opened`` calls it."""
        await asyncio.to_thread(file.touch, 0o600)
        async with self._engine.begin() as connection:
            await connection.run_sync(_migrate)
        await self.encrypt_anew()

    async def secret(self, name: str, make: Callable[[], Secret]) -> Secret:
        """A secret of the service's own, made when first asked for."""
        async with AsyncSession(self._engine) as session, session.begin():
            row = await session.get(SecretRow, name)
            if row is None:
                made = make()
                session.add(SecretRow(name=name, sealed=self._vault.seal(name, made)))
                return made
            return self._vault.unseal(name, row.sealed)

    async def encrypt_anew(self) -> None:
        """Encrypt everything with the first key, if there are several.

        Raises:
            ConfigError: something was encrypted with a key that is not here.
        """
        many = self._vault.many
        async with AsyncSession(self._engine) as session, session.begin():
            for table, key, sealed in (
                (ReceivedRow, ReceivedRow.id, ReceivedRow.secret),
                (SecretRow, SecretRow.name, SecretRow.sealed),
            ):
                rows = (await session.execute(select(key, sealed).where(sealed != b""))).all()
                for name, old in rows:
                    new = self._vault.again(old)
                    if many:
                        change = update(table).where(key == name)
                        await session.execute(change.values({sealed: new}))


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "vaas.state:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")


__all__ = ["Store"]
