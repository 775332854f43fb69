"""Makes an invented valley and nine years of its land cover.

`landcover_2016.tif` to `landcover_2024.tif`: cloud-optimised GeoTIFFs, uint8, 360 rows and columns
of 30 m in UTM zone 33 north (EPSG:32633); values as in `CLASSES`, 0 for no data.
`valley.geojson`: the valley's water catchment, as an area to ask about.

A dam fills a lake in 2019, a storm fells a part of the wood in 2021, and the town grows every
year. The seed is fixed, so every run gives the same pixels.
"""

import json
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.warp import transform

SIZE, PIXEL, CRS = 360, 30, "EPSG:32633"
WEST, NORTH = 505_000, 5_420_000
YEARS = range(2016, 2025)
CLASSES = {1: "Water", 2: "Wood", 3: "Crops", 4: "Grass", 5: "Town", 6: "Bare"}
WATER, WOOD, CROPS, GRASS, TOWN, BARE = CLASSES
DAM_YEAR, STORM_YEAR = 2019, 2021


def smooth(rng: np.random.Generator, reach: float) -> np.ndarray:
    """Return noise from -1 to 1 whose hills are some `reach` pixels wide, shape (SIZE, SIZE)."""
    frequency = np.hypot(np.fft.fftfreq(SIZE)[:, None], np.fft.fftfreq(SIZE)[None, :])
    shape = np.fft.fft2(rng.normal(size=(SIZE, SIZE))) * np.exp(-((frequency * reach) ** 2))
    field = np.fft.ifft2(shape).real
    return field / np.abs(field).max()


def fields(rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return crops and grass in a patchwork of slightly turned fields."""
    across, along = np.floor((x + 0.2 * y) * 17), np.floor((y - 0.15 * x) * 11)
    kinds = rng.choice([CROPS, CROPS, GRASS], size=(40, 40))
    return kinds[(along % 40).astype(int), (across % 40).astype(int)]


def years() -> dict[int, np.ndarray]:
    """Return the land cover of each year, uint8, shape (SIZE, SIZE), row 0 in the north."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE
    hills, grain = smooth(rng, 45), smooth(rng, 9)
    river = np.abs(y - 0.55 - 0.11 * np.sin(5 * x + 0.5) - 0.03 * np.sin(17 * x))
    height = 2.4 * river + 0.45 * hills
    ground = np.where(height + 0.12 * grain > 0.62, WOOD, fields(rng, x, y))
    town = np.hypot((x - 0.66) * 1.15, y - 0.60) + 0.06 * grain + 0.05 * hills
    storm = np.hypot((x - 0.22) * 0.9, (y - 0.17) * 1.4) + 0.05 * grain
    lake = (height < 0.17) & (x < 0.42) & (x > 0.06)
    found = {}
    for year in YEARS:
        cover = ground.copy()
        felled = (ground == WOOD) & (storm < 0.15)
        if year >= STORM_YEAR:
            cover[felled] = BARE if year < STORM_YEAR + 2 else GRASS
        cover[town < 0.065 + 0.0085 * (year - YEARS[0])] = TOWN
        cover[river < 0.007] = WATER
        if year >= DAM_YEAR:
            cover[lake & (height < 0.10 + 0.035 * min(2, year - DAM_YEAR))] = WATER
        found[year] = cover.astype(np.uint8)
    return found


def write(path: Path, cover: np.ndarray) -> None:
    """Write one year as cloud-optimised GeoTIFF."""
    size = {"width": SIZE, "height": SIZE, "count": 1, "dtype": "uint8"}
    place = {"crs": CRS, "transform": from_origin(WEST, NORTH, PIXEL, PIXEL), "nodata": 0}
    looks = {"blocksize": 128, "compress": "DEFLATE", "overview_resampling": "mode", "level": 9}
    with rasterio.open(path, "w", driver="COG", **size, **place, **looks) as file:
        file.write(cover, 1)


def valley() -> dict:
    """Return the catchment as GeoJSON."""
    corners = np.array(
        [(40, 150), (150, 110), (250, 150), (330, 170), (320, 250), (190, 290), (50, 250)]
    )
    lon, lat = transform(
        CRS, "EPSG:4326", WEST + PIXEL * corners[:, 0], NORTH - PIXEL * corners[:, 1]
    )
    ring = [[round(a, 5), round(b, 5)] for a, b in zip(lon, lat, strict=True)]
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    feature = {"type": "Feature", "properties": {"name": "The valley"}, "geometry": geometry}
    return {"type": "FeatureCollection", "features": [feature]}


def main(folder: Path) -> None:
    """Write the yearly maps and the valley's outline."""
    for year, cover in years().items():
        write(folder / f"landcover_{year}.tif", cover)
    (folder / "valley.geojson").write_text(json.dumps(valley()) + "\n")


if __name__ == "__main__":
    main(Path(__file__).parent)
