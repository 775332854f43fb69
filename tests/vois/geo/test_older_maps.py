"""Country maps of the older spelling, which need the built-in shapes."""

import re

import numpy as np
import pandas as pd
import pytest

from vois import interMap, leafletMap, svgMap
from vois.geo import europe, mapUtils

FRAME = pd.DataFrame({"iso2code": ["IT", "UK", "EL"], "value": [1.0, 2.0, 3.0]})


def fills(shown):
    features = shown.layers[1].data["features"]
    return {one["id"]: one["properties"]["style"]["fillColor"] for one in features}


@pytest.mark.parametrize("make", [leafletMap.countriesMap, interMap.countriesMap])
def test_countries_are_coloured_whatever_their_code_is_called(make):
    shown = make(FRAME, "iso2code", codes_selected=["IT"])
    found = fills(shown)
    assert found["ITA"] == "#0d0887"
    assert found["GRC"] == "#f0f921"
    assert found["GBR"] not in {found["ITA"], found["USA"], found["GRC"]}
    assert 35 < shown.center[0] < 60
    assert -10 < shown.center[1] < 25


def test_three_letter_codes_and_finer_shapes():
    frame = pd.DataFrame({"value": [1.0, 2.0]}, index=["MLT", "LUX"])
    shown = leafletMap.countriesMap(frame, detailedcountries=True)
    assert len(fills(shown)) > 230
    assert {fills(shown)["MLT"], fills(shown)["LUX"]} == {"#0d0887", "#f0f921"}


def test_europe_has_every_country_once():
    drawing = svgMap.svgMapEurope(FRAME, "iso2code", legendtitle="A & B")
    assert sorted(re.findall('data-key="(.*?)"', drawing)) == sorted(svgMap.country_codes)
    assert "A &amp; B" in drawing
    assert "<title>Italy: 1.00</title>" in drawing


def test_europe_keeps_areas_in_proportion():
    # The projection is equal-area: Spain is 1.63 times as large as Italy (505 990 and 301 340 km²,
    # of which the shapes lack some islands).
    def area(code):
        total = 0.0
        for x, y, steps in re.findall(r"M([-\d.]+) ([-\d.]+)l([-\d. ]+)z", europe.outlines()[code]):
            corner = np.array([[float(x), float(y)]])
            line = np.cumsum(
                np.vstack([corner, np.array(steps.split(), float).reshape(-1, 2)]), axis=0
            )
            total += abs(np.sum(line[:-1, 0] * line[1:, 1] - line[1:, 0] * line[:-1, 1])) / 2
        return total * 7.9**2

    assert area("IT") == pytest.approx(301_340, rel=0.03)
    assert area("DE") == pytest.approx(357_590, rel=0.03)


def test_the_plain_ground_is_offline():
    ground = mapUtils.EmptyBasemap()
    _sea, land = ground.layers
    assert len(land.locations) > 177
