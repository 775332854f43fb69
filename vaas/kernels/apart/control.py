"""A server's line to a kernel host: what it asks, and what it is told."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar

from vaas.errors import KernelDied, KernelStartFailed, VaasError
from vaas.kernels.apart.talk import PROTOCOL, READ_AHEAD, Said, Talk, untold

ANSWERS_WITHIN = 30.0
"""Seconds for what takes the host no time of its own."""

T = TypeVar("T")


class Told(Protocol):
    """A kernel or template that events are about."""

    def tell(self, event: str, said: Said) -> None:
        """Something happened to it."""


@dataclass(slots=True)
class _Question:
    """A request; ``left`` when nobody waits for its answer any more."""

    answer: asyncio.Future[Any]
    take: Callable[[Said], Any]
    said: Said | None = None
    left: bool = False


@dataclass(slots=True, eq=False)
class Control:
    """A connection to a host.

    Attributes:
        place: the host's socket.
        things: its kernels and templates that are ours, by kind and name.
        lost: done when the host has hung up.
    """

    place: Path
    _talk: Talk
    things: dict[tuple[str, str], Told] = field(default_factory=dict)
    lost: asyncio.Future[None] = field(default_factory=asyncio.Future)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _questions: dict[int, _Question] = field(default_factory=dict)
    _listening: asyncio.Task[None] | None = None
    _left: bool = False

    @classmethod
    async def open(cls, place: Path, stay: float) -> Control:
        """Connect.

        Args:
            place: the host's socket.
            stay: seconds that the host keeps our kernels, should we be killed.

        Raises:
            OSError: nobody is there.
        """
        control = cls(place, await connect(place, be="control", stay=stay, protocol=PROTOCOL))
        control._listening = asyncio.create_task(control._listen(), name="kernel host's line")
        return control

    async def ask(
        self,
        do: str,
        *,
        body: bytes = b"",
        within: float = ANSWERS_WITHIN,
        take: Callable[[Said], Any] = dict,
        **said: Any,
    ) -> Any:
        """Have something done.

        Args:
            do: what.
            body: bytes that go with it.
            within: seconds.
            take: makes something of the answer, before what is told after it is heard.
            said: the rest.

        Raises:
            KernelDied: the host has ended.
            KernelStartFailed: it does not answer.
            VaasError: what it answers.
        """
        if self._left or self.lost.done():
            raise KernelDied("the kernel host has ended")
        number = next(self._numbers)
        question = self._questions[number] = _Question(asyncio.Future(), take)
        self._talk.say({"id": number, "do": do, **said}, body)
        try:
            async with asyncio.timeout(within):
                return await question.answer
        except TimeoutError as error:
            self._abandon(number, question)
            raise KernelStartFailed("the kernel host does not answer") from error
        except asyncio.CancelledError:
            self._abandon(number, question)
            raise

    def post(self, do: str, **said: Any) -> None:
        """Have something done, whatever comes of it."""
        if not (self._left or self.lost.done()):
            self._talk.say({"id": next(self._numbers), "do": do, **said})

    async def leave(self, stay: float) -> None:
        """End in order; waits for the host's end too if nothing shall stay.

        Args:
            stay: seconds that the host keeps kernels that have a note.
        """
        try:
            await self.ask("bye", stay=stay)
        except VaasError:
            pass
        else:
            self._left = True  # what still has an end of its own need not say so any more
            self._talk.writer.write_eof()
            await asyncio.wait([self.lost], timeout=ANSWERS_WITHIN)
        await self.close()

    async def close(self) -> None:
        """Hang up."""
        self._talk.abort()
        if self._listening:
            self._listening.cancel()
            await asyncio.wait([self._listening])
        self._lose()

    async def _listen(self) -> None:
        try:
            while True:
                said, _ = await self._talk.hear()
                if "id" in said:
                    self._answered(said)
                elif said["event"] == "log":
                    logging.getLogger(said["name"]).log(said["level"], "%s", said["text"])
                else:
                    self._told(said)
        except ConnectionError:
            pass
        finally:
            self._lose()

    def _told(self, said: Said) -> None:
        for kind in ("kernel", "template"):
            if thing := self.things.get((kind, said.get(kind, ""))):
                thing.tell(said["event"], said)

    def _abandon(self, number: int, question: _Question) -> None:
        """Wait no longer; what was made for us, or will be, is not wanted."""
        question.left = True
        if question.said is not None:
            self._give_back(question.said)
        elif not (self._left or self.lost.done()):
            self._talk.say({"cancel": number})

    def _give_back(self, said: Said) -> None:
        if "kernel" in said:
            self.post("close", kernel=said["kernel"])
        elif "template" in said:
            self.post("retire", template=said["template"])

    def _answered(self, said: Said) -> None:
        question = self._questions.pop(said["id"], None)
        if question is None:
            return
        question.said = said
        if question.left or question.answer.done():
            self._give_back(said)
        elif "error" in said:
            question.answer.set_exception(untold(said["error"]))
        else:
            question.answer.set_result(question.take(said))

    def _lose(self) -> None:
        """The host has gone, and all with it."""
        if self.lost.done():
            return
        self.lost.set_result(None)
        self._talk.close()
        error = KernelDied("the kernel host ended")
        for question in self._questions.values():
            if not (question.left or question.answer.done()):
                question.answer.set_exception(error)
        for thing in tuple(self.things.values()):
            thing.tell("lost", {})


async def connect(place: Path, **said: Any) -> Talk:
    """Open a connection to a host.

    Args:
        place: its socket.
        said: the first words.

    Raises:
        OSError: nobody is there.
    """
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # By a descriptor, because the path itself may be longer than a socket's may.
        reader, writer = await asyncio.open_unix_connection(
            f"/proc/self/fd/{folder}/{place.name}", limit=READ_AHEAD
        )
    finally:
        os.close(folder)
    try:
        talk = Talk(reader, writer)
    except PermissionError:
        writer.close()
        raise
    talk.say(said)
    return talk


__all__ = ["Control", "connect"]
