"""Legends as SVG."""

# ruff: noqa: ARG001, N802, N803, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vois import theme
from vois._svg import PLASMA, Range, esc, fmt, frame, limits, numbers, text, wrap

__all__ = ["categoriesLegend", "graduatedLegend", "graduatedLegendVWVH"]


def categoriesLegend(
    title: Any,
    descriptions: Any,
    width: Any = 200,
    elemHeight: float = 38,
    bordercolor: str = "black",
    borderWidth: float = 2,
    textcolor: str = "black",
    colorlist: Sequence[Any] = (
        "#fef4ef",
        "#fdd3c0",
        "#fca080",
        "#fa6a49",
        "#e23026",
        "#b11117",
        "#66000c",
    ),
    dark: Any = None,
) -> Any:
    """Return a legend of boxes with texts, one below the other.

    Args:
        title: over the boxes.
        descriptions: one text for each colour.
        width: in pixels.
        elemHeight: height of a line in pixels.
        bordercolor: around the boxes.
        borderWidth: in pixels.
        textcolor: of title and texts; light when ``dark`` asks for it.
        colorlist: fills.
        dark: whether the page is dark.
    """
    ink = (
        "white"
        if (theme.is_dark() if dark is None else dark) and textcolor == "black"
        else textcolor
    )
    parts = [text(4, elemHeight * 0.7, title, 0.45 * elemHeight, fill=ink, font_weight=600)]
    for i, (label, color) in enumerate(zip(descriptions, colorlist, strict=False)):
        y = elemHeight * (i + 1)
        parts.append(
            f'<rect x="4" y="{y + 3}" width="{elemHeight * 1.2:g}" height="{elemHeight - 6}"'
            f' fill="{esc(color)}" stroke="{esc(bordercolor)}" stroke-width="{esc(borderWidth)}"/>'
        )
        parts.append(
            text(elemHeight * 1.4 + 6, y + elemHeight * 0.65, label, 0.4 * elemHeight, fill=ink)
        )
    height = elemHeight * (len(descriptions) + 1) + 4
    return frame(width, height, (float(width), float(height)), "".join(parts), title or "Legend")


def _column(df: Any, column: str | None) -> list[Any]:
    return list(df.index if column is None else df[column])


def graduatedLegend(
    df: Any,
    code_column: Any = None,
    value_column: str = "value",
    label_column: str = "label",
    dictnames: Any = None,
    codes_selected: Sequence[Any] = (),
    colorlist: Sequence[Any] = PLASMA,
    stdevnumber: float = 2.0,
    fill: str = "#f1f1f1",
    stroke_selected: str = "#00ffff",
    decimals: float = 2,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
    hoveronempty: bool = False,
    legendtitle: str = "",
    legendunits: str = "",
    fontsize: float = 20,
    width: Any = 200,
    height: Any = 600,
    bordercolor: str = "black",
    textcolor: str = "black",
    dark: bool = False,
) -> Any:
    """Return the legend of coloured numbers: a bar, its ends, and a mark for each chosen code.

    Args:
        df: with codes, values and labels.
        code_column: column of the codes; None takes the index.
        value_column: column of the numbers.
        label_column: column of the names.
        dictnames: name by code, instead of a column.
        codes_selected: codes to mark.
        colorlist: from low to high.
        stdevnumber: how many standard deviations around the mean the colours span.
        fill: unused; kept for its place.
        stroke_selected: colour of the marks.
        decimals: of the numbers.
        minallowed_value: fixed lower end.
        maxallowed_value: fixed upper end.
        hoveronempty: unused; kept for its place.
        legendtitle: over the bar.
        legendunits: behind the title.
        fontsize: in pixels.
        width: in pixels.
        height: in pixels.
        bordercolor: of the bar.
        textcolor: of all texts.
        dark: whether the page is dark.
    """
    values = numbers(_column(df, value_column))
    low, high = limits(values, stdevnumber, minallowed_value, maxallowed_value)
    ink = "currentColor" if textcolor == "black" else textcolor
    names = _names(df, code_column, label_column, dictnames)
    size = (float(width), float(height))
    titles = (legendtitle, legendunits)
    inner = _bar(colorlist, (low, high), size, fontsize, decimals, (ink, bordercolor), titles)
    top, long = fontsize * 2.6, height - fontsize * 3.6
    for code, value in zip(_column(df, code_column), values, strict=True):
        if code in codes_selected and math.isfinite(value):
            y = top + long * (1 - min(1.0, max(0.0, (value - low) / (high - low))))
            said = f"{names.get(code, code)}: {fmt(value, int(decimals))}"
            inner += _mark(y, said, width, fontsize, (ink, stroke_selected))
    return frame(width, height, size, inner, legendtitle or "Legend")


