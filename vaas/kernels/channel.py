"""A viewer's line to the kernel.

The channel has its own sockets and its own name towards the kernel, so that a
viewer never sees replies meant for the executor. Frames from the viewer are
signed here with the kernel's key, which no viewer ever holds; what is not on
the short list of permitted messages is refused. What concerns the author alone
(errors, standard error) does not pass to the viewer.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import zmq
from jupyter_client.session import DELIM

from vaas.errors import MessageRefused
from vaas.kernels.author import AUTHOR_LIMIT, OnAuthorMessage, author_text, stand_in
from vaas.kernels.backlog import Backlog
from vaas.kernels.base import Channel
from vaas.kernels.manager import Manager
from vaas.kernels.wire import FRAME_LIMIT, PARTS, Frame, pack, read_json, unpack

log = logging.getLogger(__name__)

PERMITTED = {
    "shell": frozenset(
        {"comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"}
    ),
    "control": frozenset({"interrupt_request", "kernel_info_request"}),
}
"""What a viewer may send; everything else would let code run or end the kernel."""

NOT_FOR_VIEWERS = frozenset({"execute_input", "execute_reply", "iopub_welcome", "input_request"})
HEADER_KEYS = ("msg_id", "msg_type", "session", "username", "date", "version")
OUTPUTS = frozenset({"stream", "display_data", "execute_result", "clear_output"})
"""What a cell shows: while the cells run, the page gets it with the cell's result."""

BURST, PAUSE = 64, 0.005
"""Messages taken in a row, and seconds of rest after them."""

TAKEN_WITHIN = 10.0
"""Seconds that a viewer's message waits for room in the kernel's queue."""


