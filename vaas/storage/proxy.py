"""The loopback WebDAV server that mounts speak to, in place of the share's system.

The mount's process knows an address on loopback, a random name and a random
key; the share's address, its token and its password stay here. Every question
becomes one of the ``Reader``'s, and so passes the outbound policy. Only reading
is understood: OPTIONS, PROPFIND, HEAD and GET, whole or a part.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

import h11

from vaas.errors import FileMissing, OutboundError, ShareChanged, VaasError
from vaas.model import Entry
from vaas.storage.ahead import Ahead
from vaas.storage.davtext import byte_range, http_date, multistatus
from vaas.storage.view import View
from vaas.storage.wire import Asked, Wire

METHODS = "OPTIONS, PROPFIND, HEAD, GET"
LOGIN = "vaas"
CHALLENGE = {"WWW-Authenticate": 'Basic realm="share"'}

_REFUSALS = ((FileMissing, 404), (ShareChanged, 409), (OutboundError, 504))


@dataclass(frozen=True, slots=True)
class Door:
    """One share's entrance.

    Attributes:
        view: what is behind it.
        url: its address, ending in a slash; of no use without the key.
        key: what the mount's process sends along as a bearer token, or password.
        asks: whether it is asked for, and its address may be seen by others.
    """

    view: View
    url: str
    key: str = field(repr=False)
    asks: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: _Begun | bytes = b""


class Proxy:
    """Serves any number of shares on one port of the loopback interface."""

    def __init__(self) -> None:
        """Nothing listens yet."""
        self._doors: dict[str, Door] = {}
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._port = 0
        self._ahead = Ahead()

    async def open(self) -> None:
        """Begin to listen, once."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
            self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End all connections."""
        if self._server is not None:
            self._server.close()
            for line in self._lines:
                line.cancel()
            if self._lines:
                await asyncio.wait(self._lines)
            await self._server.wait_closed()
            self._server = None
        await self._ahead.close()

    def add(self, view: View, *, asks: bool = False) -> Door:
        """Make an entrance to a share.

        Args:
            view: what is behind it.
            asks: whether who comes without the key is asked for it, as programs
                want it that know a name and a password (``LOGIN`` and the key).
        """
        name, key = secrets.token_hex(16), secrets.token_hex(32)
        url = f"http://127.0.0.1:{self._port}/{name}/"
        door = self._doors[name] = Door(view, url, key, asks)
        self._ahead.add(view)
        return door

    def remove(self, door: Door) -> None:
        """Close an entrance; what is under way through it fails."""
        self._doors = {name: one for name, one in self._doors.items() if one is not door}
        door.view.interrupt()
        self._ahead.forget(door.view)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            await self._talk(Wire(reader, writer))
        except (OSError, TimeoutError, h11.ProtocolError, VaasError):
            pass  # told by the connection's end: what was promised does not come
        except asyncio.CancelledError:
            pass  # by ``close``; raised on, asyncio's own callback would report it
        finally:
            writer.transport.abort()
            self._lines.discard(task)

    async def _talk(self, wire: Wire) -> None:
        while (asked := await wire.request()) is not None:
            answer = await self._answer(asked)
            body = answer.body
            pieces = _Begun(body, _nothing()) if isinstance(body, bytes) else body
            size = {"Content-Length": str(len(body))} if isinstance(body, bytes) else {}
            async with aclosing(pieces):
                await wire.answer(answer.status, {**size, **answer.headers}, pieces)
            if not wire.again():
                return

    async def _answer(self, asked: Asked) -> _Answer:
        """Anything but a body under way; refusals become statuses."""
        name, _, path = unquote(urlsplit(asked.target).path).lstrip("/").partition("/")
        door = self._doors.get(name)
        if door is None:
            return _Answer(404)
        if not _knows(asked, door):
            return _Answer(401, CHALLENGE) if door.asks else _Answer(404)
        try:
            return await self._show(door, asked, path.strip("/"))
        except VaasError as error:
            return _Answer(next((one for kind, one in _REFUSALS if isinstance(error, kind)), 403))

    async def _show(self, door: Door, asked: Asked, path: str) -> _Answer:
        entry = await door.view.entry(path) if path else None
        if asked.method == "OPTIONS":
            return _Answer(200, {"DAV": "1", "Allow": METHODS})
        if asked.method == "PROPFIND":
            return await _list(door, asked, path, entry)
        if asked.method not in {"GET", "HEAD"}:
            return _Answer(405, {"Allow": METHODS})
        if entry is None or entry.is_folder:
            return _Answer(409)
        return await self._file(door.view, asked, entry)

    async def _file(self, view: View, asked: Asked, entry: Entry) -> _Answer:
        size = max(entry.size, 0)
        wanted = byte_range(asked.headers.get("range", ""), size)
        if wanted is None:
            return _Answer(416, {"Content-Range": f"bytes */{size}"})
        offset, count = wanted
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(count),
            "Accept-Ranges": "bytes",
            "Last-Modified": http_date(entry.modified),
        }
        status = 200
        if count < size:
            status, headers["Content-Range"] = 206, f"bytes {offset}-{offset + count - 1}/{size}"
        if asked.method == "HEAD" or not count:
            return _Answer(status, headers)
        return _Answer(status, headers, await _begun(self._ahead.read(view, entry, offset, count)))


def _knows(asked: Asked, door: Door) -> bool:
    sent = asked.headers.get("authorization", "").encode()
    login = base64.b64encode(f"{LOGIN}:{door.key}".encode())
    known = b"Basic " + login if door.asks else b"Bearer " + door.key.encode()
    return hmac.compare_digest(sent, known)


async def _list(door: Door, asked: Asked, path: str, entry: Entry | None) -> _Answer:
    root = urlsplit(door.url).path
    items = [(root + path, entry)]
    if asked.headers.get("depth", "1") != "0" and (entry is None or entry.is_folder):
        inside = await door.view.folder(path)
        above = f"{root}{path}/" if path else root
        items += [(above + name, child) for name, child in inside.items()]
    return _Answer(207, {"Content-Type": "application/xml; charset=utf-8"}, multistatus(items))


class _Begun:
    """A body whose first piece is there: what refuses, refuses before the status is sent."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None]) -> None:
        self._first, self._rest = first, rest

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece, self._first = self._first, b""
        return piece or await anext(self._rest)

    async def aclose(self) -> None:
        """Close what is left of the answer."""
        await self._rest.aclose()


async def _begun(pieces: AsyncGenerator[bytes, None]) -> _Begun:
    try:
        return _Begun(await anext(pieces), pieces)
    except BaseException:
        await pieces.aclose()
        raise


async def _nothing() -> AsyncGenerator[bytes, None]:
    for piece in list[bytes]():
        yield piece


__all__ = ["LOGIN", "METHODS", "Door", "Proxy"]
