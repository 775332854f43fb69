"""The countries that are built in."""

import numpy as np
import pytest

from vois.geo import sampling, world


def places(feature):
    found = []

    def walk(part):
        if isinstance(part[0], (int, float)):
            found.append(part)
        else:
            for one in part:
                walk(one)

    walk(feature["geometry"]["coordinates"])
    return np.array(found)


@pytest.mark.parametrize(("scale", "count"), [("110m", 177), ("50m", 241)])
def test_every_shape_is_closed_and_within_the_world(scale, count):
    features = world.countries(scale=scale)["features"]
    assert len(features) == count
    for one in features:
        parts = one["geometry"]["coordinates"]
        for polygon in parts if one["geometry"]["type"] == "MultiPolygon" else [parts]:
            assert all(ring[0] == ring[-1] and len(ring) > 3 for ring in polygon)
        lon, lat = places(one).T
        assert np.abs(lon).max() <= 180.01
        assert np.abs(lat).max() <= 90.01


@pytest.mark.parametrize(
    ("code", "name", "lon", "lat"),
    [
        ("ITA", "Italy", 12.5, 42.5),
        ("el", "Greece", 22.0, 39.5),
        ("UK", "United Kingdom", -1.5, 52.5),
        ("XK", "Kosovo", 20.9, 42.6),
        ("CD", "Democratic Republic of the Congo", 23.0, -3.0),
    ],
)
def test_a_country_lies_where_it_lies(code, name, lon, lat):
    found = world.country(code)
    assert found["properties"]["name"] == name
    within = sampling.area_values(grid_of(lon, lat), found["geometry"])
    assert within.size == 1


def grid_of(lon, lat):
    from vois.geo.sources import sources_of

    bounds = (lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)
    return sources_of(np.ones((1, 1)), bounds)[0]


def test_codes_are_unique_but_for_outliers():
    codes = [one["id"] for one in world.countries()["features"] if one["id"]]
    assert len(codes) == len(set(codes)) == 175
    australia = places(world.country("AUS", scale="50m"))
    assert np.ptp(australia[:, 0]) > 30


def test_some_countries_can_be_asked_for():
    found = world.countries(["IT", "FRA"])["features"]
    assert [one["id"] for one in found] == ["ITA", "FRA"]


def test_what_is_unknown_is_named():
    with pytest.raises(ValueError, match="code is 'ZZ'"):
        world.country("ZZ")
    with pytest.raises(ValueError, match="scale is '1m'; expected one of 110m, 50m"):
        world.countries(scale="1m")
