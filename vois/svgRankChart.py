"""A ranking as a drawing that answers."""

# ruff: noqa: ARG001, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from vois import ui
from vois._svg import BLUES, Range, esc, fmt, ink_on, limits, numbers, text

__all__ = ["svgRankChart"]


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
    rows = [(name, value, i) for i, (name, value) in enumerate(zip(names, values, strict=False), 1)]
    known = dict(zip([one[2] for one in rows], numbers(one[1] for one in rows), strict=True))
    rows.sort(key=lambda one: -known[one[2]] if math.isfinite(known[one[2]]) else math.inf)
    ends = limits([*known.values()], stdevnumber, minallowed_value, maxallowed_value)
    shade = Range(colorlist, *ends)
    state: dict[str, Any] = {"chosen": rows[0] if rows and selectfirstatstart else None}

    def drawing() -> str:
        """The chart with the chosen row marked."""
        looks = (selectcolor, addposition, splitnamelenght)
        lines = []
        for i, row in enumerate(rows):
            value = known[row[2]]
            fill = colorlist[i % len(colorlist)] if fixedcolors else shade(value)
            lines.append(_row(i, row[0], value, fill, row is state["chosen"], looks))
        return _list(title, "currentColor" if titlecolor == "black" else titlecolor, lines)

    def pressed(key: str) -> None:
        """Choose a row, draw it marked and tell of it."""
        found = next((row for row in rows if str(row[0]) == key), None)
        state["chosen"] = None if enabledeselect and found is state["chosen"] else found
        widget.svg = drawing()
        if on_change is not None:
            on_change(state["chosen"])

    place = f"width: {width}vw; min-width: min(100%, 240px); max-width: 100%; max-height: {height}vh; overflow: auto"
    widget = ui.Svg(drawing(), pressed, style_=place, aria_label=title)
    if on_change is not None and state["chosen"] is not None:
        on_change(state["chosen"])
    return widget


def _list(title: str, ink: str, rows: Sequence[str]) -> str:
    inner = text(4, 22, title, 17, fill=ink) + "".join(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 {30 * (len(rows) + 1) + 6}"'
        f' width="100%" font-family="Roboto, Arial, sans-serif">{inner}</svg>'
    )


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
