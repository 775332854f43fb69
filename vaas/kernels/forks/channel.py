"""A viewer's line to a fork."""

from __future__ import annotations

import json
import uuid
from typing import Any

from vaas.kernels.forks.client import LineClient
from vaas.kernels.forks.line import Line
from vaas.kernels.forks.peer import Peer
from vaas.kernels.page import PageChannel
from vaas.kernels.wire import Frame, read_json


class LineChannel(PageChannel):
    """A channel that shares its line with the client that runs cells."""

    def __init__(self, line: Line, peer: Peer, client: LineClient, *page: Any) -> None:
        """Take the line.

        Args:
            line: to the fork.
            peer: the fork's process.
            client: runs cells over the same line.
            page: ``on_author_message``, ``clock``, ``failure_view``: see ``PageChannel``.
        """
        name = str(client.session.session)
        tell, clock, failure_view = page
        super().__init__(client.session.clone(), tell, clock, failure_view, executor=name)
        self._line, self._peer, self._client = line, peer, client

    async def run(self) -> None:
        """Relay until the fork hangs up; owned by the kernel."""
        try:
            await self._line.relay(self.sort)
        finally:
            # Whatever went wrong: a kernel that nobody hears is to be ended.
            self.cut.set()

    def sort(self, frame: Frame) -> None:
        """A message of the fork: for whoever runs cells, for the page, or both."""
        header, parent = read_json(frame.parts[0]), read_json(frame.parts[1])
        if header is None or parent is None:
            return
        if not self._client.take(frame, header, parent):
            self.take(frame.channel, list(frame.parts))

    async def _pass_on(self, message: Frame) -> None:
        header = read_json(message.parts[0]) or {}
        if header.get("msg_type") == "interrupt_request":
            # A busy fork reads nothing; a signal it hears.
            self._peer.interrupt()
            reply = {**header, "msg_id": uuid.uuid4().hex, "msg_type": "interrupt_reply"}
            parts = [reply, header, {}, {"status": "ok"}]
            self.take("control", [json.dumps(part).encode() for part in parts])
        else:
            await self._line.send(message)

    def close(self) -> None:
        """Hang up; an attached page gets what is left, then the end."""
        super().close()
        self._line.close()


__all__ = ["LineChannel"]
