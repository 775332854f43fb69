"""Drawings of data as they come: missing, empty, one alone, negative, in any script."""

import re

import pytest
from defusedxml import ElementTree

from vois import _svg, interMap, leafletMap
from vois.svgBarChart import svgBarChart
from vois.svgBubblesChart import svgBubblesChart
from vois.svgGraph import svgGraph
from vois.svgHeatmap import heatmapChart
from vois.svgMap import svgMapEurope
from vois.svgPackedCirclesChart import svgPackedCirclesChart
from vois.svgRankChart import svgRankChart
from vois.svgUtils import AnimatedPieChart, SmallCircle, graduatedLegend

pd = pytest.importorskip("pandas")
NAN = float("nan")
HOSTILE = '"><script>alert(1)</script>'
ROWS = {
    "missing": (["IT", "FR", "DE"], [NAN, None, 2.0], ["a", None, "c"]),
    "first missing": (["IT", "FR", "DE"], [NAN, 1.0, 2.0], [NAN, "b", "c"]),
    "all missing": (["IT", "FR"], [NAN, NAN], ["a", "b"]),
    "endless": (["IT", "FR"], [float("inf"), 1.0], ["a", "b"]),
    "empty": ([], [], []),
    "one": (["IT"], [5.0], ["a"]),
    "negative": (["IT", "FR", "DE"], [-1.0, -2.0, -3.0], ["a", "b", "c"]),
    "equal": (["IT", "FR"], [0.0, 0.0], ["a", "b"]),
    "any script": (["ελ", "日本"], [1.0, 2.0], ["Ελλάδα", "日本 🌊"]),
    "hostile": ([HOSTILE, "FR"], [1.0, 2.0], [HOSTILE, "b"]),
}
DRAWINGS = {
    "map": lambda f: svgMapEurope(f, "code", codes_selected=["IT", HOSTILE], decimals=1),
    "legend": lambda f: graduatedLegend(f, "code", codes_selected=["IT", "FR", HOSTILE]),
    "bars": lambda f: svgBarChart(
        "T", names=f["code"], values=f["value"], stddevs=f["value"], showvalues=True
    ).svg,
    "ranking": lambda f: svgRankChart(names=f["code"], values=f["value"]).svg,
    "heatmap": lambda f: heatmapChart(f.set_index("code")[["value"]]).svg,
    "circles": lambda f: svgPackedCirclesChart(f, "value", "label"),
    "bubbles": lambda f: svgBubblesChart(f, "code", "value", "value", "label").getsvg(),
    "bubbles' legend": lambda f: svgBubblesChart(f, "code", "label", "value", "value").getlegendsvg(),
    "pie": lambda f: AnimatedPieChart(f["value"], labels=f["label"])[1],
    "ring": lambda f: SmallCircle(HOSTILE, "x", f["value"].iloc[0] if len(f) else None).svg,
}  # fmt: skip


def frame(rows):
    codes, values, labels = ROWS[rows]
    return pd.DataFrame({"code": codes, "value": values, "label": labels})


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("name", DRAWINGS)
def test_it_is_drawn_without_a_number_that_is_none(name, rows):
    drawing = DRAWINGS[name](frame(rows))
    assert ElementTree.fromstring(drawing).tag.endswith("svg")
    assert not re.search(r"\b(nan|inf|None|NaN)\b", drawing)


def test_a_country_without_a_number_looks_like_one_that_is_not_in_the_table():
    def shape(data):
        drawing = svgMapEurope(data, "code", fill="#abcdef", minallowed_value=0, maxallowed_value=9)
        return re.search(r'<path [^>]*data-key="IT"[^>]*><title>.*?</title>', drawing)[0]

    missing = frame("first missing")
    assert shape(missing) == shape(missing[1:])


