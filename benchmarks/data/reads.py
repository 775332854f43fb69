"""Reads of large files where they lie: our mount beside rclone's own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import rasterio
from rasterio.enums import Resampling

from benchmarks.data.cloud import Cloud, cloud, our_mount, plain_mount, shares, timed
from vaas.model import ShareLink
from vaas.storage import RcloneMount, RcloneSite, Sites

SIZE, READS, PART = 300 << 20, 60, 64 << 10
GAP = 300 << 10
SIDE = 8192
"""Pixels of the GeoTIFF each way; two bytes each, so 134 MB and what its overviews take."""

MOUNTS = 200

_OVERVIEW = """
import sys, warnings, rasterio
warnings.simplefilter("ignore")
with rasterio.open(sys.argv[1]) as raster:
    assert raster.read(1, out_shape=(256, 256)).any()
"""


def at_random(path: Path) -> None:
    """Small reads here and there."""
    places = random.Random(1)  # noqa: S311 - the same places for both
    with path.open("rb") as file:
        for _ in range(READS):
            assert len(os.pread(file.fileno(), PART, places.randrange(SIZE - PART))) == PART


def near_one_another(path: Path) -> None:
    """Small reads of a file with gaps between them, as of one chunk after the other."""
    with path.open("rb") as file:
        for n in range(READS):
            assert len(os.pread(file.fileno(), PART, SIZE // 2 + n * GAP)) == PART


def overview(path: Path) -> None:
    """A whole raster as a small picture, from the overview that fits."""
    # By another process: GDAL keeps ours from serving the line while it waits for it.
    subprocess.run([sys.executable, "-c", _OVERVIEW, path], check=True)


async def fetched(there: Cloud, path: Path, work: Callable[[Path], None]) -> tuple[float, float]:
    """Seconds and megabytes that some work on a file takes."""
    before = there.line.passed
    with timed() as seconds:
        await asyncio.to_thread(work, path)
    return seconds[0], (there.line.passed - before) / 1e6


def furnish(folder: Path) -> None:
    """A large file, a GeoTIFF with overviews, and folders to be mounted one by one."""
    (folder / "big.bin").write_bytes(os.urandom(SIZE))
    size = {"width": SIDE, "height": SIDE, "count": 1, "dtype": "uint16"}
    shape = {"driver": "GTiff", "tiled": True, "blockxsize": 512, "blockysize": 512}
    drawn = np.random.default_rng(1).integers(1, 1 << 16, (SIDE, SIDE), "uint16")
    with rasterio.open(folder / "raster.tif", "w", **size, **shape) as raster:
        raster.write(drawn, 1)
    with rasterio.open(folder / "raster.tif", "r+") as raster:
        raster.build_overviews([2, 4, 8, 16, 32], Resampling.nearest)
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
        size = (there.folder / "raster.tif").stat().st_size / 1e6
        for name, file, work in (
            (f"{READS} reads at random", "big.bin", at_random),
            (f"{READS} reads near one another", "big.bin", near_one_another),
            (f"an overview of {size:.0f} MB", "raster.tif", overview),
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
