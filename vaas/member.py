"""The mesh as the operator's settings want it, if they do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vaas.config import Settings
from vaas.errors import ConfigError
from vaas.model import Secret

if TYPE_CHECKING:
    from vaas.mesh import Mesh, Terms


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
        yield None
        return
    if not settings.public_url:
        raise ConfigError("ocm: other clouds need public_url to find this service")
    # Half a second of imports, with the database's, that others do without.
    from vaas.mesh import Mesh  # noqa: PLC0415

    async with Mesh.opened(terms(settings), data) as mesh:
        yield mesh


async def taken(settings: Settings) -> list[str]:
    """What other clouds shared with us, one line each: state, sender, name and address.

    Raises:
        ConfigError: as ``member``, or nothing is taken.
    """
    async with member(settings, settings.data.expanduser()) as mesh:
        if mesh is None:
            raise ConfigError("ocm: not enabled")
        shares = await mesh.store.received.all("pending", "open", "missing")
        about = [(one.state, one.sender, one.name, mesh.entry.address(one)) for one in shares]
        return ["\t".join(map(plain, line)) for line in about]


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
        rules=tuple(PeerRule(**peer.model_dump()) for peer in ocm.peer),
        keys=tuple(Secret(key.get_secret_value()) for key in ocm.keys),
        directories=tuple(
            Source(one.url or one.file, **one.model_dump(exclude={"url", "file"}))
            for one in ocm.directory
        ),
        database=Secret(settings.state.url.get_secret_value()),
    )


__all__ = ["member", "plain", "taken", "terms"]
