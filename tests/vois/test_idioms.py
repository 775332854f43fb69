"""What notebooks of the older library do most, in one generated notebook that must run in silence."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).parents[2]

SETTINGS = """
from vois.vuetify import settings
settings.color_first, settings.color_second = "#0d856d", "#a0dcd0"
settings.dark_mode, settings.button_rounded = False, True
settings.tooltip_backcolor = "#000000"
import ipywidgets as widgets
import pandas as pd
from IPython.display import display
from ipywidgets import Output
import ipyvuetify as v
from vois.geo import Map
MAP = Map.Map()
output = Output()
frame = pd.DataFrame({"iso2code": ["IT", "FR", "GB"], "value": [1.0, 2.0, 30.0], "label": ["a", "b", "c"]})
"""

# Older name: newer name, arguments.
RENAMED = {
    "button": ("Button", '"Press", onclick=lambda: None, width=100, textweight=300, colorselected="red", selected=True, rounded=True'),
    "switch": ("Switch", 'True, "Label", inset=True, dense=True, onchange=lambda value: None'),
    "label": ("Label", '"Text", onclick=lambda: None, textweight=500, iconname="mdi-home", iconlarge=True, width=120'),
    "toggle": ("Toggle", '1, ["a", "b", "c"], tooltips=["x", "y", "z"], onchange=lambda index: None, dark=False'),
    "slider": ("Slider", "5, minvalue=0, maxvalue=10, vertical=False, onchange=lambda value: None"),
    "sliderFloat": ("SliderFloat", '0.3, text="Opacity", minvalue=0.0, maxvalue=1.0, maxint=100, onchange=lambda value: None, showpercentage=True'),
    "rangeSlider": ("RangeSlider", "2, 5, minvalue=0, maxvalue=10, onchange=lambda low, high: None"),
    "radio": ("Radio", '0, ["a", "b"], ["x", "y"], onchange=lambda index: None, row=True'),
    "multiSwitch": ("MultiSwitch", '[True, False], ["a", "b"], tooltips=["x", "y"], onchange=lambda values: None'),
    "tabs": ("Tabs", '0, ["a", "b"], contents=[widgets.Label("x"), widgets.Label("y")], onchange=lambda index: None'),
    "textlist": ("TextList", '["t"], ["text"], titlefontsize=11, textfontsize=12, titlecolumn=4, textcolumn=8'),
    "colorPicker": ("ColorPicker", 'color="#ff0000", width=60, height=40, onchange=lambda: None'),
    "datePicker": ("DatePicker", 'date="2022-03-04", label="Day", mindate="2020-01-01", onchange=lambda: None'),
    "dayCalendar": ("DayCalendar", ""),
    "progress": ("Progress", 'output, text="Wait"'),
}  # fmt: skip

# Names that were never changed: arguments, and what is done with the widget ``w``.
KEPT = {
    "selectSingle": ('"Country", ["IT", "FR"], selection="IT", width=200, onchange=lambda: None, marginy=2, clearable=True', 'assert w.value == "IT"; w.value = "FR"'),
    "selectMultiple": ('"Countries", ["IT", "FR"], selected=["IT"], width=200, onchange=lambda: None', "w.value = []"),
    "selectImage": ('[{"name": "a", "image": "data:,"}], selection=0, onchange=lambda index: None', "w.value"),
    "datatable": ("data=frame, height='300px', on_click=lambda row: None", "w"),
    "iconButton": ("onclick=lambda: None, icon='mdi-magnify', tooltip='Search', large=True", "w.color = 'red'; w.tooltip"),
    "card": ("elevation=4, title='T', subtitle='S', text='x', width=300", "w"),
    "cardsGrid": ("[{'title': 'T', 'subtitle': 'S', 'image': 'data:,'}], on_click=lambda index: None", "w"),
    "title": ("'Title'", "w"),
    "footer": ("text='End', buttons=['a']", "w"),
    "menu": ("0, 'Menu', ['a', 'b'], onchange=lambda index: None", "w"),
    "popup": ("widgets.Label('inside'), 'Open', popupwidth=300", "w"),
    "sidePanel": ("title='T', text='x', content=[]", "w.show(); assert w.isopen; w.close()"),
    "snackbar": ("title='T', text='x', show=True, output=output", "w.close()"),
    "sortableList": ("items=['a', 'b'], itemNew=lambda: 'c', itemContent=lambda item, index: [widgets.Label(item)]", "assert w.items == ['a', 'b']"),
    "rangeSliderFloat": ("1.0, 2.0, minvalue=0.0, maxvalue=10.0", "w.value"),
    "paletteEditor": ("", "w.colors; w.items"),
    "palettePicker": ("", "w.colors; w.updatePalettes()"),
    "palettePickerEx": ("family='sequential', value='Viridis', interpolate=True", "w.value; w.colors"),
    "basemaps": ("MAP", "w.current_layer"),
    "upload": ("accept='*', label='Files', onchange=lambda files: None", "w.clear()"),
    "dialogGeneric": ("title='T', text='x', output=output, show=True", "w.close()"),
    "dialogMessage": ("title='T', text='x', output=output, show=True", "w.close()"),
    "dialogYesNo": ("lambda: None, lambda: None, title='T', text='x', output=output, show=True", "w.close()"),
    "dialogWait": ("text='Wait', output=output", "w.close()"),
    "svgsGrid": ("['<svg/>'], on_click=lambda index: None", "w"),
    "fab": ("icon='mdi-plus', onclick=lambda: None", "w.seticon('mdi-minus'); w.settooltip('x')"),
}  # fmt: skip

FREE = [
    """
