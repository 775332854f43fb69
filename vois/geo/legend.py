"""Legends: what the colours of a layer mean, as SVG text and as a widget."""

from __future__ import annotations

from typing import Any

from vois import _v
from vois._svg import esc, text
from vois.geo.scales import Continuous, Scale, round_numbers

__all__ = ["Legend", "legend_svg"]

_SIZE, _LINE, _BAR = 13.0, 22, 14
_PARTS = 50
"""Pieces of a colour bar."""
_LETTER = 7.2
"""Pixels that a letter of the legend's size takes, on average."""
_TICK = '<path d="M {0:.1f} {1:g} V {2:g}" stroke="currentColor" stroke-opacity="0.7"/>'


def legend_svg(scale: Scale, title: str = "") -> str:
    """Return a colour bar of a continuous scale, or a line for each class of another.

    The bar has ticks at its ends and at round numbers between them. Text has the
    colour of the page (``currentColor``).

    Args:
        scale: of a layer.
        title: over the colours.
    """
    top = _LINE if title else 4
    inner, width, height = _bar(scale, top) if isinstance(scale, Continuous) else _lines(scale, top)
    width = max(width, len(title) * _LETTER + 4)
    head = text(0, 14, title, _SIZE, fill="currentColor", font_weight=600) if title else ""
    said = esc(f"Legend: {title}" if title else "Legend")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" role="img"'
        f' viewBox="0 0 {width:g} {height:g}" aria-label="{said}" font-family="inherit">{head}{inner}</svg>'
    )


def _bar(scale: Continuous, top: float) -> tuple[str, float, float]:
    width, table = 200.0, scale.table
    wide = width / _PARTS
    # Not a gradient: its id would have to be unique on the page.
    parts = [
        f'<rect x="{i * wide:g}" y="{top}" width="{wide:g}" height="{_BAR}"'
        f' fill="{table[i * (len(table) - 1) // (_PARTS - 1)]}" shape-rendering="crispEdges"/>'
        for i in range(_PARTS)
    ]
    taken: list[tuple[float, float]] = []
    y = top + _BAR
    ends = (scale.low, scale.high)
    for value in dict.fromkeys((*ends, *round_numbers(*ends))):
        x = width * (value - scale.low) / (scale.high - scale.low)
        if not 0 <= x <= width:
            continue
        # The unit stands at the ends only; a number that would touch another is left out.
        said = scale.text(value) if value in ends else f"{value:,.4g}"
        half = len(said) * _LETTER / 2
        middle = min(max(x, half), width - half)
        parts.append(_TICK.format(min(max(x, 0.5), width - 0.5), y, y + 5))
        if all(abs(middle - at) > half + room + 4 for at, room in taken):
            taken.append((middle, half))
            looks = {"fill": "currentColor", "text_anchor": "middle"}
            parts.append(text(middle, y + 18, said, _SIZE - 1, **looks))
    return "".join(parts), width, y + 24


def _lines(scale: Scale, top: float) -> tuple[str, float, float]:
    parts = []
    for i, (color, said) in enumerate(scale.entries):
        y = top + i * _LINE
        parts.append(
            f'<rect x="0" y="{y + 2}" width="18" height="16" rx="3" fill="{esc(color)}"'
            ' stroke="currentColor" stroke-opacity="0.35"/>'
        )
        parts.append(text(26, y + 15, said, _SIZE, fill="currentColor"))
    longest = max((len(said) for _, said in scale.entries), default=0)
    return "".join(parts), 30 + longest * _LETTER, top + len(scale.entries) * _LINE + 2


class Legend(_v.VoisWidget):
    """The legend of a layer on a small card; it follows the layer's scale and visibility.

    Args:
        layer: has ``scale`` and ``name``, such as a `RasterLayer` or a `Choropleth`.
        title: over the colours; the layer's name by default.
        traits: any trait by name.
    """

    markup = """<v-card @root v-show="shown" border flat class="px-3 py-2"><div v-html="svg"
 style="line-height: 0"></div></v-card>"""
    svg: str = _v.text()
    shown: bool = _v.flag(default=True)

    def __init__(self, layer: Any, title: str | None = None, **traits: Any) -> None:
        self._layer, self._title = layer, title
        super().__init__(**traits)
        layer.observe(lambda _: self._draw(), ["scale", "name", "visible"])
        self._draw()

    def _draw(self) -> None:
        title = self._layer.name if self._title is None else self._title
        self.svg = legend_svg(self._layer.scale, title)
        self.shown = bool(self._layer.visible)
