"""Data mode copy: a real WebDAV server, real processes that are killed, a disk that is full."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.unit.storage import copier, small_disk
from tests.unit.storage.readers import DavReader, DavServer, Seen, a_share, until, webdav
from vaas.errors import DiskFull
from vaas.model import Entry, Share
from vaas.storage import CopyLimits, CopyStorage

MB = 1 << 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "owner"
    (folder / "data" / "a b").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x")
    (folder / "index.ipynb").write_text("{}")
    (folder / "data" / "second.ipynb").write_text("{}")
    (folder / "data" / "a b" / "größe #1 100%.csv").write_bytes(os.urandom(3_000_000))
    (folder / "data" / "empty").write_bytes(b"")
    (folder / ".DS_Store").write_text("x")
    return folder


@pytest.fixture
def server(folder: Path) -> Iterator[DavServer]:
    with webdav(folder) as server:
        yield server


@pytest.fixture
async def reader() -> AsyncIterator[DavReader]:
    async with DavReader() as reader:
        yield reader


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
async def storage(cache: Path) -> AsyncIterator[CopyStorage]:
    storage = CopyStorage(cache, CopyLimits(free_bytes=0))
    yield storage
    await storage.close()


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def versions(cache: Path) -> list[Path]:
    return list(cache.glob("shares/*/*"))


def arrived(cache: Path) -> int:
    return sum(path.suffix != ".part" for path in cache.glob("staging/*/files/*"))


@asynccontextmanager
async def another(cache: Path, server: DavServer, tag: str, what: str) -> AsyncIterator[Process]:
    """Another process on the same cache; killed with SIGKILL at the end."""
    program = (sys.executable, copier.__file__, str(cache), server.url, tag, what)
    process = await asyncio.create_subprocess_exec(*program, stdout=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def says(process: Process) -> str:
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), 60)
    return line.decode().strip()


async def test_a_share_becomes_a_workspace(
    folder: Path, server: DavServer, reader: DavReader, storage: CopyStorage
) -> None:
    seen = Seen()
    async with storage.open(a_share(url=server.url), reader, seen) as workspace:
        wanted = content(folder)
        del wanted[".git/config"], wanted[".DS_Store"]
        assert content(workspace.path) == wanted
        assert workspace.notebooks == ("index.ipynb", "data/second.ipynb")
        assert (workspace.files, workspace.size) == (4, 3_000_004)
    assert seen.phases[-1].done == seen.phases[-1].total == 4
    assert seen.phases[-1].size == 3_000_004


async def test_fifty_viewers_fetch_each_file_once(
    folder: Path, server: DavServer, reader: DavReader, storage: CopyStorage
) -> None:
    for n in range(40):
        (folder / f"{n}.csv").write_text("x" * n)

    async def view() -> Path:
        async with storage.open(a_share(url=server.url), reader, Seen()) as workspace:
            return workspace.path

    assert len(set(await asyncio.gather(*(view() for _ in range(50))))) == 1
    assert len(server.gets) == 44
    assert set(server.gets.values()) == {1}


async def test_the_next_version_fetches_what_changed(
    folder: Path, server: DavServer, reader: DavReader, storage: CopyStorage
) -> None:
    async with storage.open(a_share("1", url=server.url), reader, Seen()) as old:
        (folder / "index.ipynb").write_text('{"new": 1}')
        (folder / "data" / "added").write_text("x")
        server.gets.clear()
        async with storage.open(a_share("2", url=server.url), reader, Seen()) as new:
            assert dict(server.gets) == {"index.ipynb": 1, "data/added": 1}
            assert new.files == 5
            assert (old.path / "index.ipynb").read_text() == "{}"
            assert not (old.path / "data" / "added").exists()


async def test_a_copy_killed_midway_is_continued_and_was_never_seen(
    folder: Path, server: DavServer, reader: DavReader, storage: CopyStorage, cache: Path
) -> None:
    big = os.urandom(12 * MB)
    (folder / "big").write_bytes(big)
    for n in range(200):
        (folder / f"{n}.csv").write_text(f"{n}")
    async with another(cache, server, "1", "stall") as process:
        assert await says(process) == "stalled"
        await until(lambda: arrived(cache) >= 128)
        assert not versions(cache)
        process.kill()
        await process.wait()
    assert not versions(cache)
    kept = arrived(cache)
    server.gets.clear()
    positions: list[int] = []

    class Noting(DavReader):
        async def read(self, share: Share, entry: Entry, offset: int = 0) -> AsyncIterator[bytes]:
            if entry.path == "big":
                positions.append(offset)
            async for piece in super().read(share, entry, offset):
                yield piece

    async with Noting() as noting:
        async with storage.open(a_share("1", url=server.url), noting, Seen()) as workspace:
            assert workspace.files == 205
            assert (workspace.path / "big").read_bytes() == big
        assert 0 < positions[0] <= 5 * MB
        assert sum(server.gets.values()) == 205 - kept
    assert not list((cache / "staging").iterdir())


async def test_whenever_it_is_killed_there_is_a_whole_tree_or_none(
    folder: Path, server: DavServer, reader: DavReader, storage: CopyStorage, cache: Path
) -> None:
    for n in range(300):
        (folder / f"{n}.csv").write_text(f"{n}")
    (folder / "middle").write_bytes(os.urandom(5 * MB))
    for goal in (1, 64, 128, 192, 256, 300):
        async with another(cache, server, "1", "end") as process:
            await until(lambda goal=goal: arrived(cache) >= goal or versions(cache))
            if process.returncode is None:
                process.kill()
            await process.wait()
        for version in versions(cache):
            assert len(content(version / "tree")) == 305
    async with storage.open(a_share("1", url=server.url), reader, Seen()) as workspace:
        wanted = content(folder)
        del wanted[".git/config"], wanted[".DS_Store"]
        assert content(workspace.path) == wanted


async def test_two_processes_share_one_copy(
    folder: Path, server: DavServer, reader: DavReader, storage: CopyStorage, cache: Path
) -> None:
    (folder / "middle").write_bytes(os.urandom(20 * MB))
    async with (
        another(cache, server, "1", "end") as one,
        another(cache, server, "1", "end") as two,
    ):
        assert {await says(one), await says(two)} == {"open 5 5", "open 5 0"}
    async with storage.open(a_share("1", url=server.url), reader, Seen()):
        assert not reader.fetched
    assert set(server.gets.values()) == {1}


async def test_what_another_process_shows_is_not_evicted(
    server: DavServer, reader: DavReader, cache: Path
) -> None:
    tight = CopyStorage(cache, CopyLimits(cache_bytes=4 * MB, free_bytes=0))
    async with another(cache, server, "1", "hold") as process:
        assert await says(process) == "open 4 4"
        (shown,) = versions(cache)
        big = a_share("2", url=server.url + "/data")
        with pytest.raises(DiskFull):
            async with tight.open(big, reader, Seen()):
                pass
        assert len(content(shown / "tree")) == 4
    async with tight.open(big, reader, Seen()) as workspace:
        assert workspace.files == 3
    assert not shown.exists()
    await tight.close()


@pytest.mark.sandbox
async def test_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    disk = str(tmp_path / "disk")
    bwrap = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--size", str(16 * MB)]
    bwrap += ["--tmpfs", disk, sys.executable, small_disk.__file__, disk]
    process = await asyncio.create_subprocess_exec(*bwrap, stdout=PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert out.decode().splitlines() == [
        "full while both are open",
        "copied after eviction",
        "2 versions",
    ]
    assert process.returncode == 0
