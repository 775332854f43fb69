"""The rooms, built in the order in which they depend, and joined.

``vaas.taken`` takes settings apart. What is built here is also closed, last built
first, so that nothing is left when a command ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vaas.arrival import Arrivals
from vaas.config import Settings
from vaas.doorways import Doorways
from vaas.errors import ConfigError
from vaas.kernels import Installations, RemoteHost
from vaas.kernels.janitor import Janitor
from vaas.launch import Launcher
from vaas.manifests import Manifests
from vaas.modes import Modes
from vaas.offline import Offline
from vaas.prepared import PreparedNotebooks
from vaas.received import ReceivedFiles
from vaas.rendering import AssetStore, PageRenderer
from vaas.sessions import Sessions
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares
from vaas.snapshots import Snapshots
from vaas.taken import host_terms, kernel_limits, site_rules
from vaas.temporary import RUNTIME, clear
from vaas.upkeep import upkeep
from vaas.waiting import WaitingRoom


@dataclass(frozen=True, slots=True)
class Rooms:
    """What commands work with.

    Attributes:
        launcher: opens links.
        host: runs kernels.
        shares: resolves links.
        policy: the outbound rules in force.
    """

    launcher: Launcher
    host: RemoteHost
    prepared: PreparedNotebooks
    shares: Shares
    policy: OutboundPolicy
    renderer: PageRenderer
    assets: AssetStore
    received: ReceivedFiles
    doorways: Doorways


@asynccontextmanager
async def rooms(
    settings: Settings, local: Mapping[str, Path] | None = None, *, stay: float = 0.0
) -> AsyncIterator[Rooms]:
    """Build the rooms and join them.

    Args:
        settings: the operator's.
        local: folders and notebooks of this machine, by the token of their share.
        stay: seconds that kernels wait for another server when this one has gone.
    """
    data = _data_folder(settings)
    local = local if local is not None else {}
    async with AsyncExitStack() as stack:
        janitor = await asyncio.to_thread(Janitor, data.resolve(), clear)
        stack.push_async_callback(asyncio.to_thread, janitor.dismiss)
        policy = OutboundPolicy(site_rules(settings), open=settings.open_mode == "public")
        client = await stack.enter_async_context(OutboundClient(policy))
        doorways = await stack.enter_async_context(Doorways.opened(settings, data, client, policy))
        shares = Shares(client, policy, FailureMemory(), local, doorways.providers)
        stack.push_async_callback(shares.close)
        modes = Modes(settings, data, local, policy)
        stack.push_async_callback(modes.close)
        host = RemoteHost(data / RUNTIME, host_terms(settings), stay=stay)
        stack.push_async_callback(host.leave)
        prepared, sessions = await _sessions(host, settings, stack)
        installations = Installations(settings.environments)
        assets = AssetStore(data / "assets", installations.prefix)
        renderer = PageRenderer(assets)
        manifests = Manifests(shares)
        snapshots = Snapshots(data / "snapshots", settings.snapshots)
        offline = Offline(snapshots, renderer, manifests)
        stack.push_async_callback(offline.close)
        prepared.made = partial(offline.keep, still=None)
        arrivals = Arrivals(shares, modes.choose, manifests, offline)
        launcher = Launcher(
            arrivals,
            sessions,
            renderer,
            kernel_limits(settings),
            installations=installations,
            refresh=settings.refresh,
            recent=settings.recent,
        )
        stack.push_async_callback(launcher.close)
        received = ReceivedFiles(shares, sessions, offline, modes.erase)
        yield Rooms(launcher, host, prepared, shares, policy, renderer, assets, received, doorways)


def _data_folder(settings: Settings) -> Path:
    data = settings.data.expanduser()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"the data folder {data}: {error.strerror}") from error
    return data


async def _sessions(
    host: RemoteHost, settings: Settings, stack: AsyncExitStack
) -> tuple[PreparedNotebooks, Sessions]:
    """What runs notebooks for viewers; the stack closes it."""
    kernel = settings.kernel
    most, life = kernel.templates, kernel.template_life
    prepared = PreparedNotebooks(host, most=most, life=life, recent=settings.recent)
    room = WaitingRoom(kernel.most, kernel.line, kernel.grace)
    sessions = Sessions(host, prepared, room, grace=kernel.grace)
    stack.push_async_callback(sessions.close)
    await stack.enter_async_context(upkeep(prepared, kernel.template_spare))
    return prepared, sessions


__all__ = ["Rooms", "rooms"]
