"""Legends of two and three numbers at once; the institute's own maps say what they need."""

# ruff: noqa: ARG001, D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vois._needs import NeedsInstitute
from vois._svg import PLASMA, esc, text
from vois._triangle import framed, trivariateLegendEx, words
from vois.colors import multiply

__all__ = ["CustomIdentifyPopup", "bivariateLegend", "countriesMap", "geojsonMap"]
__all__ += ["interGeojsonToVector", "trivariateLegend", "trivariateLegendEx"]

_NEEDS = (
    "the institute's own map service 'inter', which is not part of this package; use leafletMap"
)


def CustomIdentifyPopup(map: Any, p: Any) -> Any:  # noqa: A002 - as of the older spelling
    """Say what is missing."""
    raise NeedsInstitute("CustomIdentifyPopup", _NEEDS)


def countriesMap(
    df: Any,
    code_column: Any = None,
    value_column: str = "value",
    codes_selected: Sequence[Any] = (),
    center: Any = None,
    zoom: Any = None,
    width: Any = "99%",
    height: Any = "400px",
    min_width: Any = None,
    basemap: float = 1,
    colorlist: Sequence[Any] = PLASMA,
    stdevnumber: float = 2.0,
    stroke: str = "#232323",
    stroke_selected: str = "#00ffff",
    stroke_width: float = 1.0,
    decimals: float = 2,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
) -> Any:
    """Return `leafletMap.countriesMap` of the same data."""
    given = {**locals(), "basemap": None}
    from vois import leafletMap  # noqa: PLC0415 - maps are heavy

    return leafletMap.countriesMap(**given)


def geojsonMap(
    df: Any,
    geojson_path: Any,
    geojson_attribute: Any,
    code_column: Any = None,
    value_column: str = "value",
    codes_selected: Sequence[Any] = (),
    center: Any = None,
    zoom: Any = None,
    width: Any = "99%",
    height: Any = "400px",
    min_width: Any = None,
    basemap: float = 1,
    colorlist: Sequence[Any] = PLASMA,
    stdevnumber: float = 2.0,
    stroke: str = "#232323",
    stroke_selected: str = "#00ffff",
    stroke_width: float = 1.0,
    decimals: float = 2,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
) -> Any:
    """Return `leafletMap.geojsonMap` of the same data."""
    given = {**locals(), "basemap": None}
    from vois import leafletMap  # noqa: PLC0415 - maps are heavy

    return leafletMap.geojsonMap(**given)


def interGeojsonToVector(geojson: Any) -> Any:
    """Say what is missing."""
    raise NeedsInstitute("interGeojsonToVector", _NEEDS)


def bivariateLegend(
    v: Any,
    filters1: Any,
    filters2: Any,
    colorlist1: Any,
    colorlist2: Any,
    title: str = "",
    title1: str = "",
    title2: str = "",
    names1: Sequence[Any] = (),
    names2: Sequence[Any] = (),
    fontsize: float = 14,
    fontweight: float = 400,
    stroke: str = "#000000",
    stroke_width: float = 0.25,
    side: float = 100,
    resizewidth: str = "",
    resizeheight: str = "",
) -> Any:
    """Return the legend of two numbers whose colours are laid over each other, as SVG.

    Args:
        v: the layer the colours are for; it gets the colours if it can take them.
        filters1: conditions of the first number, one for each colour.
        filters2: conditions of the second number.
        colorlist1: colours of the first number.
        colorlist2: colours of the second number.
        side: of the square, in pixels.
    """
    left, top = fontsize * 6.0, fontsize * 2.0
    heavy = {"font_weight": fontweight + 200, "fill": "currentColor"}
    parts = [text(4, fontsize * 1.2, title, fontsize, **heavy)]
    parts += _squares((colorlist1, colorlist2), (left, top, side), stroke, stroke_width)
    n1, n2, low = len(colorlist1), len(colorlist2), top + side
    rows = [(left - 4, top + side * (n2 - 0.4 - j) / n2, one) for j, one in enumerate(names2)]
    parts += words(rows, fontsize * 0.8, text_anchor="end", fill="currentColor")
    columns = [(left + side * (i + 0.5) / n1, low + fontsize, one) for i, one in enumerate(names1)]
    parts += words(columns, fontsize * 0.8, text_anchor="middle", fill="currentColor")
    below = low + fontsize * 2.4
    middle = [(left + side / 2, below, title1)]
    parts += words(middle, fontsize, text_anchor="middle", fill="currentColor")
    parts += words([(4, below, title2)], fontsize, fill="currentColor")
    box = (left + side + fontsize * 4, low + fontsize * 3)
    return framed((resizewidth or box[0], resizeheight or box[1]), box, "".join(parts), title)


def _squares(
    colors: tuple[Any, Any], place: tuple[float, float, float], stroke: str, width: float
) -> list[str]:
    """Return one square for each pair of colours; ``place`` is left, top and side of them all."""
    (first, second), (left, top, side) = colors, place
    n1, n2 = len(first), len(second)
    parts = []
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            x, y = left + side * i / n1, top + side * (n2 - 1 - j) / n2
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{side / n1:.1f}" height="{side / n2:.1f}"'
                f' fill="{multiply(a, b)}" stroke="{esc(stroke)}" stroke-width="{esc(width)}"/>'
            )
    return parts


def trivariateLegend(
    v: Any,
    filter1: Any,
    filter2: Any,
    filter3: Any,
    color1: str = "#ff60ff",
    color2: str = "#ffff60",
    color3: str = "#60ffff",
    color4: str = "#ffffff",
    title: str = "",
    title1: str = "",
    title2: str = "",
    title3: str = "",
    fontsize: float = 14,
    fontweight: float = 300,
    stroke: str = "#000000",
    stroke_width: float = 0.25,
    radius: float = 100,
) -> Any:
    """Return three circles that overlap, one for each condition, as SVG."""
    c = radius * 1.6
    spots = [
        (c, c - radius * 0.45, color1, title1),
        (c - radius * 0.5, c + radius * 0.4, color2, title2),
        (c + radius * 0.5, c + radius * 0.4, color3, title3),
    ]
    parts = [text(4, fontsize * 1.2, title, fontsize, fill="currentColor", font_weight=600)]
    for x, y, color, _name in spots:
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius * 0.8:.1f}" fill="{esc(color)}" stroke='
            f'"{esc(stroke)}" stroke-width="{esc(stroke_width)}" style="mix-blend-mode: multiply"/>'
        )
    heights = (fontsize * 2.6, c * 2 - 4, c * 2 - 4)
    names = [(spot[0], y, spot[3]) for spot, y in zip(spots, heights, strict=True)]
    looks = {"fill": "currentColor", "text_anchor": "middle", "font_weight": fontweight}
    parts += words(names, fontsize, **looks)
    return framed((c * 2, c * 2), (c * 2, c * 2), "".join(parts), title)
