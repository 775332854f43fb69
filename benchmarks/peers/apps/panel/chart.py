"""Stations, with Panel and Plotly."""

import panel as pn
import plotly.graph_objects as go
from content import stations, weekly

pn.extension("plotly")

table = pn.cache(stations)()
select = pn.widgets.Select(name="Station", options=list(table), value="Alder")


def figure(station: str) -> go.Figure:
    """The chart for a station."""
    means = weekly(table, station)
    chart = go.Figure(go.Scatter(x=means.index, y=means.to_numpy()))
    return chart.update_layout(height=320, margin={"l": 40, "r": 20, "t": 20, "b": 40})


def told(station: str) -> str:
    """The words for a station."""
    return f"<b class='bench-result'>{station}: {weekly(table, station).mean():.2f}</b>"


pn.Column(
    "# Stations",
    "Choose a station; the server filters the table and redraws the chart.",
    select,
    pn.pane.HTML(pn.bind(told, select)),
    pn.pane.Plotly(pn.bind(figure, select), sizing_mode="stretch_width"),
).servable()
