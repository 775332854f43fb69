"""A ranking as a drawing that answers."""

# ruff: noqa: N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from vois import ui
from vois._svg import BLUES, Range, esc, fmt, ink_on, limits, numbers, sheet, text

__all__ = ["svgRankChart"]

_Line = tuple[Any, Any, int]


def svgRankChart(
    title: str = "Ranking of labels",
    width: float = 20.0,
    height: float = 90.0,
    names: Sequence[Any] = (),
    values: Sequence[Any] = (),
    splitnamelenght: float = 40,
    addposition: bool = True,
    fontsize: float = 1.1,
    titlecolor: str = "black",
    textweight: float = 400,
    colorlist: Sequence[Any] = BLUES,
    fixedcolors: bool = False,
    enabledeselect: bool = False,
    selectfirstatstart: bool = True,
    selectcolor: str = "red",
    hovercolor: str = "yellow",
    stdevnumber: float = 2.0,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
    on_change: Callable[..., Any] | None = None,
) -> Any:
    """Return names in order of their values as a widget; ``on_change((name, value, position))``.

    The highest value is first, and what has none is last; positions count from 1 in the
    order that was given. ``on_change(None)`` tells that nothing is chosen.
    """
    rows = _ranked(names, values)
    drawing = _drawing(dict(locals()), rows)
    first = rows[0] if rows and selectfirstatstart else None
    place = f"width: {width}vw; min-width: min(100%, 240px); max-width: 100%; max-height: {height}vh; overflow: auto"
    widget = ui.Svg(drawing(first), style_=place, aria_label=title)
    widget.on_change = _pressed(widget, drawing, rows, first, (on_change, enabledeselect))
    if on_change is not None and first is not None:
        on_change(first)
    return widget


def _ranked(names: Sequence[Any], values: Sequence[Any]) -> list[_Line]:
    """Return name, value and position of each line, in the order of the values."""
    rows = [(name, value, i) for i, (name, value) in enumerate(zip(names, values, strict=False), 1)]
    known = dict(enumerate(numbers(one[1] for one in rows), 1))
    rows.sort(key=lambda one: -known[one[2]] if math.isfinite(known[one[2]]) else math.inf)
    return rows


def _drawing(given: dict[str, Any], rows: Sequence[_Line]) -> Callable[[_Line | None], str]:
    """Return what draws the whole list, by its chosen line.

    Args:
        given: the arguments of `svgRankChart`.
        rows: the lines in their order.
    """
    values, colors = numbers(one[1] for one in rows), given["colorlist"]
    ends = [given[name] for name in ("stdevnumber", "minallowed_value", "maxallowed_value")]
    shade = Range(colors, *limits(values, *ends))
    fills = [shade(one) for one in values]
    if given["fixedcolors"]:
        fills = [colors[i % len(colors)] for i in range(len(rows))]
    looks = (given["selectcolor"], given["addposition"], given["splitnamelenght"])
    ink = "currentColor" if given["titlecolor"] == "black" else given["titlecolor"]
    title = text(4, 22, given["title"], 17, fill=ink)

    def _drawn(chosen: _Line | None) -> str:
        lines = [
            _row(i, row[0], values[i], fills[i], row is chosen, looks) for i, row in enumerate(rows)
        ]
        return sheet((320, 30 * (len(rows) + 1) + 6), "".join([title, *lines]))

    return _drawn


def _pressed(
    widget: ui.Svg,
    drawing: Callable[[_Line | None], str],
    rows: Sequence[_Line],
    first: _Line | None,
    answer: tuple[Callable[..., Any] | None, bool],
) -> Callable[[str], None]:
    """Return what is done when a line is pressed.

    Args:
        widget: which is drawn anew.
        drawing: what draws it.
        rows: its lines.
        first: the line that is chosen now.
        answer: who hears of it, and whether the chosen line can be chosen off.
    """
    last, (on_change, deselect) = [first], answer

    def _press(key: str) -> None:
        found = next((row for row in rows if str(row[0]) == key), None)
        last[0] = None if deselect and found is last[0] else found
        widget.svg = drawing(last[0])
        if on_change is not None:
            on_change(last[0])

    return _press


def _row(
    i: int, name: Any, value: float, fill: str, chosen: bool, looks: tuple[str, bool, float]
) -> str:
    """Return one line; ``looks`` is colour of the chosen, whether to number, longest name."""
    mark, number, longest = looks
    said = str(name) if len(str(name)) <= longest else str(name)[: int(longest) - 1] + "…"
    label = f"{i + 1}. {said}" if number else said
    stroke = f'stroke="{esc(mark)}" stroke-width="3"' if chosen else 'stroke="#8886"'
    y = 32 + 30 * i
    return (
        f'<g data-key="{esc(name)}" tabindex="0" role="button" aria-label="{esc(label)}: {fmt(value)}"'
        f' style="cursor: pointer"><title>{esc(label)}: {fmt(value)}</title><rect x="3" y="{y}" width="314"'
        f' height="26" rx="4" fill="{esc(fill)}" {stroke}/>'
        + text(10, y + 18, label, 13, fill=ink_on(fill), font_weight=600 if chosen else 400)
        + "</g>"
    )
