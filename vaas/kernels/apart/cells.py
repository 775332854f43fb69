"""The server's end of the connection of whoever runs cells."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from vaas.errors import KernelDied
from vaas.kernels.apart.control import Control, connect
from vaas.kernels.apart.streams import START, STOP, order
from vaas.kernels.apart.talk import Said
from vaas.kernels.forks.client import LineClient, LineManager
from vaas.kernels.forks.line import Line
from vaas.kernels.wire import Frame, read_json

log = logging.getLogger(__name__)

SOON = 0.5
"""Seconds in which a host whose connections end has ended itself, if it does."""


class RemotePeer:
    """A kernel's process, as far as whoever runs cells asks about it.

    Attributes:
        ended: whether it has ended.
        named: what it is called.
    """

    def __init__(self, control: Control, named: Said) -> None:
        """It lives."""
        self.ended = False
        self.named = named
        self._control = control

    def interrupt(self) -> None:
        """Stop what it runs now."""
        self._control.post("interrupt", **self.named)

    def give_back(self) -> None:
        """Have it ended."""
        self._control.post("close" if "kernel" in self.named else "retire", **self.named)


class RemoteClient(LineClient):
    """A client that tells the host when it hears no more, or again."""

    def start_channels(self, **_: bool) -> None:  # type: ignore[override]  # as the base class
        """Hear what comes."""
        if not self._listening:
            self._line.post(order(START))
        super().start_channels()

    def stop_channels(self) -> None:
        """Hear no more."""
        if self._listening:
            self._line.post(order(STOP))
        super().stop_channels()


class Cells:
    """The connection of whoever runs cells in a kernel or template.

    Attributes:
        client: runs cells.
        manager: for who runs cells.
        line: the connection.
        peer: what is known of the process.
        closed: whether it was hung up.
        when_cut: called when it ends without that: the kernel can be heard no more, and
            is ended.
    """

    client: RemoteClient
    manager: LineManager
    line: Line

    def __init__(self, peer: RemotePeer) -> None:
        """Not yet connected."""
        self.peer = peer
        self.closed = False
        self.when_cut: Callable[[], None] | None = None
        self._relay: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection; there is none where no cells are run."""
        return self._relay is not None

    async def open(self, control: Control, name: str, session: str) -> None:
        """Connect, or have it ended: nobody else could.

        Raises:
            KernelDied: the host has ended.
        """
        try:
            talk = await connect(control.place, be="cells", of=name)
        except BaseException as error:
            self.peer.give_back()
            if isinstance(error, OSError):
                raise KernelDied("the kernel host has ended") from error
            raise
        self.line = Line(talk.reader, talk.writer)
        self.client = RemoteClient(self.line, self.peer)
        self.client.session.session = session
        self.manager = LineManager(self.client, self.peer)
        self._relay = asyncio.create_task(self.line.relay(self._take), name="cells")
        self._relay.add_done_callback(self._cut)
        # Also of a kernel that ended long before, of which the host says nothing more.
        control.lost.add_done_callback(self._hang_up)

    def _take(self, frame: Frame) -> None:
        header, parent = read_json(frame.parts[0]), read_json(frame.parts[1])
        if header is not None and parent is not None:
            self.client.take(frame, header, parent)

    def post(self, frame: Frame) -> None:
        """Send something, if there is anybody; also of a kernel that has ended."""
        if not self.closed:
            self.line.post(frame)

    def _cut(self, relay: asyncio.Task[None]) -> None:
        if self.closed or relay.cancelled():
            return
        if error := relay.exception():
            log.error("the line of who runs cells broke: %r", error)
        self.peer.ended = True
        # Usually the host is about to end, and that is the better reason.
        asyncio.get_running_loop().call_later(SOON, self._end)

    def _end(self) -> None:
        if not self.closed:
            if self.when_cut:
                self.when_cut()
            self.peer.give_back()

    def _hang_up(self, _: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up: nobody has anything to say to the page any more."""
        self.peer.ended = self.closed = True
        if self._relay:
            self._relay.cancel()
            self.line.close()


__all__ = ["Cells", "RemoteClient", "RemotePeer"]
