"""Copies of shares whose servers misbehave, and viewers who come and go."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.unit.storage.readers import FaultyReader, Seen, a_share, until
from vaas.errors import (
    AddressRefused,
    DiskFull,
    EfssFailed,
    EfssTooSlow,
    EfssUnreachable,
    ShareChanged,
    ShareThrottled,
    ShareTooLarge,
    ShareUnknown,
    WorkspaceError,
)
from vaas.model import Entry, Phase, Share
from vaas.storage import CopyLimits, CopyStorage
from vaas.storage.stage import Stage

MB = 1 << 20


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[CopyStorage]:
    storage = CopyStorage(tmp_path / "cache")
    yield storage
    await storage.close()


@pytest.fixture
def big() -> bytes:
    return os.urandom(3 * MB + 17)


async def copied(
    storage: CopyStorage, reader: FaultyReader, share: Share | None = None
) -> dict[str, bytes]:
    async with storage.open(share or a_share(), reader, Seen()) as workspace:
        tree = workspace.path
        return {
            path.relative_to(tree).as_posix(): path.read_bytes()
            for path in tree.rglob("*")
            if path.is_file()
        }


def found(root: Path, *patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in root.glob(f"cache/{pattern}")]


def half_made(root: Path) -> list[Path]:
    return found(root, "shares/*/*", "trash/*")


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_second_viewer_asks_nothing(storage: CopyStorage) -> None:
    reader = FaultyReader({"a": b"1", "d/b": b"2"})
    assert await copied(storage, reader) == reader.files
    asked = (len(reader.reads), len(reader.lists))
    seen = Seen()
    async with storage.open(a_share(), reader, seen) as workspace:
        assert workspace.files == 2
    assert (len(reader.reads), len(reader.lists)) == asked
    assert seen.phases == [Phase("data", 2, 2, 2)]


async def test_an_empty_share(storage: CopyStorage) -> None:
    assert await copied(storage, FaultyReader({})) == {}


@pytest.mark.parametrize("error", [EfssUnreachable, EfssTooSlow])
async def test_an_interrupted_file_goes_on_where_it_stopped(
    storage: CopyStorage, big: bytes, error: type[Exception]
) -> None:
    reader = FaultyReader({"big": big})
    reader.broken["big"] = (2 * MB + 64 * 1024, error())
    assert await copied(storage, reader) == {"big": big}
    assert reader.reads == [("big", 0), ("big", 2 * MB + 64 * 1024)]
    assert reader.closed == 2


async def test_a_file_without_a_tag_starts_again(storage: CopyStorage, big: bytes) -> None:
    reader = FaultyReader({"big": big})
    reader.tags["big"] = ""
    reader.broken["big"] = (2 * MB, EfssUnreachable())
    assert await copied(storage, reader) == {"big": big}
    assert reader.reads == [("big", 0), ("big", 0)]


async def test_a_broken_answer_starts_again(storage: CopyStorage, big: bytes) -> None:
    reader = FaultyReader({"big": big})
    reader.broken["big"] = (2 * MB, EfssFailed())
    assert await copied(storage, reader) == {"big": big}
    assert reader.reads == [("big", 0), ("big", 0)]


@pytest.mark.parametrize("error", [ShareThrottled, AddressRefused, RuntimeError])
async def test_other_errors_end_the_copy_at_once_and_leave_no_tree(
    storage: CopyStorage, tmp_path: Path, error: type[Exception]
) -> None:
    reader = FaultyReader({"a": b"1"})
    reader.broken["a"] = (0, error("no"))
    with pytest.raises(error):
        await copied(storage, reader)
    assert reader.reads == [("a", 0)]
    assert not half_made(tmp_path)
    assert await copied(storage, reader) == {"a": b"1"}


async def test_an_interrupted_copy_is_continued_by_the_next_viewer(
    tmp_path: Path, big: bytes
) -> None:
    small = {f"s{n:03}": b"%d" % n for n in range(100)}
    reader = FaultyReader({**small, "zbig": big})

    async def stop(entry: Entry, position: int) -> None:
        if entry.path == "zbig" and position >= 2 * MB:
            raise ShareThrottled

    reader.gate = stop
    storage = CopyStorage(tmp_path / "cache")
    with pytest.raises(ShareThrottled):
        await copied(storage, reader)
    await storage.close()
    reader.gate = None
    reader.reads.clear()
    later = CopyStorage(tmp_path / "cache")
    assert await copied(later, reader) == reader.files
    assert reader.reads == [("zbig", 2 * MB)]
    await later.close()


async def test_unchanged_files_are_not_fetched_for_the_next_version(
    storage: CopyStorage,
) -> None:
    reader = FaultyReader({"a": b"1", "d/b": b"2", "c": b"3"})
    reader.tags["c"] = ""
    async with storage.open(a_share("1"), reader, Seen()) as old:
        reader.files["a"] = b"changed"
        reader.reads.clear()
        async with storage.open(a_share("2"), reader, Seen()) as new:
            assert sorted(reader.reads) == [("a", 0), ("c", 0)]
            assert (old.path / "a").read_bytes() == b"1"
            assert (new.path / "a").read_bytes() == b"changed"
            assert (new.path / "d/b").samefile(old.path / "d/b")
            assert not (new.path / "c").samefile(old.path / "c")


@pytest.mark.parametrize("announced", [5, 15])
async def test_a_size_that_is_a_lie(storage: CopyStorage, tmp_path: Path, announced: int) -> None:
    reader = FaultyReader({"a": b"0123456789", "b": b"x"})
    reader.sizes["a"] = announced
    with pytest.raises(ShareChanged):
        await copied(storage, reader)
    assert [path for path, _ in reader.reads].count("a") == 2
    assert not half_made(tmp_path)


async def test_more_bytes_than_announced_are_not_read_to_their_end(
    storage: CopyStorage, big: bytes
) -> None:
    reader = FaultyReader({"a": big})
    reader.sizes["a"] = 100_000
    furthest = 0

    async def note(_entry: Entry, position: int) -> None:
        nonlocal furthest
        furthest = max(furthest, position)

    reader.gate = note
    with pytest.raises(ShareChanged):
        await copied(storage, reader)
    assert furthest <= 100_000 + reader.piece


async def test_an_unknown_size_is_none_to_be_held_to(storage: CopyStorage, big: bytes) -> None:
    reader = FaultyReader({"a": big})
    reader.sizes["a"] = 0
    async with storage.open(a_share(), reader, Seen()) as workspace:
        assert workspace.size == len(big)


@pytest.mark.parametrize("limits", [CopyLimits(size=MB), CopyLimits(file_size=MB)])
async def test_limits_hold_while_bytes_arrive(
    tmp_path: Path, big: bytes, limits: CopyLimits
) -> None:
    storage = CopyStorage(tmp_path / "cache", limits)
    reader = FaultyReader({"a": big})
    reader.sizes["a"] = 0
    with pytest.raises(ShareTooLarge):
        await copied(storage, reader)
    assert len(reader.reads) == 1
    assert not found(tmp_path, "*/*")
    await storage.close()


async def test_a_share_that_changes_once_is_copied_in_its_new_state(
    storage: CopyStorage,
) -> None:
    reader = FaultyReader({"a": b"1", "d/b": b"2"})

    async def change(entry: Entry, _position: int) -> None:
        if entry.path == "a" and len(reader.reads) < 3:
            reader.files["d/b"] = b"3"

    reader.gate = change
    assert await copied(storage, reader) == {"a": b"1", "d/b": b"3"}


async def test_a_file_that_goes_while_it_is_copied(storage: CopyStorage) -> None:
    reader = FaultyReader({"a": b"1", "b": b"2"})

    async def go(entry: Entry, _position: int) -> None:
        if entry.path == "a":
            reader.files.pop("a", None)
            raise ShareUnknown

    reader.gate = go
    real = reader.read

    async def read(share: Share, entry: Entry, offset: int = 0) -> AsyncIterator[bytes]:
        if entry.path not in reader.files:
            raise ShareUnknown
        async for piece in real(share, entry, offset):
            yield piece

    reader.read = read  # type: ignore[method-assign]
    assert await copied(storage, reader) == {"b": b"2"}


async def test_a_share_that_never_stands_still(storage: CopyStorage, tmp_path: Path) -> None:
    reader = FaultyReader({"a": b"1"})

    def change(_folder: str) -> None:
        reader.files["a"] += b"x"

    reader.on_list = change
    with pytest.raises(ShareChanged):
        await copied(storage, reader)
    assert not half_made(tmp_path)


async def test_debris_that_comes_while_copying_is_no_change(storage: CopyStorage) -> None:
    reader = FaultyReader({"a": b"1"})

    def lock_file(_folder: str) -> None:
        reader.files[f".~lock.{len(reader.lists)}#"] = b"x"

    reader.on_list = lock_file
    assert await copied(storage, reader) == {"a": b"1"}
    assert reader.lists == ["", ""]


async def test_a_server_that_trickles_is_left(tmp_path: Path) -> None:
    storage = CopyStorage(tmp_path / "cache", CopyLimits(seconds=0.2))
    reader = FaultyReader({"a": b"1"})

    async def never(_entry: Entry, _position: int) -> None:
        await asyncio.Event().wait()

    reader.gate = never
    with pytest.raises(EfssTooSlow):
        await copied(storage, reader)
    assert reader.closed == 1
    await storage.close()


class Gate:
    """Holds a file back until it is opened."""

    def __init__(self, reader: FaultyReader) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()
        reader.gate = self

    async def __call__(self, _entry: Entry, _position: int) -> None:
        self.reached.set()
        await self.opened.wait()


async def test_fifty_viewers_one_copy(storage: CopyStorage) -> None:
    reader = FaultyReader({f"{n}": b"x" for n in range(30)})
    gate = Gate(reader)
    seen = [Seen() for _ in range(50)]

    async def view(seen: Seen) -> Path:
        async with storage.open(a_share(), reader, seen) as workspace:
            return workspace.path

    viewers = [asyncio.create_task(view(one)) for one in seen]
    await gate.reached.wait()
    await until(lambda: all(one.phases for one in seen))
    gate.opened.set()
    assert len(set(await asyncio.gather(*viewers))) == 1
    assert sorted(reader.reads) == sorted((f"{n}", 0) for n in range(30))
    for one in seen:
        assert one.phases[-1] == Phase("data", 30, 30, 30)
        assert any(phase.done < 30 for phase in one.phases)
        done = [phase.done for phase in one.phases]
        assert done == sorted(done)


async def test_the_copy_outlives_its_first_viewer_but_not_its_last(
    storage: CopyStorage, tmp_path: Path
) -> None:
    reader = FaultyReader({"a": b"1"})
    gate = Gate(reader)
    first, second, third = (asyncio.create_task(copied(storage, reader)) for _ in range(3))
    await gate.reached.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert reader.closed == 0
    for viewer in (second, third):
        viewer.cancel()
    await asyncio.wait([second, third])
    assert reader.closed == 1
    assert not half_made(tmp_path)
    gate.opened.set()
    assert await copied(storage, reader) == {"a": b"1"}


async def test_the_others_get_their_files_when_the_first_viewer_goes(
    storage: CopyStorage,
) -> None:
    reader = FaultyReader({"a": b"1"})
    gate = Gate(reader)
    first, second = (asyncio.create_task(copied(storage, reader)) for _ in range(2))
    await gate.reached.wait()
    first.cancel()
    await asyncio.wait([first])
    gate.opened.set()
    assert await second == {"a": b"1"}
    assert reader.reads == [("a", 0)]


async def test_viewers_cancelled_at_any_moment_leak_no_file(
    storage: CopyStorage,
) -> None:
    reader = FaultyReader({f"{n}": b"x" for n in range(10)})
    before = open_files()
    for turns in range(60):
        viewer = asyncio.create_task(copied(storage, reader, a_share(str(turns % 5))))
        for _ in range(turns):
            await asyncio.sleep(0)
        viewer.cancel()
        await asyncio.wait([viewer])
    await storage.close()
    assert open_files() == before


async def test_a_listener_that_fails_harms_nobody(storage: CopyStorage) -> None:
    reader = FaultyReader({"a": b"1"})
    gate = Gate(reader)
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))

    def bad(_phase: Phase) -> None:
        raise ValueError

    async def view_badly() -> None:
        async with storage.open(a_share(), reader, bad):
            pass

    viewers = [asyncio.create_task(view_badly()), asyncio.create_task(copied(storage, reader))]
    await gate.reached.wait()
    gate.opened.set()
    assert await viewers[1] == {"a": b"1"}
    with pytest.raises(ValueError):
        await viewers[0]
    assert complaints


async def test_progress_is_throttled_and_true(storage: CopyStorage) -> None:
    reader = FaultyReader({f"{n}": b"x" * 10 for n in range(500)})
    seen = Seen()
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with storage.open(a_share(), reader, seen):
        spent = loop.time() - start
    assert len(seen.phases) <= 5 + spent / 0.1
    assert seen.phases[-1] == Phase("data", 500, 500, 5000)


async def test_closing_ends_copies_under_way(tmp_path: Path) -> None:
    storage = CopyStorage(tmp_path / "cache")
    reader = FaultyReader({"a": b"1"})
    gate = Gate(reader)
    viewer = asyncio.create_task(copied(storage, reader))
    await gate.reached.wait()
    await storage.close()
    with pytest.raises(WorkspaceError, match="closing"):
        await viewer
    assert reader.closed == 1
    await storage.close()


async def test_a_share_larger_than_the_cache(tmp_path: Path, big: bytes) -> None:
    storage = CopyStorage(tmp_path / "cache", CopyLimits(cache_bytes=2 * MB, free_bytes=0))
    reader = FaultyReader({"a": big})
    with pytest.raises(DiskFull):
        await copied(storage, reader)
    assert not reader.reads
    assert not found(tmp_path, "staging/*")
    await storage.close()


async def test_copies_under_way_count_against_the_quota(tmp_path: Path, big: bytes) -> None:
    storage = CopyStorage(tmp_path / "cache", CopyLimits(cache_bytes=5 * MB, free_bytes=0))
    reader, other = FaultyReader({"a": big}), FaultyReader({"b": big})
    gate = Gate(reader)
    viewer = asyncio.create_task(copied(storage, reader, a_share("1")))
    await gate.reached.wait()
    with pytest.raises(DiskFull):
        await copied(storage, other, a_share("2"))
    gate.opened.set()
    await viewer
    assert await copied(storage, other, a_share("2")) == other.files
    await storage.close()


async def test_versions_in_use_survive_a_tight_quota(tmp_path: Path, big: bytes) -> None:
    storage = CopyStorage(tmp_path / "cache", CopyLimits(cache_bytes=9 * MB, free_bytes=0))
    async with AsyncExitStack() as stack:
        shown = await stack.enter_async_context(
            storage.open(a_share("0"), FaultyReader({"a": big}), Seen())
        )
        for n in range(1, 5):
            reader = FaultyReader({f"{n}": big})
            assert await copied(storage, reader, a_share(f"{n}")) == reader.files
        assert (shown.path / "a").read_bytes() == big
    assert len(found(tmp_path, "shares/*/*")) <= 2
    await storage.close()


async def test_other_troubles_of_the_disk_are_told_in_our_words(
    storage: CopyStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Stage, "put", broken)
    with pytest.raises(WorkspaceError, match="Input/output error"):
        await copied(storage, FaultyReader({"a": b"1"}))
