"""The map and its parts, driven without a browser."""

import asyncio
import json

import numpy as np
import pytest

from vois import State, geo, testing, theme, ui
from vois.geo import basemap

SQUARE = [[9.0, 44.0], [10.0, 44.0], [10.0, 45.0], [9.0, 45.0], [9.0, 44.0]]
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}


@pytest.fixture
def shown():
    made = geo.EOMap("Test", (44.5, 9.5, 7.0))
    yield made
    made.close()


def cube(frames=3, rows=10, columns=10):
    return np.arange(float(frames))[:, None, None] + np.zeros((frames, rows, columns))


def raster(**more: object):
    return geo.RasterLayer(cube(), bounds=(8, 43, 11, 46), low=0, high=2, **more)


def resize(shown, width, height):
    shown.map.set_trait("left", 0.0)
    shown.map.set_trait("top", 0.0)
    shown.map.set_trait("bottom", float(height))
    shown.map.set_trait("right", float(width))


def test_the_view_is_a_value_of_the_state(shown):
    state = State(view=[50.0, 12.0, 4.0])
    state.bind(shown, "view")
    assert (shown.map.center, shown.map.zoom) == ([50.0, 12.0], 4.0)
    shown.map.center = (41.9, 12.5)
    assert state.view == [41.9, 12.5, 4.0]
    state.view = [40.0, 10.0, 6.5]
    assert (shown.map.center, shown.map.zoom) == ([40.0, 10.0], 6.5)


def test_bounds_fill_the_map_once_its_size_is_known(shown):
    shown.fit((0, 0, 45, 20))
    resize(shown, 1024, 512)
    # At zoom 4.5 the world is 256 * 2**4.5 pixels wide, of which 45 degrees are 724; at 5, 1024.
    assert shown.value[2] == 5.0
    assert shown.value[1] == pytest.approx(22.5)
    with pytest.raises(ValueError, match="west < east"):
        shown.fit((5, 0, 4, 1))


def test_the_ground_is_offline_follows_the_theme_and_can_change(shown):
    assert not [one for one in shown.map.layers if type(one).__name__ == "TileLayer"]
    sea = shown.map.layers[0].layers[0]
    light = sea.fill_color
    try:
        theme.set_mode("dark")
        assert sea.fill_color != light
    finally:
        theme.set_mode("light")
    basemap.register("Own", "http://127.0.0.1/{z}/{x}/{y}.png", "me")
    try:
        shown.set_basemap("Own")
        assert shown.map.layers[0].attribution == "me"
        assert len(shown.map.layers) == 1
    finally:
        del basemap.REGISTRY["Own"]
    with pytest.raises(KeyError, match="World, World in detail, Streets"):
        shown.set_basemap("Moon")


def test_presses_of_the_viewer_are_heard():
    seen = []
    shown = geo.EOMap(on_click=lambda lon, lat: seen.append((lon, lat)))
    shown.map._handle_leaflet_event(
        None, {"event": "interaction", "type": "click", "coordinates": [1.0, 2.0]}, []
    )
    assert seen == [(2.0, 1.0)]


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="value is"):
        geo.EOMap(value=[1, 2])
    with pytest.raises(ValueError, match="of 3 frames; expected 2"):
        geo.TimeSlider(["a", "b"], layers=[raster()])
    with pytest.raises(ValueError, match="labels is empty"):
        geo.TimeSlider([])
    with pytest.raises(ValueError, match="labels has 2"):
        geo.Inspector(geo.EOMap(), raster(), ["a", "b"])


def test_comparing_puts_each_layer_on_its_side_and_back(shown):
    left, right = shown.add(raster(name="L")), raster(name="R")
    shown.compare(left, right)
    assert (left.pane, right.pane) == ("vois-left", "vois-right")
    assert set(shown.layers) == {left, right}
    shown.compare(right, left)
    assert (left.pane, right.pane) == ("vois-right", "vois-left")
    shown.stop_comparing()
    assert (left.pane, right.pane) == ("", "")
    assert not [one for one in shown.map.controls if "Split" in type(one).__name__]


def test_time_moves_layers_and_steps_around():
    layer, seen = raster(), []
    times = geo.TimeSlider(["2019", "2020", "2021"], on_change=seen.append, layers=[layer])
    testing.set_value(times, 2)
    assert (layer.frame, times.text, seen) == (2, "2021", [2])
    times.vue_step(1)
    assert layer.frame == 0
    with pytest.raises(Exception, match="expected 0 to 2"):
        times.value = 3


