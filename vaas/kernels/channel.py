"""A viewer's line to a kernel that speaks ZeroMQ.

The channel has its own sockets and its own name towards the kernel, so that a
viewer never sees replies meant for the executor. Frames from the viewer are
signed here with the kernel's key, which no viewer ever holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import zmq
from jupyter_client.session import DELIM

from vaas.errors import MessageRefused
from vaas.kernels.author import OnAuthorMessage
from vaas.kernels.manager import Manager
from vaas.kernels.page import BURST, PAUSE, PageChannel
from vaas.kernels.wire import PARTS, Frame, read_json

TAKEN_WITHIN = 10.0
"""Seconds that a viewer's message waits for room in the kernel's queue."""


AFTER_ALL = ("vaas_cell", "vaas_ready")


class LocalChannel(PageChannel):
    """A channel over the kernel's own sockets."""

    def __init__(
        self,
        manager: Manager,
        on_author_message: OnAuthorMessage,
        clock: Callable[[], float],
        failure_view: Mapping[str, Any] | None = None,
        executor: str = "",
    ) -> None:
        """Connect; nothing is relayed before ``run``.

        Args:
            manager: of the kernel, its sockets open.
            on_author_message: see ``PageChannel``, as the rest.
            clock: likewise.
            failure_view: likewise.
            executor: likewise.
        """
        session = manager.new_session()
        super().__init__(session, on_author_message, clock, failure_view, executor)
        self._due: asyncio.Queue[tuple[str, Mapping[str, Any]]] = asyncio.Queue()
        self._marks: dict[str, tuple[str, Mapping[str, Any]]] = {}
        # They come from an asyncio context, which jupyter_client's types do not know.
        self._streams: dict[str, Any] = {
            "shell": manager.connect_shell(identity=session.bsession),
            "control": manager.connect_control(identity=session.bsession),
            "iopub": manager.connect_iopub(),
        }

    async def run(self) -> None:
        """Relay until cancelled; owned by the kernel."""
        try:
            async with asyncio.TaskGroup() as group:
                for name in self._streams:
                    group.create_task(self._relay(name))
                group.create_task(self._until_cut())
                group.create_task(self._mark())
        finally:
            # Whatever went wrong: a kernel that nobody hears is to be ended.
            self.cut.set()

    def inject(self, message_type: str, content: Mapping[str, Any]) -> None:
        """See ``Channel.inject``; a cell's results come after all that was said before."""
        if message_type in AFTER_ALL and not self._ended:
            self._due.put_nowait((message_type, content))
        else:
            super().inject(message_type, content)

    def take(self, name: str, parts: list[bytes]) -> None:
        """See ``PageChannel.take``."""
        asked = (read_json(parts[1]) or {}).get("msg_id") if len(parts) >= PARTS else None
        if not isinstance(asked, str) or asked not in self._marks:
            super().take(name, parts)
        elif name == "iopub" and (read_json(parts[3]) or {}).get("execution_state") == "idle":
            super().inject(*self._marks.pop(asked))

    async def _mark(self) -> None:
        """Ask the kernel something before a cell's results are passed on.

        They were heard by another socket than ours, which may be behind; what the
        kernel answers has all of the cell before it. On ``control``, because
        ``shell`` has the next cell already.
        """
        while True:
            due = await self._due.get()
            asking = self._session.msg("kernel_info_request")
            self._marks[asking["msg_id"]] = due
            await self._streams["control"].send_multipart(self._session.serialize(asking))

    async def _pass_on(self, message: Frame) -> None:
        parts = list(message.parts)
        signed = [DELIM, self._session.sign(parts[:PARTS]), *parts]
        try:
            async with asyncio.timeout(TAKEN_WITHIN):
                await self._streams[message.channel].send_multipart(signed)
        except TimeoutError as error:
            raise MessageRefused("the kernel takes no more messages") from error
        except asyncio.CancelledError:
            # A closing socket cancels those that wait for it; their message came too late.
            task = asyncio.current_task()
            if not self._ended or (task and task.cancelling()):
                raise

    def close(self) -> None:
        """Let go of the sockets; an attached page gets what is left, then the end."""
        left = [self._due.get_nowait() for _ in range(self._due.qsize())]
        for message_type, content in [*self._marks.values(), *left]:
            super().inject(message_type, content)
        self._marks = {}
        super().close()
        for stream in self._streams.values():
            stream.close(linger=0)

    async def _relay(self, name: str) -> None:
        """Pass the kernel's messages on, at a pace that leaves room for other kernels."""
        stream = self._streams[name]
        while True:
            for _ in range(BURST):
                message = await stream.recv_multipart()
                if DELIM in message:
                    self.take(name, message[message.index(DELIM) + 2 :])
            await asyncio.sleep(PAUSE)

    async def _until_cut(self) -> None:
        """Notice that iopub is cut; ZeroMQ does not join again after a message too large."""
        iopub = self._streams["iopub"]
        monitor = iopub.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        try:
            await monitor.recv_multipart()
            self.cut.set()
        finally:
            iopub.disable_monitor()
            monitor.close(linger=0)


__all__ = ["LocalChannel"]
