"""Stations, with Dash and Plotly."""

import plotly.graph_objects as go
from content import stations, weekly
from dash import Dash, Input, Output, callback, dcc, html

table = stations()
app = Dash(__name__)
server = app.server
app.layout = [
    html.H1("Stations"),
    html.P("Choose a station; the server filters the table and redraws the chart."),
    dcc.Dropdown(list(table), "Alder", id="station", clearable=False),
    html.B(id="result", className="bench-result"),
    dcc.Graph(id="figure"),
]


@callback(Output("result", "children"), Output("figure", "figure"), Input("station", "value"))
def show(station: str) -> tuple[str, go.Figure]:
    """The words and the chart for a station."""
    means = weekly(table, station)
    figure = go.Figure(go.Scatter(x=means.index, y=means.to_numpy()))
    figure.update_layout(height=320, margin={"l": 40, "r": 20, "t": 20, "b": 40})
    return f"{station}: {means.mean():.2f}", figure
