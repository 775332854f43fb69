"""Greenness, with Panel and its own maps (Bokeh's)."""

import panel as pn
from bokeh.models import ColumnDataSource, LinearColorMapper, WMTSTileSource
from bokeh.plotting import figure
from content import BOUNDS, greenness, ndvi, scenes
from pyproj import Transformer

pn.extension()

data = pn.cache(scenes)()
(south, west), (north, east) = BOUNDS
mercator = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
(left, bottom), (right, top) = mercator.transform(west, south), mercator.transform(east, north)

view = figure(
    x_axis_type="mercator",
    y_axis_type="mercator",
    x_range=(left, right),
    y_range=(bottom, top),
    height=320,
    sizing_mode="stretch_width",
    match_aspect=True,
)
view.add_tile(WMTSTileSource(url="https://tile.openstreetmap.org/{Z}/{X}/{Y}.png"))
scene = view.image(
    "image",
    x=left,
    y=bottom,
    dw=right - left,
    dh=top - bottom,
    source=ColumnDataSource({"image": []}),
    color_mapper=LinearColorMapper("RdYlGn11", low=-1, high=1),
)
button, result = pn.widgets.Button(name="Next scene"), pn.pane.HTML()


def step(month: int) -> None:
    """Show a month."""
    index = ndvi(data, month)
    result.object = f"<b class='bench-result'>{greenness(index, month)}</b>"
    scene.data_source.data = {"image": [index.to_numpy()[::-1].astype("float32")]}


step(0)
button.on_click(lambda event: pn.state.execute(lambda: step(event.new % 12), schedule=True))
pn.Column(
    "# Greenness",
    "Step through the scenes; the server computes NDVI and redraws the overlay.",
    button,
    result,
    pn.pane.Bokeh(view, sizing_mode="stretch_width"),
).servable()
