"""Data mode sync: rclone brings what is new, and what it cannot bring comes all the same."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.test_mount import daemons
from tests.security.test_mount_secrets import on_disk, texts
from tests.unit.storage.readers import FaultyReader, Seen, a_share, until
from vaas.errors import EfssUnreachable, ShareTooLarge
from vaas.model import Entry, Share
from vaas.storage import CopyLimits, RcloneSite, Sites, SyncStorage

FILES = {
    "app.ipynb": b"{}",
    "data/one.bin": bytes(range(256)) * 2_000,
    "data/two words.bin": b"2" * 70_000,
    "data/empty": b"",
}
WITH_BYTES = {path for path, content in FILES.items() if content}


class Reader(FaultyReader):
    """Notes who reads: rclone's requests have an end, a copy's have none."""

    def __init__(self) -> None:
        super().__init__(FILES)
        self.by_rclone: set[str] = set()
        self.by_copy: set[str] = set()

    async def read(
        self, share: Share, entry: Entry, offset: int = 0, size: int | None = None
    ) -> AsyncIterator[bytes]:
        (self.by_copy if size is None else self.by_rclone).add(entry.path)
        async for piece in super().read(share, entry, offset, size):
            yield piece


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[SyncStorage]:
    limits = CopyLimits(free_bytes=0, size=10 << 20)
    storage = SyncStorage(tmp_path / "copies", limits, Sites(tmp_path / "rclone", RcloneSite))
    yield storage
    await storage.close()
    assert not daemons()
    root = tmp_path / "rclone"
    assert not root.exists() or not list(root.iterdir())
    assert not list((tmp_path / "copies").rglob("arriving"))


async def tree(storage: SyncStorage, reader: Reader, tag: str = "1") -> dict[str, bytes]:
    seen = Seen()
    async with storage.open(a_share(tag), reader, seen) as workspace:
        assert seen.phases[-1].done == seen.phases[-1].total == len(reader.files)
        files = [path for path in workspace.path.rglob("*") if path.is_file()]
        assert {path.stat().st_mode & 0o777 for path in files} == {0o444}
        return {p.relative_to(workspace.path).as_posix(): p.read_bytes() for p in files}


async def test_rclone_brings_the_files_and_later_what_changed(storage: SyncStorage) -> None:
    reader = Reader()
    assert await tree(storage, reader) == FILES
    assert (reader.by_rclone, reader.by_copy) == (WITH_BYTES, {"data/empty"})
    reader.by_rclone.clear()
    reader.files["data/one.bin"] = b"changed"
    assert await tree(storage, reader, "2") == reader.files
    assert reader.by_rclone == {"data/one.bin"}
    assert not daemons(), "it has nothing more to do"


async def test_a_file_that_rclone_does_not_get_is_copied(storage: SyncStorage) -> None:
    reader = Reader()
    reader.broken["data/one.bin"] = 65_536, EfssUnreachable("gone for a moment")
    assert await tree(storage, reader) == FILES
    assert "data/one.bin" in reader.by_copy | reader.by_rclone
    assert "data/two words.bin" not in reader.by_copy


async def test_a_daemon_that_is_killed(storage: SyncStorage) -> None:
    reader = Reader()

    async def kill(entry: Entry, position: int) -> None:
        if entry.path == "data/one.bin" and position and not reader.by_copy:
            for daemon in daemons():
                daemon.kill()
            await until(lambda: not daemons())

    reader.gate = kill
    assert await tree(storage, reader) == FILES
    assert "data/one.bin" in reader.by_copy


async def test_without_rclone_it_is_a_copy(
    storage: SyncStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name, **_: None)
    reader = Reader()
    assert await tree(storage, reader) == FILES
    assert reader.by_copy == set(FILES)


async def test_who_leaves_ends_it(storage: SyncStorage) -> None:
    reader, stuck = Reader(), asyncio.Event()

    async def wait(_entry: Entry, position: int) -> None:
        if position:
            stuck.set()
            await asyncio.Event().wait()

    reader.gate = wait
    opening = asyncio.create_task(tree(storage, reader))
    await stuck.wait()
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    assert not daemons()


async def test_limits_hold(storage: SyncStorage) -> None:
    reader = Reader()
    reader.files["large.bin"] = bytes(11 << 20)
    with pytest.raises(ShareTooLarge):
        await tree(storage, reader)
    assert not reader.by_rclone


async def test_no_secret_can_be_seen(storage: SyncStorage, tmp_path: Path) -> None:
    reader = Reader()
    seen: list[str] = []
    secrets: list[str] = []

    async def look(_entry: Entry, _position: int) -> None:
        if not secrets:
            (door,) = storage._sites.proxy._doors.values()
            secrets.extend([door.key, door.url.split("/")[3], a_share().link.token])
            for daemon in daemons():
                seen.extend(await asyncio.to_thread(lambda pid=daemon.pid: [*texts(pid)]))
            seen.extend(await asyncio.to_thread(lambda: [*on_disk(tmp_path)]))

    reader.gate = look
    assert await tree(storage, reader) == FILES
    assert any("rcd" in text for text in seen), "nothing was looked at"
    assert not [text for text in seen for secret in secrets if secret in text]
