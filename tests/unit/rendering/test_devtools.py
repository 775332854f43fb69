"""The line to the browser: what comes in pieces, out of order, or is no message at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from vaas.rendering.still.devtools import BrowserGone, Devtools, parse


class Writer:
    """Keeps what was written."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        assert data.endswith(b"\0")
        self.told.append(json.loads(data[:-1]))


class Line:
    """A client, and the browser's end of its line."""

    def __init__(self) -> None:
        self.reader, self.writer = asyncio.StreamReader(limit=1000), Writer()
        self.devtools = Devtools(self.reader, self.writer)  # type: ignore[arg-type]

    def comes(self, *messages: dict[str, Any]) -> None:
        for message in messages:
            self.reader.feed_data(json.dumps(message).encode() + b"\0")


@contextmanager
def listening(line: Line) -> Iterator[asyncio.Task[None]]:
    task = asyncio.create_task(line.devtools.listen())
    yield task
    task.cancel()


@pytest.mark.parametrize("message", [b"\0", b"{\0", b"[1]\0", b"\xff\0", b'"text"\0'])
def test_what_is_no_message_ends_the_line(message: bytes) -> None:
    with pytest.raises(BrowserGone):
        parse(message)


async def test_answers_find_who_asked_whatever_their_order() -> None:
    line = Line()
    with listening(line):
        first = asyncio.create_task(line.devtools.tell("A.a", x=1))
        second = asyncio.create_task(line.devtools.tell("B.b"))
        await asyncio.sleep(0)
        assert line.writer.told[0] == {"id": 1, "method": "A.a", "params": {"x": 1}}
        line.comes({"id": 2, "result": {"of": "b"}}, {"id": 7, "result": {}})
        half = json.dumps({"id": 1, "result": {"of": "a"}}).encode() + b"\0"
        line.reader.feed_data(half[:9])
        assert await second == {"of": "b"}
        assert not first.done()
        line.reader.feed_data(half[9:])
        assert await first == {"of": "a"}


async def test_a_refusal_is_an_error_of_who_asked() -> None:
    line = Line()
    with listening(line):
        asked = asyncio.create_task(line.devtools.tell("A.a"))
        await asyncio.sleep(0)
        line.comes({"id": 1, "error": {"message": "no such thing"}})
        with pytest.raises(BrowserGone, match="no such thing"):
            await asked


async def test_events_go_to_who_wants_them() -> None:
    line, heard = Line(), asyncio.Queue[dict[str, Any]]()
    line.devtools.on("A.came", heard.put)
    with listening(line):
        line.comes({"method": "B.came"}, {"method": "A.came", "params": {"n": 1}})
        assert await heard.get() == {"n": 1}


async def test_who_waits_learns_that_the_browser_is_gone() -> None:
    line = Line()
    with listening(line) as task:
        asked = asyncio.create_task(line.devtools.tell("A.a"))
        await asyncio.sleep(0)
        line.reader.feed_eof()
        with pytest.raises(BrowserGone):
            await asked
        await task


async def test_a_message_without_end_ends_the_line() -> None:
    line = Line()
    line.reader.feed_data(b"x" * 3000)
    with pytest.raises(BrowserGone):
        await line.devtools.listen()


async def test_an_event_is_waited_for_until_the_line_ends() -> None:
    line = Line()
    with listening(line) as task:
        first = line.devtools.next("A.came")
        line.comes({"method": "A.came", "params": {"n": 1}}, {"method": "A.came"})
        assert await first == {"n": 1}
        second = line.devtools.next("A.came")
        line.reader.feed_eof()
        for late in (second, line.devtools.next("A.came")):
            with pytest.raises(BrowserGone):
                await late
        await task
