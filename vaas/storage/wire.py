"""One HTTP connection to the loopback proxy: h11 between two asyncio streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field

import h11

IDLE = 60.0
"""Seconds that an unused connection stays open."""

SEND = 2.0
"""Seconds in which the daemon must take what it asked for.

A notebook that pauses in a file would keep others of its site waiting for a
turn; the daemon asks for the rest when it is wanted.
"""

_READ = 64 << 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's head.

    Attributes:
        method: upper case.
        target: path and query as sent.
        headers: by name in lower case.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)


class Wire:
    """Reads requests and writes answers, one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take over a connection; the caller closes it."""
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.SERVER)

    async def request(self) -> Asked | None:
        """The next request, its body read and dropped; ``None`` at the end.

        Raises:
            TimeoutError: nothing for a while.
            h11.ProtocolError: what came is no HTTP.
            OSError: the connection broke.
        """
        async with asyncio.timeout(IDLE):
            event = await self._event()
            if not isinstance(event, h11.Request):
                return None
            while not isinstance(await self._event(), h11.EndOfMessage):
                pass
        headers = {name.decode("latin-1"): text.decode("latin-1") for name, text in event.headers}
        return Asked(event.method.decode().upper(), event.target.decode("latin-1"), headers)

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(_READ))
        if isinstance(event, h11.ConnectionClosed):
            raise ConnectionResetError("the other side is gone")
        return event

    async def answer(
        self, status: int, headers: Mapping[str, str], body: AsyncIterable[bytes]
    ) -> None:
        """Write an answer piece by piece; its headers tell its length.

        Raises:
            OSError, TimeoutError: the other side does not take it.
            h11.LocalProtocolError: the body is shorter than was said.
        """
        head = [(name.encode(), text.encode("latin-1")) for name, text in headers.items()]
        await self._send(h11.Response(status_code=status, headers=head))
        async for piece in body:
            await self._send(h11.Data(data=piece))
        await self._send(h11.EndOfMessage())

    async def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)
            async with asyncio.timeout(SEND):
                await self._writer.drain()

    def again(self) -> bool:
        """Get ready for the next request; false if the connection must be closed."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True


__all__ = ["Asked", "Wire"]
