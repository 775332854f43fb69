"""Legends of two and three numbers at once; the institute's own maps say what they need."""

# ruff: noqa: ARG001, D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vois._needs import NeedsInstitute
from vois._svg import esc, text
from vois._triangle import framed, trivariateLegendEx
from vois.colors import multiply

__all__ = ["CustomIdentifyPopup", "bivariateLegend", "countriesMap", "geojsonMap"]
__all__ += ["interGeojsonToVector", "trivariateLegend", "trivariateLegendEx"]

_NEEDS = (
    "the institute's own map service 'inter', which is not part of this package; use leafletMap"
)

# From low to high; the well-known palette "Plasma".
_COLORS: tuple[str, ...] = (
    "#0d0887",
    "#46039f",
    "#7201a8",
    "#9c179e",
    "#bd3786",
    "#d8576b",
    "#ed7953",
    "#fb9f3a",
)
_COLORS += ("#fdca26", "#f0f921")


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
    colorlist: Sequence[Any] = _COLORS,
    stdevnumber: float = 2.0,
    stroke: str = "#232323",
    stroke_selected: str = "#00ffff",
    stroke_width: float = 1.0,
    decimals: float = 2,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
) -> Any:
    """Return `leafletMap.countriesMap` of the same data."""
    from vois import leafletMap  # noqa: PLC0415 - maps are heavy

    return leafletMap.countriesMap(
        df,
        code_column,
        value_column,
        codes_selected,
        center,
        zoom,
        width,
        height,
        min_width,
        None,
        False,
        colorlist,
        stdevnumber,
        stroke,
        stroke_selected,
        stroke_width,
        decimals,
        minallowed_value,
        maxallowed_value,
    )


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
    colorlist: Sequence[Any] = _COLORS,
    stdevnumber: float = 2.0,
    stroke: str = "#232323",
    stroke_selected: str = "#00ffff",
    stroke_width: float = 1.0,
    decimals: float = 2,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
) -> Any:
    """Return `leafletMap.geojsonMap` of the same data."""
    from vois import leafletMap  # noqa: PLC0415 - maps are heavy

    return leafletMap.geojsonMap(
        df,
        geojson_path,
        geojson_attribute,
        code_column,
        value_column,
        codes_selected,
        center,
        zoom,
        width,
        height,
        min_width,
        None,
        colorlist,
        stdevnumber,
        stroke,
        stroke_selected,
        stroke_width,
        decimals,
        minallowed_value,
        maxallowed_value,
    )


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
    n1, n2, left, top = len(colorlist1), len(colorlist2), fontsize * 6.0, fontsize * 2.0
    parts = [
        text(4, fontsize * 1.2, title, fontsize, font_weight=fontweight + 200, fill="currentColor")
    ]
    for i, a in enumerate(colorlist1):
        for j, b in enumerate(colorlist2):
            x, y = left + side * i / n1, top + side * (n2 - 1 - j) / n2
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{side / n1:.1f}" height="{side / n2:.1f}"'
                f' fill="{multiply(a, b)}" stroke="{esc(stroke)}" stroke-width="{stroke_width}"/>'
            )
    for j, name in enumerate(names2):
        parts.append(
            text(
                left - 4,
                top + side * (n2 - 0.4 - j) / n2,
                name,
                fontsize * 0.8,
                text_anchor="end",
                fill="currentColor",
            )
        )
    for i, name in enumerate(names1):
        parts.append(
            text(
                left + side * (i + 0.5) / n1,
                top + side + fontsize,
                name,
                fontsize * 0.8,
                text_anchor="middle",
                fill="currentColor",
            )
        )
    parts.append(
        text(
            left + side / 2,
            top + side + fontsize * 2.4,
            title1,
            fontsize,
            text_anchor="middle",
            fill="currentColor",
        )
    )
    parts.append(text(4, top + side + fontsize * 2.4, title2, fontsize, fill="currentColor"))
    box = (left + side + fontsize * 4, top + side + fontsize * 3)
    return framed((resizewidth or box[0], resizeheight or box[1]), box, "".join(parts), title)


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
            f'"{esc(stroke)}" stroke-width="{stroke_width}" style="mix-blend-mode: multiply"/>'
        )
    for (x, _y, _color, name), y in zip(spots, (fontsize * 2.6, c * 2 - 4, c * 2 - 4), strict=True):
        parts.append(
            text(
                x,
                y,
                name,
                fontsize,
                fill="currentColor",
                text_anchor="middle",
                font_weight=fontweight,
            )
        )
    return framed((c * 2, c * 2), (c * 2, c * 2), "".join(parts), title)