async def test_time_plays_only_while_it_is_seen():
    times = geo.TimeSlider("abc", interval=0.001)
    moved = asyncio.Queue()
    times.observe(lambda change: moved.put_nowait(change["new"]), "value")
    times.vue_play()
    assert times.playing
    assert [await asyncio.wait_for(moved.get(), 5) for _ in range(4)] == [1, 2, 0, 1]
    times.vue_seen(False)
    task = times._task
    while not moved.empty():
        moved.get_nowait()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(moved.get(), 0.05)
    times.vue_seen(True)
    await asyncio.wait_for(moved.get(), 5)
    times.close()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_layers_are_listed_hidden_and_faded(shown):
    layer = shown.add(raster(name="NDVI"))
    control = geo.LayerControl(shown)
    geo.AOI(shown)
    assert control.rows == [{"name": "NDVI", "visible": True, "opacity": 1.0}]
    control.vue_fade([0, 0.4])
    control.vue_show([0, False])
    assert (layer.opacity, layer.visible) == (0.4, False)
    assert control.rows[0] == {"name": "NDVI", "visible": False, "opacity": 0.4}
    layer.opacity = 0.9
    assert control.rows[0]["opacity"] == 0.9
    control.vue_choose("World in detail")
    assert shown.basemap == control.ground == "World in detail"


def test_a_legend_follows_its_layer():
    layer = raster(name="A < B", unit="m")
    legend = geo.Legend(layer)
    assert "A &lt; B" in legend.svg
    assert ">2 m<" in legend.svg
    layer.scale = geo.Categories({1: ("Water", "#0000ff")})
    assert "Water" in legend.svg
    layer.visible = False
    assert legend.shown is False


def test_the_inspector_reads_places_and_areas(shown):
    layer = shown.add(raster(name="Level"))
    times = geo.TimeSlider(["a", "b", "c"], layers=[layer])
    area, seen = geo.AOI(shown), []
    inspector = geo.Inspector(
        shown, layer, ["a", "b", "c"], area=area, time=times, on_change=seen.append
    )
    shown.map._handle_leaflet_event(
        None, {"event": "interaction", "type": "click", "coordinates": [44.5, 9.5]}, []
    )
    assert inspector.value == {"type": "Point", "coordinates": [9.5, 44.5]} == seen[0]
    assert inspector.lines[0].values == [0.0, 1.0, 2.0]
    testing.set_value(times, 1)
    assert inspector.chart.value == 1
    inspector.chart.vue_change("2")
    assert layer.frame == 2
    area.set_area(POLYGON, "Field")
    assert inspector.lines[0].values == [0.0, 1.0, 2.0]
    assert testing.find(inspector, ui.Label).label == "Field"
    inspector.vue_change({"type": "Point", "coordinates": [0.0, 0.0]})
    assert inspector.lines == []
    assert "no values here" in testing.find(inspector, ui.Label).label


def test_classes_are_read_as_shares():
    kinds = np.ones((2, 10, 10))
    kinds[1, :, :5] = 2
    scale = geo.Categories({1: ("Wood", "#008000"), 2: ("Field", "#ffff00"), 3: ("Sea", "#00f")})
    layer = geo.RasterLayer(kinds, bounds=(0, 0, 10, 10), scale=scale)
    whole = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
    from vois.geo.inspector import lines_within

    found = lines_within(layer, {"type": "Polygon", "coordinates": [whole]})
    assert [(one.name, one.values) for one in found] == [
        ("Wood", [100.0, 50.0]),
        ("Field", [0.0, 50.0]),
    ]