from vois.vuetify import app
g_app = app.app(title="T", titletabs=["One", "Two"], onclicktab=lambda text: None, footertext="End",
    footerbuttons=["a", "b"], onclickfooter=lambda text: None, minipanelicons=["mdi-home"],
    minipaneltooltips=["Home"], onclickminipanel=lambda index: None, dark=False)
panel = g_app.contentAddPanel("20vw", "30vh", 0, 0, border="1px solid red", name="p")
with panel:
    display(widgets.Label("x"))
g_app.contentSetPanel("p", "10vw", "10vh", 0, 0)
g_app.contentResetPanels()
g_app.contentBackground()
g_app.show()
g_app.setActiveTab(1)
g_app.dialogWaitOpen(text="Wait"); g_app.dialogWaitClose()
g_app.fab(icon="mdi-plus")
with g_app.outcontent:
    display(widgets.Label("y"))
assert g_app.urlParameter("missing", "default") == "default"
g_app.downloadText("text", fileName="a.txt"); g_app.downloadBytes(b"bytes", fileName="a.bin")
g_app.urlOpen("https://example.org"); g_app.urlUpdate("?a=1")
g_app.snackbar("Title", "Text")
""",
    """
from vois.vuetify import page, mainPage
p = page.page("App", "Title", output, onclose=lambda: None)
card = p.create(); card.children = [widgets.Label("x")]; p.open(); p.close()
m = mainPage.mainPage(title="T"); m.addButton("a", onclick=lambda: None); m.open()
""",
    """
from vois.vuetify import treeview, tooltip, queryStrings
card = treeview.createTreeviewFromList(["A.B", "A.C"], rootName="R", on_change=lambda names: None, opened_all=True)
display(card)
operations = treeview.treeviewOperations(card); operations.openAll(); operations.getSelected()
two = pd.DataFrame({"a": ["x", "x"], "b": ["1", "2"], "c": ["i", "j"]})
display(treeview.createTreeviewFromDF2Columns(two, "a", "b", rootName="R"))
display(treeview.createTreeviewFromDF3Columns(two, "a", "b", "c", rootName="R", separator="."))
display(treeview.createFlatTreeview(["a", "b"]))
display(tooltip.tooltip("Help", v.Btn(children=["x"])))
queryStrings.readParameters()
""",
    """
from ipywidgets import HTML
from vois import svgBarChart, svgBubblesChart, svgGraph, svgHeatmap, svgMap, svgPackedCirclesChart, svgRankChart, svgUtils
for text in (svgUtils.graduatedLegend(frame, "iso2code"), svgUtils.categoriesLegend("K", ["a", "b"]), svgUtils.svgTitle(),
        svgUtils.svgLogo(), svgMap.svgMapEurope(frame, "iso2code", codes_selected=["IT"]), svgPackedCirclesChart.svgPackedCirclesChart(frame, "value", "label")):
    display(HTML(text))
pie, text = svgUtils.AnimatedPieChart(values=[1, 2], labels=["a", "b"], onclick=lambda index: None)
display(pie, HTML(text))
display(svgUtils.SmallCircle("GDP", "12", 30))
display(svgBarChart.svgBarChart("T", names=["a"], values=[1.0], on_change=lambda name: None))
display(svgRankChart.svgRankChart(names=["a"], values=[1.0]))
display(svgHeatmap.heatmapChart(frame.set_index("iso2code")[["value"]]))
display(svgGraph.svgGraph(["a", "b"], ["A", "B"], ["red", "blue"], {"a": (0, 0), "b": (1, 1)}, [("a", "b", 3)]))
chart = svgBubblesChart.svgBubblesChart(frame, "iso2code", "label", "value", "label"); chart.draw(); chart.getlegendsvg()
assert "GB" in svgMap.country_codes and svgMap.country_name["IT"] == "Italy"
svgMap.svgChangeWidth(svgMap.svgChangeHeight(text, "100px"), "100px")
""",
    """
