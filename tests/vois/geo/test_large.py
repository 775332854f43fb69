"""Large rasters: only the overview that is needed is read, and nothing grows while the map moves."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
import rasterio
from ipywidgets.widgets.widget import _instances
from rasterio.enums import Resampling

from vois import geo

SIDE = 4096
# rasterio multiplies its transforms in a way that affine wants to give up one day.
pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")


def look(shown, west, south, size):
    """Tell of a view of 800 by 400 pixels, as the page does: in one message."""
    sides = {"west": west, "south": south, "east": west + 2 * size, "north": south + size}
    with shown.map.hold_trait_notifications():
        for name, value in (sides | {"left": 0, "top": 0, "right": 800, "bottom": 400}).items():
            shown.map.set_trait(name, float(value))


def has_read():
    """Bytes that this process has read so far."""
    return int(Path("/proc/self/io").read_text().split("rchar: ")[1].split()[0])


def test_of_a_large_file_only_the_overview_needed_is_read(geotiff):
    noise = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE), "uint8")
    path = geotiff(noise, 5, 50, 0.001, "EPSG:4326", tiled=True, blockxsize=256, blockysize=256)
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4, 8, 16], Resampling.nearest)
    source = geo.sources.sources_of(path)[0]
    part = source.box._replace(east=5.256, south=49.744)
    read = []
    for box, most in ((source.box, 256), (source.box, 500), (part, 256), (part, 64)):
        before = has_read()
        values, _ = source.read(box, most)
        assert most <= max(values.shape) <= 2 * most
        read.append(has_read() - before)
    # All of it at a sixteenth, at an eighth; a corner in full, at a quarter. The file has 22 MB.
    assert read[0] < 0.2e6
    assert read[1] < 0.5e6
    assert read[2] < 0.5e6
    assert read[3] < 0.2e6


def test_a_file_without_overviews_is_thinned_out(geotiff):
    ramp = np.tile(np.arange(1000, dtype="uint16"), (1000, 1))
    source = geo.sources.sources_of(geotiff(ramp, 5, 50, 0.001, "EPSG:4326"))[0]
    values, edges = source.read(source.box, 300)
    assert values.shape == (334, 334)
    assert edges == source.box
    np.testing.assert_allclose(values[0], (np.arange(334) + 0.5) * 1000 / 334, atol=3)


async def test_panning_without_end_leaves_nothing_behind():
    shown = geo.EOMap("Test", (45, 12, 8))
    layer = geo.RasterLayer(np.zeros((1100, 1000)), bounds=(5, 40, 20, 50), low=0, high=1)
    drawn = asyncio.Queue()
    layer.observe(lambda _: drawn.put_nowait(layer.bounds), "bounds")
    shown.add(layer)
    look(shown, 8, 44, 1)
    await asyncio.wait_for(drawn.get(), 5)
    before = len(_instances)
    for step in range(1000):
        look(shown, 6 + step % 10, 41 + step % 7, 0.5 + step % 3)
    await asyncio.wait_for(drawn.get(), 5)
    assert drawn.empty()  # a thousand moves without a rest are one picture
    for step in range(3):
        look(shown, 7 + step, 43, 1)
        await asyncio.wait_for(drawn.get(), 5)
    assert (len(_instances), len(layer._pictures)) == (before, 0)
    shown.close()


def test_grounds_and_choices_leave_nothing_behind():
    shown = geo.EOMap()
    regions = shown.add(geo.Choropleth(geo.countries(["IT", "MT"], scale="50m"), {"MLT": 1.0}))
    before = len(_instances)
    for step in range(6):
        shown.set_basemap(["World in detail", "World"][step % 2])
        shown.map.zoom = float(2 + 6 * (step % 2))
        regions.value = "MLT" if step % 2 else None
    assert len(_instances) == before
    shown.close()
