"""Rasters: reading, reprojecting and colouring, checked against rasterio and by hand."""

import base64
import io
import sys

import numpy as np
import pytest
import rasterio
import xarray
from PIL import Image
from rasterio.warp import Resampling, reproject, transform_bounds

from vois.geo.crs import DEGREES, MERCATOR, Box, box_between, transform
from vois.geo.raster import RasterLayer
from vois.geo.sampling import area_values, map_box, on_map, value_at
from vois.geo.scales import Categories, Continuous, Steps, palette
from vois.geo.sources import sources_of

# rasterio multiplies its transforms in a way that affine wants to give up one day.
pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")


def rgba(url):
    raw = base64.b64decode(url.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(raw)).convert("RGBA"))


def smooth(rows, columns):
    y, x = np.mgrid[:rows, :columns]
    return (x * 3.0 + y * 1000.0).astype("float32")


@pytest.mark.parametrize("lat", [-85.05112877980659, -41.3, 0.0, 60.0, 85.05112877980659])
def test_web_mercator_is_that_of_rasterio(lat):
    x, y = transform(DEGREES, MERCATOR, 12.5, lat)
    wanted = rasterio.warp.transform(DEGREES, MERCATOR, [12.5], [lat])
    assert (float(x), float(y)) == pytest.approx((wanted[0][0], wanted[1][0]), abs=1e-3)
    back = transform(MERCATOR, DEGREES, x, y)
    assert [float(one) for one in back] == pytest.approx([12.5, lat])


def test_edges_agree_with_rasterio():
    box = Box(500_000, 5_000_000, 600_000, 5_100_000)
    wanted = transform_bounds("EPSG:32632", MERCATOR, *box, densify_pts=31)
    assert box_between("EPSG:32632", MERCATOR, box) == pytest.approx(wanted, abs=2)


@pytest.mark.parametrize("crs", [DEGREES, "EPSG:32632", "EPSG:3035", MERCATOR])
def test_every_pixel_is_where_rasterio_puts_it(geotiff, crs):
    values = smooth(90, 120)
    (west,), (north,) = rasterio.warp.transform(DEGREES, crs, [9.0], [48.0])
    step = 0.01 if crs == DEGREES else 1000
    path = geotiff(values, west, north, step, crs)
    source = sources_of(path)[0]
    box, width, height = map_box(source), 400, 300
    made = on_map(source, box, width, height)
    wanted = np.full((height, width), np.nan, "float32")
    grid = rasterio.transform.from_bounds(*box, width, height)
    x, y = rasterio.transform.xy(grid, *np.indices((height, width)).reshape(2, -1))
    there = np.array(rasterio.warp.transform(MERCATOR, crs, x, y))
    column, row = np.floor((there - [[west], [north]]) / [[step], [-step]]).astype(int)
    inside = (row >= 0) & (row < 90) & (column >= 0) & (column < 120)
    wanted.ravel()[inside] = values[row[inside], column[inside]]
    assert inside.mean() > 0.8
    assert agreement(made, wanted) > 0.9999
    with rasterio.open(path) as file:
        reproject(
            rasterio.band(file, 1),
            wanted,
            dst_transform=grid,
            dst_crs=MERCATOR,
            dst_nodata=np.nan,
            resampling=Resampling.nearest,
        )
    # GDAL may be an eighth of a pixel off in systems that are not computed directly.
    assert agreement(made, wanted) > (0.9999 if crs in {DEGREES, MERCATOR} else 0.94)


def agreement(one, other):
    return ((one == other) | (np.isnan(one) & np.isnan(other))).mean()


def test_a_large_file_is_read_from_its_overview(geotiff):
    # Stripes of 0 and 100, one pixel wide: only the averaging overview knows a 50.
    stripes = np.tile(np.array([[0, 100]], "uint8"), (2048, 1024))
    path = geotiff(stripes, 500_000, 5_500_000, 10, tiled=True)
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4, 8], Resampling.average)
    source = sources_of(path)[0]
    coarse, edges = source.read(source.box, 256)
    assert coarse.shape == (256, 256)
    assert edges == source.box
    assert set(np.unique(coarse)) == {50}
    x, y = 510_000, 5_490_000
    fine, _ = source.read(Box(x, y, x + 100, y + 100), 256)
    assert set(np.unique(fine)) == {0, 100}


