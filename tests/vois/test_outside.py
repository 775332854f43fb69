"""What comes from outside: tables, addresses, links, numbers of any size."""

import decimal
import importlib
import json

import pytest

from vois import State, ui, vuetify

pd = pytest.importorskip("pandas")
np = pytest.importorskip("numpy")


@pytest.mark.parametrize(
    "cell", [pd.NA, pd.NaT, float("nan"), float("inf"), None, np.float64("nan")]
)
def test_a_missing_cell_is_empty(cell):
    table = ui.DataTable([{"a": cell}])
    assert table.rows == [{"a": None, "_row": 0}]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (np.array([1, 2]), "[1 2]"),
        (np.int64(3), 3),
        (np.array(3), 3),
        (decimal.Decimal("2.5"), 2.5),
        ("nan", "nan"),
        ({"a": 1}, "{'a': 1}"),
    ],
)
def test_a_cell_is_shown_whatever_it_holds(cell, shown):
    assert ui.DataTable([{"a": cell}]).rows[0]["a"] == shown


def test_the_rows_of_a_list_need_not_have_the_same_columns():
    table = ui.DataTable([{"a": 1}, {"b": 2, "a": 3}])
    assert [one["key"] for one in table.headers] == ["a", "b"]


def test_a_number_too_large_for_an_address_is_ignored():
    state = State(year=2020, country="IT")
    state.url().vue_query("?year=1" + "0" * 400 + "&country=FR")
    assert (state.year, state.country) == (2020, "FR")


def test_what_no_text_can_tell_stays_out_of_the_address():
    state = State(year=2020, rows=pd.DataFrame({"a": [1]}), grid=np.zeros(3), years=[1, 2])
    sync = state.url()
    assert sync.allowed == ["year", "years"]
    state.year = 2021
    assert sync.params == {"year": "2021"}
    with pytest.raises(ValueError, match="'rows' is a DataFrame and cannot stand in the address"):
        state.url("rows")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:x", "vbscript:x"]
)
def test_a_button_leads_to_no_program(link):
    with pytest.raises(ValueError, match="expected the address of a page"):
        ui.Button("Go", href=link)
    with pytest.raises(ValueError, match="expected the address of a page"):
        vuetify.Button("Go", href=link)


@pytest.mark.parametrize(
    "link", ["https://example.org/?a=javascript:b", "page.html", "#x", "", None]
)
def test_a_button_leads_to_any_page(link):
    assert ui.Button("Go", href=link).href == link


@pytest.mark.parametrize(("step", "decimals"), [(1, 0), (5, 0), (0.5, 2), (0.01, 2), (0.001, 3)])
def test_a_slider_shows_as_many_decimals_as_its_steps_have(step, decimals):
    assert ui.Slider("x", 0, 0, 10, step=step).decimals == decimals
    older = vuetify.Slider(0, 0, 10, step=step)
    assert older.decimals == decimals
    assert ui.SliderFloat("x", 0, 0, 10, step=step).decimals == max(2, decimals)


def test_regions_without_attributes_are_regions(tmp_path):
    from vois import geojsonUtils as g  # noqa: N813
    from vois.leafletMap import geojsonMap

    shape = {"type": "Polygon", "coordinates": [[[5, 40], [9, 40], [9, 44], [5, 40]]]}
    features = [
        {"type": "Feature", "geometry": shape, "properties": one} for one in (None, {"k": "a"})
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    assert (g.geojsonAttributes(text), g.geojsonAll(text, "k")) == (["k"], [None, "a"])
    assert g.geojsonAll(g.geojsonJoin(text, "k", "v", {"a": 1}), "v") == [None, 1]
    assert g.geojsonCount(g.geojsonFilter(text, "k", "a")) == 1
    path = tmp_path / "x.geojson"
    path.write_text(text)
    shown = geojsonMap(pd.DataFrame({"k": ["a"], "value": [1.0]}), str(path), "k", "k")
    assert len(shown.layers[-1].data["features"]) == 2


def test_the_union_is_known_as_a_whole_and_its_members_by_their_names():
    from vois import eucountries as eu

    assert eu.countries.byCode("EU").population == eu.eu_total_population
    assert eu.countries.byName("Euro Area").iscountry is False
    assert "EU" not in eu.countries.EuropeanUnionCodes()
    assert str(eu.countries.EuropeanUnion()[:2]) == "[Austria, Belgium]"
    assert eu.countries.EuropeanUnion(sortByName=False)[0].iso2code == "AT"
    assert eu.languages.EuropeanUnionAbbreviations()[:2] == ["bg", "cs"]
    assert f"{eu.languages.byAbbreviation('it')}" == "Italian"
    assert (eu.iso2iso3["UK"], eu.iso2iso3["EL"], len(eu.countries.EuropeanUnion())) == (
        "GBR",
        "GRC",
        27,
    )


@pytest.mark.parametrize(
    ("module", "given"),
    [
        ("button", (2020,)),
        ("dialogGeneric", (2020,)),
        ("footer", (2020,)),
        ("label", (2020,)),
        ("menu", (0, 2020, ["a"])),
        ("popup", (ui.Label("x"), 2020)),
        ("sidePanel", (2020,)),
        ("switch", (True, 2020)),
        ("title", (2020,)),
    ],
)
def test_a_number_may_be_a_text_of_the_older_spelling(module, given):
    kind = importlib.import_module(f"vois.vuetify.{module}")
    assert getattr(kind, module)(*given).label == "2020"


def test_a_tree_takes_none_for_no_names():
    none = dict.fromkeys(("opened", "selected", "disabled", "iconsDict", "substitutionDict"))
    tree = vuetify.treeview.createTreeviewFromList(["a.b"], rootName="R", **none)
    assert tree.opened == ["R"]


def test_a_colour_without_harmonies_has_none():
    picker = vuetify.ColorPicker("#ff0000", color_theory_popup=True)
    patches = picker.ctpopup.children[0].children
    for color, shown in (("steelblue", False), ("", False), ("#00ff00", True)):
        picker.value = color
        assert [one.style_ == "" for one in patches] == [shown] * len(patches)
    assert patches[0].color == "#ff00ff"