def test_areas_come_from_hand_file_and_list(shown):
    seen = []
    area = geo.AOI(shown, countries=["IT", "FR"], on_change=seen.append)
    feature = {"type": "Feature", "properties": {}, "geometry": POLYGON}
    area._tools._handle_leaflet_event(None, {"event": "draw:created", "geo_json": feature}, [])
    assert area.value["geometry"] == POLYGON
    country = testing.find(area, ui.SelectSingle)
    testing.set_value(country, "ITA")
    assert area.value["properties"]["name"] == "Italy"
    upload = testing.find(area, ui.Upload)
    collection = {"type": "FeatureCollection", "features": [feature, feature]}
    import base64

    def file(text):
        return [{"name": "a.json", "size": 1, "data": base64.b64encode(text.encode()).decode()}]

    upload.vue_files(file(json.dumps(collection)))
    assert area.value["geometry"]["type"] == "MultiPolygon"
    upload.vue_files(file("no json"))
    assert "no GeoJSON" in upload.problem
    far = json.dumps({"type": "Polygon", "coordinates": [[[500000, 5e6]] * 4]})
    upload.vue_files(file(far))
    assert "degrees" in upload.problem
    upload.vue_files(file('{"type": "Point", "coordinates": [1, 2]}'))
    assert "no polygon" in upload.problem
    testing.click(testing.find(area, ui.Button))
    assert (area.value, country.value, seen[-1]) == (None, None, None)
    assert len(seen) == 4


def test_regions_are_coloured_chosen_and_told(shown):
    seen = []
    values = {"ITA": 1.0, "FRA": 3.0, "ESP": float("nan")}
    regions = geo.Choropleth(
        geo.countries(["IT", "FR", "ES"]), values, palette="Greys", unit="Mt", on_change=seen.append
    )
    shown.add(regions)
    fill = {
        one["id"]: one["properties"]["style"]["fillColor"]
        for one in regions.layers[0].data["features"]
    }
    assert fill == {"ITA": "#ffffff", "FRA": "#000000", "ESP": "#9aa1ab"}
    italy = geo.country("IT")
    regions.layers[0]._handle_mouse_events(None, {"event": "click", "feature": italy}, [])
    assert (regions.value, seen) == ("ITA", ["ITA"])
    assert regions.layers[2].data["features"][0]["id"] == "ITA"
    regions.layers[0]._handle_mouse_events(None, {"event": "mouseover", "feature": italy}, [])
    assert shown.readout == "Italy: 1 Mt"
    assert regions.text("ESP") == "Spain: no value"
    regions.layers[0]._handle_mouse_events(None, {"event": "click", "feature": italy}, [])
    assert (regions.value, regions.layers[2].data["features"]) == (None, [])
    regions.visible = False
    assert regions.layers == ()
    with pytest.raises(ValueError, match="values has keys such as"):
        geo.Choropleth(geo.countries(["IT"]), {"Italy": 1})


def test_classes_hold_about_equally_many():
    scale = geo.classes([1, 2, 3, 4, 100, 200, float("nan")], 3, "Reds")
    assert list(scale.edges) == [3, 100]
    with pytest.raises(ValueError, match="count is 4; expected 2 to 2"):
        geo.classes([1, 2, 2], 4)


def test_what_is_chosen_in_one_is_chosen_in_all():
    regions = geo.Choropleth(geo.countries(["IT", "FR"]), {"ITA": 1, "FRA": 2})
    table = ui.DataTable([{"a3": "ITA", "n": 1}, {"a3": "FRA", "n": 2}])
    chart, state = ui.Svg("<svg/>"), State(country="FRA")
    linked = geo.Linked(regions, table, chart, key="a3")
    state.bind(linked, "country")
    assert (regions.value, table.value["n"], chart.value) == ("FRA", 2, "FRA")
    testing.set_value(table, table.rows[0])
    assert (regions.value, chart.value, state.country) == ("ITA", "ITA", "ITA")
    chart.vue_change("FRA")
    assert table.value["a3"] == state.country == "FRA"
    linked.value = None
    assert (regions.value, table.value, chart.value) == (None, None, None)
    with pytest.raises(ValueError, match="the table has the columns"):
        geo.Linked(table, key="code")


def test_charts_have_gaps_bands_and_a_strip_for_each_date():
    line = geo.Line("NDVI", [0.1, None, 0.5, float("nan")])
    drawing = geo.series_svg(["a", "b", "c", "d"], [line], marked=2, unit="index")
    assert drawing.count("<polyline") == 2
    assert drawing.count("data-key") == 4
    assert "<title>c\nNDVI: 0.5</title>" in drawing
    banded = geo.Line("x", [1, 2], [0, 1], [2, 3])
    assert "<polygon" in geo.series_svg(["a", "b"], [banded])
    assert "data-key" not in geo.series_svg([], [])
    with pytest.raises(ValueError, match="line 'x' has 2 values; expected 1"):
        geo.series_svg(["a"], [banded])
