"""Europe as a map whose countries are coloured by numbers."""

# ruff: noqa: D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
import re
from collections.abc import Sequence
from inspect import signature
from typing import Any

from vois._svg import PLASMA, Range, esc, fmt, limits, numbers
from vois.geo.europe import HEIGHT, WIDTH, outlines
from vois.svgUtils import graduatedLegend

__all__ = ["country_codes", "country_name", "svgChangeHeight", "svgChangeWidth", "svgMapEurope"]

# The two-letter codes are those of the Union's statistics, but for the United Kingdom's.
_NAMES = """IS Iceland|NO Norway|SE Sweden|FI Finland|EE Estonia|LV Latvia|IE Ireland|GB United Kingdom
DK Denmark|LT Lithuania|NL Netherlands|DE Germany|PL Poland|BY Belarus|BE Belgium
LU Luxembourg|CZ Czechia|SK Slovakia|UA Ukraine|FR France|CH Switzerland|LI Liechtenstein
AT Austria|HU Hungary|RO Romania|MD Moldova|PT Portugal|ES Spain|IT Italy|SI Slovenia
HR Croatia|RS Serbia|BA Bosnia and Herzegovina|ME Montenegro|XK Kosovo|BG Bulgaria
AL Albania|MK North Macedonia|EL Greece|TR Turkey|CY Cyprus|MT Malta
AD Andorra|IM Isle of Man|MC Monaco|SM San Marino|VA Vatican"""

country_name: dict[str, str] = dict(
    one.split(" ", 1) for one in _NAMES.replace("\n", "|").split("|")
)
country_codes: list[str] = list(country_name)
_OTHER = {"UK": "GB", "GR": "EL"}  # codes that tables have, by those of the map
country_name |= {other: country_name[code] for other, code in _OTHER.items()}
country_name["GI"] = "Gibraltar"  # the map has no shape for it

# A phone shows the drawing at a third of its size: the ends of the bar grow, the rest gives way.
_PHONE = """@media (max-width: 599px) { .vois-europe-legend { overflow: visible; }
.vois-europe-legend text { font-size: 36px; }
.vois-europe-legend text[font-weight] { display: none; } }"""


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
    colorlist: Sequence[Any] = PLASMA,
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
    given = dict(locals())
    values, labels = _table(df, code_column, value_column, label_column)
    low, high = limits(list(values.values()), stdevnumber, minallowed_value, maxallowed_value)
    shade = Range(colorlist, low, high)
    chosen = {_OTHER.get(one, one) for one in codes_selected}
    marks = {True: (stroke_selected, 3.0), False: (stroke, min(1.0, float(stroke_width)))}
    parts = []
    # Discs of small countries lie over the long outlines of their neighbours.
    for code, outline in sorted(outlines().items(), key=lambda one: -len(one[1])):
        value = values.get(code)
        told = labels.get(code, fmt(value, int(decimals))) if value is not None else ""
        name = country_name.get(code, code)
        said = f"{name}: {told} {legendunits}".strip() if told else name
        color = fill if value is None else shade(value)
        key = code if code in country_name else ""
        parts.append(_country(key, outline, color, marks[code in chosen], said))
    parts.sort(key=lambda one: f'stroke="{esc(stroke_selected)}"' in one)
    hover = f".vois-country:hover {{ fill: {esc(onhoverfill)}; }}" if hoveronempty or values else ""
    size = (width, "" if height == "auto" else f'height="{esc(height)}"')
    land = f'<svg x="4" y="5" width="{WIDTH:g}" height="{HEIGHT:g}">{"".join(parts)}</svg>'
    return _framed(land + _legend(given), size, hover, legendtitle or "Europe")


def _table(
    df: Any, code_column: Any, value_column: str, label_column: str
) -> tuple[dict[str, float], dict[str, Any]]:
    """Return number and text by code, each code as the map has it; none where they are missing."""
    codes = [str(one) for one in (df.index if code_column is None else df[code_column])]
    codes = [_OTHER.get(one, one) for one in codes]
    values = zip(codes, numbers(df[value_column]), strict=True)
    found = {code: value for code, value in values if math.isfinite(value)}
    if label_column not in df.columns:
        return found, {}
    labels = zip(codes, df[label_column], df[label_column].notna(), strict=True)
    return found, {code: label for code, label, there in labels if there}


def _legend(given: dict[str, Any]) -> str:
    """Return the legend at its place, with what `svgMapEurope` was given."""
    shared = {name: given[name] for name in signature(graduatedLegend).parameters if name in given}
    own = {"dictnames": country_name, "fontsize": 20, "width": 200, "height": 540}
    legend: str = graduatedLegend(**{**shared, **own})
    return legend.replace("<svg", '<svg class="vois-europe-legend" x="615" y="10"', 1)


def _framed(inner: str, size: tuple[Any, str], hover: str, name: str) -> str:
    """Return the whole drawing; ``size`` is the width, and the height as attribute."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{esc(size[0])}" {size[1]} viewBox="0 0 820 560"'
        f' role="img" aria-label="{esc(name)}" font-family="Roboto, Arial, sans-serif">'
        f"<style>{hover}{_PHONE}</style>{inner}</svg>"
    )


def _country(code: str, outline: str, color: str, mark: tuple[str, float], said: str) -> str:
    """Return one country; those that no table names have no code, and answer to nothing."""
    shown = f'class="vois-country" data-key="{code}"' if code else 'fill-opacity="0.5"'
    return (
        f'<path {shown} d="{outline}" fill="{esc(color)}" stroke="{esc(mark[0])}"'
        f' stroke-width="{mark[1]:g}" stroke-linejoin="round"><title>{esc(said)}</title></path>'
    )