def test_parts_that_a_file_leaves_out_are_see_through(geotiff):
    values = np.array([[1, 2], [3, 255]], "uint8")
    path = geotiff(values, 500_000, 5_500_000, 1000, nodata=255)
    assert np.isnan(sources_of(path)[0].read(sources_of(path)[0].box, 9)[0][1, 1])
    layer = RasterLayer(path, low=1, high=3)
    alpha = rgba(layer.url)[..., 3]
    assert set(np.unique(alpha)) == {0, 255}
    unsaid = geotiff(values, 500_000, 5_500_000, 1000, name="b.tif")
    assert np.isnan(sources_of(unsaid, nodata=255)[0].read(Box(*layer.sources[0].box), 9)[0][1, 1])


def test_values_at_places_and_in_areas(geotiff):
    values = smooth(100, 100)
    path = geotiff(values, 500_000, 5_500_000, 100)
    source = sources_of(path)[0]
    lon, lat = transform("EPSG:32632", DEGREES, 500_000 + 100 * 42.5, 5_500_000 - 100 * 17.5)
    assert value_at(source, float(lon), float(lat)) == values[17, 42]
    assert np.isnan(value_at(source, 0.0, 0.0))
    corners = [(20.2, 10.2), (30.2, 10.2), (30.2, 15.2), (20.2, 15.2), (20.2, 10.2)]
    ring = [
        [float(one) for one in transform("EPSG:32632", DEGREES, 5e5 + 100 * x, 5.5e6 - 100 * y)]
        for x, y in corners
    ]
    inside = area_values(source, {"type": "Polygon", "coordinates": [ring]})
    assert sorted(inside) == sorted(values[10:15, 20:30].ravel())
    with pytest.raises(ValueError, match="geometry is a Point"):
        area_values(source, {"type": "Point", "coordinates": [9, 49]})


def test_holes_of_an_area_are_left_out():
    source = sources_of(np.ones((10, 10)), (0, 0, 10, 10))[0]
    outer = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
    hole = [[2, 2], [4, 2], [4, 4], [2, 4], [2, 2]]
    assert area_values(source, {"type": "Polygon", "coordinates": [outer, hole]}).size == 96


def test_data_arrays_tell_their_own_place():
    data = xarray.DataArray(
        np.arange(24.0).reshape(2, 3, 4),
        dims=("time", "lat", "lon"),
        coords={"lat": [40.5, 41.5, 42.5], "lon": [5.5, 6.5, 7.5, 8.5]},
    )
    first, second = sources_of(data)
    assert first.box == Box(5, 40, 9, 43)
    # South comes first in the array, north in ours.
    assert value_at(first, 5.5, 40.5) == 0
    assert value_at(second, 8.5, 42.5) == 23
    flat = data[0].rename(lat="y", lon="x")
    with pytest.raises(ValueError, match="expected crs"):
        sources_of(flat)
    assert sources_of(flat.assign_attrs(crs="EPSG:32632"))[0].crs == "EPSG:32632"
    # As rioxarray and the CF conventions write it.
    written = xarray.DataArray(0, attrs={"crs_wkt": rasterio.crs.CRS.from_epsg(3035).to_wkt()})
    assert sources_of(flat.assign_coords(spatial_ref=written))[0].crs == "EPSG:3035"


def test_without_the_extra_an_author_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(ImportError, match=r"reading 'a.tif' needs rasterio: pip install .*\[eo\]"):
        RasterLayer("a.tif")


@pytest.mark.parametrize(
    ("data", "more", "said"),
    [
        (np.ones((2, 2)), {}, "bounds is None"),
        (np.ones((2, 2)), {"bounds": (5, 1, 4, 2)}, "west < east"),
        (np.ones(3), {"bounds": (0, 0, 1, 1)}, r"shape \(3,\)"),
        ([], {}, "data is empty"),
    ],
)
def test_data_that_do_not_fit_are_refused(data, more, said):
    with pytest.raises(ValueError, match=said):
        sources_of(data, **more)


