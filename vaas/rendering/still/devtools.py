"""A small client of the Chrome DevTools Protocol.

Messages are JSON objects, each ended by a NUL, as ``--remote-debugging-pipe``
has them (https://chromedevtools.github.io/devtools-protocol/). A message with an
``id`` answers ours; one with a ``method`` tells of an event.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any

Event = Callable[[dict[str, Any]], Awaitable[None]]


class BrowserGone(Exception):
    """The browser ended, or refused what it was told."""


class Devtools:
    """A line to one browser, and to one page of it once there is one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take both ends of the line; nothing is read before ``listen``."""
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._events: dict[str, Event] = {}
        self._session: str | None = None
        self._ended = False

    def on(self, method: str, do: Event) -> None:
        """Do something at each event of a kind, one after the other."""
        self._events[method] = do

    async def listen(self) -> None:
        """Take in messages until the browser ends the line; must run for the others to work.

        Raises:
            BrowserGone: what came was no message, or too long.
        """
        try:
            while True:
                await self._take(parse(await self._reader.readuntil(b"\0")))
        except asyncio.IncompleteReadError:
            return
        except (asyncio.LimitOverrunError, ConnectionError) as error:
            raise BrowserGone(f"{type(error).__name__}: {error}") from error
        finally:
            self._ended = True
            for waiting in tuple(self._asked.values()):
                if not waiting.done():
                    waiting.set_exception(BrowserGone("the line ended"))

    async def open_page(self) -> None:
        """Make a page; what is told to the browser from now on is told to that."""
        target = await self.tell("Target.createTarget", url="about:blank")
        told = {"targetId": target["targetId"], "flatten": True}
        self._session = str((await self.tell("Target.attachToTarget", **told))["sessionId"])

    async def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Have something done.

        Returns:
            the answer.

        Raises:
            BrowserGone: it was refused.
        """
        return await self._awaited(self.say(method, **parameters))

    def next(self, method: str) -> asyncio.Future[dict[str, Any]]:
        """The next event of a kind, to be awaited.

        Raises:
            BrowserGone: when awaited, if the line ends before.
        """
        event = self._awaited(-next(self._numbers))

        async def happened(parameters: dict[str, Any]) -> None:
            """Keep the first event."""
            if not event.done():
                event.set_result(parameters)

        self.on(method, happened)
        return event

    def say(self, method: str, **parameters: Any) -> int:
        """Have something done whose answer nobody waits for, as in an event's handler.

        Returns:
            the message's number.
        """
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._writer.write(json.dumps(message).encode() + b"\0")
        return number

    def _awaited(self, number: int) -> asyncio.Future[dict[str, Any]]:
        """What is to come, which fails when the line ends."""
        coming: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        if self._ended:
            coming.set_exception(BrowserGone("the line has ended"))
        self._asked[number] = coming
        coming.add_done_callback(lambda done: self._settled(number, done))
        return coming

    def _settled(self, number: int, done: asyncio.Future[dict[str, Any]]) -> None:
        del self._asked[number]
        if not done.cancelled():
            done.exception()  # it may be that nobody asks

    async def _take(self, message: dict[str, Any]) -> None:
        waiting = self._asked.get(message.get("id", 0))
        if waiting is not None and not waiting.done():
            if "error" in message:
                waiting.set_exception(BrowserGone(str(message["error"])))
            else:
                waiting.set_result(message.get("result") or {})
        elif (do := self._events.get(message.get("method", ""))) is not None:
            await do(message.get("params") or {})


def parse(message: bytes) -> dict[str, Any]:
    """One message, its NUL still at its end.

    Raises:
        BrowserGone: it is no JSON object.
    """
    try:
        told = json.loads(message.removesuffix(b"\0"))
    except ValueError as error:
        raise BrowserGone(f"no JSON: {error}") from error
    if not isinstance(told, dict):
        raise BrowserGone(f"no object: {type(told).__name__}")
    return told


__all__ = ["BrowserGone", "Devtools", "parse"]
