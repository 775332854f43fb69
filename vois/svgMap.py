"""Europe as a map of tiles: every country has a square of the same size, near its place."""

# ruff: noqa: D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from vois._svg import Range, esc, fmt, ink_on, limits, text
from vois.svgUtils import graduatedLegend

__all__ = ["country_codes", "country_name", "svgChangeHeight", "svgChangeWidth", "svgMapEurope"]

# Column and row of each country; the two-letter codes are those of the Union's statistics.
_TILES = """IS 0 0 Iceland|NO 4 0 Norway|SE 5 0 Sweden|FI 6 0 Finland|EE 7 1 Estonia|LV 7 2 Latvia
IE 0 2 Ireland|UK 1 2 United Kingdom|DK 4 1 Denmark|LT 7 3 Lithuania|NL 3 2 Netherlands|DE 4 2 Germany
PL 5 2 Poland|BY 8 3 Belarus|BE 2 3 Belgium|LU 3 3 Luxembourg|CZ 5 3 Czechia|SK 6 3 Slovakia
UA 8 4 Ukraine|FR 2 4 France|CH 3 4 Switzerland|LI 4 4 Liechtenstein|AT 5 4 Austria|HU 6 4 Hungary
RO 7 4 Romania|MD 8 5 Moldova|PT 0 5 Portugal|ES 1 5 Spain|IT 4 5 Italy|SI 5 5 Slovenia
HR 6 5 Croatia|RS 7 5 Serbia|BA 5 6 Bosnia and Herzegovina|ME 6 6 Montenegro|XK 7 6 Kosovo
BG 8 6 Bulgaria|AL 6 7 Albania|MK 7 7 North Macedonia|EL 7 8 Greece|TR 9 7 Turkey|CY 9 8 Cyprus|MT 4 8 Malta"""

_PLACES: dict[str, tuple[int, int]] = {}
country_codes: list[str] = []
country_name: dict[str, str] = {}
for _one in _TILES.replace("\n", "|").split("|"):
    _code, _x, _y, _name = _one.split(" ", 3)
    _PLACES[_code] = (int(_x), int(_y))
    country_codes.append(_code)
    country_name[_code] = _name


def svgChangeWidth(svgstring: Any, width: Any = "500px") -> Any:
    """Return a drawing with another width."""
    return re.sub(r'(<svg[^>]*?\bwidth=")[^"]*', rf"\g<1>{width}", svgstring, count=1)


def svgChangeHeight(svgstring: Any, height: Any = "600px") -> Any:
    """Return a drawing with another height."""
    return re.sub(r'(<svg[^>]*?\bheight=")[^"]*', rf"\g<1>{height}", svgstring, count=1)


def svgMapEurope(
    df: Any,
    code_column: Any = None,
    value_column: str = "value",
    label_column: str = "label",
    codes_selected: Sequence[Any] = (),
    width: Any = "400px",
    height: Any = "600px",
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
    stroke: str = "#232323",
    stroke_selected: str = "#00ffff",
    stroke_width: float = 3.0,
    onhoverfill: str = "yellow",
    decimals: float = 2,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
    hoveronempty: bool = False,
    legendtitle: str = "",
    legendunits: str = "",
    bordercolor: str = "black",
    textcolor: str = "black",
    dark: bool = False,
) -> Any:
    """Return Europe with coloured countries and a legend, as SVG text.

    Args:
        df: one row for each country.
        code_column: two-letter codes; None takes the index.
        value_column: the numbers.
        label_column: texts to show instead of the numbers.
        codes_selected: countries to mark.
        width: CSS width.
        height: CSS height.
        colorlist: from low to high.
        stdevnumber: how many standard deviations around the mean the colours span.
    """
    codes = [str(one) for one in (df.index if code_column is None else df[code_column])]
    values = dict(zip(codes, [float(one) for one in df[value_column]], strict=True))
    labels = dict(zip(codes, df[label_column], strict=True)) if label_column in df.columns else {}
    low, high = limits(list(values.values()), stdevnumber, minallowed_value, maxallowed_value)
    shade = Range(colorlist, low, high)
    parts = []
    for code, (column, row) in _PLACES.items():
        value = values.get(code)
        color = fill if value is None else shade(value)
        said = (
            ""
            if value is None
            else f": {labels.get(code, fmt(value, int(decimals)))} {legendunits}"
        )
        mark = (
            (stroke_selected, 6)
            if code in codes_selected
            else (stroke, min(1.0, float(stroke_width)))
        )
        parts.append(_tile(code, column, row, color, mark, f"{country_name[code]}{said}".strip()))
    legend = graduatedLegend(
        df,
        code_column,
        value_column,
        label_column,
        country_name,
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
        20,
        200,
        540,
        bordercolor,
        textcolor,
        dark,
    )
    legend = legend.replace("<svg", '<svg x="615" y="10"', 1)
    tall = "" if height == "auto" else f'height="{height}"'
    style = (
        (
            f"<style>.vois-tile:hover rect {{ fill: {esc(onhoverfill)}; }} .vois-tile:hover text {{ fill: black; }}"
            "</style>"
        )
        if hoveronempty or values
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" {tall} viewBox="0 0 820 560"'
        f' role="img" aria-label="{esc(legendtitle or "Europe")}" font-family="Roboto, Arial, sans-serif">'
        f"{style}{''.join(parts)}{legend}</svg>"
    )


def _tile(code: str, column: int, row: int, color: str, mark: tuple[str, float], said: str) -> str:
    x, y = 5 + 60 * column, 10 + 60 * row
    return (
        f'<g class="vois-tile" data-key="{code}"><title>{esc(said)}</title><rect x="{x}" y="{y}" width="56"'
        f' height="56" rx="6" fill="{esc(color)}" stroke="{esc(mark[0])}" stroke-width="{mark[1]:g}"/>'
        + text(x + 28, y + 34, code, 17, fill=ink_on(color), text_anchor="middle", font_weight=600)
        + "</g>"
    )
