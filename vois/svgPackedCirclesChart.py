"""Circles packed close together, their areas in proportion, as SVG."""

# ruff: noqa: ARG001, D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vois._svg import Range, esc, fmt, ink_on, limits, numbers, text, wrap

__all__ = ["svgPackedCirclesChart"]

_Spot = tuple[float, float, float]


_LETTERS_NEED = 14  # radius in units of the drawing


def _pack(radii: Sequence[float]) -> list[_Spot]:
    """Return places for circles, largest first: each goes where it is nearest to the middle."""
    placed: list[_Spot] = []
    for r in radii:
        if not placed:
            placed.append((0.0, 0.0, r))
        elif len(placed) == 1:
            placed.append((placed[0][2] + r, 0.0, r))
        else:
            placed.append(min(_touching(placed, r), key=lambda one: one[0] ** 2 + one[1] ** 2))
    return placed


def _touching(placed: Sequence[_Spot], r: float) -> list[_Spot]:
    """Return the free places of a circle that touches two others."""
    found = []
    for i, a in enumerate(placed):
        for b in placed[i + 1 :]:
            found += [s for s in _beside(a, b, r) if _free(s, placed)]
    return found or [(sum(one[2] for one in placed) * 2, 0.0, r)]


def _beside(a: _Spot, b: _Spot, r: float) -> list[_Spot]:
    ra, rb = a[2] + r, b[2] + r
    d = math.hypot(b[0] - a[0], b[1] - a[1])
    if not 0 < d <= ra + rb:
        return []
    along = (ra * ra - rb * rb + d * d) / (2 * d)
    up = math.sqrt(max(0.0, ra * ra - along * along))
    ux, uy = (b[0] - a[0]) / d, (b[1] - a[1]) / d
    return [(a[0] + along * ux - s * up * uy, a[1] + along * uy + s * up * ux, r) for s in (1, -1)]


def _free(spot: _Spot, placed: Sequence[_Spot]) -> bool:
    return all(
        math.hypot(spot[0] - x, spot[1] - y) >= spot[2] + r - 1e-6 * (spot[2] + r)
        for x, y, r in placed
    )


def svgPackedCirclesChart(
    df: Any,
    valuecolumn: Any,
    labelcolumn: Any,
    dimension: float = 30.0,
    colorlist: Any = None,
    title: str = "",
    titlecolor: str = "black",
    titleweight: float = 600,
    titlecentered: bool = False,
    titlesize: float = 1.6,
    labelcolor: str = "black",
    fontsize: float = 1.3,
    drawscale: bool = True,
    scaledigits: float = 2,
) -> Any:
    """Return one circle for each row, as SVG.

    Args:
        df: the rows.
        valuecolumn: numbers that become areas; those of zero and less are left out.
        labelcolumn: names.
        dimension: width in vw.
        colorlist: from low to high; None takes blues.
    """
    pairs = zip(df[labelcolumn], numbers(df[valuecolumn]), strict=True)
    rows = [(str(name), value) for name, value in pairs if 0 < value < math.inf]
    rows.sort(key=lambda one: -one[1])
    colors = list(colorlist or ["#deebf7", "#6baed6", "#08306b"])
    shade = Range(colors, *limits([value for _, value in rows], 100.0))
    spots = _pack([math.sqrt(v) for _, v in rows])
    reach = max([math.hypot(x, y) + r for x, y, r in spots], default=1.0)
    scale = 245 / reach
    parts = [
        _circle(name, fmt(value, int(scaledigits)), [scale * one for one in spot], shade(value))
        for (name, value), spot in zip(rows, spots, strict=True)
    ]
    ink = "currentColor" if titlecolor == "black" else titlecolor
    x, anchor = (250, "middle") if titlecentered else (4, "start")
    head = text(x, -8, title, 20, fill=ink, font_weight=titleweight, text_anchor=anchor)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -32 500 534" width="{esc(dimension)}vw" role="img"'
        f' aria-label="{esc(title or "Circles")}" font-family="Roboto, Arial, sans-serif">{head}{"".join(parts)}</svg>'
    )


def _circle(name: str, number: str, spot: list[float], fill: str) -> str:
    """Return one circle; ``spot`` is its middle, measured from the chart's, and its radius."""
    x, y, r = 250 + spot[0], 250 + spot[1], spot[2]
    drawn = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}" stroke="white"><title>'
        f"{esc(f'{name}: {number}')}</title></circle>"
    )
    if r < _LETTERS_NEED:
        return drawn
    lines = wrap(name, max(4, int(r / 4)))[:3]
    style = {"fill": ink_on(fill), "text_anchor": "middle", "pointer_events": "none"}
    size = min(13.0, r / 2.6)
    tops = [y + 11 * (i + 0.9 - len(lines) / 2) for i in range(len(lines))]
    return drawn + "".join(
        text(x, top, line, size, **style) for top, line in zip(tops, lines, strict=True)
    )