@pytest.mark.parametrize(("code", "other"), [("EL", "GR"), ("GB", "UK")])
def test_a_country_is_known_by_both_of_its_codes(code, other):
    rows = pd.DataFrame({"code": [code, "IT"], "value": [1.0, 2.0]})
    drawing = svgMapEurope(rows, "code", codes_selected=[code])
    again = svgMapEurope(rows.replace(code, other), "code", codes_selected=[other])
    assert (
        drawing.split('class="vois-europe-legend"')[0]
        == again.split('class="vois-europe-legend"')[0]
    )
    assert f'data-key="{code}"' in drawing


def test_a_region_without_a_number_is_grey_on_a_map():
    shown = leafletMap.countriesMap(frame("first missing"), "code")
    layer = next(one for one in shown.layers if hasattr(one, "style_callback"))
    fills = {
        one["properties"]["a2"]: layer.style_callback(one)["fillColor"]
        for one in layer.data["features"]
    }
    assert fills["IT"] == fills["ES"] == "#cccccc"
    assert fills["DE"] != "#cccccc"


def test_what_has_no_number_comes_last_and_says_so():
    names = re.findall(r'data-key="(\w+)"', svgRankChart(names="abc", values=[NAN, 1, 2]).svg)
    assert names == ["c", "b", "a"]
    assert "3. a: no value" in svgRankChart(names="abc", values=[NAN, 1, 2]).svg


def test_a_part_below_zero_takes_no_place_of_a_pie():
    first, second = re.findall(r'd="(M[^"]*)"', AnimatedPieChart([-5, 5])[1])
    assert first.split(" L ")[0].split()[-2:] == first.split()[1:3]
    assert second != first


@pytest.mark.parametrize(("given", "ends"), [((3, None), (3, 4)), ((None, -2), (-3, -2))])
def test_colours_of_no_numbers_span_a_range(given, ends):
    assert _svg.limits([], 2.0, *given) == ends


ATTRIBUTES = {
    "map": lambda bad: svgMapEurope(frame("one"), "code", width=bad, height=bad, stroke=bad, fill=bad, onhoverfill=bad),
    "legend": lambda bad: graduatedLegend(frame("one"), "code", codes_selected=["IT"], bordercolor=bad, textcolor=bad, stroke_selected=bad, legendtitle=bad),
    "two numbers": lambda bad: interMap.bivariateLegend(None, [1], [1], ["#ffffff"], ["#000000"], bad, bad, bad, [bad], [bad], fontweight=400, stroke=bad, stroke_width=bad, resizewidth=bad, resizeheight=bad),
    "three numbers": lambda bad: interMap.trivariateLegend(None, 1, 2, 3, bad, title=bad, title1=bad, stroke=bad, stroke_width=bad, fontweight=bad),
    "shares": lambda bad: interMap.trivariateLegendEx(None, 1, 2, 3, title=bad, title1=bad, stroke=bad, stroke_width=bad, fontweight=bad, resizewidth=bad),
    "graph": lambda bad: svgGraph([bad, "b"], [bad, "B"], [bad, "red"], [(0, 0), (1, 1)], [(bad, "b", bad)], bad, bad, bad, bad, bad, bad, nodesradius=bad).svg,
    "circles": lambda bad: svgPackedCirclesChart(frame("one"), "value", "label", bad, title=bad, titlecolor=bad, titleweight=bad),
    "bars": lambda bad: svgBarChart(bad, names=[bad], values=[1], dictnames={bad: bad}, titlecolor=bad, barstrokecolor=bad, strokecol_horizontal_lines=bad, selectedname=bad, showselection=True, selectcolor=bad).svg,
    "ranking": lambda bad: svgRankChart(bad, names=[bad], values=[1], titlecolor=bad, selectcolor=bad).svg,
}  # fmt: skip


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_what_is_given_stays_in_its_attribute(name):
    drawing = ATTRIBUTES[name](HOSTILE)
    tags = {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(drawing).iter()}
    assert "script" not in tags
