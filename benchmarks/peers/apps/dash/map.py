"""Greenness, with Dash and Dash Leaflet."""

import dash_leaflet as dl
from content import BOUNDS, greenness, ndvi, picture, scenes
from dash import Dash, Input, Output, callback, html

data = scenes()
app = Dash(__name__)
server = app.server
app.layout = [
    html.H1("Greenness"),
    html.P("Step through the scenes; the server computes NDVI and redraws the overlay."),
    html.Button("Next scene", id="next", n_clicks=0),
    html.B(id="result", className="bench-result"),
    dl.Map(
        [dl.TileLayer(), dl.ImageOverlay(id="scene", url="", bounds=BOUNDS)],
        center=(45.1, 8.1),
        zoom=11,
        attributionControl=False,
        style={"height": "320px"},
    ),
]


@callback(Output("result", "children"), Output("scene", "url"), Input("next", "n_clicks"))
def show(clicks: int) -> tuple[str, str]:
    """The words and the picture for a month."""
    month = clicks % 12
    index = ndvi(data, month)
    return greenness(index, month), picture(index)
