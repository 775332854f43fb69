"""jupyter_client's face for a kernel on a line, as whoever runs cells expects it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from queue import Empty
from typing import Any, Protocol

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.session import Session

from vaas.kernels.forks.line import Line
from vaas.kernels.wire import Frame

log = logging.getLogger(__name__)


class Runs(Protocol):
    """What is asked about the process that runs the cells.

    Attributes:
        ended: whether it has ended.
    """

    ended: bool

    def interrupt(self) -> None:
        """Stop what it runs now."""


class QueueChannel:
    """One of the client's channels."""

    def __init__(self, name: str, send: Callable[[Frame], None]) -> None:
        """Name it."""
        self._name, self._send = name, send
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message.

        Raises:
            Empty: none came within ``timeout`` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self.messages.get()
        except TimeoutError as error:
            raise Empty from error

    def send(self, message: dict[str, Any]) -> None:
        """Send a message that a ``Session`` made."""
        names = ("header", "parent_header", "metadata", "content")
        parts = [json.dumps(message[name], default=str).encode() for name in names]
        self._send(Frame(self._name, [*parts, *message.get("buffers", ())]))


class LineClient(AsyncKernelClient):
    """A client whose channels are queues that ``take`` fills."""

    def __init__(self, line: Line, peer: Runs) -> None:
        """Listen from now on."""
        super().__init__(session=Session())
        self.allow_stdin = False
        self._line, self._peer = line, peer
        self._tasks: set[asyncio.Task[None]] = set()
        self.queues = {name: QueueChannel(name, self._post) for name in ("shell", "iopub")}
        self._shell_channel, self._iopub_channel = self.queues["shell"], self.queues["iopub"]
        self._listening = True
        self._comms: set[str] = set()
        self._unread = 0

    def take(self, frame: Frame, header: dict[str, Any], parent: dict[str, Any]) -> bool:
        """Keep a message of the kernel.

        Returns:
            whether it was for this client alone.
        """
        mine = bool(parent.get("session") == self.session.session)
        alone = mine and frame.channel == "shell"
        if self._listening and (mine or frame.channel == "iopub") and frame.channel in self.queues:
            message = _message(frame, header, parent)
            if message is None:
                self._drop(header)
                return alone
            self.queues[frame.channel].messages.put_nowait(message)
            # A line to a widget manager of its own, on which it is told all states at once.
            comm = message["content"].get("comm_id")
            alone |= isinstance(comm, str) and comm in self._comms
        return alone

    def _drop(self, header: dict[str, Any]) -> None:
        """Go on without a message; its notebook may say as many such as it likes."""
        self._unread += 1
        if self._unread == 1:
            log.warning("a kernel's message %.50r cannot be read", header.get("msg_type"))

    def start_channels(self, **_: bool) -> None:  # type: ignore[override]  # whatever is wanted
        """They are open."""
        self._listening = True

    def stop_channels(self) -> None:
        """Hear no more."""
        self._listening = False
        for channel in self.queues.values():
            channel.messages = asyncio.Queue()

    async def is_alive(self) -> bool:
        """Whether the kernel's process lives."""
        return not self._peer.ended

    def _post(self, frame: Frame) -> None:
        """Send from where nobody waits."""
        header, _, _, content = map(json.loads, frame.parts[:4])
        if header["msg_type"] == "comm_open":
            self._comms.add(content["comm_id"])
        task = asyncio.create_task(self._line.send(frame))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class LineManager:
    """What of a jupyter_client manager is asked for."""

    def __init__(self, client: LineClient, peer: Runs) -> None:
        """Join both."""
        self._client, self._peer = client, peer
        self.session = client.session

    def client(self) -> LineClient:
        """The one client there is; stopped, it may be started again."""
        return self._client

    async def is_alive(self) -> bool:
        """Whether the kernel's process lives."""
        return await self._client.is_alive()

    async def interrupt_kernel(self) -> None:
        """Stop what runs now."""
        self._peer.interrupt()


def _message(frame: Frame, header: dict[str, Any], parent: dict[str, Any]) -> dict[str, Any] | None:
    """A message as a ``Session`` gives it; ``None`` if it is none."""
    try:
        # As a ``Session`` reads: names of files, which notebooks print, need not be UTF-8.
        texts = [part.decode(errors="replace") for part in frame.parts[2:4]]
        metadata, content = map(json.loads, texts)
    except (ValueError, RecursionError):
        return None
    if not (isinstance(metadata, dict) and isinstance(content, dict)):
        return None
    return {
        "header": header,
        "msg_id": header.get("msg_id"),
        "msg_type": header.get("msg_type"),
        "parent_header": parent,
        "metadata": metadata,
        "content": content,
        "buffers": list(frame.parts[4:]),
    }


__all__ = ["LineClient", "LineManager"]
