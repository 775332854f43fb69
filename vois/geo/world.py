"""The countries of the world, from Natural Earth (public domain), without a network."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

__all__ = ["SCALES", "countries", "country"]

SCALES = ("110m", "50m")
"""Detail of the shapes: 1:110 million (177 countries) and 1:50 million (241)."""

_DATE_LINE = 180.0
Ring = list[list[float]]


def countries(codes: Sequence[str] | None = None, *, scale: str = "110m") -> dict[str, Any]:
    """Return countries as a GeoJSON FeatureCollection in degrees (EPSG:4326).

    Each feature's ``id`` is the three-letter code; its properties are ``name``,
    ``a2`` and ``a3`` (ISO 3166-1; empty where a territory has no code, ``XK`` and
    ``XKX`` for Kosovo). The shapes are shared: change a copy.

    Args:
        codes: two- or three-letter codes of the countries wanted, ``UK`` and ``EL`` as the
            Union's statistics write them included; None means all.
        scale: one of `SCALES`.

    Raises:
        ValueError: ``scale`` or one of ``codes`` is unknown.
    """
    features = list(_features(scale))
    if codes is not None:
        features = [country(code, scale=scale) for code in codes]
    return {"type": "FeatureCollection", "features": features}


def country(code: str, *, scale: str = "110m") -> dict[str, Any]:
    """Return one country as a GeoJSON Feature.

    Args:
        code: two- or three-letter code, in any case.
        scale: one of `SCALES`.

    Raises:
        ValueError: no country of that scale has that code.
    """
    found = _by_code(scale).get(_iso(code))
    if found is None:
        raise ValueError(
            f"code is {code!r}; expected an ISO 3166 code such as 'IT' or 'ITA'"
            f" of a country that the {scale} shapes have"
        )
    return found


def _iso(code: str) -> str:
    upper = str(code).upper()
    return {"UK": "GB", "EL": "GR"}.get(upper, upper)


@lru_cache(maxsize=len(SCALES))
def _by_code(scale: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in _features(scale):
        for code in (one["properties"]["a2"], one["properties"]["a3"]):
            # Of two shapes with one code, the first is the country, the second an outlier.
            if code:
                found.setdefault(code, one)
    return found


@lru_cache(maxsize=len(SCALES))
def _features(scale: str) -> tuple[dict[str, Any], ...]:
    if scale not in SCALES:
        raise ValueError(f"scale is {scale!r}; expected one of {', '.join(SCALES)}")
    topology = _read(scale)
    arcs = [_arc(one, topology["transform"]) for one in topology["arcs"]]
    shapes = sorted(topology["countries"], key=lambda one: (one["name"], -len(str(one["arcs"]))))
    return tuple(_feature(one, arcs) for one in shapes)


def _read(scale: str) -> dict[str, Any]:
    file = files("vois.geo") / "data" / f"countries-{scale}.json.gz"
    try:
        topology: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
    except FileNotFoundError as error:
        message = "the countries' shapes are not built; run 'python hatch_build.py' in the checkout"
        raise FileNotFoundError(message) from error
    return topology


def _arc(steps: list[list[int]], transform: dict[str, Any]) -> Ring:
    """Turn steps on an integer grid into degrees (TopoJSON specification, section 2.1.3)."""
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    x = y = 0
    line = []
    for step_x, step_y in steps:
        x, y = x + step_x, y + step_y
        line.append([round(x * kx + dx, 3), round(y * ky + dy, 3)])
    return line


def _ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    """Join arcs end to end; a negative number is an arc walked backwards (section 2.1.4)."""
    ring: Ring = []
    for number in numbers:
        line = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += line[1:] if ring else line
    return ring


def _feature(shape: dict[str, Any], arcs: list[Ring]) -> dict[str, Any]:
    parts = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    whole = [[_ring(ring, arcs) for ring in part] for part in parts]
    polygons = [one for polygon in whole for one in _cut(polygon)]
    one = len(polygons) == 1
    geometry = {
        "type": "Polygon" if one else "MultiPolygon",
        "coordinates": polygons[0] if one else polygons,
    }
    names = {"name": shape["name"], "a2": shape["a2"], "a3": shape["a3"]}
    return {"type": "Feature", "id": shape["a3"], "properties": names, "geometry": geometry}


def _cut(polygon: list[Ring]) -> list[list[Ring]]:
    """Cut a polygon that crosses the 180th meridian in two; RFC 7946, section 3.1.9."""
    outer = _unrolled(polygon[0])
    if max(place[0] for place in outer) <= _DATE_LINE:
        return [[outer, *polygon[1:]]]
    east = _beside(outer, lambda lon: lon <= _DATE_LINE)
    west = _beside(outer, lambda lon: lon >= _DATE_LINE)
    return [[east, *polygon[1:]], [[[lon - 360, lat] for lon, lat in west]]]


def _unrolled(ring: Ring) -> Ring:
    """Return a ring without jumps from 180 to -180; one around a pole is led to the pole."""
    turns, line = 0, [list(ring[0])]
    for (before, _), (lon, lat) in pairwise(ring):
        turns += (before - lon > _DATE_LINE) - (lon - before > _DATE_LINE)
        line.append([lon + 360 * turns, lat])
    if line[-1][0] != line[0][0]:
        pole = 90.0 if line[0][1] > 0 else -90.0
        line += [[line[-1][0], pole], [line[0][0], pole], line[0]]
    least = min(lon for lon, _ in line)
    shift = 360 * ((least + _DATE_LINE) // 360)
    return [[lon - shift, lat] for lon, lat in line]


def _beside(ring: Ring, inside: Callable[[float], bool]) -> Ring:
    """Return the part of a ring on one side of the 180th meridian (Sutherland and Hodgman)."""
    kept: Ring = []
    for (x1, y1), (x2, y2) in pairwise(ring):
        if inside(x1):
            kept.append([x1, y1])
        if inside(x1) != inside(x2):
            part = (_DATE_LINE - x1) / (x2 - x1)
            kept.append([_DATE_LINE, round(y1 + (y2 - y1) * part, 3)])
    return [*kept, kept[0]]
