"""Plotly charts in the colours of the theme: Figure."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from vois import _v, theme

__all__ = ["Figure"]

_NONE = "rgba(0,0,0,0)"  # the page or card on which the chart stands is seen


class Figure(_v.VoisWidget):
    """A Plotly figure that takes the theme's colours and keeps following light, dark and preset.

    Series without a colour of their own, or with one of Plotly's usual ones (as Plotly
    Express gives them), take the theme's; colours that the author chose stay.

    Attributes:
        figure: the ``FigureWidget``, for all that Plotly can do: ``figure.data[0].y = ...``.

    Args:
        figure: a Plotly figure, or anything that its ``Figure`` takes.
        label: name of the chart for screen readers; by default its title.
        height: CSS height.
        tools: whether Plotly's own buttons are shown.
        traits: any trait by name.

    Raises:
        ImportError: Plotly is not installed.
    """

    markup = """<div @root role="figure" :aria-label="aria_label || label || 'Chart'">
 <component :is="'style'">.vois-figure, .vois-figure > *, .vois-figure > * > .plotly-graph-div {
 height: 100% !important; min-width: 0; }</component>
 <div class="vois-figure" :style="{height: height}"><jupyter-widget :widget="figure" /></div>
 @error</div>"""

    # Plotly draws before it has a place, and asks for its size only when the window changes.
    script = """<script>export default { mounted() {
 this.turn = () => window.dispatchEvent(new Event('resize'));
 this.drawn = e => { if (this.$el.contains(e.detail.element)) this.turn(); };
 document.addEventListener('plotlywidget-after-render', this.drawn);
 this.eye = new ResizeObserver(this.turn); this.eye.observe(this.$el); },
 unmounted() { document.removeEventListener('plotlywidget-after-render', this.drawn);
  this.eye.disconnect(); } };</script>"""

    figure: Any = _v.some().tag(**_v.ipywidgets.widget_serialization)
    height: str = _v.text("360px")

    def __init__(
        self,
        figure: Any = None,
        label: str = "",
        *,
        height: str = "360px",
        tools: bool = False,
        **traits: Any,
    ) -> None:
        plotly = importlib.import_module("plotly.graph_objects")
        made = figure if isinstance(figure, plotly.FigureWidget) else plotly.FigureWidget(figure)
        made.layout.autosize = True
        made._config = {"responsive": True, "displayModeBar": tools, "displaylogo": False}  # noqa: SLF001 - its only way
        self._own = list(_usual(made))
        super().__init__(
            figure=made, label=label or made.layout.title.text or "", height=height, **traits
        )
        theme.follow(self, self._paint)

    def _paint(self) -> None:
        looks = theme.plotly_template()["layout"] | {"paper_bgcolor": _NONE, "plot_bgcolor": _NONE}
        colours = looks["colorway"]
        with self.figure.batch_update():
            self.figure.layout.template = {"layout": looks}
            for part, index in self._own:
                part.color = colours[index % len(colours)]

    def close(self) -> None:
        """Take the figure away."""
        if self.figure is not None:
            self.figure.close()
        super().close()


def _usual(figure: Any) -> Iterator[tuple[Any, int]]:
    """Yield lines and markers whose colour is one of Plotly's usual ones, and which."""
    usual = list(importlib.import_module("plotly.colors").qualitative.Plotly)
    for trace in figure.data:
        for name in ("line", "marker"):
            part = getattr(trace, name, None)
            colour = getattr(part, "color", None)
            if isinstance(colour, str) and colour in usual:
                yield part, usual.index(colour)
