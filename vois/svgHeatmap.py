"""A table of colours as a drawing."""

# ruff: noqa: ARG001, D417, N802, N803, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vois import ui
from vois._svg import Range, esc, fmt, text

__all__ = ["heatmapChart"]


def heatmapChart(
    df: Any,
    width: float = 100.0,
    height: float = 50.0,
    hTitle: float = 5.0,
    wTitle: float = 15.0,
    columnTitleMaxChar: float = 40,
    textRows: str = "Row",
    textColumns: str = "Column",
    textValues: str = "Value",
    title: str = "Heatmap",
    fontsize: float = 1.0,
    colorlist: Sequence[Any] = (
        "rgb(247,251,255)",
        "rgb(222,235,247)",
        "rgb(198,219,239)",
        "rgb(158,202,225)",
        "rgb(107,174,214)",
        "rgb(66,146,198)",
        "rgb(33,113,181)",
        "rgb(8,81,156)",
        "rgb(8,48,107)",
    ),
    textcolor: str = "black",
    textweight: float = 400,
    backcolor: str = "white",
    highlitecolor: str = "#426bb4",
    highliteback: str = "#dddddd",
    minvalue: float = 0.0,
    maxvalue: float = 1.0,
    decimals: float = 2,
) -> Any:
    """Return a DataFrame as coloured cells, a widget; pointing at a cell tells its number.

    Args:
        df: rows and columns of numbers; the index names the rows.
        width: in vw.
        height: in vh.
        minvalue: number of the first colour.
        maxvalue: number of the last colour.
        decimals: of the numbers told.
    """
    rows, columns = [str(one) for one in df.index], [str(one) for one in df.columns]
    shade = Range(colorlist, float(minvalue), float(maxvalue))
    ink = "currentColor" if textcolor == "black" else textcolor
    left, top, cell_w, cell_h = 160.0, 130.0, max(14.0, 840.0 / max(1, len(columns))), 24.0
    parts = [text(4, 22, title, 20, fill=ink, font_weight=600)]
    for j, name in enumerate(columns):
        x, y = left + cell_w * (j + 0.6), top - 6
        turn = f"rotate(-50 {x:.1f} {y:.1f})"
        parts.append(text(x, y, _cut(name, int(columnTitleMaxChar)), 12, fill=ink, transform=turn))
    for i, name in enumerate(rows):
        y = top + cell_h * i
        parts.append(text(left - 6, y + cell_h * 0.7, name[:24], 12, fill=ink, text_anchor="end"))
        for j, other in enumerate(columns):
            value = float(df.iloc[i, j])
            told = f"{textRows} {name}, {textColumns} {other}: {fmt(value, int(decimals))}"
            place = (left + j * cell_w, y, cell_w - 1, cell_h - 1)
            fill = "#cccccc" if math.isnan(value) else shade(value)
            parts.append(_cell(f"{i},{j}", place, fill, told))
    size = (left + cell_w * len(columns) + 40, top + cell_h * len(rows) + 8)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:g} {size[1]:g}" width="100%"'
        f' role="img" aria-label="{esc(title)}" font-family="Roboto, Arial, sans-serif">{"".join(parts)}</svg>'
    )
    return ui.Svg(svg, style_=f"width: {width}vw; max-width: 100%", aria_label=title)


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _cell(key: str, place: tuple[float, float, float, float], fill: str, told: str) -> str:
    x, y, width, height = place
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:g}" fill="{fill}"'
        f' data-key="{key}"><title>{esc(told)}</title></rect>'
    )
