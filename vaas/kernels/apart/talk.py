"""How a server and the kernel host beside it talk.

Every connection is a unix socket between processes of one user, which both ends
check. Its first message says what it is for:

- ``control``: requests with a number, their answers, and what the host tells
  unasked (``Visit``, ``Control``);
- ``cells``: for whoever runs cells in one kernel: Jupyter messages in both
  directions, and what the server puts before the page, in the order of its words;
- ``page``: what one kernel has for its viewer's page, numbered, each frame kept
  by the host until the server says that the page has it.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
from collections.abc import Mapping
from typing import Any

from vaas import errors
from vaas.errors import KernelStartFailed, VaasError

PROTOCOL = 3
"""Changes when what is said here does: servers and hosts of different numbers do not talk."""

LARGEST_HEAD = 64 << 20
LARGEST_BODY = 128 << 20
READ_AHEAD = 1 << 20
_SIZES = struct.Struct("<IQ")
_NUMBER = struct.Struct("<Q")
_FRAME = struct.Struct("<QQ")
_CREDENTIALS = struct.Struct("3i")

Said = dict[str, Any]


class Talk:
    """One end of a connection.

    Attributes:
        reader: what the other end says, after the messages that were heard.
        writer: to the other end.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take over a connection.

        Raises:
            PermissionError: another user is at the other end.
        """
        self.reader, self.writer = reader, writer
        require_own_user(writer.get_extra_info("socket"))

    async def hear(self) -> tuple[Said, bytes]:
        """The next message, and the bytes that go with it.

        Raises:
            ConnectionError: the other end hung up, or says what is no message.
        """
        try:
            head, body = _SIZES.unpack(await self.reader.readexactly(_SIZES.size))
            if head > LARGEST_HEAD or body > LARGEST_BODY:
                raise ConnectionError("a message too large")
            said = json.loads(await self.reader.readexactly(head))
            return said, await self.reader.readexactly(body) if body else b""
        except (asyncio.IncompleteReadError, ValueError) as error:
            raise ConnectionError("the other end hung up") from error

    def say(self, said: Mapping[str, Any], body: bytes = b"") -> None:
        """Send a message; does not wait."""
        head = json.dumps(said).encode()
        self.writer.write(_SIZES.pack(len(head), len(body)) + head)
        if body:
            self.writer.write(body)

    async def hear_number(self) -> int:
        """The next number of a page's frame.

        Raises:
            ConnectionError: the other end hung up.
        """
        try:
            return int(_NUMBER.unpack(await self.reader.readexactly(_NUMBER.size))[0])
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the other end hung up") from error

    def say_number(self, number: int) -> None:
        """Tell that a page has a frame."""
        self.writer.write(_NUMBER.pack(number))

    async def hear_frame(self) -> tuple[int, bytes]:
        """The next frame for a page, with its number.

        Raises:
            ConnectionError: the other end hung up.
        """
        try:
            number, size = _FRAME.unpack(await self.reader.readexactly(_FRAME.size))
            return number, await self.reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the other end hung up") from error

    def say_frames(self, frames: list[tuple[int, bytes]]) -> None:
        """Send frames for a page, small ones together."""
        pieces = []
        for number, frame in frames:
            pieces += [_FRAME.pack(number, len(frame)), frame]
        self.writer.writelines(pieces)

    def close(self) -> None:
        """Hang up; what was said last still arrives if it can."""
        self.writer.close()

    def abort(self) -> None:
        """Hang up at once."""
        self.writer.transport.abort()


def require_own_user(sock: socket.socket) -> None:
    """Refuse a connection to another user's process.

    Raises:
        PermissionError: it is one.
    """
    said = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(said)
    if uid != os.geteuid():
        raise PermissionError(f"user {uid} is at the other end")


def told(error: VaasError) -> Said:
    """An error as it travels."""
    named = (kind for kind in type(error).__mro__ if kind.__name__ in errors.__all__)
    return {
        "name": next(named).__name__,
        "detail": error.detail,
        "retry_after": error.retry_after,
    }


def untold(said: Said) -> VaasError:
    """The error that was told of."""
    kind = getattr(errors, str(said["name"]), KernelStartFailed)
    error: VaasError = kind(said["detail"], retry_after=said["retry_after"])
    return error


__all__ = [
    "PROTOCOL",
    "READ_AHEAD",
    "Said",
    "Talk",
    "require_own_user",
    "told",
    "untold",
]
