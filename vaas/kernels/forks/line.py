"""The server's end of a line: frames with their length before them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from vaas.errors import MessageRefused
from vaas.kernels.manager import MESSAGE_LIMIT
from vaas.kernels.page import BURST, PAUSE
from vaas.kernels.wire import MOST_PARTS, Frame, pack, unpack

TAKEN_WITHIN = 10.0
"""Seconds that a message waits for a kernel that does not read."""

HEAD = 1 << 16
"""Bytes that a message may have beside its parts."""


class Line:
    """One line to one guest."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        patience: float | None = TAKEN_WITHIN,
    ) -> None:
        """Use ``open`` instead, where there is but a socket.

        Args:
            reader: from the other end.
            writer: to it.
            patience: seconds that a message waits for an other end that does not read;
                ``None`` for as long as it takes.
        """
        self._reader, self._writer, self._patience = reader, writer, patience

    @classmethod
    async def open(cls, ours: socket.socket) -> Line:
        """Take over a connected socket."""
        return cls(*await asyncio.open_unix_connection(sock=ours))

    async def relay(self, take: Callable[[Frame], None]) -> None:
        """Hand on what comes, at a pace that leaves room for other kernels.

        Ends when the guest hangs up or says what is no message.
        """
        try:
            while True:
                for _ in range(BURST):
                    take(await self._next())
                await asyncio.sleep(PAUSE)
        except (asyncio.IncompleteReadError, ConnectionError, MessageRefused):
            return

    async def _next(self) -> Frame:
        size = int.from_bytes(await self._reader.readexactly(8), "little")
        if size > MESSAGE_LIMIT:
            raise MessageRefused(f"a message of {size} bytes")
        return unpack(await self._reader.readexactly(size), MESSAGE_LIMIT)

    def post(self, frame: Frame) -> None:
        """Send a message from where nobody can wait."""
        data = pack(frame)
        self._writer.write(len(data).to_bytes(8, "little") + data)

    async def send(self, frame: Frame) -> None:
        """Send a message.

        Raises:
            MessageRefused: the guest does not read, or would not take so large a one.
        """
        if len(frame.parts) > MOST_PARTS or sum(map(len, frame.parts)) > MESSAGE_LIMIT - HEAD:
            raise MessageRefused("a message larger than any that is taken")
        self.post(frame)
        try:
            async with asyncio.timeout(self._patience):
                await self._writer.drain()
        except TimeoutError as error:
            raise MessageRefused("the kernel takes no more messages") from error
        except ConnectionError:
            return  # its end is noticed elsewhere

    def close(self) -> None:
        """Hang up."""
        # Nobody is left to whom the rest could be sent.
        self._writer.transport.abort()


__all__ = ["Line"]
