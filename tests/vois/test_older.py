"""What the older spelling does, beyond its names."""

import importlib
import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import ipywidgets
import pytest

from vois import colors, testing, ui, vuetify
from vois.ui.overlay import host
from vois.vuetify import settings

pd = pytest.importorskip("pandas")
FRAME = pd.DataFrame(
    {"iso2code": ["IT", "FR", "DE"], "value": [1.0, 2.0, 30.0], "label": ["a", "<b>", "c"]}
)


def make(module, *args, **kwargs):  # noqa: ANN002, ANN003
    return getattr(importlib.import_module(f"vois.vuetify.{module}"), module)(*args, **kwargs)


def test_settings_are_read_when_a_widget_is_built(monkeypatch):
    monkeypatch.setattr(settings, "color_first", "#123456")
    assert make("switch", True, "x").color == "#123456"
    monkeypatch.setattr(settings, "color_first", "#654321")
    assert make("switch", True, "x").color == "#654321"


@pytest.mark.parametrize("argument", [None, 0, "x"])
def test_a_button_gives_its_argument_unless_there_is_none(argument):
    seen = []
    button = make("button", "Go", onclick=lambda *args: seen.append(args), argument=argument)
    testing.click(button)
    assert seen == [() if argument is None else (argument,)]


def test_a_select_tells_of_a_change_once_whoever_makes_it():
    calls = []
    select = make("selectSingle", "Country", ["Italy", "France"], onchange=lambda: calls.append(1))
    testing.set_value(select, "Italy")
    assert calls == [1]
    select.value = "France"
    assert calls == [1, 1]


def test_a_select_without_a_choice_has_an_empty_text():
    select = make("selectSingle", "Country", ["Italy", "France"])
    assert select.value == ""
    assert select.get_state("value") == {"value": None}
    select.vue_change("Italy")
    select.vue_change(None)
    assert select.value == ""


@pytest.mark.parametrize("text", ["#010203", "red", "rgb(1,2)", "rgb(a,b,c)", ""])
def test_what_is_no_rgb_text_is_black(text):
    assert colors.text2rgb(text) == (0, 0, 0)


@pytest.mark.parametrize("text", ["rgb(1,2,3)", "RGB( 1, 2, 3 )", "rgba(1,2,3,0.4)", "#010203"])
def test_colours_are_read(text):
    assert colors.string2rgb(text) == (1, 2, 3)


def test_range_slider_tells_two_numbers():
    seen = []
    slider = make("rangeSlider", 1, 3, 0, 10, onchange=lambda *args: seen.append(args))
    testing.set_value(slider, [2, 4])
    assert seen == [(2, 4)]


def test_button_colours_follow_selection():
    button = make("button", "Go", colorselected="red", colorunselected="blue", auto_select=True)
    assert button.color == "blue"
    testing.click(button)
    assert (button.selected, button.color) == (True, "red")


def test_datatable_tells_the_row():
    seen = []
    table = make("datatable", data=FRAME, on_click=seen.append)
    table.vue_change(table.rows[1])
    assert seen == [{"iso2code": "FR", "value": 2.0, "label": "<b>"}]


def test_app_shows_tabs_panels_and_services(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "tab=Two&x=5")
    seen = []
    app = make(
        "app", titletabs=["One", "Two"], onclicktab=seen.append, titletabsactiveparameter="tab"
    )
    app.show()
    assert seen == ["Two"]
    assert app.urlParameter("x", "1") == "5"
    output = app.contentAddPanel("10vw", "10vh", 0, 0, name="p", title="T")
    app.contentAddPanel("10vw", "10vh", 0, 0)
    assert list(app.content_panels_dict) == ["p"]
    assert isinstance(output, ipywidgets.Output)
    app.contentSetPanel("p", "20vw", "10vh", 0, 0)
    panel, title = app.content_panels_dict["p"]
    assert (panel.width, panel.children, title.children) == ("20vw", [output], ["T"])
    app.contentResetPanels()
    assert app.panels == []
    app.downloadText("Grüße", "a.txt")
    assert host().task["name"] == "a.txt"
    app.dialogWaitOpen(text="wait")
    assert len(host().dialogs) == 1
    app.dialogWaitClose()
    assert host().dialogs == []


