"""The mesh as the operator's settings want it, if they do."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vaas.config import Settings
from vaas.errors import ConfigError
from vaas.model import Secret

if TYPE_CHECKING:
    from vaas.mesh import LoginTerms, Mesh, Terms
    from vaas.state.values import Received


@asynccontextmanager
async def member(settings: Settings, data: Path) -> AsyncIterator[Mesh | None]:
    """Our membership, while the context is open; ``None`` where it is not wanted.

    Args:
        settings: the operator's.
        data: folder for the state.

    Raises:
        ConfigError: others could not find us, or the state cannot be opened.
    """
    if not settings.ocm.enabled:
        if settings.oidc.issuer:
            raise ConfigError("oidc: people log in for shares of other clouds, which need [ocm]")
        yield None
        return
    if not settings.public_url:
        raise ConfigError("ocm: other clouds need public_url to find this service")
    # Half a second of imports, with the database's, that others do without.
    from vaas.mesh import Mesh  # noqa: PLC0415

    async with Mesh.opened(terms(settings), data) as mesh:
        yield mesh


async def taken(settings: Settings, *, owners: bool = False) -> list[str]:
    """What other clouds shared with us, one line each: state, sender, name and address.

    Args:
        settings: the operator's.
        owners: whether the address is that of the sender's page, not of the dashboards.

    Raises:
        ConfigError: as ``member``, or nothing is taken.
    """
    async with _present(settings) as mesh:
        shares = await mesh.store.received.all("pending", "open", "missing")
        address = mesh.words.page if owners else mesh.entry.address
        about = [(_state(one), one.sender, one.name, address(one)) for one in shares]
        return ["\t".join(map(plain, line)) for line in about]


async def connected(settings: Settings) -> list[str]:
    """Who connected their cloud, one line each: day, address and name.

    Raises:
        ConfigError: as ``taken``.
    """
    async with _present(settings) as mesh:
        contacts = await mesh.store.contacts.all()
        about = [(_day(one.since), one.address, one.name) for one in contacts]
        return ["\t".join(map(plain, line)) for line in about]


@asynccontextmanager
async def _present(settings: Settings) -> AsyncIterator[Mesh]:
    async with member(settings, settings.data.expanduser()) as mesh:
        yield required(mesh)


def _day(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()


def _state(share: Received) -> str:
    return share.state if share.accepted or share.state != "open" else "asked"


def required(mesh: Mesh | None) -> Mesh:
    """Our membership, where a command needs it.

    Raises:
        ConfigError: we have none.
    """
    if mesh is None:
        raise ConfigError("ocm: not enabled")
    return mesh


def plain(text: str) -> str:
    """A text as a terminal shows it, whatever its sender put into it."""
    return "".join(one if one.isprintable() else "?" for one in text)


def terms(settings: Settings) -> Terms:
    """What the settings want of the mesh."""
    from vaas.mesh import PeerRule, Source, Terms  # noqa: PLC0415

    ocm = settings.ocm
    return Terms(
        url=settings.public_url,
        user=ocm.user,
        name=ocm.name,
        visible=ocm.visible,
        open=ocm.open_mode == "public",
        most=ocm.shares_per_peer,
        gone_after=ocm.gone_after,
        asks=ocm.accept == "asked",
        people=ocm.people,
        login=_login(settings),
        rules=tuple(PeerRule(**peer.model_dump()) for peer in ocm.peer),
        keys=tuple(Secret(key.get_secret_value()) for key in ocm.keys),
        framed=settings.embed != "none",
        prefix=ocm.integration.prefix,
        introspect=ocm.integration.introspect,
        directories=tuple(
            Source(one.url or one.file, **one.model_dump(exclude={"url", "file"}))
            for one in ocm.directory
        ),
        database=Secret(settings.state.url.get_secret_value()),
    )


def _login(settings: Settings) -> LoginTerms | None:
    from vaas.mesh import LoginTerms  # noqa: PLC0415

    oidc = settings.oidc
    if not oidc.issuer:
        return None
    secret = Secret(oidc.client_secret.get_secret_value())
    return LoginTerms(**oidc.model_dump() | {"client_secret": secret})


__all__ = ["connected", "member", "plain", "required", "taken", "terms"]
