"""Where rasters come from: arrays, xarray, GeoTIFF files. All are read by parts."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vois.geo.crs import DEGREES, Box, need

__all__ = ["ArraySource", "FileSource", "Source", "sources_of"]

Values = NDArray[np.float32]
_Y_NAMES, _X_NAMES = ("y", "lat", "latitude"), ("x", "lon", "longitude")
_FRAMES = 3
"""Dimensions of a stack of rasters: frames, rows, columns."""


class Source(Protocol):
    """A raster, north up: row 0 is the northernmost."""

    @property
    def crs(self) -> str:
        """Its reference system, such as ``"EPSG:32632"``."""

    @property
    def box(self) -> Box:
        """Its outer edges, in units of `crs`."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns at full resolution."""

    def read(self, box: Box, most: int) -> tuple[Values, Box]:
        """Return the part that covers ``box``, and the edges of that part.

        Args:
            box: in units of `crs`; what lies outside of the raster is left out.
            most: how many rows or columns, of the longer side, are enough; a file gives up
                to twice as many.

        Returns:
            Values of shape (rows, columns), NaN where there are none, and their edges;
            shape (0, 0) if ``box`` lies outside.
        """


def _cut(box: Box, whole: Box, shape: tuple[int, int]) -> tuple[slice, slice, Box]:
    """Return rows, columns and edges of the pixels that touch ``box``."""
    rows, columns = shape
    dx, dy = (whole.east - whole.west) / columns, (whole.north - whole.south) / rows
    top = min(rows, max(0, math.floor((whole.north - box.north) / dy)))
    left = min(columns, max(0, math.floor((box.west - whole.west) / dx)))
    bottom = max(top, min(rows, math.floor((whole.north - box.south) / dy) + 1))
    right = max(left, min(columns, math.floor((box.east - whole.west) / dx) + 1))
    edges = Box(
        whole.west + left * dx,
        whole.north - bottom * dy,
        whole.west + right * dx,
        whole.north - top * dy,
    )
    return slice(top, bottom), slice(left, right), edges


@dataclass(frozen=True, slots=True, eq=False)
class ArraySource:
    """A raster in memory.

    Attributes:
        values: shape (rows, columns), NaN where there is none.
    """

    values: Values
    box: Box
    crs: str = DEGREES

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    def read(self, box: Box, most: int) -> tuple[Values, Box]:
        """As `Source.read`; all pixels are given, as they are in memory anyhow."""
        del most
        rows, columns, edges = _cut(box, self.box, self.shape)
        return self.values[rows, columns], edges


@dataclass(frozen=True, slots=True)
class FileSource:
    """One band of a file that rasterio reads; of a COG, only the overview and tiles needed."""

    path: str
    band: int
    nodata: float | None
    crs: str
    box: Box
    shape: tuple[int, int]

    @classmethod
    def open(cls, path: str, band: int = 1, nodata: float | None = None) -> FileSource:
        """Read what the file says of itself.

        Args:
            path: of the file, or any address that GDAL opens.
            band: from 1.
            nodata: value that means none, where the file does not say.

        Raises:
            ValueError: the file has no such band, no reference system, or is turned.
        """
        rasterio = need("rasterio", f"reading {path!r}")
        with rasterio.open(path) as file:
            if not 1 <= band <= file.count:
                raise ValueError(f"band is {band}; {path!r} has bands 1 to {file.count}")
            if file.crs is None:
                raise ValueError(f"{path!r} has no reference system; expected a georeferenced file")
            if not file.transform.is_rectilinear or file.transform.e >= 0:
                raise ValueError(f"{path!r} is turned or south up; expected a raster with north up")
            return cls(path, band, nodata, file.crs.to_string(), Box(*file.bounds), file.shape)

    def read(self, box: Box, most: int) -> tuple[Values, Box]:
        """As `Source.read`; where there is an overview that is fine enough, from that alone."""
        rows, columns, _ = _cut(box, self.box, self.shape)
        size = (rows.stop - rows.start, columns.stop - columns.start)
        if 0 in size:
            return np.empty((0, 0), np.float32), box
        rasterio = need("rasterio", f"reading {self.path!r}")
        with rasterio.open(self.path) as file:
            step = _step(max(size) / most, file.overviews(self.band))
            coarse = (math.ceil(self.shape[0] / step), math.ceil(self.shape[1] / step))
            rows, columns, edges = _cut(box, self.box, coarse)
            window = tuple(
                (part.start * full / count, part.stop * full / count)
                for part, full, count in zip((rows, columns), self.shape, coarse, strict=True)
            )
            shape = (rows.stop - rows.start, columns.stop - columns.start)
            raw = file.read(self.band, window=window, out_shape=shape, masked=True)
            factor, offset = file.scales[self.band - 1], file.offsets[self.band - 1]
        values: Values = raw.astype(np.float32).filled(np.nan)
        if self.nodata is not None:
            values[raw.data == self.nodata] = np.nan
        return values * np.float32(factor) + np.float32(offset), edges