def test_other_things_than_rasters_are_refused(geotiff):
    with pytest.raises(TypeError, match="data is a int"):
        sources_of(7)
    path = geotiff(smooth(3, 3), 500_000, 5_500_000, 10)
    with pytest.raises(ValueError, match="bands 1 to 1"):
        sources_of(path, band=2)


def test_a_file_without_a_place_is_refused(geotiff):
    path = geotiff(smooth(3, 3), 0, 3, 1, crs=None)
    with pytest.raises(ValueError, match="no reference system"):
        sources_of(path)


def test_a_layer_shows_each_frame_and_keeps_its_pictures():
    cube = np.stack([np.full((4, 5), one) for one in (0.0, 0.5, 1.0)])
    layer = RasterLayer(cube, bounds=(5, 40, 12, 45), low=0, high=1, palette="Greys")
    (south, west), (north, east) = layer.bounds
    assert (west, south, east, north) == pytest.approx((5, 40, 12, 45))
    seen = []
    for frame in (0, 1, 2, 0):
        layer.frame = frame
        seen.append(tuple(rgba(layer.url)[0, 0][:3]))
    assert seen[0] == seen[3] == (255, 255, 255)
    assert seen[2] == (0, 0, 0)
    assert seen[1][0] == pytest.approx(150, abs=3)
    with pytest.raises(Exception, match="expected 0 to 2"):
        layer.frame = 3
    layer.scale = Steps([0.4], ["#ff0000", "#0000ff"])
    assert tuple(rgba(layer.url)[0, 0]) == (255, 0, 0, 255)
    layer.close()


def test_a_large_raster_is_drawn_for_the_view(geotiff):
    from ipyleaflet import Map

    path = geotiff(smooth(1200, 1200), 500_000, 5_500_000, 10)
    layer = RasterLayer(path, low=0, high=1_200_000)
    assert layer.windowed
    whole = layer.extent
    shown = Map(layers=())
    layer.attach(shown)
    view = {"west": 9.02, "south": 49.60, "east": 9.06, "north": 49.62}
    shown.set_trait("left", 0.0)
    shown.set_trait("top", 0.0)
    with shown.hold_trait_notifications():
        for side, value in view.items() | {"right": 400.0, "bottom": 300.0}.items():
            shown.set_trait(side, value)
    (south, west), (north, east) = layer.bounds
    assert (west, south, east, north) == pytest.approx(tuple(view.values()))
    assert rgba(layer.url).shape == (300, 400, 4)
    with shown.hold_trait_notifications():
        shown.set_trait("west", whole.east + 1)
        shown.set_trait("east", whole.east + 2)
    assert layer.url == ""
    layer.close()
    shown.close()


def test_scales_colour_and_explain():
    steps = Steps([0, 10], ["#111111", "#222222", "#333333"], "ha")
    assert [steps.color(one) for one in (-1, 0, 10, None)] == [
        "#111111",
        "#222222",
        "#333333",
        None,
    ]
    assert [text for _, text in steps.entries] == ["< 0 ha", "0 – 10 ha", "≥ 10 ha"]
    kinds = Categories({1: ("Water", "#0000ff"), 4: ("Wood", "#008000")})
    assert kinds.color(4) == "#008000"
    assert kinds.color(2) is None
    assert kinds.text(1.0) == "Water"
    assert Continuous(0, 1).color(float("nan")) is None
    assert palette("greys_r")[0] == "#000000"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Continuous(1, 1), "high is 1"),
        (lambda: Continuous(0, 1, "Rainbow"), "palette is 'Rainbow'"),
        (lambda: Steps([2, 1]), "expected rising numbers"),
        (lambda: palette(["#fff"]), "at least two"),
    ],
)
def test_scales_say_what_is_wrong(make, said):
    with pytest.raises(ValueError, match=said):
        make()
