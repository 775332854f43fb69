"""Frames on a unix socket, sent whole and received one by one.

A frame is a little-endian u64 with its length, then the message in the layout
of ``v1.kernel.websocket.jupyter.org``: a u64 that counts offsets, the offsets,
the channel's name, header, parent header, metadata, content, buffers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import struct
import threading
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .aside import Aside

PIECE = 1 << 16
PARTS = 4


class Line:
    """This process's end of the line to the server.

    Attributes:
        interrupted: set by a signal that came while a frame was being sent.
        sending: whether a frame is being sent; it must not be cut in two.
        aside: widgets of which it is silent until they are used.
    """

    def __init__(self, sock: socket.socket) -> None:
        """Take a connected stream socket."""
        self.interrupted = self.sending = False
        self.aside = Aside()
        self._lock = threading.RLock()
        self.use(sock)

    def use(self, sock: socket.socket) -> None:
        """Speak through another socket from now on: a fork's own."""
        sock.setblocking(False)
        self._sock = sock
        self._received = bytearray()

    def close(self) -> None:
        """Let go of the socket."""
        self._sock.close()

    def send(self, channel: str, parts: Sequence[bytes | memoryview]) -> None:
        """Send one message; waits until the server has taken it.

        Args:
            channel: ``shell``, ``control`` or ``iopub``.
            parts: header, parent header, metadata, content, then buffers.
        """
        pieces: list[bytes | memoryview] = [channel.encode()]
        pieces += [memoryview(part).cast("B") for part in parts]
        place = 8 * (len(pieces) + 2)
        offsets = [place, *(place := place + len(piece) for piece in pieces)]
        head = struct.pack(f"<{len(offsets) + 2}Q", offsets[-1], len(offsets), *offsets)
        with self._lock:
            self.sending = True
            try:
                self.write(b"".join([head, *pieces]))
            finally:
                self.sending = False
        if self.interrupted:
            self.interrupted = False
            os.kill(os.getpid(), signal.SIGINT)  # once more, now that it can be heeded

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        left = memoryview(data)
        while left:
            try:
                left = left[self._sock.send(left, socket.MSG_NOSIGNAL) :]
            except BlockingIOError:
                room = select.poll()
                room.register(self._sock, select.POLLOUT)
                room.poll()

    async def receive(self) -> tuple[str, dict[str, Any]] | None:
        """The next message and its channel; ``None`` when the server has gone."""
        while size := await self._exactly(8):
            data = await self._exactly(int.from_bytes(size, "little"))
            if not data:
                break
            # The server looks at a viewer's header alone; what is no message ends no kernel.
            with contextlib.suppress(ValueError, KeyError, RecursionError):
                return _message(data)
        return None

    async def _exactly(self, count: int) -> bytes:
        while len(self._received) < count:
            piece = await asyncio.get_running_loop().sock_recv(self._sock, PIECE)
            if not piece:
                return b""
            self._received += piece
        data = bytes(self._received[:count])
        del self._received[:count]
        return data


def _message(data: bytes) -> tuple[str, dict[str, Any]]:
    """A message as jupyter_client's ``Session`` would give it."""
    count = int.from_bytes(data[:8], "little")
    offsets = struct.unpack_from(f"<{count}Q", data, 8)
    channel, *parts = [data[a:b] for a, b in pairwise(offsets)]
    header, parent, metadata, content = map(json.loads, parts[:PARTS])
    return channel.decode(), {
        "header": header,
        "msg_id": header["msg_id"],
        "msg_type": header["msg_type"],
        "parent_header": parent,
        "metadata": metadata,
        "content": content,
        "buffers": [memoryview(part) for part in parts[PARTS:]],
    }


__all__ = ["Line"]