class LocalChannel(Channel):
    """A channel over the kernel's own sockets.

    Attributes:
        joined: set when the kernel's iopub is heard.
        cut: set when it can no longer be heard.
        attached: how many pages are attached now, 0 or 1.
        left: clock time when the last page left, ``None`` before the first came.
        heard: clock time of the viewer's last message.
        busy: whether the kernel says that it works.
        quiet: clock time since when it says that it does not.
    """

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
            on_author_message: takes what only the author may see.
            clock: tells the time in seconds.
            failure_view: content of the ``display_data`` that a viewer gets in
                place of a traceback; nothing if not given.
            executor: name of the session that runs the cells.
        """
        self._failure_view, self._executor = failure_view, executor
        self._cells_run = False
        self._session = manager.new_session()
        self._tell_author = on_author_message
        self._clock = clock
        # They come from an asyncio context, which jupyter_client's types do not know.
        self._streams: dict[str, Any] = {
            "shell": manager.connect_shell(identity=self._session.bsession),
            "control": manager.connect_control(identity=self._session.bsession),
            "iopub": manager.connect_iopub(),
        }
        self._kept = Backlog()
        self._changed = asyncio.Event()
        self._page = 0
        self._dropped = 0
        self._words = AUTHOR_LIMIT
        self._ended = False
        self._kernel_session = ""
        self.joined, self.cut = asyncio.Event(), asyncio.Event()
        self.attached = 0
        self.left: float | None = None
        self.heard = self.quiet = clock()
        self.busy = False

    async def run(self) -> None:
        """Relay until cancelled; owned by the kernel."""
        async with asyncio.TaskGroup() as group:
            for name in self._streams:
                group.create_task(self._relay(name))
            group.create_task(self._until_cut())

    async def attach(self) -> AsyncIterator[bytes]:
        """See ``Channel.attach``."""
        self._page += 1
        page = self._page
        self.attached += 1
        self._wake()
        try:
            while page == self._page:
                while self._kept and page == self._page:
                    frame = self._kept.first()
                    yield frame
                    # Only now is it delivered; a page that left meanwhile leaves it kept.
                    self._kept.taken(frame)
                if self._ended:
                    return
                await self._next_change(page)
        finally:
            self.attached -= 1
            self.left = self._clock()

    async def send(self, frame: bytes) -> None:
        """See ``Channel.send``."""
        message = unpack(frame)
        header = _permitted_header(message)
        self.heard = self._clock()
        parts = [header, *message.parts[1:]]
        signed = [DELIM, self._session.sign(parts[:PARTS]), *parts]
        if not self._ended:
            await self._pass_on(message.channel, signed)

    async def _pass_on(self, name: str, message: list[bytes]) -> None:
        """Hand a message to the kernel, which may be slow to take it."""
        try:
            async with asyncio.timeout(TAKEN_WITHIN):
                await self._streams[name].send_multipart(message)
        except TimeoutError as error:
            raise MessageRefused("the kernel takes no more messages") from error
        except asyncio.CancelledError:
            # A closing socket cancels those that wait for it; their message came too late.
            task = asyncio.current_task()
            if not self._ended or (task and task.cancelling()):
                raise

    def inject(self, message_type: str, content: Mapping[str, Any]) -> None:
        """See ``Channel.inject``."""
        # As if the kernel had said it: Jupyter's front end drops what it has not yet
        # handled of one session when a message of another comes in.
        header = self._session.msg_header(message_type)
        header["session"] = self._kernel_session or header["session"]
        parts = [json.dumps(p, default=str).encode() for p in (header, {}, {}, dict(content))]
        self._keep(pack(Frame("iopub", parts)), own=message_type.startswith("vaas_"))
        if message_type in ("vaas_run", "vaas_ready"):
            self._cells_run = message_type == "vaas_run"

    def close(self) -> None:
        """Let go of the sockets; an attached page gets what is left, then the end."""
        self._ended = True
        self._wake()
        for stream in self._streams.values():
            stream.close(linger=0)

    async def _relay(self, name: str) -> None:
        """Pass the kernel's messages on, at a pace that leaves room for other kernels."""
        stream = self._streams[name]
        while True:
            for _ in range(BURST):
                self._take(name, await stream.recv_multipart())
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

    def _take(self, name: str, message: list[bytes]) -> None:
        """Sort one message of the kernel: for the viewer, for the author, for nobody."""
        try:
            parts = message[message.index(DELIM) + 2 :]
        except ValueError:
            return
        header = read_json(parts[0]) if len(parts) >= PARTS else None
        if header is None:
            return
        self._kernel_session = str(header.get("session"))
        if name == "iopub":
            self.joined.set()
        kind = str(header.get("msg_type"))
        if kind == "status":
            self._note_status(parts)
        if kind in NOT_FOR_VIEWERS:
            return
        if self._is_for_author(kind, parts):
            if kind == "error" and self._failure_view:
                self._keep(pack(Frame(name, stand_in(parts, self._failure_view))))
            return
        if kind in OUTPUTS and self._is_of_executor(parts[1]):
            return
        if sum(map(len, parts)) > FRAME_LIMIT:
            self._tell(f"a message {kind} over {FRAME_LIMIT} bytes was not passed on")
            return
        self._keep(pack(Frame(name, parts)))

    def _note_status(self, parts: list[bytes]) -> None:
        state = (read_json(parts[3]) or {}).get("execution_state")
        self.busy = state == "busy"
        self.quiet = self._clock()

    def _is_for_author(self, kind: str, parts: list[bytes]) -> bool:
        """Hand errors and standard error to the author; tell whether it was such."""
        text = author_text(kind, parts[3]) if kind in ("error", "stream") else None
        if text is None:
            return False
        self._tell(text)
        return True

    def _is_of_executor(self, parent: bytes) -> bool:
        """Whether a message answers a cell that runs: its output goes with the cell's result."""
        return self._cells_run and (read_json(parent) or {}).get("session") == self._executor

    def _tell(self, text: str) -> None:
        """Tell the author, until one kernel has filled its share of the log."""
        if self._words <= 0:
            return
        self._tell_author(text[: self._words])
        self._words -= len(text)
        if self._words <= 0:
            self._tell_author("(no more is written of what this notebook says)")

    def _keep(self, frame: bytes, *, own: bool = False) -> None:
        dropped = self._kept.put(frame, own=own)
        if dropped and not self._dropped:
            self._tell("more output than is kept for a viewer: the oldest is dropped")
        self._dropped += dropped
        self._wake()

    def _wake(self) -> None:
        self._changed.set()

    async def _next_change(self, page: int) -> None:
        """Wait for a frame, another page or the end."""
        while not (self._kept or self._ended or page != self._page):
            self._changed.clear()
            await self._changed.wait()


def _permitted_header(message: Frame) -> bytes:
    """The header of a viewer's message, written anew.

    Anew, because the kernel's JSON reader might understand a doubled key
    otherwise than ours; and with the known keys only, so that no message is
    led past the shell (``subshell_id``).

    Raises:
        MessageRefused: viewers may not send this.
    """
    header = read_json(message.parts[0]) or {}
    kept = {key: header[key] for key in HEADER_KEYS if isinstance(header.get(key), str)}
    kind = kept.get("msg_type")
    if kind not in PERMITTED.get(message.channel, ()):
        raise MessageRefused(f"viewers may not send {kind!r} on {message.channel!r}")
    return json.dumps(kept).encode()


__all__ = ["LocalChannel"]
