"""Reads of large files where they lie: our mount beside rclone's own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.data import formats
from benchmarks.data.cloud import Cloud, cloud, our_mount, plain_mount, shares, timed
from benchmarks.data.formats import PARTIAL
from vaas.model import ShareLink
from vaas.storage import RcloneMount, RcloneSite, Sites

SIZE, READS, PART = 300 << 20, 60, 64 << 10
GAP = 300 << 10
MOUNTS = 200


def at_random(path: Path) -> float:
    """Small reads here and there."""
    places = random.Random(1)  # noqa: S311 - the same places for both
    return _parts(path, [places.randrange(SIZE - PART) for _ in range(READS)])


def near_one_another(path: Path) -> float:
    """Small reads of a file with gaps between them, as of one chunk after the other."""
    return _parts(path, [SIZE // 2 + n * GAP for n in range(READS)])


def _parts(path: Path, places: list[int]) -> float:
    with timed() as seconds, path.open("rb") as file:
        for place in places:
            assert len(os.pread(file.fileno(), PART, place)) == PART
    return seconds[0]


async def fetched(there: Cloud, path: Path, work: Callable[[Path], float]) -> tuple[float, float]:
    """Seconds and megabytes that some work on a file takes."""
    before = there.line.passed
    seconds = await asyncio.to_thread(work, path)
    return seconds, (there.line.passed - before) / 1e6


def furnish(folder: Path) -> None:
    """A large file, one of each format, and folders to be mounted one by one."""
    (folder / "big.bin").write_bytes(os.urandom(SIZE))
    formats.furnish(folder)
    for n in range(MOUNTS):
        (folder / f"share{n}").mkdir()
        (folder / f"share{n}" / "notebook.ipynb").write_text("{}")


async def alive(there: Cloud, folder: Path) -> float:
    """Megabytes (PSS) that the program behind many mounts holds while all are alive."""
    host = f"127.0.0.1:{there.line.port}"
    storage = RcloneMount(Sites(folder, RcloneSite))
    try:
        async with shares(there) as (found, _), contextlib.AsyncExitStack() as stack:
            for n in range(MOUNTS):
                link = ShareLink(f"https://{host}/open/share{n}", "-", "", "webdav")
                opening = storage.open(await found.resolve(link), found, lambda _: None)
                place = (await stack.enter_async_context(opening)).path
                assert await asyncio.to_thread(os.listdir, place) == ["notebook.ipynb"]
            return sum(
                one.memory_full_info().pss / 1e6
                for one in psutil.Process().children(recursive=True)
                if one.name() == "rclone"
            )
    finally:
        await storage.close()


async def measure() -> None:
    """Print what reads in place cost."""
    async with cloud(furnish) as there:
        for name, file, work in (
            (f"{READS} reads at random", "big.bin", at_random),
            (f"{READS} reads near one another", "big.bin", near_one_another),
            *(
                (f"{one.name} of {one.megabytes(there.folder):.0f} MB", one.file, one.work)
                for one in PARTIAL
            ),
        ):
            figures = []
            for mount in (plain_mount, our_mount):
                async with mount(there) as place:
                    figures.append(await fetched(there, place / file, work))
            (theirs, much), (ours, little) = figures
            print(
                f"{name}: rclone mount {theirs:.2f} s and {much:.1f} MB,"
                f" ours {ours:.2f} s and {little:.1f} MB: {ours / theirs:.2f}"
            )
        print(f"{MOUNTS} mounts alive: {await alive(there, there.work / 'many'):.0f} MB of rclone")


__all__ = ["measure"]
