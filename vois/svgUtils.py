"""Legends, circles, pies and titles as SVG."""

# ruff: noqa: ARG001, N802, N803, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from vois import theme, ui
from vois._svg import Range, esc, fmt, limits, text, wrap

__all__ = ["AnimatedPieChart", "FillPercentage", "SmallCircle", "categoriesLegend"]
__all__ += ["graduatedLegend", "graduatedLegendVWVH", "svgLogo", "svgTitle"]

_FONT = 'font-family="Roboto, Arial, sans-serif"'


class FillPercentage:
    """How much of a pie's radius is filled."""

    fill100 = 0
    fill75 = 1
    fill60 = 2
    fill50 = 3
    fill40 = 4


_HOLES = {0: 0.0, 1: 0.25, 2: 0.4, 3: 0.5, 4: 0.6}


def _frame(width: Any, height: Any, box: tuple[float, float], inner: str, name: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img"'
        f' aria-label="{esc(name)}" viewBox="0 0 {box[0]:g} {box[1]:g}" {_FONT}>{inner}</svg>'
    )


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
            f' fill="{esc(color)}" stroke="{esc(bordercolor)}" stroke-width="{borderWidth}"/>'
        )
        parts.append(
            text(elemHeight * 1.4 + 6, y + elemHeight * 0.65, label, 0.4 * elemHeight, fill=ink)
        )
    height = elemHeight * (len(descriptions) + 1) + 4
    return _frame(width, height, (float(width), float(height)), "".join(parts), title or "Legend")


def _column(df: Any, column: str | None) -> list[Any]:
    return list(df.index if column is None else df[column])


