"""What a viewer's page gets and may say, whichever way its kernel is reached.

What is not on the short list of permitted messages is refused. What concerns
the author alone (errors, standard error) does not pass to the viewer.
"""

from __future__ import annotations

import asyncio
import json
from abc import abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from vaas.errors import MessageRefused
from vaas.kernels.author import AUTHOR_LIMIT, OnAuthorMessage, author_text, stand_in
from vaas.kernels.backlog import Backlog
from vaas.kernels.base import Channel
from vaas.kernels.own import own_message
from vaas.kernels.wire import FRAME_LIMIT, JSON_LIMIT, PARTS, Frame, pack, read_json, unpack

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

BUILDING = frozenset({"create_widget", "update_ref"})
"""Custom messages by which ipyvue lets a page build any class and call any method."""

BURST, PAUSE = 64, 0.005
"""Messages taken in a row, and seconds of rest after them."""


class PageChannel(Channel):
    """A channel's page side; how messages reach the kernel is the subclass's matter.

    Attributes:
        joined: set when the kernel's iopub is heard.
        cut: set when it can no longer be heard.
        attached: how many are there for the kernel now: a page, or who holds it for one.
        left: clock time when the last page left, ``None`` before the first came.
        heard: clock time of the viewer's last message.
        kernel_session: what the kernel calls its own session; empty until it is heard.
        awaited: whether somebody runs cells whose last word may come after the kernel's end.
        busy: whether the kernel says that it works.
        quiet: clock time since when it says that it does not.
    """

    def __init__(
        self,
        session: Any,
        on_author_message: OnAuthorMessage,
        clock: Callable[[], float],
        failure_view: Mapping[str, Any] | None = None,
        executor: str = "",
    ) -> None:
        """Begin with nothing kept.

        Args:
            session: a jupyter_client ``Session`` of the channel's own.
            on_author_message: takes what only the author may see.
            clock: tells the time in seconds.
            failure_view: content of the ``display_data`` that a viewer gets in
                place of a traceback; nothing if not given.
            executor: name of the session that runs the cells.
        """
        self._failure_view, self._executor = failure_view, executor
        self._cells_run = False
        self._session = session
        self._tell_author = on_author_message
        self._clock = clock
        self._kept = Backlog()
        self._changed = asyncio.Event()
        self._page = 0
        self._dropped = 0
        self._words = AUTHOR_LIMIT
        self._ended = False
        self.kernel_session = ""
        self.joined, self.cut = asyncio.Event(), asyncio.Event()
        self.awaited = False
        self.attached = 0
        self.left: float | None = None
        self.heard = self.quiet = clock()
        self.busy = False

    async def attach(self) -> AsyncIterator[bytes]:
        """See ``Channel.attach``."""
        page = self.turn()
        async with aclosing(self.follow(page)) as batches:
            async for batch in batches:
                for number, frame in batch:
                    if page != self._page:
                        return
                    yield frame
                    # Only now is it delivered; a page that left meanwhile leaves it kept.
                    self.delivered(number)

    def turn(self) -> int:
        """Let a page take over from the one before; which page it is."""
        self._page += 1
        self._wake()
        return self._page

    async def follow(self, page: int) -> AsyncGenerator[list[tuple[int, bytes]], None]:
        """As ``attach``, several at once and numbered; what is not ``delivered`` stays kept."""
        last = 0
        self.hold()
        try:
            while page == self._page:
                if batch := self._kept.after(last):
                    last = batch[-1][0]
                    yield batch
                elif self._ended and not self.awaited:
                    return
                else:
                    self._changed.clear()
                    await self._changed.wait()
        finally:
            self.release()

    def wait_for_cells(self, *, wait: bool) -> None:
        """A page hears on, or no longer, for what whoever runs cells has to say."""
        self.awaited = wait
        self._wake()

    def delivered(self, number: int) -> None:
        """A page has a frame, and those before it."""
        self._kept.taken(number)

    def hold(self) -> None:
        """Somebody is there for the kernel: a page, or who waits for one to come back."""
        self.attached += 1

    def release(self) -> None:
        """They are no longer."""
        self.attached -= 1
        self.left = self._clock()

    async def send(self, frame: bytes) -> None:
        """See ``Channel.send``."""
        message = await permitted(frame)
        self.heard = self._clock()
        if not self._ended:
            await self._pass_on(message)

    @abstractmethod
    async def _pass_on(self, message: Frame) -> None:
        """Hand a permitted message to the kernel, which may be slow to take it.

        Raises:
            MessageRefused: the kernel takes no more.
        """

    def inject(self, message_type: str, content: Mapping[str, Any]) -> None:
        """See ``Channel.inject``."""
        session = self.kernel_session or str(self._session.session)
        frame = own_message(message_type, content, session)
        self._keep(frame, own=message_type.startswith("vaas_"))
        if message_type in ("vaas_run", "vaas_ready"):
            self._cells_run = message_type == "vaas_run"

    def close(self) -> None:
        """An attached page gets what is left, then the end."""
        self._ended = True
        self._wake()

    def take(self, name: str, parts: list[bytes]) -> None:
        """Sort one message of the kernel: for the viewer, for the author, for nobody.

        Args:
            name: the channel it came on.
            parts: header, parent header, metadata, content, then buffers.
        """
        header = read_json(parts[0]) if len(parts) >= PARTS else None
        if header is None:
            return
        self.kernel_session = str(header.get("session"))
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


async def permitted(frame: bytes) -> Frame:
    """A viewer's message, if viewers may send it.

    Raises:
        MessageRefused: they may not, or it is none.
    """
    message = unpack(frame)
    header = _permitted_header(message)
    await _check_content(message, header)
    return Frame(message.channel, [header, *message.parts[1:]])


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


async def _check_content(message: Frame, header: bytes) -> None:
    """Refuse messages to widgets by which code would run after all.

    Raises:
        MessageRefused: it is one, or cannot be read.
    """
    if b'"comm_msg"' not in header:
        return
    part = message.parts[3]
    content = read_json(part)
    if content is None and len(part) > JSON_LIMIT:
        content = await asyncio.to_thread(read_json, part, len(part))
    if content is None:
        raise MessageRefused("a message to a widget that is none")
    data = content.get("data")
    custom = data.get("content") if isinstance(data, dict) else None
    if isinstance(custom, dict) and BUILDING & custom.keys():
        raise MessageRefused("viewers may not have objects built or methods called")


__all__ = ["BURST", "PAUSE", "PageChannel", "permitted"]
