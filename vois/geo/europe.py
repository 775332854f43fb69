"""Europe as SVG paths, in the Lambert azimuthal equal-area projection (EPSG:3035)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vois.geo import world

__all__ = ["HEIGHT", "WIDTH", "outlines"]

WIDTH, HEIGHT = 600.0, 550.0
"""Size of the drawing, in its own units."""
_RADIUS = 6_371_007.0
_MIDDLE = (52.0, 10.0)
_WEST, _NORTH = -1_900_000.0, 2_200_000.0
"""Corner of the drawing, in metres from the middle."""
_UNIT = 7_900.0
"""Metres of one unit."""
_SMALL = 5.0
"""A country less wide and high than that is a disc."""
_FURTHEST = 171.0
"""Degrees from the middle; polygons that reach further are left out."""
_MARGIN = 30.0
"""Units beyond the drawing that outlines keep; what lies further is drawn to that edge."""


@lru_cache(maxsize=1)
def outlines() -> dict[str, str]:
    """Return SVG path data of every country in the drawing by two-letter code.

    The codes are those of the Union's statistics (``EL``), but ``GB`` for the United Kingdom.
    """
    found: dict[str, str] = {}
    for one in world.countries(scale="50m")["features"]:
        code = {"GR": "EL"}.get(one["properties"]["a2"], one["properties"]["a2"])
        parts = [part for part in _parts(one) if _seen(part)]
        if parts:
            found[code] = found.get(code, "") + _path(parts)
    return found


def _parts(feature: dict[str, Any]) -> Iterator[NDArray[np.float64]]:
    shape = feature["geometry"]
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    for polygon in polygons:
        ring = np.asarray(polygon[0], float)
        if np.abs(ring - _MIDDLE[::-1]).max() < _FURTHEST:
            yield _projected(ring)


def _projected(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spherical formulas of Snyder, Map Projections (USGS 1395), equations 24-2 to 24-4."""
    lon, lat = np.radians(ring.T)
    lat0, lon0 = np.radians(_MIDDLE)
    turn = lon - lon0
    nearness = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(turn)
    k = _RADIUS * np.sqrt(2 / (1 + np.maximum(nearness, -0.99)))
    x = k * np.cos(lat) * np.sin(turn)
    y = k * (np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(turn))
    return np.column_stack(((x - _WEST) / _UNIT, (_NORTH - y) / _UNIT))


def _seen(part: NDArray[np.float64]) -> bool:
    low, high = part.min(axis=0), part.max(axis=0)
    return bool((high > 0).all() and low[0] < WIDTH and low[1] < HEIGHT)


def _path(parts: list[NDArray[np.float64]]) -> str:
    both = np.concatenate(parts)
    size = np.ptp(both, axis=0).max()
    if size < _SMALL:
        x, y = both.mean(axis=0)
        return f"M{x - 3:.1f} {y:.1f}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0Z"
    return "".join(_line(part) for part in parts)


def _line(part: NDArray[np.float64]) -> str:
    """Return a closed line on a grid of half units, its repeated corners left out."""
    inside = np.clip(part, -_MARGIN, (WIDTH + _MARGIN, HEIGHT + _MARGIN))
    grid = np.round(inside * 2) / 2
    steps = np.diff(grid, axis=0)
    kept = steps[(steps != 0).any(axis=1)]
    if len(kept) < 3:  # noqa: PLR2004 - a triangle
        return ""
    return f"M{grid[0, 0]:g} {grid[0, 1]:g}l" + " ".join(f"{x:g} {y:g}" for x, y in kept) + "z"
