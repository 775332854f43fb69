"""Stations, with Solara and Plotly."""

import plotly.graph_objects as go
import solara
from content import stations, weekly

table = stations()
station = solara.reactive("Alder")


@solara.component
def Page() -> None:  # noqa: N802 - what Solara looks for
    """The page."""
    means = weekly(table, station.value)
    figure = go.Figure(go.Scatter(x=means.index, y=means.to_numpy()))
    figure.update_layout(height=320, margin={"l": 40, "r": 20, "t": 20, "b": 40})
    solara.Markdown(
        "# Stations\nChoose a station; the server filters the table and redraws the chart."
    )
    solara.Select("Station", values=list(table), value=station)
    told = f"{station.value}: {means.mean():.2f}"
    solara.HTML(tag="b", unsafe_innerHTML=told, classes=["bench-result"])
    solara.FigurePlotly(figure)
