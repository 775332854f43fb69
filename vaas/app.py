"""The service: the rooms behind a web server, for as long as it is wanted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer

from vaas.config import Settings
from vaas.errors import ConfigError, VaasError
from vaas.kernels import Kernel, SandboxReport
from vaas.kernels.seccomp import program as system_calls
from vaas.model import BASE, Secret, ShareLink
from vaas.observability import logger
from vaas.recipe import Recipe
from vaas.rendering import (
    Notebook,
    Recording,
    Stills,
    find_browser,
)
from vaas.rooms import Rooms, rooms
from vaas.taken import schemes
from vaas.web import Card, Front, make_application
from vaas.web.hosts import own_names
from vaas.web.statics import Statics
from vaas.web.viewers import Viewers

log = logger(__name__)

_LARGEST_BODY = 64 << 10
"""Bytes of a request's body; the longest that pages send is a password."""

_ADOPTED_WITHIN = 15.0
"""Seconds in which a session's files are there again."""


@asynccontextmanager
async def service(
    settings: Settings,
    local: Mapping[str, Path] | None = None,
    cards: Sequence[Card] = (),
    given: Sequence[tuple[ShareLink, Secret]] = (),
    *,
    stay: float = 0.0,
) -> AsyncIterator[str]:
    """Serve pages for as long as the context is open.

    Args:
        settings: the operator's.
        local: as for ``rooms``.
        cards: examples for the home page.
        given: passwords that the person at the keyboard gave, for everybody
            who can reach this machine's page.
        stay: as for ``rooms``; those that a server before this one left are
            adopted in any case.

    Yields:
        the address at which it serves, ``http://HOST:PORT/``.

    Raises:
        ConfigError: the port is taken, or the front end was not built.
    """
    async with (
        rooms(settings, local, stay=stay) as built,
        built.doorways.serving(built.received) as more,
    ):
        report = await built.host.report()
        if report.level == "none" and settings.kernel.sandbox != "none":
            log.warning("no_sandbox: no dashboard will open; see vaas doctor", why=report.detail)
        statics, viewers = Statics(), Viewers(given)
        front = _front(settings, built, statics, report, cards=cards, viewers=viewers, more=more)
        async with _answering(front, built, settings, report, stay=bool(stay)) as address:
            yield address


@asynccontextmanager
async def _answering(
    front: Front, built: Rooms, settings: Settings, report: SandboxReport, *, stay: bool
) -> AsyncIterator[str]:
    """Answer browsers while the context is open; with ``stay`` kernels outlive it."""
    sock = _listen(settings.host, settings.port)
    server = HTTPServer(
        make_application(front), xheaders=bool(settings.public_url), max_body_size=_LARGEST_BODY
    )
    # Pages that come meanwhile wait: their sessions shall be there.
    await asyncio.gather(*(_adopt(built, *left) for left in await built.host.adopt()))
    server.add_sockets([sock])
    stills = await _stills(built, front.statics, report)
    # What the first viewer would wait for.
    ahead = (asyncio.to_thread(built.renderer.warm), built.host.warm(BASE))
    warming = asyncio.gather(*ahead, return_exceptions=True)
    host, port = sock.getsockname()[:2]
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    finally:
        warming.cancel()
        server.stop()
        if stay:
            for line in tuple(front.lines):
                line.restart()
            await built.launcher.sessions.leave()
        else:
            await built.launcher.sessions.close()
        if stills:
            await stills.close()
        await asyncio.wait({asyncio.ensure_future(server.close_all_connections())}, timeout=1)
        await asyncio.gather(warming, return_exceptions=True)


def _front(
    settings: Settings, built: Rooms, statics: Statics, report: SandboxReport, **given: Any
) -> Front:
    """What the pages' handlers need."""
    mesh, app = built.doorways.mesh, built.doorways.app
    return Front(
        launcher=built.launcher,
        renderer=built.renderer,
        assets=built.assets,
        statics=statics,
        scheme_for=schemes(settings),
        health=lambda: _health(built, sandbox=report.level),
        public_url=settings.public_url,
        address=settings.public_url or f"http://localhost:{settings.port}",
        image_hosts=settings.image_hosts,
        embed=settings.embed,
        names=own_names(settings.public_url, settings.host),
        received=mesh.entry if mesh else None,
        inviter=mesh.inviter if mesh else None,
        owners=mesh.owners if mesh else None,
        login=mesh.login if mesh else None,
        gates=mesh.gates if mesh else (),
        opened=app.grants if app else None,
        **given,
    )


async def _stills(built: Rooms, statics: Statics, report: SandboxReport) -> Stills | None:
    """Have a still taken of each run, where this machine has what it takes."""
    program = find_browser()
    if program is None or not report.usable:
        return None
    denied = await asyncio.to_thread(system_calls) if report.seccomp else b""
    stills = Stills(program, built.renderer, built.assets, statics, denied=denied)

    def made(recipe: Recipe, notebook: Notebook, recording: Recording) -> None:
        """Keep how a run looks, with a still of it."""
        keep = built.launcher.arrivals.offline.keep
        keep(recipe, notebook, recording, still=stills.take(notebook, recording))

    built.prepared.made = made
    return stills


async def _adopt(built: Rooms, kernel: Kernel, note: str) -> None:
    """Go on with a session that a server before this one left, or end its kernel."""
    try:
        async with asyncio.timeout(_ADOPTED_WITHIN):
            await built.launcher.adopt(kernel, note)
        log.info("adopted", notebook=kernel.ref.notebook)
    except Exception as error:  # noqa: BLE001  one session's trouble is not the others'
        why = error.detail if isinstance(error, VaasError) else repr(error)
        log.warning("not_adopted", notebook=kernel.ref.notebook, why=why)
        await kernel.close()


def _health(built: Rooms, *, sandbox: str) -> dict[str, Any]:
    return {
        "ready": sandbox != "none" and not built.launcher.sessions.leaving,
        "sandbox": sandbox,
        "kernels": len(built.host.kernels()),
        "preparing": built.prepared.making,
        "waiting": built.launcher.sessions.room.waiting,
        **built.doorways.health,
    }


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(1024)
        sock.setblocking(False)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return sock


__all__ = ["Rooms", "rooms", "service"]
