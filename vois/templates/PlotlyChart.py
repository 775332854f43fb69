"""A Plotly figure in a page, of the older spelling."""

# ruff: noqa: N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import importlib
from typing import Any, ClassVar

from vois import _v, theme, ui
from vois._lives import dispose
from vois.templates._saved import Saved

__all__ = ["PlotlyChart"]


class PlotlyChart(Saved):
    """A figure of the author's: ``chart.fig = figure``."""

    STATE: ClassVar[tuple[str, ...]] = (*Saved.STATE, "chart_width", "chart_height")
    markup = """<v-card @root variant="flat" :width="width" max-width="100%" style="overflow: auto">
 <jupyter-widget v-for="one in children" :key="one" :widget="one" /></v-card>"""
    children: list[Any] = _v.widgets()
    _fig: Any = None

    def __init__(
        self,
        width: Any = "99%",
        height: Any = "400px",
        chart_width: float = 500,
        chart_height: float = 250,
        color_first: Any = None,
        color_second: Any = None,
        dark: Any = None,
        **kwargs: Any,
    ) -> None:
        self._chart = [chart_width, chart_height]
        self.begin(dict(locals()))

    @property
    def fig(self) -> Any:
        """The figure, in the colours of the theme."""
        return self._fig

    @fig.setter
    def fig(self, fig: Any) -> None:
        """Show another figure."""
        self._fig = fig
        self.update()

    def update(self) -> None:
        """Draw the figure anew."""
        if self._fig is None:
            return
        self._fig.update_layout(
            width=self._chart[0], height=self._chart[1], template=theme.plotly_template()
        )
        widget = importlib.import_module("plotly.graph_objects").FigureWidget
        before, self.children = self.children, [widget(self._fig)]
        dispose(before)

    @property
    def chart_width(self) -> Any:
        """Width of the figure in pixels."""
        return self._chart[0]

    @chart_width.setter
    def chart_width(self, width: Any) -> None:
        """Set the width and draw anew."""
        self._chart[0] = width
        self.update()

    @property
    def chart_height(self) -> Any:
        """Height of the figure in pixels."""
        return self._chart[1]

    @chart_height.setter
    def chart_height(self, height: Any) -> None:
        """Set the height and draw anew."""
        self._chart[1] = height
        self.update()

    def changeW(self, w: float) -> None:
        """Another width was chosen."""
        self.chart_width = int(w)

    def changeH(self, h: float) -> None:
        """Another height was chosen."""
        self.chart_height = int(h)

    def configure(self) -> Any:
        """Return controls for the size."""
        return ui.Column(
            ui.Slider("Width", self.chart_width, 100, 2000, self.changeW, unit=" px"),
            ui.Slider("Height", self.chart_height, 100, 2000, self.changeH, unit=" px"),
        )