def test_a_page_opens_and_tells_when_it_closes():
    closed = []
    page = make("page", "App", "Title", ipywidgets.Output(), onclose=lambda: closed.append(1))
    card = page.create()
    card.children = ["content"]
    page.open()
    assert page in host().dialogs
    page.close()
    assert closed == [1]
    assert page.state["title"] == "Title"


def test_treeview_names_and_operations():
    treeview = vuetify.treeview
    seen = []
    tree = treeview.createTreeviewFromList(["A.B", "A.C"], rootName="R", on_change=seen.append)
    operations = treeview.treeviewOperations(tree)
    assert operations.getSelected() == ["A.B", "A.C"]
    tree.vue_change(["A.B"])
    tree.vue_change(["A.B", "A.C"])
    assert seen == [["A.B"], ["A", "A.B", "A.C", "R"]]
    operations.setChildren("A", ["A.X"])
    assert operations.getChildren("A") == ["A.X"]
    operations.openAll()
    assert operations.getOpened() == ["R", "A"]


def test_a_branch_repeated_as_its_first_child_can_be_ticked_alone():
    make_tree = vuetify.treeview.createTreeviewFromList
    names = ["A", "A.a", "A.b.x"]
    tree = make_tree(names, rootName="R", opened=["R", "A"], repeat_parent_as_first_child=True)
    operations = vuetify.treeview.treeviewOperations(tree)
    assert operations.getSelected() == ["A", "A.a", "A.b", "A.b.x"]
    assert operations.getOpened() == ["R", "A"]
    operations.setOpened(["A.b"])
    assert operations.getOpened() == ["A.b"]
    tree.vue_change(["A"])
    assert tree.selectednames == ["A"]
    tree.vue_change(["A", "A.a", "A.b", "A.b.x"])
    assert tree.selectednames == ["A", "A.a", "A.b", "A.b.x", "R"]


def test_sortable_list_tells_its_moves():
    moves, changes = [], []
    rows = make(
        "sortableList", items=["a", "b"], onmoveup=moves.append, onchange=lambda: changes.append(1)
    )
    rows.vue_move([1, 0])
    assert (rows.items, moves, changes) == (["b", "a"], [1], [1])


def test_palette_picker_offers_families():
    picker = make("palettePickerEx", value="Viridis")
    assert picker.colors[0] == "#440154"
    picker.familyname = "diverging"
    assert picker.value is None or picker.value in {"RdBu", "RdYlGn", "BrBG", "Spectral"}


def test_snackbar_and_dialogs_reuse_the_host():
    host().messages = []
    bar = make("snackbar", title="T", text="x", show=True)
    assert host().messages[0]["title"] == "T"
    bar.close()
    assert host().messages == []
    answers = []
    ask = make("dialogYesNo", lambda: answers.append("yes"), title="Sure?", show=True)
    ask.vue_confirm()
    assert answers == ["yes"]


