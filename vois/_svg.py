"""What the drawings share: escaping, ranges, colours."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from typing import Any

from vois.colors import colorInterpolator, isColorDark, string2rgb

__all__ = [
    "BLUES",
    "PLASMA",
    "Range",
    "esc",
    "fmt",
    "frame",
    "ink_on",
    "limits",
    "numbers",
    "sheet",
    "text",
    "wrap",
]

# Well-known palettes from low to high, which the older spelling has as defaults.
PLASMA: tuple[str, ...] = (
    *("#0d0887", "#46039f", "#7201a8", "#9c179e", "#bd3786"),
    *("#d8576b", "#ed7953", "#fb9f3a", "#fdca26", "#f0f921"),
)
BLUES: tuple[str, ...] = (
    *("rgb(247,251,255)", "rgb(222,235,247)", "rgb(198,219,239)", "rgb(158,202,225)"),
    *("rgb(107,174,214)", "rgb(66,146,198)", "rgb(33,113,181)", "rgb(8,81,156)", "rgb(8,48,107)"),
)

_FONT = 'font-family="Roboto, Arial, sans-serif"'


def esc(value: Any) -> str:
    """Return a value as text that is safe in SVG and in its attributes."""
    return html.escape(str(value), quote=True)


def numbers(values: Iterable[Any]) -> list[float]:
    """Return values as numbers; what is missing (None, pandas' NA) is none, NaN."""
    return [_number(one) for one in values]


def _number(value: Any) -> float:
    try:
        return float(value)
    except TypeError:
        return math.nan


def fmt(value: float, digits: int = 2) -> str:
    """Return a number with that many decimals and thousands apart, or that there is none."""
    return f"{value:,.{max(0, digits)}f}" if math.isfinite(value) else "no value"


def wrap(label: Any, longest: int) -> list[str]:
    """Return a label in lines of at most that many letters, broken between words."""
    lines: list[str] = []
    for word in str(label).split():
        if lines and len(lines[-1]) + 1 + len(word) <= longest:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines or [""]


def text(x: float, y: float, value: Any, size: float, **attributes: Any) -> str:
    """Return a text element; further attributes with ``_`` for ``-``."""
    more = "".join(f' {name.replace("_", "-")}="{esc(one)}"' for name, one in attributes.items())
    return f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:.2f}"{more}>{esc(value)}</text>'


def frame(
    width: float | str,
    height: float | str,
    box: tuple[float, float],
    inner: str,
    name: str,
    *,
    looks: str = "",
) -> str:
    """Return a whole drawing.

    Args:
        width: of the drawing on the page, in pixels or as CSS length.
        height: the same; empty text lets it follow the width.
        box: width and height of the drawing's own units.
        inner: its elements.
        name: what screen readers call it.
        looks: further attributes, as they stand in the tag.
    """
    # A picture may hold nothing that takes the focus; a group may.
    role = "group" if "tabindex=" in inner else "img"
    tall = "" if height == "" else f' height="{esc(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{esc(width)}"{tall} role="{role}"'
        f' aria-label="{esc(name)}" viewBox="0 0 {box[0]:g} {box[1]:g}" {_FONT}{looks}>{inner}</svg>'
    )


def sheet(box: tuple[float, float], inner: str, width: float | str = "100%") -> str:
    """Return the drawing of a widget, which names it and tells its role itself.

    Args:
        box: width and height of the drawing's own units.
        inner: its elements.
        width: on the page, in pixels or as CSS length.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {box[0]:g} {box[1]:g}"'
        f' width="{esc(width)}" {_FONT}>{inner}</svg>'
    )


def ink_on(color: str) -> str:
    """Return black or white, whichever reads better on the colour."""
    return "#ffffff" if isColorDark(string2rgb(color)) else "#000000"


def limits(
    values: Sequence[float],
    deviations: float,
    lowest: float | None = None,
    highest: float | None = None,
) -> tuple[float, float]:
    """Return the range that colours span: mean plus and minus deviations, within the values.

    Args:
        values: the numbers.
        deviations: how many standard deviations on each side.
        lowest: fixed lower end instead.
        highest: fixed upper end instead.
    """
    good = [float(one) for one in values if math.isfinite(one)]
    if not good:
        least = 0.0 if highest is None else min(0.0, highest - 1.0)
        good = [least, 1.0] if lowest is None else [lowest, max(1.0, lowest + 1.0)]
        deviations = math.inf
    mean = sum(good) / len(good)
    spread = math.sqrt(sum((one - mean) ** 2 for one in good) / len(good)) * deviations
    low = max(min(good), mean - spread) if lowest is None else lowest
    high = min(max(good), mean + spread) if highest is None else highest
    return (low, high) if high > low else (low, low + 1.0)


class Range:
    """Colours of a range of numbers."""

    def __init__(self, colors: Sequence[str], low: float, high: float) -> None:
        self.low, self.high, self.colors = low, high, list(colors)
        self._between = colorInterpolator(self.colors, low, high)

    def __call__(self, value: float | None) -> str:
        """Return the colour of a number, or grey where there is none."""
        if value is None or not math.isfinite(value):
            return "#cccccc"
        return self._between.GetColor(value)
