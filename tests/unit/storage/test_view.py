"""A share as its mount sees it: whatever the cloud does, an answer or an error, and in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from prometheus_client import REGISTRY

from tests.unit.storage.readers import FaultyReader, a_share, until
from vaas.errors import (
    EfssTooSlow,
    EfssUnreachable,
    FileMissing,
    PasswordWrong,
    ShareChanged,
    ShareThrottled,
    ShareUnknown,
    VaasError,
)
from vaas.model import Entry, Share
from vaas.storage import pace
from vaas.storage.line import AT_ONCE, OF_ONE, Line
from vaas.storage.pace import PART, PATIENCE, Pace, Waits
from vaas.storage.view import View


class Parts(FaultyReader):
    """A share in memory that can be read in parts."""

    refusal: VaasError | None = None

    async def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncIterator[bytes]:
        if self.refusal:
            raise self.refusal
        async with aclosing(super().read(share, entry, offset)) as pieces:
            left = size or 0
            async for piece in pieces:
                yield piece[:left]
                left -= len(piece)
                if left <= 0:
                    return


@pytest.fixture
def reader() -> Parts:
    return Parts({"a.txt": b"hello", "sub/deep/b.txt": b"there" * 100_000, ".git/config": b"x"})


@pytest.fixture
def view(reader: Parts) -> View:
    return View(a_share(), reader, Line())


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 0.1)


async def whole(view: View, path: str, offset: int = 0, size: int = 5) -> bytes:
    entry = await view.entry(path)
    async with aclosing(view.read(entry, offset, size)) as pieces:
        return b"".join([piece async for piece in pieces])


def fetched() -> float:
    """Bytes counted so far."""
    return REGISTRY.get_sample_value("vaas_mounted_bytes_total") or 0.0


def hang(_: Entry, __: int) -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


async def test_folders_are_listed_once(view: View, reader: Parts) -> None:
    assert set(await view.folder("")) == {"a.txt", "sub"}
    await asyncio.gather(*(view.folder("sub/deep") for _ in range(5)))
    assert (await view.entry("sub/deep/b.txt")).size == 500_000
    assert reader.lists == ["", "sub", "sub/deep"]


@pytest.mark.parametrize(
    "path", ["none", "sub/none", "none/none", "a.txt/none", ".git", "..", "sub/.."]
)
async def test_what_is_not_there(view: View, path: str) -> None:
    with pytest.raises(FileMissing):
        await view.entry(path)


async def test_parts(view: View) -> None:
    before = fetched()
    assert await whole(view, "a.txt", 1, 3) == b"ell"
    assert await whole(view, "sub/deep/b.txt", 5, 400_000) == b"there" * 80_000
    assert fetched() - before == 400_003


async def test_a_file_shorter_than_listed_is_an_error(view: View, reader: Parts) -> None:
    reader.sizes["a.txt"] = 100
    with pytest.raises(ShareChanged):
        await whole(view, "a.txt", 0, 100)


@pytest.mark.usefixtures("hasty")
async def test_silence_is_an_error_and_the_share_is_left_alone_for_a_while(
    view: View, reader: Parts
) -> None:
    reader.gate = hang
    with pytest.raises(EfssTooSlow):
        await whole(view, "a.txt")
    asked = len(reader.reads)
    for _ in range(3):
        with pytest.raises(EfssUnreachable):
            await whole(view, "a.txt")
    assert len(reader.reads) == asked
    assert reader.closed == asked


async def test_what_is_waited_for_can_be_interrupted(
    view: View, reader: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.gate = hang
    waiting = [asyncio.create_task(whole(view, "a.txt")) for _ in range(3)]
    await until(lambda: len(reader.reads) == 3)
    view.interrupt()  # they began just now
    await asyncio.sleep(0)
    assert not any(one.done() for one in waiting)
    monkeypatch.setattr(pace, "STUCK", 0)
    view.interrupt()
    for outcome in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(outcome, EfssUnreachable)
    reader.gate = None
    with pytest.raises(EfssUnreachable):
        await whole(view, "a.txt")
    monkeypatch.setattr(view, "_deaf_until", 0)
    assert await whole(view, "a.txt") == b"hello"


async def test_who_waits_for_a_turn_can_be_interrupted_too(
    view: View, reader: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.gate = hang
    waiting = [asyncio.create_task(whole(view, "a.txt")) for _ in range(3 * AT_ONCE)]
    await until(lambda: len(reader.reads) == OF_ONE)
    monkeypatch.setattr(pace, "STUCK", 0)
    view.interrupt()
    async with asyncio.timeout(PATIENCE / 2):
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(outcome, EfssUnreachable)
    assert len(reader.reads) == OF_ONE, "nobody asks when the turn comes after all"


async def test_what_comes_slowly_is_interrupted_only_with_force() -> None:
    waits, slow = Waits(), Pace()
    slow.wait(pace.STUCK)
    slow.take(100)

    async def wait() -> None:
        async with waits.limit(slow):
            assert not waits.interrupt(hard=False)
            assert waits.interrupt(hard=True)
            await asyncio.Event().wait()

    with pytest.raises(EfssUnreachable):
        await wait()


@pytest.mark.usefixtures("hasty")
async def test_a_share_that_hangs_leaves_the_others_of_its_site_alone() -> None:
    line, silent, sound = Line(), Parts({"a.txt": b"hello"}), Parts({"a.txt": b"hello"})
    one = View(a_share(url="https://cloud.test/one"), silent, line)
    other = View(a_share(url="https://cloud.test/other"), sound, line)
    await one.folder("")
    silent.gate = hang
    hanging = [asyncio.create_task(whole(one, "a.txt")) for _ in range(3 * AT_ONCE)]
    await until(lambda: len(silent.reads) == OF_ONE)
    while not all(task.done() for task in hanging):
        assert await whole(other, "a.txt") == b"hello"
        await asyncio.sleep(0)
    for outcome in await asyncio.gather(*hanging, return_exceptions=True):
        assert isinstance(outcome, EfssTooSlow | EfssUnreachable)
    with pytest.raises(EfssUnreachable):
        await whole(one, "a.txt")
    assert await whole(other, "a.txt") == b"hello"
    assert len(silent.reads) == OF_ONE


@pytest.mark.usefixtures("hasty")
async def test_a_site_that_is_silent_to_several_shares_is_asked_by_none() -> None:
    line, reader = Line(), Parts({"a.txt": b"hello"})
    views = [View(a_share(url=f"https://cloud.test/{n}"), reader, line) for n in range(3)]
    for view in views:
        await view.folder("")
    reader.gate = hang
    outcomes = await asyncio.gather(
        *(whole(view, "a.txt") for view in views[:2]), return_exceptions=True
    )
    assert [type(one) for one in outcomes] == [EfssTooSlow] * 2
    reader.gate, asked = None, len(reader.reads)
    with pytest.raises(EfssUnreachable):
        await whole(views[2], "a.txt")
    assert len(reader.reads) == asked
    line._closed_until = 0
    assert await whole(views[2], "a.txt") == b"hello"


@pytest.mark.usefixtures("hasty")
async def test_a_crawling_answer_is_an_error_as_silence_is(view: View, reader: Parts) -> None:
    async def crawl(_: Entry, __: int) -> None:
        await asyncio.sleep(0.02)

    reader.piece, reader.gate = 4096, crawl
    with pytest.raises(EfssTooSlow):
        await whole(view, "sub/deep/b.txt", 0, 400_000)


def test_the_pace_of_a_slow_line_suffices() -> None:
    """Of 25 KB a second, in pieces as they come over the wire."""
    slow = Pace()
    slow.wait(0.4)
    for _ in range(1000):
        slow.wait(1460 / 25_000)
        assert slow.left > 0
        slow.take(1460)


@pytest.mark.parametrize("quick", [0, 1, 10, 1000])
def test_whoever_waits_for_a_part_has_an_answer_in_time(quick: int) -> None:
    """However much has come before, and at whichever pace what is wanted crawls."""
    for piece in (1, 100, 1000):
        crawling, waited, came = Pace(), 0.0, 0
        for _ in range(quick):
            crawling.take(4096)
        while crawling.left > 0 and came < PART:
            crawling.wait(0.1)
            crawling.take(piece)
            waited, came = waited + 0.1, came + piece
        assert waited < PATIENCE + 0.2


@pytest.mark.parametrize("error", [PasswordWrong, ShareUnknown, ShareThrottled])
async def test_a_refusal_is_final_until_the_share_is_resolved_anew(
    view: View, reader: Parts, error: type[VaasError]
) -> None:
    await view.folder("")
    reader.refusal = error()
    with pytest.raises(error):
        await whole(view, "a.txt")
    reader.refusal = None
    reader.lists.clear()
    for _ in range(3):
        with pytest.raises(error):
            await whole(view, "a.txt")
        with pytest.raises(error):
            await view.folder("sub")
    assert not reader.reads
    assert not reader.lists
    view.resume(view.share)
    assert await whole(view, "a.txt") == b"hello"


async def test_a_missing_file_makes_it_look_whether_the_link_is_gone(
    view: View, reader: Parts
) -> None:
    await view.folder("")
    reader.refusal = ShareChanged()
    with pytest.raises(ShareChanged):
        await whole(view, "a.txt")
    assert view.stopped is None

    def gone(_: str) -> None:
        raise ShareUnknown

    reader.on_list = gone
    with pytest.raises(ShareChanged):
        await whole(view, "a.txt")
    assert isinstance(view.stopped, ShareUnknown)


async def test_a_site_is_asked_by_few_at_once(reader: Parts) -> None:
    line, now, most = Line(), 0, 0

    async def count(_: Entry, __: int) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1

    reader.gate = count
    views = [View(a_share(url=f"https://cloud.test/{n}"), reader, line) for n in range(20)]
    assert await asyncio.gather(*(whole(view, "a.txt") for view in views)) == [b"hello"] * 20
    assert most == AT_ONCE
    most = 0
    await asyncio.gather(*(whole(views[0], "a.txt") for _ in range(20)))
    assert most == OF_ONE
