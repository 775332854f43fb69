"""Reads near one another: what follows comes along, and nothing wrong does."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from tests.unit.storage.readers import FaultyReader, a_share, until
from vaas.errors import EfssUnreachable, ShareChanged, ShareThrottled, VaasError
from vaas.model import Entry, Share
from vaas.storage import ahead as module
from vaas.storage import stretch
from vaas.storage.ahead import KEPT, MOST, Ahead
from vaas.storage.line import Line
from vaas.storage.view import View

PART, PIECE = 64 << 10, 16 << 10
SIZE = 24 << 20
DATA = os.urandom(SIZE)


class Large(FaultyReader):
    """Shares with large files, that notes which parts it was asked for."""

    def __init__(self) -> None:
        super().__init__({"a.bin": DATA, "b.bin": DATA, "c.bin": DATA[: 1 << 20]})
        self.parts: list[tuple[int, int]] = []
        self.refusal: VaasError | None = None
        self.cut = SIZE

    async def read(
        self, _share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncIterator[bytes]:
        self.parts.append((offset, size or 0))
        if self.refusal:
            raise self.refusal
        try:
            for at in range(offset, min(offset + (size or 0), self.cut), PIECE):
                if self.gate:
                    await self.gate(entry, at)
                yield DATA[at : min(at + PIECE, offset + (size or 0))]
        finally:
            self.closed += 1

    @property
    def brought(self) -> int:
        return sum(size for _, size in self.parts)


@pytest.fixture
def reader() -> Large:
    return Large()


@pytest.fixture
def view(reader: Large) -> View:
    return View(a_share(), reader, Line())


@pytest.fixture
async def ahead(view: View) -> AsyncIterator[Ahead]:
    ahead = Ahead()
    ahead.add(view)
    yield ahead
    await ahead.close()


async def part(ahead: Ahead, view: View, offset: int, size: int = PART, name: str = "a") -> bytes:
    entry = await view.entry(f"{name}.bin")
    async with aclosing(ahead.read(view, entry, offset, size)) as pieces:
        return b"".join([piece async for piece in pieces])


async def near(ahead: Ahead, view: View, count: int, name: str = "a") -> None:
    """Reads with gaps between them."""
    for n in range(count):
        offset = n * (PART + 100_001)
        assert await part(ahead, view, offset, name=name) == DATA[offset : offset + PART]


async def test_reads_near_one_another_ask_seldom(ahead: Ahead, view: View, reader: Large) -> None:
    await near(ahead, view, 60)
    assert len(reader.parts) < 15
    assert max(size for _, size in reader.parts) == MOST


async def test_reads_at_random_bring_no_more_than_was_asked(
    ahead: Ahead, view: View, reader: Large
) -> None:
    for n in (0, 9, 3, 7, 1, 5, 8, 2):
        offset = n * (MOST + PART)
        assert await part(ahead, view, offset) == DATA[offset : offset + PART]
    assert reader.brought == 8 * PART


async def test_what_goes_on_and_what_is_small_is_asked_for_twice_at_most(
    ahead: Ahead, view: View, reader: Large
) -> None:
    for offset, size in (
        (1 << 20, PART),
        ((1 << 20) + PART, 2 * PART),
        ((1 << 20) + 3 * PART, PART),
    ):
        assert await part(ahead, view, offset, size) == DATA[offset : offset + size]
    assert len(reader.parts) == 2
    reader.parts.clear()
    for offset in range(0, 1 << 20, PART):
        await part(ahead, view, offset, name="c")
    assert reader.parts == [(0, 1 << 20)]


async def test_a_slow_line_brings_no_more_than_was_asked(
    ahead: Ahead, view: View, reader: Large, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUICK", 1e-6)
    await near(ahead, view, 20)
    assert reader.brought == 20 * PART


async def test_a_line_that_has_become_slow_ends_what_nobody_waits_for(
    ahead: Ahead, view: View, reader: Large, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretch, "LATE", -1)
    await near(ahead, view, 2)
    await until(lambda: reader.closed == 2)
    held = ahead._shares[view].files["a.bin"].stretches[0]
    assert PART <= held.end - held.start < stretch.LEAST


async def test_what_comes_late_in_a_stretch_is_asked_for_apart(
    ahead: Ahead, view: View, reader: Large
) -> None:
    await near(ahead, view, 5)
    held, begun = asyncio.Event(), 5 * (PART + 100_001)

    async def hold(_: Entry, at: int) -> None:
        if begun + PART <= at < begun + PART + PIECE:
            await held.wait()

    reader.gate = hold
    assert await part(ahead, view, begun) == DATA[begun : begun + PART]
    later = begun + (1 << 20)
    assert await part(ahead, view, later) == DATA[later : later + PART]
    held.set()


async def test_a_read_may_reach_beyond_what_is_kept(ahead: Ahead, view: View) -> None:
    await near(ahead, view, 4)
    assert await part(ahead, view, 1000, 5 << 20) == DATA[1000 : 1000 + (5 << 20)]
    assert await part(ahead, view, SIZE - 10, 10) == DATA[-10:]


async def test_readers_of_one_place_share_what_is_under_way(
    ahead: Ahead, view: View, reader: Large
) -> None:
    await part(ahead, view, 0)
    before = len(reader.parts)
    got = await asyncio.gather(*(part(ahead, view, PART + n) for n in range(5)))
    assert got == [DATA[PART + n : 2 * PART + n] for n in range(5)]
    assert len(reader.parts) == before + 1


async def test_an_error_is_told_and_not_kept(ahead: Ahead, view: View, reader: Large) -> None:
    await part(ahead, view, 0)
    reader.cut = 3 * PART
    assert await part(ahead, view, 2 * PART) == DATA[2 * PART : 3 * PART]  # the rest is missing
    with pytest.raises(ShareChanged):
        await part(ahead, view, 3 * PART)
    reader.cut = SIZE
    assert await part(ahead, view, 3 * PART) == DATA[3 * PART : 4 * PART]


async def test_what_is_kept_of_a_share_that_refuses_is_not_shown(
    ahead: Ahead, view: View, reader: Large
) -> None:
    await near(ahead, view, 3)
    kept = len(reader.parts)
    assert await part(ahead, view, 0) == DATA[:PART]
    reader.refusal = ShareThrottled()
    with pytest.raises(ShareThrottled):
        await part(ahead, view, SIZE // 2)
    with pytest.raises(ShareThrottled):
        await part(ahead, view, PART + 100_001)
    assert len(reader.parts) <= kept + 2


async def test_what_nobody_uses_any_more_ends(ahead: Ahead, view: View, reader: Large) -> None:
    await part(ahead, view, 0)
    stuck = asyncio.get_running_loop().create_future()
    reader.gate = lambda *_: stuck
    waiting = asyncio.create_task(part(ahead, view, PART))
    await until(lambda: len(reader.parts) == 2)
    ahead.forget(view)
    with pytest.raises(EfssUnreachable):
        await waiting
    await until(stuck.cancelled)
    reader.gate = None
    assert await part(ahead, view, PART) == DATA[PART : 2 * PART]
    assert not ahead._shares
    assert not ahead._kept


async def test_what_ends_before_it_began_keeps_nobody_waiting(ahead: Ahead, view: View) -> None:
    await part(ahead, view, 0)
    reading = ahead.read(view, await view.entry("a.bin"), PART, PART)
    waiting = asyncio.ensure_future(anext(reading))
    await asyncio.sleep(0)  # it waits for what has not begun
    ahead.forget(view)
    async with asyncio.timeout(5):
        with pytest.raises(EfssUnreachable):
            await waiting
    await reading.aclose()


async def test_few_files_are_remembered(
    ahead: Ahead, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FILES", 1)
    for name in "aba":
        await near(ahead, view, 3, name)
    assert len(ahead._shares[view].files) == 1


async def test_memory_is_bounded(ahead: Ahead, view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    assert KEPT < 100 << 20
    monkeypatch.setattr(module, "KEPT", 3 << 20)
    for name in "ab":
        await near(ahead, view, 100, name)
    assert sum(one.end - one.start for one in ahead._kept) <= 3 << 20
