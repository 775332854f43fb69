"""Upright bars as a drawing that answers."""

# ruff: noqa: N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vois import theme, ui
from vois._bars import Area
from vois._svg import BLUES, Range, fmt, limits, numbers, sheet, text

__all__ = ["svgBarChart"]

_STYLE = "<style>.vois-part{cursor:pointer}.vois-part:hover,.vois-part:focus{filter:brightness(1.2)}</style>"


def svgBarChart(
    title: str = "",
    width: float = 30.0,
    height: float = 40.0,
    names: Sequence[Any] = (),
    values: Sequence[Any] = (),
    stddevs: Any = None,
    dictnames: Any = None,
    selectedname: Any = None,
    fontsize: float = 1.1,
    titlecolor: str = "black",
    barstrokecolor: str = "black",
    xaxistextcolor: str = "black",
    xaxistextsizemultiplier: float = 1.0,
    xaxistextangle: float = 0.0,
    xaxistextextraspace: float = 0.0,
    yaxistextextraspace: float = 5.0,
    xaxistextdisplacey: float = 0.0,
    valuestextsizemultiplier: float = 0.7,
    valuestextangle: float = 0.0,
    strokew_axis: float = 0.2,
    strokew_horizontal_lines: float = 0.06,
    strokecol_axis: str = "#bbbbbb",
    strokecol_horizontal_lines: str = "#dddddd",
    showvalues: bool = False,
    textweight: float = 400,
    colorlist: Sequence[Any] = BLUES,
    colors_on_minmax_values: bool = True,
    fixedcolors: bool = False,
    enabledeselect: bool = False,
    selectcolor: str = "red",
    showselection: bool = False,
    hovercolor: str = "yellow",
    valuedigits: float = 4,
    barpercentwidth: float = 90.0,
    stdevnumber: float = 2.0,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
    yaxis_min: Any = None,
    yaxis_max: Any = None,
    on_change: Callable[..., Any] | None = None,
) -> Any:
    """Return bars as a widget; ``on_change((name, value, index))`` hears of the chosen one, or None.

    Args as of the older spelling: width in vw, height in vh, font sizes in vh.
    """
    drawing = _drawing(dict(locals()))
    place = f"width: {width}vw; min-width: min(100%, 300px); max-width: 100%"
    widget = ui.Svg(drawing(selectedname), style_=place, aria_label=title or "Bar chart")
    rows = list(zip(names, values, strict=False))
    widget.on_change = _pressed(widget, rows, drawing, on_change, enabledeselect)
    return widget


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar: its key, what it is called, number, colour, note above it and standard deviation."""

    name: Any
    label: str
    value: float
    fill: str
    note: str
    spread: float


def _drawing(given: dict[str, Any]) -> Callable[[Any], str]:
    """Return what draws the whole chart, by the name of its chosen bar.

    Args:
        given: the arguments of `svgBarChart`.
    """
    values = numbers(given["values"])
    area, bars = _area(given, values), _bars(given, values)
    looks = {"line": given["barstrokecolor"], "share": str(given["barpercentwidth"] / 100)}
    looks["chosen"] = given["selectcolor"]
    head, angle = _head(given, area), given["xaxistextangle"]

    def _drawn(chosen: Any) -> str:
        marked = chosen if given["showselection"] else None
        parts = [_bar(area, bars, i, marked, looks, angle) for i in range(len(bars))]
        return sheet((area.w, area.h), "".join([_STYLE, *head, *parts]))

    return _drawn


def _area(given: dict[str, Any], values: Sequence[float]) -> Area:
    """Return the place of the bars."""
    ink = "currentColor" if given["titlecolor"] == "black" else given["titlecolor"]
    size = (float(given["width"]) * 12, float(given["height"]) * 7.2)
    ends = _ends(values, given["yaxis_min"], given["yaxis_max"])
    return Area(*size, *ends, given["fontsize"] * 11, ink)


def _head(given: dict[str, Any], area: Area) -> list[str]:
    """Return what lies behind the bars: the title, and the lines of the upright axis."""
    style = {"fill": area.ink, "text_anchor": "middle"}
    title = text(area.w / 2, area.font * 1.4, given["title"], area.font * 1.3, **style)
    lines = given["strokecol_horizontal_lines"] if not theme.is_dark() else "#3a3f47"
    return [title, *area.grid(lines, int(given["valuedigits"]))]


def _bars(given: dict[str, Any], values: Sequence[float]) -> list[_Bar]:
    """Return the bars, each with its number and looks."""
    ends = [given[name] for name in ("stdevnumber", "minallowed_value", "maxallowed_value")]
    colors = given["colorlist"]
    shade, digits = Range(colors, *limits(values, *ends)), min(int(given["valuedigits"]), 4)
    called = dict(given["dictnames"] or {})
    spreads = [] if given["stddevs"] is None else numbers(given["stddevs"])
    bars = []
    for i, (name, value) in enumerate(zip(given["names"], values, strict=False)):
        fill = str(colors[i % len(colors)]) if given["fixedcolors"] else shade(value)
        note = f"{value:,.{digits}g}" if given["showvalues"] else ""
        spread = spreads[i] if i < len(spreads) else math.nan
        bars.append(_Bar(name, str(called.get(name, name)), value, fill, note, spread))
    return bars


def _ends(given: Sequence[float], low: Any, high: Any) -> tuple[float, float]:
    """Return the ends of the upright axis: those that were given, else around all numbers and zero."""
    known = [one for one in given if math.isfinite(one)]
    bottom = min(0.0, *known, 0.0) if low is None else float(low)
    top = (max([*known, 0.0]) * 1.05 or 1.0) if high is None else float(high)
    return bottom, top


def _bar(
    area: Area, bars: Sequence[_Bar], i: int, chosen: Any, looks: dict[str, str], angle: float
) -> str:
    """Return the bar of index ``i`` with its name; without a number the name stands alone."""
    one, place = bars[i], (i, len(bars))
    parts = []
    if math.isfinite(one.value):
        fill = looks["chosen"] if chosen is not None and one.name == chosen else one.fill
        given = {"line": looks["line"], "share": looks["share"], "key": str(one.name)}
        told = f"{one.label}: {fmt(one.value)}"
        parts.append(area.bar(i, len(bars), one.value, fill=fill, told=told, **given))
        if math.isfinite(one.spread):
            parts.append(area.whisker(*place, one.value, one.spread))
        parts.append(area.note(*place, one.value, one.note) if one.note else "")
    return "".join([*parts, area.tick(*place, one.label, angle)])


def _pressed(
    widget: ui.Svg,
    rows: Sequence[tuple[Any, Any]],
    drawing: Callable[[Any], str],
    on_change: Callable[..., Any] | None,
    deselect: bool,
) -> Callable[[str], None]:
    """Return what is done when a bar is pressed."""
    last: list[str | None] = [None]

    def _press(key: str) -> None:
        last[0] = None if deselect and key == last[0] else key
        found = [(name, value, i) for i, (name, value) in enumerate(rows) if str(name) == last[0]]
        chosen = found[0] if found else None
        widget.svg = drawing(None if chosen is None else chosen[0])
        if on_change is not None:
            on_change(chosen)

    return _press