def _mark(y: float, said: str, width: float, fontsize: float, inks: tuple[str, str]) -> str:
    """Return the line and words of a chosen code; ``inks`` is colour of words and line."""
    return (
        f'<path d="M {width * 0.12:g} {y:.1f} h {width * 0.2:g}" stroke-width="3"'
        f' stroke="{esc(inks[1])}"/>'
    ) + text(width * 0.36, y + fontsize * 0.3, said, fontsize * 0.7, fill=inks[0], font_weight=600)


def _names(df: Any, code: str | None, label: str, given: Any) -> dict[Any, str]:
    if given:
        return dict(given)
    if label in getattr(df, "columns", ()):
        return dict(zip(_column(df, code), [str(one) for one in df[label]], strict=True))
    return {}


def _bar(
    colors: Any,
    ends: tuple[float, float],
    size: tuple[float, float],
    fontsize: float,
    decimals: float,
    inks: tuple[str, str],
    titles: tuple[str, str],
) -> str:
    width, height = size
    top, long = fontsize * 2.6, height - fontsize * 3.6
    shade, steps = Range(colors, *ends), 60
    rects = []
    for i in range(steps):
        color = shade(ends[1] - (ends[1] - ends[0]) * (i + 0.5) / steps)
        rects.append(
            f'<rect x="{width * 0.12:g}" y="{top + long * i / steps:.2f}" fill="{color}"'
            f' width="{width * 0.2:g}" height="{long / steps + 0.5:.2f}"/>'
        )
    rects.append(
        f'<rect x="{width * 0.12:g}" y="{top:g}" width="{width * 0.2:g}" height="{long:g}"'
        f' fill="none" stroke="{esc(inks[1])}"/>'
    )
    head = f"{titles[0]} {'(' + titles[1] + ')' if titles[1] else ''}".strip()
    lines = wrap(head, max(8, int(width / fontsize * 1.7)))
    for i, line in enumerate(lines[:2]):
        rects.append(
            text(4, fontsize * (1 + 1.05 * i), line, fontsize * 0.85, fill=inks[0], font_weight=600)
        )
    for value, y in ((ends[1], top + fontsize * 0.6), (ends[0], top + long)):
        rects.append(text(width * 0.36, y, fmt(value, int(decimals)), fontsize * 0.7, fill=inks[0]))
    return "".join(rects)


def graduatedLegendVWVH(
    df: Any,
    code_column: Any = None,
    value_column: str = "value",
    label_column: str = "label",
    codes_selected: Sequence[Any] = (),
    colorlist: Sequence[Any] = PLASMA,
    stdevnumber: float = 2.0,
    fill: str = "#f1f1f1",
    stroke_selected: str = "#00ffff",
    decimals: float = 2,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
    hoveronempty: bool = False,
    legendtitle: str = "",
    legendunits: str = "",
    fontsize: float = 20,
    width: float = 20.0,
    height: float = 40.0,
    bordercolor: str = "black",
    textcolor: str = "black",
    dark: bool = False,
) -> Any:
    """Return `graduatedLegend` in shares of the window: width in vw, height in vh."""
    drawing: str = graduatedLegend(**{**locals(), "width": 200, "height": 600})
    return drawing.replace('width="200"', f'width="{width}vw"', 1).replace(
        'height="600"', f'height="{height}vh"', 1
    )