DRAWINGS = {
    "svgMap.svgMapEurope": lambda f: f(FRAME, "iso2code", legendtitle="<T>"),
    "svgUtils.graduatedLegend": lambda f: f(FRAME, "iso2code", codes_selected=["IT"]),
    "svgUtils.graduatedLegendVWVH": lambda f: f(FRAME, "iso2code"),
    "svgUtils.categoriesLegend": lambda f: f("Kinds & more", ["a", "<b>"]),
    "svgUtils.SmallCircle": lambda f: f("GDP", "12", 30).svg,
    "svgUtils.svgTitle": lambda f: f(),
    "svgUtils.svgLogo": lambda f: f(),
    "svgUtils.AnimatedPieChart": lambda f: f(labels=["a", "b", "c", "d", "e"])[1],
    "svgBarChart.svgBarChart": lambda f: f("T", names=["a", "<b>"], values=[1, -2], showvalues=True).svg,
    "svgRankChart.svgRankChart": lambda f: f(names=["a", "<b>"], values=[1, 2]).svg,
    "svgHeatmap.heatmapChart": lambda f: f(FRAME.set_index("iso2code")[["value"]]).svg,
    "svgGraph.svgGraph": lambda f: f(["a", "b"], ["A", "B"], ["red", "blue"], {"a": (0, 0), "b": (1, 1)}, [("a", "b", 3)]).svg,
    "svgPackedCirclesChart.svgPackedCirclesChart": lambda f: f(FRAME, "value", "label"),
    "svgBubblesChart.svgBubblesChart": lambda f: f(FRAME, "iso2code", "label", "value", "label").getsvg(),
    "interMap.bivariateLegend": lambda f: f(None, [1, 2], [1, 2], ["#ffffff", "#ff0000"], ["#ffffff", "#0000ff"]),
    "interMap.trivariateLegend": lambda f: f(None, 1, 2, 3, title1="a"),
    "interMap.trivariateLegendEx": lambda f: f(None, "a", "b", "c"),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_sound_svg(name):
    module, function = name.split(".")
    drawing = DRAWINGS[name](getattr(importlib.import_module(f"vois.{module}"), function))
    assert ET.fromstring(drawing).tag.endswith("svg")  # noqa: S314 - our own text


def test_a_bar_answers():
    from vois.svgBarChart import svgBarChart

    seen = []
    chart = svgBarChart(names=["a", "b"], values=[1, 2], on_change=seen.append, enabledeselect=True)
    testing.set_value(chart, "a")
    testing.set_value(chart, "a")
    assert seen == [("a", 1, 0), None]


def test_geojson_functions(tmp_path):
    from vois import geojsonUtils as g  # noqa: N813

    shape = {"type": "Point", "coordinates": [12, 50]}
    features = [{"type": "Feature", "properties": {"k": k}, "geometry": shape} for k in "ab"]
    path = tmp_path / "x.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    text = g.geojsonLoadFile(str(path))
    assert (g.geojsonCount(text), g.geojsonAttributes(text)) == (2, ["k"])
    joined = g.geojsonJoin(text, "k", "v", {"a": 1}, innerMode=True)
    assert g.geojsonAll(joined, "v") == [1]
    assert g.geojsonCount(g.geojsonFilter(text, "k", "b")) == 1
    from vois.leafletMap import geojsonMap

    shown = geojsonMap(
        pd.DataFrame({"k": ["a"], "value": [3.0]}), str(path), "k", "k", basemap=None
    )
    assert tuple(shown.center) == (50.0, 12.0)


def test_maps_need_no_network_and_rasters_lie_on_them():
    numpy = pytest.importorskip("numpy")
    from vois.geo import RasterLayer
    from vois.geo.Map import Map

    shown = Map(show_overview=False)
    shown.add(RasterLayer(numpy.eye(3), bounds=(5, 40, 12, 45)))
    assert not [one for one in shown.layers if type(one).__name__ == "TileLayer"]
    assert shown.state["basemapindex"] == 0


@pytest.mark.parametrize("module", ["template1panel", "template2panels", "template3panels"])
def test_templates_open_and_close_their_panels(module):
    kind = getattr(importlib.import_module(f"vois.templates.{module}"), module)
    page = kind(ipywidgets.Output())
    page.leftClose()
    page.create()
    assert page.panels.is_open["left"] is False
    page.leftClose()
    assert page.panels.is_open["left"] is False
    page.leftOpen()
    assert page.panels.is_open["left"] is True


def test_configurators_and_contents_build():
    from vois.templates import Content, Image, MainConfigurator, PageConfigurator, SVGdrawing

    output = ipywidgets.Output()
    assert MainConfigurator.MainConfigurator(output).create() is not None
    PageConfigurator.PageConfigurator(output).onCode()
    assert "page.page(" in __import__("base64").b64decode(host().task["data"]).decode()
    content = Content.Content(output, splitmode=3)
    content.set1([ui.Label("x")])
    state = content.state
    content.leftwidthperc = 30
    content.state = state
    assert content.leftwidthperc == 50
    assert "<svg" in SVGdrawing.SVGdrawing().svg
    assert Image.Image(output).state["content"] == "Image"


@pytest.mark.parametrize(
    ("module", "call"),
    [("interMap", "interGeojsonToVector"), ("geo.mapUtils", "BDAPLayer")],
)
def test_the_institutes_own_parts_say_what_they_need(module, call):
    # What notebooks may catch: these parts are whole, and useless elsewhere.
    with pytest.raises(NotImplementedError, match="institute"):
        getattr(importlib.import_module(f"vois.{module}"), call)({})


def test_the_app_is_imported_without_heavy_libraries():
    code = (
        "import sys; from vois.vuetify import app;"
        "print([m for m in ('pandas', 'plotly', 'ipyleaflet') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
