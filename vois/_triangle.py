"""The legend of the shares of three numbers, as a triangle."""

# ruff: noqa: ARG001, D417, N802, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from vois._svg import esc, text
from vois.colors import hex2rgb, rgb2hex

__all__ = ["framed", "trivariateLegendEx", "words"]


def framed(size: tuple[Any, Any], box: tuple[float, float], inner: str, name: str) -> str:
    """Return parts of a legend as a whole drawing.

    Args:
        size: CSS width and height.
        box: width and height in units of the parts.
        inner: SVG text of the parts.
        name: for screen readers.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{esc(size[0])}" height="{esc(size[1])}" role="img" aria-label='
        f'"{esc(name or "Legend")}" viewBox="0 0 {box[0]:g} {box[1]:g}" font-family="Roboto, sans-serif">{inner}</svg>'
    )


def words(places: Iterable[tuple[float, float, Any]], size: float, **looks: Any) -> list[str]:
    """Return a text for each place.

    Args:
        places: x, y and text of each.
        size: of the letters.
        looks: attributes of them all, as of `text`.
    """
    return [text(x, y, said, size, **looks) for x, y, said in places]


def _mix(colors: Sequence[str], shares: Sequence[float]) -> str:
    channels = [hex2rgb(one) for one in colors]
    return rgb2hex([sum(c[k] * s for c, s in zip(channels, shares, strict=True)) for k in range(3)])


def trivariateLegendEx(
    v: Any,
    attribute1: Any,
    attribute2: Any,
    attribute3: Any,
    n: int = 3,
    min1: float = 0.0,
    max1: float = 100.0,
    min2: float = 0.0,
    max2: float = 100.0,
    min3: float = 0.0,
    max3: float = 100.0,
    color1: str = "#ff80f7",
    color2: str = "#00d1d0",
    color3: str = "#cfb000",
    color4: str = "#ffffff",
    title: str = "",
    title1: str = "",
    title2: str = "",
    title3: str = "",
    fontsize: float = 14,
    fontweight: float = 400,
    stroke: str = "#000000",
    stroke_width: float = 0.25,
    side: float = 200,
    resizewidth: str = "",
    resizeheight: str = "",
    digits: float = 2,
    maxticks: float = 0,
    showarrows: bool = True,
) -> Any:
    """Return a triangle of the shares of three numbers, as SVG.

    Args:
        v: the layer the colours are for.
        n: parts of each side.
        side: of the triangle, in pixels.
    """
    tall, left, top = side * math.sqrt(3) / 2, fontsize * 4.0, fontsize * 4.0
    parts = [text(4, fontsize * 1.2, title, fontsize, fill="currentColor", font_weight=600)]
    edge = f'stroke="{esc(stroke)}" stroke-width="{esc(stroke_width)}"'
    for corners in _corners(n):
        mid = [sum(p[k] for p in corners) / 3 for k in (0, 1)]
        color = _mix((color1, color2, color3), (mid[0], mid[1], 1 - mid[0] - mid[1]))
        points = " ".join(_at(*p, (left, top, side)) for p in corners)
        parts.append(f'<polygon points="{points}" fill="{color}" {edge}/>')
    low = top + tall + fontsize * 1.4
    names = [(left, low, title1), (left + side / 2, top - 6, title2), (left + side, low, title3)]
    looks = {"fill": "currentColor", "text_anchor": "middle", "font_weight": fontweight}
    parts += words(names, fontsize, **looks)
    box = (left * 2 + side, top + tall + fontsize * 2.5)
    return framed((resizewidth or box[0], resizeheight or box[1]), box, "".join(parts), title)


def _corners(n: int) -> Iterator[list[tuple[float, float]]]:
    """Yield the corners of each small triangle, as shares of the first two numbers."""
    step = 1.0 / n
    for i in range(n):
        for j in range(n - i):
            a, b = i * step, j * step
            yield [(a, b), (a + step, b), (a, b + step)]
            if i + j < n - 1:
                yield [(a + step, b), (a, b + step), (a + step, b + step)]


def _at(a: float, b: float, place: tuple[float, float, float]) -> str:
    """Return where two shares lie; ``place`` is left, top and side of the triangle."""
    left, top, side = place
    tall, c = side * math.sqrt(3) / 2, 1 - a - b
    return f"{left + side * (b / 2 + c):.1f},{top + tall * (1 - b):.1f}"
