"""Values of rasters at places: on the map's grid, at a point, in an area."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vois.geo.crs import DEGREES, MERCATOR, Box, box_between, transform
from vois.geo.sources import Source, Values

__all__ = ["area_values", "map_box", "on_map", "value_at"]

_ENOUGH = 512
"""Rows or columns that an area's statistics are taken from, of the longer side."""
_KNOTS = 65
"""Exact places along each axis of a picture, where exact ones are costly."""
Floats = NDArray[np.float64]


def on_map(source: Source, box: Box, width: int, height: int) -> Values:
    """Return the raster as the map shows it: each pixel takes the nearest value.

    Args:
        source: the raster.
        box: edges in metres of Web Mercator (EPSG:3857).
        width: pixels.
        height: pixels.

    Returns:
        Values of shape (height, width), row 0 in the north, NaN where there are none.
    """
    sx, sy = _centres(source.crs, box, width, height)
    good_x, good_y = sx[np.isfinite(sx)], sy[np.isfinite(sy)]
    nothing = np.full((height, width), np.nan, np.float32)
    if not good_x.size:
        return nothing
    wanted = Box(*map(float, (good_x.min(), good_y.min(), good_x.max(), good_y.max())))
    values, edges = source.read(wanted, max(width, height))
    return _pick(values, edges, sx, sy) if values.size else nothing


def _centres(crs: str, box: Box, width: int, height: int) -> tuple[Floats, Floats]:
    """Return where the centres of the map's pixels lie in ``crs``.

    In systems left to rasterio, a grid of exact places is computed and the others lie
    on straight lines between them, which is off by far less than a pixel.
    """
    x = (np.arange(width) + 0.5) / width
    y = (np.arange(height) + 0.5) / height
    if crs in {DEGREES, MERCATOR}:
        return transform(MERCATOR, crs, *_metres(box, x[None, :], y[:, None]))
    knots = np.linspace(0, 1, _KNOTS)
    exact = transform(MERCATOR, crs, *_metres(box, knots[None, :], knots[:, None]))
    sx, sy = (_between(one, x, y) for one in exact)
    return sx, sy


def _metres(box: Box, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return places given as parts of the box, from its north-west corner."""
    return box.west + x * (box.east - box.west), box.north - y * (box.north - box.south)


def _between(knots: Floats, x: Floats, y: Floats) -> Floats:
    """Interpolate values at evenly spaced knots, shape (n, n), along both axes."""
    last = len(knots) - 1
    row = np.minimum((y * last).astype(np.intp), last - 1)
    column = np.minimum((x * last).astype(np.intp), last - 1)
    part_y, part_x = (y * last - row)[:, None], x * last - column
    along = knots[:, column] * (1 - part_x) + knots[:, column + 1] * part_x
    made: Floats = along[row] * (1 - part_y) + along[row + 1] * part_y
    return made


def _pick(values: Values, edges: Box, x: Floats, y: Floats) -> Values:
    """Return the value of the pixel that each place lies in, NaN outside."""
    rows, columns = values.shape
    row = np.nan_to_num((edges.north - y) / (edges.north - edges.south), posinf=2, neginf=-1) * rows
    column = np.nan_to_num((x - edges.west) / (edges.east - edges.west), posinf=2, neginf=-1)
    column = column * columns
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    row = np.clip(row, 0, rows - 1).astype(np.intp)
    column = np.clip(column, 0, columns - 1).astype(np.intp)
    return np.where(inside, values[row, column], np.float32(np.nan))


def value_at(source: Source, lon: float, lat: float) -> float:
    """Return the value of the pixel at a place in degrees, NaN where there is none."""
    x, y = (float(one) for one in transform(DEGREES, source.crs, lon, lat))
    box = source.box
    if not (box.west <= x < box.east and box.south < y <= box.north):
        return float("nan")
    values, _ = source.read(Box(x, y, x, y), 1)
    return float(values[0, 0]) if values.size else float("nan")


def area_values(source: Source, geometry: dict[str, Any]) -> Values:
    """Return the values of the pixels whose centres lie in an area; none that are NaN.

    A large area of a file is read from an overview, some 512 to 1024 pixels wide or high.

    Args:
        source: the raster.
        geometry: GeoJSON Polygon or MultiPolygon in degrees, or a Feature of one.

    Returns:
        Shape (pixels,).

    Raises:
        ValueError: another kind of geometry.
    """
    polygons = [list(_rings(one, source.crs)) for one in _polygons(geometry)]
    found = [_inside_values(source, rings) for rings in polygons]
    return np.concatenate(found) if found else np.empty(0, np.float32)


def _inside_values(source: Source, rings: list[Floats]) -> Values:
    low, high = rings[0].min(axis=0), rings[0].max(axis=0)
    values, edges = source.read(Box(*map(float, (*low, *high))), _ENOUGH)
    if not values.size:
        return np.empty(0, np.float32)
    rows, columns = values.shape
    x = edges.west + (np.arange(columns) + 0.5) * (edges.east - edges.west) / columns
    y = edges.north - (np.arange(rows) + 0.5) * (edges.north - edges.south) / rows
    picked: Values = values[_within(rings, x[None, :], y[:, None])]
    return picked[np.isfinite(picked)]


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    geometry = geometry.get("geometry") or geometry
    kind = geometry.get("type")
    if kind == "Polygon":
        return [geometry["coordinates"]]
    if kind == "MultiPolygon":
        return list(geometry["coordinates"])
    raise ValueError(f"geometry is a {kind}; expected a Polygon or MultiPolygon")


def _rings(polygon: Any, crs: str) -> Iterator[Floats]:
    for ring in polygon:
        places = np.asarray([place[:2] for place in ring], float)
        yield np.column_stack(transform(DEGREES, crs, places[:, 0], places[:, 1]))


def _within(rings: list[Floats], x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Tell which places lie inside, by counting edges to their east: odd is inside."""
    odd = np.zeros(np.broadcast_shapes(x.shape, y.shape), bool)
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            if y1 != y2:
                odd ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return odd


def map_box(source: Source) -> Box:
    """Return the raster's edges in metres of Web Mercator."""
    return box_between(source.crs, MERCATOR, source.box)
