"""Pies and rings as SVG."""

# ruff: noqa: ARG001, N802, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from vois import theme, ui
from vois._svg import esc, fmt, frame, numbers, text, wrap

__all__ = ["AnimatedPieChart", "FillPercentage", "SmallCircle"]


class FillPercentage:
    """How much of a pie's radius is filled."""

    fill100 = 0
    fill75 = 1
    fill60 = 2
    fill50 = 3
    fill40 = 4


_HOLES = {0: 0.0, 1: 0.25, 2: 0.4, 3: 0.5, 4: 0.6}


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
) -> ui.Svg:
    """Return a ring that is filled to a percentage, with two texts inside, as a widget.

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
    share = numbers([percentage])[0]
    part = (max(0.0, min(100.0, share)) if math.isfinite(share) else 0.0) / 100 * around
    ring = (
        f'<circle cx="{middle}" cy="{middle}" r="{r:g}" fill="{esc(backcolor or "#24343c")}"'
        f' stroke="#8884" stroke-width="{dimension * 0.06:g}"/><circle cx="{middle}" cy="{middle}"'
        f' r="{r:g}" fill="none" stroke="{esc(forecolor)}" stroke-width="{dimension * 0.06:g}"'
        f' stroke-dasharray="{part:.1f} {around:.1f}" transform="rotate(-90 {middle} {middle})"/>'
    )
    small = {"fill": textcolor, "text_anchor": "middle"}
    ring += text(middle, middle - fontsize * 0.5, text1, fontsize, **small)
    ring += text(middle, middle + fontsize * 1.2, text2, textsize or fontsize * 1.5, **small)
    return ui.Svg(frame(dimension, dimension, (dimension, dimension), ring, f"{text1} {text2}"))


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
) -> tuple[ui.Svg, str]:
    """Return a pie or ring as a widget, and its SVG text.

    Pressing a part calls ``onclick(index[, argument])``; a press on the chosen part
    chooses none: ``onclick(-1[, argument])``.
    """
    given = numbers(values)
    names = [_name(one) for one in ([] if labels is None else labels)]
    names = [*names, *[""] * len(given)][: len(given)]
    told = [fmt(one, int(decimals)) for one in given]
    ink = textcolor or ("white" if theme.is_dark() else "black")
    middle, r = dimension / 2, dimension * 0.36
    hole = r * _HOLES.get(fillpercentage, 0.4)
    said = [f"{a} {b}".strip() for a, b in zip(names, told, strict=True)]
    beside = said if displayvalues else names
    parts = []
    for i, (start, turn) in enumerate(turns(given)):
        place = (middle, r, hole, start, turn)
        parts.append(pie_slice(i, place, colors[i % len(colors)], said[i], duration))
        x, y = (middle + 1.18 * r * f(start + turn / 2) for f in (math.cos, math.sin))
        style = {"fill": ink, "text_anchor": "middle", "font_weight": textweight}
        parts.append(text(x, y, beside[i], fontsize, **style) if beside[i] else "")
    style = {"fill": centercolor or ink, "font_weight": centertextweight}
    parts.append(in_middle(centertext, middle, centerfontsize, style))
    box = (float(dimension), float(dimension))
    svg = frame(dimension, dimension, box, "".join(parts), "Pie chart")
    return _answering(svg, onclick, additional_argument), svg


def _name(label: Any) -> Any:
    return "" if label is None or (isinstance(label, float) and math.isnan(label)) else label


def turns(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return where each part begins and how far it turns, in radians; the first is on top.

    What is missing or below zero has no part of the whole.
    """
    parts = [max(0.0, one) if math.isfinite(one) else 0.0 for one in values]
    total, angle, found = sum(parts) or 1.0, -math.pi / 2, []
    for value in parts:
        turn = 2 * math.pi * value / total
        found.append((angle, turn))
        angle += turn
    return found


def in_middle(words: str, middle: float, size: float, style: dict[str, Any]) -> str:
    """Return words in short lines around the middle of a ring."""
    lines = wrap(words, 14) if words else []
    tops = [middle + size * (0.3 + 1.1 * i) for i in range(len(lines))]
    return "".join(
        text(middle, top, line, size, text_anchor="middle", **style)
        for top, line in zip(tops, lines, strict=True)
    )


def _answering(svg: str, onclick: Callable[..., Any] | None, argument: Any) -> ui.Svg:
    chosen = [-1]

    def pressed(key: str) -> None:
        """Choose a slice, or let the chosen one go."""
        index = int(key)
        chosen[0] = -1 if chosen[0] == index else index
        if onclick is not None:
            onclick(chosen[0], *(() if argument is None else (argument,)))

    return ui.Svg(svg, pressed)


def pie_slice(
    key: int | str,
    place: tuple[float, float, float, float, float],
    color: str,
    name: str,
    seconds: float,
) -> str:
    """Return one part; ``place`` is middle, radius, radius of the hole, start and turn."""
    c, r, inner, start, turn = place
    turn = min(turn, 2 * math.pi - 0.0001)
    large = int(turn > math.pi)

    def at(radius: float, angle: float) -> str:
        """A point, as SVG paths write it."""
        return f"{c + radius * math.cos(angle):.2f} {c + radius * math.sin(angle):.2f}"

    path = (
        f"M {at(r, start)} A {r:g} {r:g} 0 {large} 1 {at(r, start + turn)} L {at(inner, start + turn)}"
        f" A {inner:g} {inner:g} 0 {large} 0 {at(inner, start)} Z"
    )
    return (
        f'<path d="{path}" fill="{esc(color)}" stroke="white" data-key="{esc(key)}" tabindex="0" role="button"'
        f' aria-label="{esc(name)}" style="cursor: pointer"><title>{esc(name)}</title><animate'
        f' attributeName="opacity" from="0" to="1" dur="{seconds:g}s"/></path>'
    )
