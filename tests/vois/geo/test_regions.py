"""Small regions, ticks of legends, dates by key: what few pixels must not hide."""

import re

import pytest

from vois import geo
from vois.geo.scales import Continuous, Steps


@pytest.fixture
def shown():
    made = geo.EOMap("Test", (45, 10, 3.0))
    yield made
    made.close()


def marks(regions):
    return {one["id"]: one["geometry"] for one in regions.layers[1].data["features"]}


def test_a_region_under_a_few_pixels_has_a_mark_until_it_is_large(shown):
    values = {"ITA": 59.0, "MLT": 0.5, "LIE": 0.04}
    regions = shown.add(geo.Choropleth(geo.countries(list(values), scale="50m"), values))
    assert set(marks(regions)) == {"MLT", "LIE"}
    lon, lat = marks(regions)["MLT"]["coordinates"]
    assert (lon, lat) == (pytest.approx(14.4, abs=0.1), pytest.approx(35.9, abs=0.1))
    dot = regions.layers[1].data["features"][0]
    regions.layers[1]._handle_mouse_events(None, {"event": "click", "feature": dot}, [])
    assert regions.value == dot["id"]
    assert regions.layers[2].data["features"][0]["geometry"]["type"] == "Point"
    regions.set_values({"ITA": 59.0})
    assert marks(regions) == {}
    regions.set_values(values)
    shown.map.zoom = 9.0
    assert marks(regions) == {}
    assert regions.layers[2].data["features"][0]["geometry"]["type"] != "Point"


def test_places_that_are_no_polygons_have_no_mark(shown):
    point = {"type": "Point", "coordinates": [1.0, 2.0]}
    data = [{"type": "Feature", "id": "a", "properties": {}, "geometry": point}]
    assert marks(shown.add(geo.Choropleth({"features": data}, {"a": 1.0}))) == {}


def ticks(svg):
    """Number and place of each label of a colour bar."""
    return dict(re.findall(r'<text x="([\d.]+)" y="54.00"[^>]*>([^<]*)</text>', svg))


def test_a_colour_bar_has_ticks_at_its_ends_and_at_round_numbers():
    svg = geo.legend_svg(Continuous(-5, 30, unit="°C"), "Air")
    assert list(ticks(svg).values()) == ["-5 °C", "30 °C", "10", "20"]
    assert svg.count("<path") == 5  # 0 is too near to the end to be written
    places = [float(x) for x in re.findall(r'd="M ([\d.]+) ', svg)]
    assert places == pytest.approx([0.5, 199.5, 200 / 7, 600 / 7, 1000 / 7], abs=0.1)
    assert 0 < min(map(float, ticks(svg))) <= max(map(float, ticks(svg))) < 200


def test_classes_tell_their_unit_once():
    assert [said for _, said in Steps([10, 20], unit="ha").entries] == [
        "< 10 ha",
        "10 – 20 ha",
        "≥ 20 ha",
    ]


def test_one_date_is_reached_by_tab_and_each_tells_its_values():
    line = geo.Line("NDVI", [0.1, None, 0.5])
    drawing = geo.series_svg(["a", "b", "c"], [line], marked=2)
    assert re.findall(r'tabindex="(-?\d)"', drawing) == ["-1", "-1", "0"]
    assert re.findall(r'role="button" tabindex="-?\d" aria-label="([^"]*)"', drawing) == [
        "a, NDVI: 0.1",
        "b, no values",
        "c, NDVI: 0.5",
    ]
    assert 'role="group"' in drawing
    assert 'role="img"' in geo.series_svg([], [])


def resize(shown, width, height):
    with shown.map.hold_trait_notifications():
        for name, value in {"left": 0.0, "top": 0.0, "right": width, "bottom": height}.items():
            shown.map.set_trait(name, float(value))


def test_bounds_stay_fitted_in_any_size_until_the_viewer_moves(shown):
    shown.fit((0, 0, 45, 20))
    resize(shown, 1024, 512)
    assert shown.value[2] == 5.0
    resize(shown, 512, 512)
    assert shown.value[2] == 4.0
    shown.map.center = (50.0, 5.0)
    resize(shown, 1024, 512)
    assert shown.value == [50.0, 5.0, 4.0]