def graduatedLegend(
    df: Any,
    code_column: Any = None,
    value_column: str = "value",
    label_column: str = "label",
    dictnames: Any = None,
    codes_selected: Sequence[Any] = (),
    colorlist: Sequence[Any] = (
        "#0d0887",
        "#46039f",
        "#7201a8",
        "#9c179e",
        "#bd3786",
        "#d8576b",
        "#ed7953",
        "#fb9f3a",
        "#fdca26",
        "#f0f921",
    ),
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
    values = [float(one) for one in _column(df, value_column)]
    low, high = limits(values, stdevnumber, minallowed_value, maxallowed_value)
    ink = "currentColor" if textcolor == "black" else textcolor
    names = _names(df, code_column, label_column, dictnames)
    inner = _bar(
        colorlist,
        (low, high),
        (float(width), float(height)),
        fontsize,
        decimals,
        (ink, bordercolor),
        (legendtitle, legendunits),
    )
    top, long = fontsize * 2.6, height - fontsize * 3.6
    for code, value in zip(_column(df, code_column), values, strict=True):
        if code in codes_selected:
            y = top + long * (1 - min(1.0, max(0.0, (value - low) / (high - low))))
            inner += (
                f'<path d="M {width * 0.12:g} {y:.1f} h {width * 0.2:g}" stroke-width="3"'
                f' stroke="{esc(stroke_selected)}"/>'
            )
            inner += text(
                width * 0.36,
                y + fontsize * 0.3,
                f"{names.get(code, code)}: {fmt(value, int(decimals))}",
                fontsize * 0.7,
                fill=ink,
                font_weight=600,
            )
    return _frame(width, height, (float(width), float(height)), inner, legendtitle or "Legend")


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
    colorlist: Sequence[Any] = (
        "#0d0887",
        "#46039f",
        "#7201a8",
        "#9c179e",
        "#bd3786",
        "#d8576b",
        "#ed7953",
        "#fb9f3a",
        "#fdca26",
        "#f0f921",
    ),
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
    drawing: str = graduatedLegend(
        df,
        code_column,
        value_column,
        label_column,
        None,
        codes_selected,
        colorlist,
        stdevnumber,
        fill,
        stroke_selected,
        decimals,
        minallowed_value,
        maxallowed_value,
        hoveronempty,
        legendtitle,
        legendunits,
        fontsize,
        200,
        600,
        bordercolor,
        textcolor,
        dark,
    )
    return drawing.replace('width="200"', f'width="{width}vw"', 1).replace(
        'height="600"', f'height="{height}vh"', 1
    )


def SmallCircle(
    text1: Any,
    text2: Any,
    percentage: Any,
    forecolor: str = "#308040",
    backcolor: Any = None,
    textcolor: str = "white",
    dimension: float = 300.0,
    fontsize: float = 16.0,
    textsize: float = 0.0,
) -> Any:
    """Return a ring that is filled to a percentage, with two texts inside.

    Args:
        text1: upper text.
        text2: lower text, larger.
        percentage: from 0 to 100.
        forecolor: of the filled part.
        backcolor: of the inside; None for a darker tone.
        textcolor: of the texts.
        dimension: width and height in pixels.
        fontsize: of the upper text in pixels.
        textsize: of the lower text; 0 for half as much again.
    """
    r = dimension * 0.42
    middle, around = dimension / 2, 2 * math.pi * r
    part = max(0.0, min(100.0, percentage)) / 100 * around
    ring = (
        f'<circle cx="{middle}" cy="{middle}" r="{r:g}" fill="{esc(backcolor or "#24343c")}"'
        f' stroke="#8884" stroke-width="{dimension * 0.06:g}"/><circle cx="{middle}" cy="{middle}"'
        f' r="{r:g}" fill="none" stroke="{esc(forecolor)}" stroke-width="{dimension * 0.06:g}"'
        f' stroke-dasharray="{part:.1f} {around:.1f}" transform="rotate(-90 {middle} {middle})"/>'
    )
    small = {"fill": textcolor, "text_anchor": "middle"}
    ring += text(middle, middle - fontsize * 0.5, text1, fontsize, **small)
    ring += text(middle, middle + fontsize * 1.2, text2, textsize or fontsize * 1.5, **small)
    return _frame(dimension, dimension, (dimension, dimension), ring, f"{text1} {text2}")


def AnimatedPieChart(
    values: Sequence[Any] = (10.0, 25.0, 34.0, 24.0, 23.0),
    colors: Sequence[Any] = ("#2d82c2", "#95cb92", "#e7ee99", "#ffde88", "#ff945a", "#e34e4f"),
    labels: Any = None,
    duration: float = 0.75,
    fillpercentage: Any = None,
    backcolor: str = "#f1f1f1",
    dimension: float = 400,
    textcolor: Any = None,
    fontsize: float = 15,
    textweight: float = 400,
    decimals: float = 1,
    centertext: str = "",
    centercolor: Any = None,
    centerfontsize: float = 18,
    centertextweight: float = 500,
    onclick: Callable[..., Any] | None = None,
    additional_argument: Any = None,
    is_selected: bool = False,
    displayvalues: bool = True,
) -> Any:
    """Return a pie or ring as a widget; pressing a part calls ``onclick(index[, argument])``.

    A press on the chosen part chooses none: ``onclick(-1[, argument])``.
    """
    values = [float(one) for one in values]
    ink = textcolor or ("white" if theme.is_dark() else "black")
    r, hole = dimension * 0.36, _HOLES.get(fillpercentage, 0.4)
    total = sum(values) or 1.0
    parts, angle = [], -math.pi / 2
    for i, value in enumerate(values):
        turn = 2 * math.pi * value / total
        label = (labels or [])[i] if i < len(labels or []) else ""
        parts.append(
            _slice(
                i,
                dimension / 2,
                r,
                hole,
                angle,
                turn,
                colors[i % len(colors)],
                f"{label} {fmt(value, int(decimals))}".strip(),
                duration,
            )
        )
        if displayvalues or label:
            mid = angle + turn / 2
            x, y = (dimension / 2 + 1.18 * r * f(mid) for f in (math.cos, math.sin))
            said = " ".join(
                one for one in (label, fmt(value, int(decimals)) if displayvalues else "") if one
            )
            parts.append(
                text(x, y, said, fontsize, fill=ink, text_anchor="middle", font_weight=textweight)
            )
        angle += turn
    for i, line in enumerate(wrap(centertext, 14) if centertext else []):
        parts.append(
            text(
                dimension / 2,
                dimension / 2 + centerfontsize * (0.3 + 1.1 * i),
                line,
                centerfontsize,
                fill=centercolor or ink,
                text_anchor="middle",
                font_weight=centertextweight,
            )
        )
    svg = _frame(
        dimension, dimension, (float(dimension), float(dimension)), "".join(parts), "Pie chart"
    )
    return _answering(svg, onclick, additional_argument)


def _answering(svg: str, onclick: Callable[..., Any] | None, argument: Any) -> ui.Svg:
    chosen = [-1]

    def pressed(key: str) -> None:
        index = int(key)
        chosen[0] = -1 if chosen[0] == index else index
        if onclick is not None:
            onclick(chosen[0], *(() if argument is None else (argument,)))

    return ui.Svg(svg, pressed)


def _slice(
    key: int,
    c: float,
    r: float,
    hole: float,
    start: float,
    turn: float,
    color: str,
    name: str,
    duration: float,
) -> str:
    turn = min(turn, 2 * math.pi - 0.0001)
    large = int(turn > math.pi)

    def at(radius: float, angle: float) -> str:
        return f"{c + radius * math.cos(angle):.2f} {c + radius * math.sin(angle):.2f}"

    inner = r * hole
    path = (
        f"M {at(r, start)} A {r:g} {r:g} 0 {large} 1 {at(r, start + turn)} L {at(inner, start + turn)}"
        f" A {inner:g} {inner:g} 0 {large} 0 {at(inner, start)} Z"
    )
    return (
        f'<path d="{path}" fill="{esc(color)}" stroke="white" data-key="{key}" tabindex="0" role="button"'
        f' aria-label="{esc(name)}" style="cursor: pointer"><title>{esc(name)}</title><animate'
        f' attributeName="opacity" from="0" to="1" dur="{duration:g}s"/></path>'
    )


def svgTitle(
    title: str = "Dashboard title",
    subtitle1: str = "Subtitle1",
    subtitle2: str = "Subtitle2",
    xline: float = 290,
) -> Any:
    """Return a heading with two smaller lines beside it."""
    inner = text(8, 40, title, 30, fill="currentColor", font_weight=600)
    inner += f'<path d="M {xline} 8 V 56" stroke="currentColor" opacity=".5"/>'
    inner += text(xline + 12, 27, subtitle1, 16, fill="currentColor")
    inner += text(xline + 12, 49, subtitle2, 16, fill="currentColor")
    return _frame(xline + 300, 64, (xline + 300.0, 64.0), inner, title)


def svgLogo() -> Any:
    """Return a small neutral mark."""
    inner = '<circle cx="32" cy="32" r="26" fill="#2f5d8a"/><path d="M12 38 q10 -18 20 -4 t20 -8"'
    inner += ' stroke="white" stroke-width="4" fill="none"/>'
    return _frame(64, 64, (64.0, 64.0), inner, "vois")
