"""A page's line before it has a kernel of its own, and after.

A notebook's first viewers watch its one run together. Each page hears what the
run says; what a page says itself is held for the kernel that becomes its own, so
that the shared run never hears of a viewer. Only what a page asks when it loads
is answered at once, and here: it needs no more than is true of every run.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from vaas.errors import MessageRefused
from vaas.kernels.backlog import Backlog
from vaas.kernels.base import Channel
from vaas.kernels.own import own_message
from vaas.kernels.page import permitted
from vaas.kernels.wire import Frame, read_json, unpack

HELD_FRAMES = 1000
HELD_BYTES = 8 << 20
"""What a page may say before it has a kernel; what is more is refused."""


class Relay(Channel):
    """The line of a session, from its start to its end.

    Attributes:
        through: set when the page has all that is kept here; the kernel keeps the rest.
    """

    def __init__(self) -> None:
        """Wait for what comes: a run to be watched, a kernel, or the end."""
        self._kept = Backlog()
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._changed, self._open = asyncio.Event(), asyncio.Event()
        self.through = asyncio.Event()
        self._page = 0
        self._about: Mapping[str, Any] = {}
        self._session = ""
        self._kernel: Channel | None = None
        self._ended = self._lost = False
        self._pages = 0
        self._here, self._gone = asyncio.Event(), asyncio.Event()

    def watch(self, about: Mapping[str, Any], session: str) -> None:
        """Answer the page's questions, and hold what else it says.

        Args:
            about: what the watched kernel says of itself, content of its
                ``kernel_info_reply``.
            session: what it calls its session.
        """
        self._about, self._session = about, session
        self._open.set()
        held, self._held, self._held_bytes = self._held, deque(), 0
        for frame in held:
            self._hold(frame, unpack(frame))

    def hold(self) -> None:
        """Hold what the page says, also its questions: nothing to answer them is near."""
        self._open.set()

    async def deserted(self, seconds: float) -> None:
        """Wait until a page has gone, and none has been there for a while.

        Args:
            seconds: the while.
        """
        back = True
        while back:
            await self._gone.wait()
            try:
                async with asyncio.timeout(seconds):
                    await self._here.wait()
            except TimeoutError:
                back = False

    def name(self, session: str) -> None:
        """What the kernel calls its session that ``inject`` speaks for before it is there."""
        self._session = session

    def put(self, frame: bytes, *, own: bool = False) -> None:
        """Put something of the run before the page.

        Args:
            frame: as it goes on the wire.
            own: whether it is the server's, not the kernel's.
        """
        self._lost = bool(self._kept.put(frame, own=own)) or self._lost
        self._changed.set()

    async def join(self, kernel: Channel) -> None:
        """Be a kernel's line from now on; first it gets what was held for it."""
        while self._held:
            with contextlib.suppress(MessageRefused):
                await kernel.send(self._held.popleft())
        self._kernel = kernel
        if not self._kept:
            self.through.set()
        self._wake()

    def forget(self) -> None:
        """Keep nothing of the run that was watched: the kernel will run the notebook anew."""
        self._kept = Backlog()

    def end(self) -> None:
        """There will be no kernel, or none any more."""
        self._ended = True
        self._wake()

    async def attach(self) -> AsyncIterator[bytes]:
        """See ``Channel.attach``."""
        self._page += 1
        page = self._page
        self._changed.set()
        with self._attended():
            while page == self._page:
                while self._kept and page == self._page:
                    number, frame = self._kept.first()
                    yield frame
                    # Only now is it delivered; a page that left meanwhile leaves it kept.
                    self._kept.taken(number)
                if page == self._page and (self._kernel is not None or self._ended):
                    self.through.set()
                    break
                await self._next_change(page)
            if self._kernel is not None and page == self._page:
                async with contextlib.aclosing(self._kernel.attach()) as frames:  # type: ignore[type-var]
                    async for frame in frames:
                        yield frame

    async def send(self, frame: bytes) -> None:
        """See ``Channel.send``; waits as long as nothing is known of a kernel."""
        await self._open.wait()
        if self._kernel is None and not self._ended:
            message = await permitted(frame)
            if self._kernel is None:
                self._hold(frame, message)
                return
        if self._kernel is not None:
            await self._kernel.send(frame)

    def inject(self, message_type: str, content: Mapping[str, Any]) -> None:
        """See ``Channel.inject``."""
        if self._kernel is not None:
            self._kernel.inject(message_type, content)
        else:
            self.put(own_message(message_type, content, self._session), own=True)

    def _hold(self, frame: bytes, message: Frame) -> None:
        """Answer a message, or keep it for the kernel.

        Raises:
            MessageRefused: more is held already than any page has to say.
        """
        if self._about and self._answer(message):
            return
        if len(self._held) >= HELD_FRAMES or self._held_bytes + len(frame) > HELD_BYTES:
            raise MessageRefused("more than is held for a kernel that is still to come")
        self._held.append(frame)
        self._held_bytes += len(frame)

    def _answer(self, message: Frame) -> bool:
        """Answer a question, or refuse to have a run stopped; tell whether it was such."""
        header, content = read_json(message.parts[0]) or {}, read_json(message.parts[3]) or {}
        kind = str(header.get("msg_type"))
        if kind == "interrupt_request":
            return True
        answered = _answer_to(kind, content, self._about)
        if answered is None or (self._lost and kind.startswith("comm")):
            return False
        channel = "iopub" if answered[0] == "comm_msg" else message.channel
        idle = {"execution_state": "idle"}
        for (said, told), way in ((answered, channel), (("status", idle), "iopub")):
            self.put(own_message(said, told, self._session, parent=header, channel=way))
        return True

    @contextlib.contextmanager
    def _attended(self) -> Iterator[None]:
        """Note that a page is there."""
        self._pages += 1
        self._here.set()
        self._gone.clear()
        try:
            yield
        finally:
            self._pages -= 1
            if not self._pages:
                self._here.clear()
                self._gone.set()

    def _wake(self) -> None:
        self._open.set()
        self._changed.set()

    async def _next_change(self, page: int) -> None:
        while not (self._kept or self._kernel or self._ended or page != self._page):
            self._changed.clear()
            await self._changed.wait()


def _answer_to(
    kind: str, content: Mapping[str, Any], about: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any]] | None:
    """What a page is told that loads while a notebook runs; ``None`` if it asks nothing.

    There are no widgets but those that the run tells of, and those the page has heard of.
    """
    data = content.get("data")
    if kind == "kernel_info_request":
        return "kernel_info_reply", about
    if kind == "comm_info_request":
        return "comm_info_reply", {"status": "ok", "comms": {}}
    if kind == "comm_msg" and isinstance(data, dict) and data.get("method") == "request_states":
        states = {"method": "update_states", "states": {}, "buffer_paths": []}
        return "comm_msg", {"comm_id": content.get("comm_id"), "data": states}
    return None


__all__ = ["HELD_BYTES", "HELD_FRAMES", "Relay"]
