"""Makes an invented stretch of coast and a year of satellite scenes of it.

`ndvi.npz`: the scenes, int16, shape (24 dates, 128 rows, 128 columns), NDVI x 10000, row 0 in the
north; their dates; and the number of the field that each pixel belongs to (0: none; the wood has the last number).
`scene.json`: the corners of the scenes in degrees and the size of a pixel in metres.
`places.geojson`: land, river, wood and fields, as far as the map shows them.

A part of the wood is cleared in August. The seed is fixed, so every run gives the same files.
"""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np

SIZE, DATES, PIXEL = 128, 24, 40
WEST, SOUTH = 9.80, 54.40
EAST = WEST + SIZE * PIXEL / (111_320 * np.cos(np.radians(SOUTH)))
NORTH = SOUTH + SIZE * PIXEL / 111_320
CLEARED_FROM = 15
CLEARED = np.array([(0.83, 0.66), (0.94, 0.70), (0.92, 0.84), (0.86, 0.86), (0.80, 0.78)])
# Crop: NDVI in winter, at its best, and the date number of the best.
CROPS = {
    "Winter wheat": (0.36, 0.86, 9.5),
    "Maize": (0.16, 0.84, 14.0),
    "Rapeseed": (0.42, 0.80, 8.5),
    "Pasture": (0.52, 0.78, 11.0),
}
Polygon = np.ndarray  # corners as (x, y), 0 to 1 over the scene, shape (n, 2)


def coast(y: np.ndarray) -> np.ndarray:
    """Return how far east the sea reaches at each height y."""
    return 0.13 + 0.035 * np.sin(5.1 * y + 0.6) + 0.022 * np.sin(13.0 * y) + 0.012 * np.sin(31 * y)


def river(x: np.ndarray) -> np.ndarray:
    """Return the height y of the river at each x."""
    return 0.52 + 0.05 * np.sin(6.0 * x + 1.2) + 0.02 * np.sin(15 * x)


def fields(rng: np.random.Generator) -> list[Polygon]:
    """Return the fields: two slightly turned patchworks, one on each bank of the river."""
    found = []
    for south, north, east, turn in ((0.06, 0.42, 0.92, 0.06), (0.63, 0.95, 0.72, -0.05)):
        rows = np.linspace(south, north, 5)
        for low, high in pairwise(rows):
            cuts = np.cumsum(np.r_[0.23, rng.uniform(0.10, 0.19, 4)])
            for left, right in pairwise(cuts[cuts < east]):
                box = np.array([[left, low], [right, low], [right, high], [left, high]])
                box += np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * 0.006
                found.append(
                    np.c_[box[:, 0] + turn * (box[:, 1] - 0.5), box[:, 1] + turn * box[:, 0]]
                )
    return found


def inside(polygon: Polygon, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Tell which points lie in the polygon, by counting the edges to their right."""
    odd = np.zeros(np.broadcast(x, y).shape, bool)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y1 != y2:
            odd ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return odd


def wood() -> Polygon:
    """Return the wood's outline, shape (60, 2), in parts of the scene."""
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radius = 0.15 + 0.02 * np.sin(3 * angle) + 0.012 * np.sin(7 * angle + 1)
    return np.c_[0.86 + 0.75 * radius * np.cos(angle), 0.74 + 1.25 * radius * np.sin(angle)]


def season(low: float, high: float, best: float) -> np.ndarray:
    """Return a year's course of NDVI between `low` and `high`, shape (dates, 1, 1)."""
    distance = (np.arange(DATES) - best + DATES / 2) % DATES - DATES / 2
    return (low + (high - low) * np.exp(-((distance / 4.6) ** 2)))[:, None, None]


def scenes(patches: list[Polygon], crops: list[str], rng: np.random.Generator) -> tuple:
    """Return the cube of NDVI and the field numbers, shapes (dates, rows, columns), (rows, columns)."""
    axis = (np.arange(SIZE) + 0.5) / SIZE
    x, y = np.meshgrid(axis, axis[::-1])
    grain = rng.normal(0, 0.018, (SIZE, SIZE)) + 0.02 * np.sin(9 * x) * np.sin(11 * y)
    cube = np.repeat(season(0.39, 0.60, 10.5), SIZE, 1).repeat(SIZE, 2)
    trees = inside(wood(), x, y)
    cube = np.where(trees, season(0.48, 0.90, 12.0), cube)
    labels = np.where(trees, len(patches) + 1, 0).astype(np.uint8)
    for number, (patch, crop) in enumerate(zip(patches, crops, strict=True), 1):
        here = inside(patch, x, y)
        labels[here] = number
        low, high, best = CROPS[crop]
        year = season(low, high * rng.uniform(0.92, 1.02), best + rng.normal(0, 0.5))
        cube = np.where(here, year, cube)
    cube[CLEARED_FROM:, trees & inside(CLEARED, x, y)] = 0.19
    cube = cube + grain + rng.normal(0, 0.01, (DATES, 1, 1))
    water = (x < coast(y)) | (abs(y - river(x)) < 0.011)
    cube[:, water] = -0.12
    labels[water] = 0
    return (np.round(cube, 2) * 10_000).astype(np.int16), labels


def feature(kind: str, polygon: Polygon, **properties: str | int) -> dict:
    """Return one GeoJSON feature; the polygon is in parts of the scene."""
    lon_lat = np.round([WEST, SOUTH] + polygon * [EAST - WEST, NORTH - SOUTH], 5).tolist()
    geometry = {"type": "Polygon", "coordinates": [[*lon_lat, lon_lat[0]]]}
    return {"type": "Feature", "properties": {"kind": kind, **properties}, "geometry": geometry}


def places(patches: list[Polygon], crops: list[str]) -> dict:
    """Return land, river, wood and fields as GeoJSON."""
    far = np.linspace(-3, 4, 700)
    land = np.r_[np.c_[coast(far), far], [[6, 4], [6, -3]]]
    along = far[far > 0.11]
    stream = np.r_[np.c_[along, river(along) - 0.011], np.c_[along, river(along) + 0.011][::-1]]
    found = [feature("land", land), feature("river", stream)]
    found.append(feature("wood", wood(), number=len(patches) + 1, crop="Wood"))
    for number, (patch, crop) in enumerate(zip(patches, crops, strict=True), 1):
        found.append(feature("field", patch, number=number, crop=crop))
    return {"type": "FeatureCollection", "features": found}


def main(folder: Path) -> None:
    """Write the scenes and the places."""
    rng = np.random.default_rng(5)
    patches = fields(rng)
    crops = list(rng.choice(list(CROPS), len(patches)))
    cube, labels = scenes(patches, crops, rng)
    half_months = [f"2024-{month:02}-{day:02}" for month in range(1, 13) for day in (8, 23)]
    np.savez_compressed(
        folder / "ndvi.npz", ndvi=cube, dates=np.array(half_months, "datetime64[D]"), fields=labels
    )
    corners = {"south": SOUTH, "west": WEST, "north": round(NORTH, 6), "east": round(EAST, 6)}
    (folder / "scene.json").write_text(json.dumps({**corners, "pixel_m": PIXEL}) + "\n")
    (folder / "places.geojson").write_text(json.dumps(places(patches, crops)) + "\n")


if __name__ == "__main__":
    main(Path(__file__).parent)