def _step(spare: float, overviews: Sequence[int]) -> int:
    """Return how many pixels of the file may become one.

    Args:
        spare: how many times finer than needed the file is.
        overviews: the factors by which the file has smaller copies of itself.
    """
    finest = max((one for one in overviews if one <= spare), default=1)
    return finest * max(1, int(spare / finest))


def sources_of(
    data: Any,
    bounds: Sequence[float] | None = None,
    crs: str | None = None,
    band: int = 1,
    nodata: float | None = None,
) -> list[Source]:
    """Return the rasters of ``data``, one for each frame.

    Args:
        data: path of a GeoTIFF; array of shape (rows, columns) or (frames, rows, columns),
            north up; xarray DataArray with x and y (or lon and lat); or a list of these.
        bounds: west, south, east, north of arrays, in units of ``crs``: the outer edges.
        crs: reference system of arrays, EPSG:4326 by default; files know their own.
        band: which band of files, from 1.
        nodata: value that means none; NaN always does.

    Raises:
        TypeError: ``data`` is nothing of the kind.
        ValueError: something about it, or about ``bounds``, does not fit.
        ImportError: files need rasterio, which is not installed.
    """
    found = list(_each(data, bounds, crs, band, nodata))
    if not found:
        raise ValueError("data is empty; expected at least one raster")
    return found


def _each(data: Any, bounds: Any, crs: Any, band: int, nodata: Any) -> Iterator[Source]:
    if isinstance(data, (str, os.PathLike)):
        yield FileSource.open(os.fspath(data), band, nodata)
    elif isinstance(data, (list, tuple)) and not _is_number_rows(data):
        for one in data:
            yield from _each(one, bounds, crs, band, nodata)
    elif hasattr(data, "dims") and hasattr(data, "coords"):
        yield from _of_xarray(data, crs, nodata)
    elif hasattr(data, "__array__") or isinstance(data, (list, tuple)):
        yield from _of_array(np.asarray(data), bounds, crs or DEGREES, nodata)
    else:
        kind = type(data).__name__
        raise TypeError(f"data is a {kind}; expected a path, an array, a DataArray, or a list")


def _is_number_rows(data: Sequence[Any]) -> bool:
    return bool(data) and isinstance(data[0], (list, tuple)) and not isinstance(data[0][0], str)


def _of_array(values: Any, bounds: Any, crs: str, nodata: Any) -> Iterator[Source]:
    if values.ndim not in {2, _FRAMES}:
        raise ValueError(
            f"data has shape {values.shape}; expected (rows, columns) or (frames, rows, columns)"
        )
    if bounds is None or np.shape(bounds) != (4,):
        raise ValueError(f"bounds is {bounds!r}; expected (west, south, east, north) of the array")
    box = Box(*map(float, bounds))
    if not (box.west < box.east and box.south < box.north):
        raise ValueError(f"bounds is {tuple(box)}; expected west < east and south < north")
    for one in values if values.ndim == _FRAMES else values[None]:
        clean = np.asarray(one, np.float32)
        yield ArraySource(clean if nodata is None else _without(clean, one, nodata), box, crs)


def _without(clean: Values, raw: Any, nodata: Any) -> Values:
    return np.where(raw == nodata, np.float32(np.nan), clean)


def _of_xarray(data: Any, crs: str | None, nodata: Any) -> Iterator[Source]:
    y = next((name for name in data.dims if str(name).lower() in _Y_NAMES), None)
    x = next((name for name in data.dims if str(name).lower() in _X_NAMES), None)
    if y is None or x is None:
        raise ValueError(f"data has dimensions {data.dims}; expected x and y, or lon and lat")
    rest = [name for name in data.dims if name not in {y, x}]
    ordered = data.transpose(*rest, y, x)
    values = np.asarray(ordered.values)
    (south, north), (west, east) = _edges(data[y].values, y), _edges(data[x].values, x)
    if data[y].values[0] < data[y].values[-1]:
        values = values[..., ::-1, :]
    if data[x].values[0] > data[x].values[-1]:
        values = values[..., ::-1]
    known = crs or _written_crs(data) or (DEGREES if str(x).lower() != "x" else None)
    if known is None:
        raise ValueError("data names no reference system; expected crs, such as 'EPSG:32632'")
    yield from _of_array(values, (west, south, east, north), known, nodata)


def _edges(centres: Any, name: Any) -> tuple[float, float]:
    """Return the outer edges of evenly spaced pixel centres."""
    steps = np.diff(centres)
    if len(steps) == 0 or not np.allclose(steps, steps[0], rtol=1e-3):
        raise ValueError(f"data has uneven {name!r}; expected at least two even steps")
    half = abs(float(steps[0])) / 2
    return float(centres.min()) - half, float(centres.max()) + half


def _written_crs(data: Any) -> str | None:
    """Return the system that the CF grid mapping or an attribute names, if any."""
    said = data.attrs.get("crs") or data.coords.get("spatial_ref", data).attrs.get("crs_wkt")
    if not said:
        return None
    crs = need("rasterio.crs", "the reference system of a DataArray")
    return str(crs.CRS.from_user_input(said).to_string())
