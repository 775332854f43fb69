"""The host's end of a kernel's own connections: for its cells, and for its page."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from contextlib import aclosing, suppress
from typing import Any

from jupyter_client.jsonutil import json_default

from vaas.errors import MessageRefused
from vaas.kernels.apart.talk import Talk
from vaas.kernels.forks.line import Line
from vaas.kernels.forks.template import LocalTemplate
from vaas.kernels.kernel import LocalKernel
from vaas.kernels.page import PageChannel
from vaas.kernels.wire import Frame

log = logging.getLogger(__name__)

INJECT, START, STOP = "inject", "start", "stop"
"""Channels of frames that are not for the kernel."""

_NOTHING = b"{}"
_PARTS = ("header", "parent_header", "metadata", "content")
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What jupyter_client makes of a message that is none, or is not signed."""


def injection(message_type: str, content: Any) -> Frame:
    """A message that the host shall put before the page."""
    words = (message_type, content)
    return Frame(
        INJECT, [*(json.dumps(one, default=str).encode() for one in words), *[_NOTHING] * 2]
    )


def order(name: str) -> Frame:
    """Word that cells are run again (``START``), or no more (``STOP``)."""
    return Frame(name, [_NOTHING] * len(_PARTS))


class Cells:
    """The host's end for whoever runs cells in one kernel."""

    def __init__(
        self, talk: Talk, kernel: LocalKernel | LocalTemplate, resting: asyncio.Event
    ) -> None:
        """Serve with ``run``.

        Args:
            talk: with the server.
            kernel: in which cells are run.
            resting: is set when no more are.
        """
        # As long as it takes: a server may be busy, and its end is noticed.
        self._line = Line(talk.reader, talk.writer, patience=None)
        self._kernel, self._client = kernel, kernel.client
        self._resting = resting
        self._relays: set[asyncio.Task[None]] = set()
        self._dropped = 0

    async def run(self) -> None:
        """Relay in both directions until the server hangs up."""
        self._begin()
        try:
            await self._line.relay(self._take)
        finally:
            self._rest()
            self._kernel.channel.wait_for_cells(wait=False)
            await asyncio.gather(*self._relays, return_exceptions=True)

    def _take(self, frame: Frame) -> None:
        if frame.channel == INJECT:
            self._kernel.channel.inject(*(json.loads(part) for part in frame.parts[:2]))
        elif frame.channel == START:
            self._client.start_channels()
            self._begin()
        elif frame.channel == STOP:
            self._rest()
            # Of a kernel there may be a last word still, that all is ready.
            if isinstance(self._kernel, LocalTemplate):
                self._kernel.channel.wait_for_cells(wait=False)
        elif frame.channel == "shell":
            self._client.shell_channel.send(_message(frame))

    def _begin(self) -> None:
        self._resting.clear()
        self._kernel.channel.wait_for_cells(wait=True)
        for name in ("shell", "iopub"):
            self._relays.add(asyncio.create_task(self._relay(name), name="cells"))

    async def _relay(self, name: str) -> None:
        """What the kernel tells whoever runs cells, but for what cannot be told."""
        client: Any = self._client
        channel = client.shell_channel if name == "shell" else client.iopub_channel
        while True:
            try:
                await self._line.send(_frame(name, await channel.get_msg()))
            except (*_UNREADABLE, MessageRefused) as error:
                self._dropped += 1
                if self._dropped == 1:  # a notebook may say as many such as it likes
                    log.warning("a kernel's message was not passed on: %.200r", error)

    def _rest(self) -> None:
        _end(self._relays)
        self._client.stop_channels()
        self._resting.set()


def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def _frame(name: str, message: Any) -> Frame:
    parts = [_packed(message[part]) for part in _PARTS]
    return Frame(name, [*parts, *map(bytes, message["buffers"])])


def _packed(part: Any) -> bytes:
    """A part of a message, no longer than the kernel's own text of it."""
    text = json.dumps(part, default=json_default, ensure_ascii=False)
    return text.encode(errors="surrogatepass")


def _message(frame: Frame) -> dict[str, Any]:
    """A message as a ``Session`` makes it."""
    message = {name: json.loads(part) for name, part in zip(_PARTS, frame.parts, strict=False)}
    return message | {"buffers": list(frame.parts[len(_PARTS) :])}


async def serve_page(talk: Talk, channel: PageChannel) -> None:
    """Send a page's frames until it leaves, or the kernel has ended."""
    page = channel.turn()
    heard = asyncio.create_task(_until_left(talk, channel), name="page")
    sent = asyncio.create_task(_send(talk, channel, page), name="page")
    try:
        await asyncio.wait((heard, sent), return_when=asyncio.FIRST_COMPLETED)
        if sent.done():
            # It hangs up when it has all; until then it says what it has.
            talk.writer.write_eof()
            await heard
    finally:
        _end([heard, sent])
        await asyncio.gather(heard, sent, return_exceptions=True)


async def _send(talk: Talk, channel: PageChannel, page: int) -> None:
    async with aclosing(channel.follow(page)) as batches:
        async for batch in batches:
            talk.say_frames(batch)
            # As long as it takes: a page may be slow, or its viewer asleep.
            await talk.writer.drain()


async def _until_left(talk: Talk, channel: PageChannel) -> None:
    with suppress(ConnectionError):
        while True:
            channel.delivered(await talk.hear_number())


__all__ = ["INJECT", "START", "STOP", "Cells", "injection", "order", "serve_page"]
