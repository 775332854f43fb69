"""Where the state lies: one SQLite file, or a database of PostgreSQL's.

What is deleted from the file is overwritten on disk (``secure_delete``), and there is
no write-ahead log in which it would live on. PostgreSQL keeps such things for a while;
what opens a share is encrypted there as here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from vaas.errors import ConfigError, StateAway
from vaas.model import Secret
from vaas.state.tables import Base

Place = Path | Secret
"""A file, or the address of a database, which may hold a password."""

_PRAGMAS = ("foreign_keys=ON", "busy_timeout=5000", "secure_delete=ON", "journal_mode=DELETE")
_CONNECT = 10
"""Seconds for a connection."""

_DEADLINES = (
    "-c statement_timeout=30s -c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"
)
_LOCK = 0x56616153
"""By which those who migrate one database wait for each other."""


def label(place: Place) -> str:
    """How a place is called in what the operator reads."""
    if isinstance(place, Path):
        return str(place)
    url = _address(place)
    return f"{url.host or 'this machine'}/{url.database or ''}"


def engine_of(place: Place) -> AsyncEngine:
    """The engine of a place; nothing is opened yet.

    Raises:
        ConfigError: it is no place, or the extra that speaks with it is missing.
    """
    if isinstance(place, Path):
        engine = create_async_engine(f"sqlite+aiosqlite:///{place}", hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _prepare)
    else:
        engine = _postgresql(_address(place))
    event.listen(engine.sync_engine, "handle_error", _plainly, retval=True)
    return engine


def _address(place: Secret) -> URL:
    try:
        url = make_url(place.value)
    except (ArgumentError, ValueError):
        raise ConfigError("state: postgresql://user:password@host/database is wanted") from None
    if url.get_backend_name() != "postgresql":
        raise ConfigError("state: only databases of PostgreSQL's are known")
    return url.set(drivername="postgresql+psycopg")


def _postgresql(url: URL) -> AsyncEngine:
    options = {"connect_timeout": _CONNECT, "options": _DEADLINES}
    ours = {name: value for name, value in options.items() if name not in url.query}
    try:
        return create_async_engine(
            url, hide_parameters=True, pool_pre_ping=True, pool_timeout=_CONNECT, connect_args=ours
        )
    except ModuleNotFoundError:
        raise ConfigError("state: PostgreSQL needs the extra “postgres”") from None


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _plainly(context: ExceptionContext) -> BaseException | None:
    """A database that does not answer is foreseen; all else is a fault of ours."""
    error = context.original_exception
    away = context.is_disconnect or isinstance(context.sqlalchemy_exception, OperationalError)
    if not away or context.is_pre_ping or not isinstance(error, Exception):  # but cancelled
        return None
    lines = str(error).splitlines() or [""]
    return StateAway(f"{type(error).__name__}: {lines[0]}"[:300])


async def alone(connection: AsyncConnection) -> None:
    """Wait until nobody else prepares the same database, in this transaction."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    else:
        await connection.execute(text("BEGIN IMMEDIATE"))


async def reachable(place: Place) -> None:
    """See whether a place answers; nothing is made.

    Raises:
        ConfigError: it is none, or does not.
    """
    engine = engine_of(place)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, StateAway) as error:
        raise ConfigError(f"{label(place)}: {error}") from None
    finally:
        await engine.dispose()


async def upsert(session: AsyncSession, kind: type[Base], values: Mapping[str, Any]) -> None:
    """Write a row, whether there is one of its key or not."""
    made = (
        postgresql.insert(kind)
        if session.get_bind().dialect.name == "postgresql"
        else sqlite.insert(kind)
    ).values(values)
    keys = [column.name for column in inspect(kind).primary_key]
    rest = {name: made.excluded[name] for name in values if name not in keys}
    await session.execute(made.on_conflict_do_update(index_elements=keys, set_=rest))


__all__ = ["Place", "alone", "engine_of", "label", "reachable", "upsert"]
