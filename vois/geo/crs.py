"""Places between coordinate reference systems.

Degrees (EPSG:4326) and Web Mercator (EPSG:3857), the map's own system, are
computed here; every other system is left to rasterio, imported when needed.
"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEGREES", "MERCATOR", "Box", "box_between", "need", "transform"]

DEGREES, MERCATOR = "EPSG:4326", "EPSG:3857"
Floats = NDArray[np.float64]
_RADIUS = 6_378_137.0
_HIGHEST = 85.0511287798066
"""Latitude where Web Mercator ends: its world is a square."""
_EDGE_POINTS = 33


class Box(NamedTuple):
    """A rectangle in the units of some reference system; west and south come first."""

    west: float
    south: float
    east: float
    north: float


def need(library: str, what: str) -> Any:
    """Import a library of the ``eo`` extra.

    Raises:
        ImportError: it is not installed; the message says how to get it.
    """
    try:
        return importlib.import_module(library)
    except ModuleNotFoundError as error:
        message = f"{what} needs {library}: pip install 'voila-as-a-service[eo]'"
        raise ImportError(message) from error


def transform(source: str, target: str, x: Any, y: Any) -> tuple[Floats, Floats]:
    """Return places of one reference system in another.

    Args:
        source: such as ``"EPSG:4326"``, whose x is longitude and y latitude in degrees.
        target: likewise.
        x: any shape.
        y: a shape that can be broadcast with that of ``x``.

    Returns:
        x and y; infinite where a place has no image in ``target``.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if source == target:
        return x, y
    if (source, target) == (DEGREES, MERCATOR):
        return _to_mercator(x, y)
    if (source, target) == (MERCATOR, DEGREES):
        return _to_degrees(x, y)
    wide_x, wide_y = np.broadcast_arrays(x, y)
    warp = need("rasterio.warp", f"the reference system {_other(source, target)}")
    far_x, far_y = warp.transform(source, target, wide_x.ravel(), wide_y.ravel())
    return np.reshape(far_x, wide_x.shape), np.reshape(far_y, wide_x.shape)


def box_between(source: str, target: str, box: Box) -> Box:
    """Return the rectangle in ``target`` around a rectangle in ``source``.

    Latitudes beyond the end of Web Mercator are cut off.
    """
    if target == MERCATOR and source == DEGREES:
        box = box._replace(south=max(box.south, -_HIGHEST), north=min(box.north, _HIGHEST))
    along_x = np.linspace(box.west, box.east, _EDGE_POINTS)
    along_y = np.linspace(box.south, box.north, _EDGE_POINTS)
    edge_x = np.r_[along_x, along_x, np.full_like(along_y, box.west), np.full_like(along_y, box[2])]
    edge_y = np.r_[
        np.full_like(along_x, box.south), np.full_like(along_x, box.north), along_y, along_y
    ]
    x, y = transform(source, target, edge_x, edge_y)
    good = np.isfinite(x) & np.isfinite(y)
    if not good.any():
        raise ValueError(f"the bounds {tuple(box)} of {source} have no place in {target}")
    x, y = x[good], y[good]
    return Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))


def _other(source: str, target: str) -> str:
    return source if target in {DEGREES, MERCATOR} else target


def _to_mercator(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Spherical formulas of EPSG method 1024."""
    lat = np.clip(lat, -_HIGHEST, _HIGHEST)
    return np.radians(lon) * _RADIUS, np.arcsinh(np.tan(np.radians(lat))) * _RADIUS


def _to_degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    return np.degrees(x / _RADIUS), np.degrees(np.arctan(np.sinh(y / _RADIUS)))
