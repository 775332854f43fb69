"""Upright bars as a drawing that answers."""

# ruff: noqa: ARG001, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import theme, ui
from vois._bars import Area
from vois._svg import BLUES, Range, fmt, limits, text

__all__ = ["svgBarChart"]


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
    """Return bars as a widget; ``on_change(name)`` hears of the chosen one, or None.

    Args as of the older spelling: width in vw, height in vh, font sizes in vh.
    """
    numbers = [float(one) for one in values]
    shade = Range(colorlist, *limits(numbers, stdevnumber, minallowed_value, maxallowed_value))
    ink = "currentColor" if titlecolor == "black" else titlecolor
    ends = _ends(numbers, yaxis_min, yaxis_max)
    area = Area(float(width) * 12, float(height) * 7.2, *ends, fontsize * 11, ink)
    style = {"fill": ink, "text_anchor": "middle"}
    parts = [text(area.w / 2, area.font * 1.4, title, area.font * 1.3, **style)]
    lines = strokecol_horizontal_lines if not theme.is_dark() else "#3a3f47"
    parts += area.grid(lines, int(valuedigits))
    named, share = dict(dictnames or {}), str(barpercentwidth / 100)
    for i, (name, value) in enumerate(zip(names, numbers, strict=False)):
        place, label = (i, len(numbers)), str(named.get(name, name))
        fill = str(colorlist[i % len(colorlist)]) if fixedcolors else shade(value)
        picked = showselection and name == selectedname
        looks = {"fill": selectcolor if picked else fill, "line": barstrokecolor, "share": share}
        looks |= {"key": str(name), "told": f"{label}: {fmt(value)}"}
        parts.append(area.bar(i, len(numbers), value, **looks))
        if stddevs is not None and i < len(stddevs):
            parts.append(area.whisker(*place, value, float(stddevs[i])))
        if showvalues:
            parts.append(area.note(*place, value, f"{value:,.{min(int(valuedigits), 4)}g}"))
        parts.append(area.tick(*place, label, xaxistextangle))
    return _widget(area, parts, title, (width, height), on_change, enabledeselect)


def _ends(numbers: Sequence[float], low: Any, high: Any) -> tuple[float, float]:
    """Return the ends of the upright axis: those that were given, else around all numbers and zero."""
    bottom = min(0.0, *numbers, 0.0) if low is None else float(low)
    top = (max([*numbers, 0.0]) * 1.05 or 1.0) if high is None else float(high)
    return bottom, top


def _widget(
    area: Area,
    parts: Sequence[str],
    title: str,
    size: tuple[Any, Any],
    on_change: Callable[..., Any] | None,
    deselect: bool,
) -> ui.Svg:
    style = "<style>.vois-part{cursor:pointer}.vois-part:hover,.vois-part:focus{filter:brightness(1.2)}</style>"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {area.w:g} {area.h:g}" width="100%"'
        f' font-family="Roboto, Arial, sans-serif">{style}{"".join(parts)}</svg>'
    )
    last: list[str | None] = [None]

    def pressed(key: str) -> None:
        last[0] = None if deselect and key == last[0] else key
        if on_change is not None:
            on_change(last[0])

    place = f"width: {size[0]}vw; min-width: min(100%, 300px); max-width: 100%"
    return ui.Svg(svg, pressed, style_=place, aria_label=title or "Bar chart")
