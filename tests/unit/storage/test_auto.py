"""Which data mode suits a share, by size, number and types of its files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.unit.storage.readers import FaultyReader, Seen, a_share
from vaas.model import Reader, Share, Workspace
from vaas.storage import (
    AutoStorage,
    CopyLimits,
    CopyStorage,
    RcloneMount,
    RcloneSite,
    Sites,
    SyncStorage,
)
from vaas.storage.auto import WORTH, read_in_part, suited
from vaas.storage.base import OnProgress

KB, MB = 1 << 10, 1 << 20
FEW = CopyLimits(size=256 * MB, files=2_000)


def many(name: str, size: int, count: int = 2_001) -> list[tuple[str, int]]:
    return [(name.format(n), size) for n in range(count)]


@pytest.mark.parametrize(
    ("files", "mode"),
    [
        ([], "mount"),  # too many or too deep folders, or more bytes than were announced
        ([("all.csv", 300 * MB)], "mount"),
        (many("{}.csv", 10 * MB, 26), "mount"),
        (many("{}.csv", 4 * KB), "sync"),
        (many("{}.csv", 0), "sync"),
        (many("{}.csv", 300 * KB), "mount"),  # more bytes than a viewer waits for
        (many("data/{}/values.JSON", 40 * KB), "sync"),
        (many("rain.zarr/precipitation/0.{}", 40 * KB), "mount"),
        (many("Rain.Zarr/c/0/{}", 40 * KB), "mount"),
        ([*many("rain.zarr/c/{}", 4 * KB, 500), *many("{}.csv", 4 * KB, 1_501)], "sync"),
        (many("tiles/{}.tif", 40 * KB), "sync"),  # each is read whole
        ([*many("{}.txt", KB), ("a.tif", 100 * MB)], "mount"),
        ([*many("{}.txt", KB), ("a.Parquet", 100 * MB)], "mount"),
        ([*many("{}.txt", KB), ("a.nc", 60 * MB), ("b.h5", 60 * MB)], "mount"),
        ([*many("{}.txt", KB), ("a.bin", 100 * MB)], "sync"),
        ([*many("{}.csv", 60 * KB), ("a.tif", 5 * MB)], "sync"),
    ],
)
def test_what_suits(files: list[tuple[str, int]], mode: str) -> None:
    assert suited(files, FEW) == mode


@pytest.mark.parametrize(
    ("path", "size", "in_part"),
    [
        ("a.tif", WORTH, True),
        ("a.tif", WORTH - 1, False),
        ("A.NC4", WORTH, True),
        ("a.tif.gz", WORTH, False),
        ("tif", WORTH, False),
        ("a.zarr/.zattrs", 10, True),
        ("x/a.zarr/0/0", 10, True),
        ("a.zarr", 10, False),
    ],
)
def test_what_is_read_in_part(path: str, size: int, in_part: bool) -> None:
    assert read_in_part(path, size) is in_part


class Mounts(RcloneMount):
    """Notes what it is asked for instead of mounting it."""

    async def usable(self) -> bool:
        return True

    @asynccontextmanager
    async def _open(self, share: Share, _: Reader, __: OnProgress) -> AsyncIterator[Workspace]:
        yield Workspace(Path("mounted"), share.version, (), 0, 0, mounted=True)


@pytest.fixture
async def auto(tmp_path: Path) -> AsyncIterator[AutoStorage]:
    """Copies ten files or a megabyte, syncs twenty."""
    few = CopyLimits(size=MB, files=10, free_bytes=0)
    sites = Sites(tmp_path / "rclone", RcloneSite)
    copy = CopyStorage(tmp_path / "copies", CopyLimits(free_bytes=0))
    small = CopyStorage(tmp_path / "copies", few)
    many = SyncStorage(tmp_path / "copies", CopyLimits(MB, files=20, free_bytes=0), sites)
    yield AutoStorage(small, many, [Mounts(sites)], copy, few)
    for mode in (small, copy, many):
        await mode.close()


def some(count: int, size: int = 100) -> FaultyReader:
    return FaultyReader({f"data/{n}.csv": bytes(size) for n in range(count)})


async def opened(auto: AutoStorage, reader: FaultyReader, share: Share) -> tuple[int, bool]:
    """How many files there are, and whether they are mounted."""
    async with auto.open(share, reader, Seen()) as found:
        return found.files, found.mounted


async def test_many_small_files_are_synced_and_then_at_hand(auto: AutoStorage) -> None:
    reader, share = some(15), a_share()
    assert await opened(auto, reader, share) == (15, False)
    assert len(reader.lists) <= 5, "listed at most twice, and once more whether it changed"
    asked = len(reader.lists), len(reader.reads)
    assert await opened(auto, reader, share) == (15, False)
    assert (len(reader.lists), len(reader.reads)) == asked
    async with auto.kept(share) as found:
        assert found is not None


@pytest.mark.parametrize(
    "reader",
    [
        some(25),
        some(12, 100 * KB),
        some(2, 600 * KB),
        FaultyReader({f"a.zarr/c/{n}": b"1" for n in range(15)}),
    ],
    ids=["too many to sync", "too many bytes", "large", "an array"],
)
async def test_what_is_mounted_is_not_listed_again(auto: AutoStorage, reader: FaultyReader) -> None:
    share = a_share()
    assert await opened(auto, reader, share) == (0, True)
    reader.lists.clear()
    assert await opened(auto, reader, share) == (0, True)
    assert not reader.lists
    assert not reader.reads


async def test_without_rclone_they_are_not_synced(
    auto: AutoStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SyncStorage, "usable", lambda _: False)
    assert await opened(auto, some(15), a_share()) == (0, True)
