"""``vaas mesh``: which other clouds are trusted, and what says so."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaas.config import OcmPeer, Settings, load_settings
from vaas.doctor import Finding
from vaas.envs import plainly
from vaas.errors import ConfigError
from vaas.member import member, plain, terms
from vaas.model import Secret
from vaas.observability import configure_logging

if TYPE_CHECKING:
    from vaas.mesh import Mesh, PeerRule, Standing


def mesh(
    config: Annotated[
        Path | None,
        typer.Option("--config", help="Settings, usually vaas.toml.", show_default=False),
    ] = None,
) -> None:
    """List which other clouds are trusted and what says so, and how each directory stands.

    Directories are asked anew; what they say is kept for the service.
    """
    with plainly():
        configure_logging(as_json=False, level="ERROR")
        for line in asyncio.run(_told(load_settings(config))):
            typer.echo("\t".join(map(plain, line)))


async def _told(settings: Settings) -> list[tuple[str, ...]]:
    async with member(settings, settings.data.expanduser()) as found:
        if found is None:
            raise ConfigError("ocm: not enabled")
        await found.directories.look()
        return [*_clouds(settings, found), *map(_directory, found.directories.standings)]


def _clouds(settings: Settings, found: Mesh) -> Iterator[tuple[str, ...]]:
    """What holds, the host, its name, and what says so."""
    for peer in settings.ocm.peer:
        yield _holds(peer), peer.host, "", "a rule of the settings"
    for host, one in sorted(found.directory.listed.items()):
        why = f"a rule of the settings; {one.directory}"
        ruled = found.directory.speaks_of(host)
        yield _holds(found.directory.rule(host)), host, one.name, why if ruled else one.directory
    others = "trusted" if settings.ocm.open_mode == "public" else "not trusted"
    yield others, "*", "any other cloud", f"open_mode is {settings.ocm.open_mode}"


def _holds(rule: OcmPeer | PeerRule) -> str:
    if not rule.allow:
        return "not trusted"
    return "trusted if signed" if rule.signed else "trusted"


def _directory(one: Standing) -> tuple[str, ...]:
    moment = dt.datetime.fromtimestamp(one.as_of, dt.UTC)
    as_of = f"as of {moment:%Y-%m-%d %H:%M} UTC" if one.as_of else "never had"
    state = f"refused: {one.trouble}" if one.trouble else "read"
    return "directory", one.label, one.name, f"{one.clouds} clouds, {as_of}; {state}"


async def examine(settings: Settings) -> list[Finding]:
    """Look at the database and each directory of the settings, as a service that begins would.

    Raises:
        ConfigError: a rule or a key in them is wrong.
    """
    wanted = terms(settings) if settings.ocm.enabled else None
    if wanted is None or not (wanted.directories or wanted.database.value):
        return []
    from vaas.mesh import tried  # noqa: PLC0415  seconds, see cli.py

    configure_logging(as_json=False, level="ERROR")
    return [
        *([await _state(wanted.database)] if wanted.database.value else []),
        *[
            Finding(
                f"directory {one.label}",
                ok=not one.trouble,
                detail=one.trouble or f"{one.name}: {one.clouds} clouds",
            )
            for one in await tried(wanted)
        ],
    ]


async def _state(database: Secret) -> Finding:
    from vaas.state import reachable  # noqa: PLC0415  as above

    try:
        await reachable(database)
    except ConfigError as error:
        return Finding("state", ok=False, detail=error.detail)
    return Finding("state", ok=True, detail="PostgreSQL answers")


__all__ = ["examine", "mesh"]