import json
from vois import colors, cssUtils, download, geojsonUtils, interMap, ipytrees, leafletMap, textpopup, treemapPlotly, urlOpen, urlUpdate
cssUtils.allSettings(output); cssUtils.switchFontSize(output, 12)
shades = colors.colorInterpolator(["#000000", "#ffffff"], 0, 1); shades.GetColor(0.5); shades.GetColors(3)
colors.isColorDark(colors.hex2rgb(colors.randomColor())); colors.rgb2hex(colors.string2rgb("rgb(1,2,3)"))
shape = {"type": "Polygon", "coordinates": [[[5, 40], [9, 40], [9, 44], [5, 40]]]}
features = [{"type": "Feature", "properties": {"k": k}, "geometry": shape} for k in "ab"]
with open("shapes.geojson", "w") as file:
    json.dump({"type": "FeatureCollection", "features": features}, file)
geo = geojsonUtils.geojsonLoadFile("shapes.geojson")
geojsonUtils.geojsonAll(geo, "k"); geojsonUtils.geojsonAttributes(geo); geojsonUtils.geojsonFilter(geo, "k", "a")
joined = geojsonUtils.geojsonJoin(geo, "k", "v", {"a": 1}, innerMode=True); assert geojsonUtils.geojsonCount(joined) == 1
values = pd.DataFrame({"k": ["a", "b"], "value": [1.0, 2.0]})
display(leafletMap.geojsonMap(values, "shapes.geojson", "k", "k"))
display(leafletMap.countriesMap(pd.DataFrame({"iso3code": ["ITA"], "value": [1.0]}), "iso3code"))
display(treemapPlotly.createTreemapFromList(["A.B", "A.C"], rootName="R"))
display(ipytrees.createIpytreeFromList(["A.B", "A.C"], rootName="R"))
download.output = output
download.downloadText("x", "a.txt"); download.downloadBytes(b"x", "a.bin")
urlOpen.urlOpen("https://example.org", output); urlUpdate.urlUpdate("?a=1", output)
""",
    """
from vois.geo import Map, mapUtils
from vois.vuetify import UploadImage, UploadJson
UploadImage.UploadImage(output, onOK=lambda: None); UploadJson.UploadJson(output, onOK=lambda: None)
m = MAP; mapUtils.clear(m); mapUtils.addLayer(m, mapUtils.EsriWorldImagery(), "Images", 0.5)
mapUtils.zoomToExtents(m, 5, 40, 12, 45, 4326); Map.LAYERNAME_BACKGROUND
display(m)
from vois.templates import Content, Image, MainConfigurator, PageConfigurator, PlotlyChart, SVGdrawing, dynamicButton
from vois.templates import template1panel, template2panels, template3panels
for kind in (template1panel.template1panel, template2panels.template2panels, template3panels.template3panels):
    page = kind(output); page.create(); page.open(); page.close()
MainConfigurator.MainConfigurator(output).create(); PageConfigurator.PageConfigurator(output)
Content.Content(output, splitmode=2); Image.Image(output); PlotlyChart.PlotlyChart(); SVGdrawing.SVGdrawing()
""",
]


def shown(make, more=""):
    return f"w = {make}\n{more}\ndisplay(w.draw())\ndisplay(w)"


def cells():
    yield SETTINGS
    for old, (new, arguments) in RENAMED.items():
        call = f"{old}.{old}({arguments})"
        yield f"from importlib import reload\nfrom vois.vuetify import {old}\nreload({old})\n{shown(call)}"
        yield f"from vois.vuetify import {new}\n{shown(f'{new}({arguments})')}"
    for name, (arguments, more) in KEPT.items():
        yield f"from vois.vuetify import {name}\n{shown(f'{name}.{name}({arguments})', more)}"
    yield from FREE


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_notebook_of_the_usual_idioms_runs_in_silence(tmp_path):
    notebook = new_notebook(cells=[new_code_cell(source.strip()) for source in cells()])
    client = NotebookClient(
        notebook,
        timeout=120,
        allow_errors=True,
        store_widget_state=True,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT)})
    said = [
        (cell.source, one.get("evalue") or one.get("text"))
        for cell in notebook.cells
        for one in cell.get("outputs", [])
        if one.output_type in {"stream", "error"}
    ]
    assert said == []
    # What is written into an output widget is shown to viewers too.
    hidden = json.dumps(nbformat.from_dict(notebook.metadata).get("widgets", {}))
    assert "OutputModel" in hidden
    assert '"output_type": "error"' not in hidden
    assert '"name": "stderr"' not in hidden
