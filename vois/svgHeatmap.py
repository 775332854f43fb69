"""A table of colours as a drawing."""

# ruff: noqa: ARG001, D417, N802, N803, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vois import ui
from vois._svg import BLUES, Range, esc, fmt, numbers, text

__all__ = ["heatmapChart"]

# Where the cells begin and how high each is, in units of the drawing.
_LEFT, _TOP, _TALL = 160.0, 130.0, 24.0


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
    colorlist: Sequence[Any] = BLUES,
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
    columns = [str(one) for one in df.columns]
    shade = Range(colorlist, float(minvalue), float(maxvalue))
    ink = "currentColor" if textcolor == "black" else textcolor
    wide = max(14.0, 840.0 / max(1, len(columns)))
    parts = [text(4, 22, title, 20, fill=ink, font_weight=600)]
    parts += _heads([_cut(one, int(columnTitleMaxChar)) for one in columns], wide, ink)
    for i, name in enumerate(str(one) for one in df.index):
        cells = [
            (shade(value), f"{textRows} {name}, {textColumns} {other}: {fmt(value, int(decimals))}")
            for value, other in zip(numbers(df.iloc[i]), columns, strict=True)
        ]
        parts += _row(i, name, cells, wide, ink)
    size = (_LEFT + wide * len(columns) + 40, _TOP + _TALL * len(df.index) + 8)
    svg = _framed("".join(parts), size, title)
    return ui.Svg(svg, style_=f"width: {width}vw; max-width: 100%", aria_label=title)


def _row(i: int, name: str, cells: Sequence[tuple[str, str]], wide: float, ink: str) -> list[str]:
    """Return a row's name and its cells, of each of which colour and words are given."""
    y = _TOP + _TALL * i
    parts = [text(_LEFT - 6, y + _TALL * 0.7, name[:24], 12, fill=ink, text_anchor="end")]
    for j, (color, told) in enumerate(cells):
        place = (_LEFT + j * wide, y, wide - 1, _TALL - 1)
        parts.append(_cell(f"{i},{j}", place, color, told))
    return parts


def _framed(inner: str, size: tuple[float, float], title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:g} {size[1]:g}" width="100%"'
        f' role="img" aria-label="{esc(title)}" font-family="Roboto, Arial, sans-serif">{inner}</svg>'
    )


def _heads(names: Sequence[str], wide: float, ink: str) -> list[str]:
    """Return the columns' names, turned to have room."""
    parts = []
    for j, name in enumerate(names):
        x, y = _LEFT + wide * (j + 0.6), _TOP - 6
        turn = f"rotate(-50 {x:.1f} {y:.1f})"
        parts.append(text(x, y, name, 12, fill=ink, transform=turn))
    return parts


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _cell(key: str, place: tuple[float, float, float, float], fill: str, told: str) -> str:
    x, y, width, height = place
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:g}" fill="{fill}"'
        f' data-key="{key}"><title>{esc(told)}</title></rect>'
    )
