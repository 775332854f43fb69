"""Large files of the formats that libraries read in part, and what a notebook reads of each."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
from fastparquet import write
from rasterio.enums import Resampling
from rasterio.shutil import copy

SIDE = 8192
"""Pixels of a raster each way; two bytes each, so 134 MB."""

FIELDS, FIELD = 60, 1024
COLUMNS, ROWS = 20, 800_000

# GDAL keeps our process from serving the line while it waits for it.
_APART = """
import sys, time, warnings
import rasterio
from fastparquet import ParquetFile
from rasterio.windows import Window
warnings.simplefilter("ignore")
path = sys.argv[1]
began = time.perf_counter()
read = {read}
assert len(read)
print(time.perf_counter() - began)
"""


@dataclass(frozen=True, slots=True)
class Partial:
    """A read of a part of a file.

    Attributes:
        name: what is read, of which format.
        file: which file of the folder.
        read: the Python expression that does, given its ``path``.
    """

    name: str
    file: str
    read: str

    def work(self, path: Path) -> float:
        """Seconds that it takes, by a process that has its libraries."""
        code = _APART.format(read=self.read)
        done = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True)
        return float(done.stdout)

    def megabytes(self, folder: Path) -> float:
        """What all of the file is."""
        place = folder / self.file
        files = place.rglob("*") if place.is_dir() else [place]
        return sum(file.stat().st_size for file in files) / 1e6


PARTIAL = (
    Partial("the overview of a GeoTIFF", "raster.tif", "rasterio.open(path).read(1, out_shape=(256, 256))"),
    Partial("a window of a Zarr array", "array.zarr", "rasterio.open(path).read(1, window=Window(2000, 3000, 1000, 1000))"),
    Partial("one field of a NetCDF", "fields.nc", "rasterio.open(f'netcdf:{path}:Band30').read(1)"),
    Partial("two columns of a Parquet", "table.parquet", "ParquetFile(path).to_pandas(columns=['c3', 'c11'])"),
)  # fmt: skip


def furnish(folder: Path) -> None:
    """One file of each format, of numbers that cannot be made smaller."""
    chance = np.random.default_rng(1)
    drawn = chance.integers(1, 1 << 16, (SIDE, SIDE), "uint16")
    size = {"width": SIDE, "height": SIDE, "count": 1, "dtype": "uint16"}
    shape = {"driver": "GTiff", "tiled": True, "blockxsize": 512, "blockysize": 512}
    with rasterio.open(folder / "raster.tif", "w", **size, **shape) as raster:
        raster.write(drawn, 1)
    with rasterio.open(folder / "raster.tif", "r+") as raster:
        raster.build_overviews([2, 4, 8, 16, 32], Resampling.nearest)
    chunks = {"driver": "Zarr", "BLOCKSIZE": "512,512"}
    with rasterio.open(folder / "array.zarr", "w", **size, **chunks) as array:
        array.write(drawn, 1)
    _fields(folder / "fields.nc", chance)
    table = pd.DataFrame({f"c{n}": chance.random(ROWS) for n in range(COLUMNS)})
    write(str(folder / "table.parquet"), table, row_group_offsets=ROWS // 8)


def _fields(place: Path, chance: np.random.Generator) -> None:
    """What each of some days looked like; GDAL makes files of this format from others only."""
    size = {"width": FIELD, "height": FIELD, "count": FIELDS, "dtype": "int16"}
    with rasterio.MemoryFile() as memory:
        with memory.open(driver="GTiff", interleave="band", **size) as days:
            for day in range(1, FIELDS + 1):
                days.write(chance.integers(1, 1 << 15, (FIELD, FIELD), "int16"), day)
        copy(memory.name, place, driver="netCDF", FORMAT="NC4C", COMPRESS="DEFLATE")


__all__ = ["PARTIAL", "Partial", "furnish"]
