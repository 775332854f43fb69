"""Bubbles on a grid of two groups, as a drawing."""

# ruff: noqa: N801, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vois import ui
from vois._svg import esc, fmt, numbers, text
from vois.palettes import PALETTES

__all__ = ["svgBubblesChart"]


class svgBubblesChart:
    """Bubbles whose place, size and colour come from four columns of a DataFrame.

    Args:
        df: the rows.
        xcolumn: names across.
        ycolumn: names down.
        sizecolumn: numbers that become areas.
        colorcolumn: groups that become colours.
        width: in vw.
        height: in vh.
    """

    def __init__(
        self,
        df: Any,
        xcolumn: Any,
        ycolumn: Any,
        sizecolumn: Any,
        colorcolumn: Any,
        width: float = 100.0,
        height: float = 50.0,
        xstart: float = 6.0,
        strokewidth: float = 1,
        strokecolor: str = "#ffffff",
        backcolor: str = "#aaaaaa",
        backlinecolor: str = "#888888",
        bubblecolors: Any = None,
        textcolor: str = "black",
        textweight: float = 400,
        fontsize: float = 1.1,
        xtextangle: float = 0.0,
        title: str = "",
        mode: str = "spread",
        legendrows: float = 2,
        legenditemwidth: float = 10,
    ) -> None:
        given = {name: value for name, value in locals().items() if name != "self"}
        self.__dict__.update(given)
        self.df, self.title = df, title
        self.colorlist = list(bubblecolors or PALETTES["qualitative"]["Dark2"])
        self.rows = _rows(df, (xcolumn, ycolumn, sizecolumn, colorcolumn))
        across, down, sizes, groups = zip(*self.rows, strict=True) if self.rows else ((),) * 4
        self.xvalues, self.yvalues = list(dict.fromkeys(across)), list(dict.fromkeys(down))
        self.colorvalues = list(dict.fromkeys(groups))
        self.maxvalue, self.minvalue = max(sizes, default=1.0) or 1.0, min(sizes, default=0.0)
        self.ink = "currentColor" if textcolor == "black" else textcolor
        self.cell = max(28.0, min(90.0, 1000.0 / max(1, len(self.xvalues))))
        self.rmax, self.rmin = self.cell * 0.46, 2.0
        self.out = ui.Svg(
            "", style_=f"width: {width}vw; max-width: 100%", aria_label=title or "Bubbles"
        )

    def getradius(self, size: float) -> float:
        """Return the radius of a number, whose area is in proportion to it."""
        return max(self.rmin, self.rmax * math.sqrt(max(0.0, float(size)) / self.maxvalue))

    def _color(self, group: Any) -> str:
        color: str = self.colorlist[self.colorvalues.index(group) % len(self.colorlist)]
        return color

    def getlegendsvg(self) -> str:
        """Return the legend of the groups."""
        parts = []
        for i, group in enumerate(self.colorvalues):
            x, y = 10 + 220 * (i % 4), 14 + 24 * (i // 4)
            parts.append(f'<circle cx="{x}" cy="{y}" r="7" fill="{esc(self._color(group))}"/>')
            parts.append(text(x + 13, y + 5, group, 13, fill=self.ink))
        tall = 24 * (1 + (len(self.colorvalues) - 1) // 4) + 8
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {tall}" width="100%"'
            f' font-family="Roboto, Arial, sans-serif">{"".join(parts)}</svg>'
        )

    def getsvg(self) -> str:
        """Return the drawing."""
        left, top = 170.0, 110.0
        parts = [text(4, 22, self.title, 20, fill=self.ink, font_weight=600)]
        for j, name in enumerate(self.xvalues):
            x = left + self.cell * (j + 0.5)
            parts.append(
                text(
                    x,
                    top - 8,
                    str(name)[:22],
                    12,
                    fill=self.ink,
                    transform=f"rotate(-40 {x:.1f} {top - 8:.1f})",
                )
            )
        for i, name in enumerate(self.yvalues):
            y = top + self.cell * (i + 0.5)
            parts.append(
                text(left - 8, y + 4, str(name)[:24], 12, fill=self.ink, text_anchor="end")
            )
            parts.append(
                f'<path d="M {left:g} {y:.1f} h {self.cell * len(self.xvalues):g}" stroke="#8884"/>'
            )
        for x_name, y_name, size, group in sorted(self.rows, key=lambda one: -one[2]):
            cx = left + self.cell * (self.xvalues.index(x_name) + 0.5)
            cy = top + self.cell * (self.yvalues.index(y_name) + 0.5)
            said = esc(f"{x_name}, {y_name}, {group}: {fmt(size)}")
            parts.append(
                f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{self.getradius(size):.1f}" fill-opacity=".85"'
                f' fill="{esc(self._color(group))}" stroke="white"><title>{said}</title></circle>'
            )
        w, h = left + self.cell * len(self.xvalues) + 60, top + self.cell * len(self.yvalues) + 8
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:g} {h:g}" width="100%"'
            f' font-family="Roboto, Arial, sans-serif">{"".join(parts)}</svg>'
        )

    def draw(self) -> ui.Svg:
        """Return the widget with drawing and legend."""
        self.out.svg = self.getsvg() + self.getlegendsvg()
        return self.out


def _rows(df: Any, columns: Sequence[Any]) -> list[tuple[Any, Any, float, Any]]:
    """Return the cells of four columns, row by row; rows that lack one of them are left out."""
    across, down, sizes, groups = (list(df[name]) for name in columns)
    whole = [df[name].notna() for name in columns]
    cells = zip(across, down, numbers(sizes), groups, *whole, strict=True)
    return [
        (x, y, size, group)
        for x, y, size, group, *there in cells
        if all(there) and math.isfinite(size)
    ]
