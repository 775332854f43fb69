"""The mesh as the operator's settings want it, if they do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from vaas.config import Settings
from vaas.errors import ConfigError
from vaas.mesh import Mesh, PeerRule, Terms
from vaas.model import Secret


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
    async with Mesh.opened(_terms(settings), data) as mesh:
        yield mesh


def _terms(settings: Settings) -> Terms:
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
    )


__all__ = ["member"]
