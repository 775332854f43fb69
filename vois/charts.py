"""Drawings made of data: pure functions from numbers to SVG text, to be shown by `vois.ui.Svg`.

Each part carries its name as key, so that ``ui.Svg(charts.bars(values), on_change)``
calls ``on_change(name)`` for a part that is pressed, and ``on_hover(name)`` for one
that is pointed at. Colours are the theme's (`vois.theme.token`), and so follow light and
dark in the page itself; colours of your own stay as they are.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from vois._bars import Area
from vois._pies import in_middle, pie_slice, turns
from vois._svg import Range, esc, fmt, frame, ink_on, text
from vois._tokens import STEPS
from vois.theme import token

__all__ = ["BLUES", "SERIES", "bars", "europe", "ranking", "ring"]

BLUES = ("#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c")
SERIES = tuple(token(f"series-{i}") for i in range(1, 9))
_CHOSEN = token("chosen"), token("on-chosen")
_LINES = "#8885"
_ALSO = {"GR": "EL", "UK": "GB"}  # as in ISO or in the Union's statistics
_MIDDLE = 200.0  # of a ring, in units of its drawing
# ui.Svg keeps its letters readable at any width, and shows what is pointed at and chosen.
_FIT = ' class="vois-fit vois-chart" overflow="visible"'
_MAP = _FIT + ' style="display: block; margin: auto; max-width: 720px"'
_NARROW = _FIT + ' style="display: block; margin: auto; max-width: 560px"'


def bars(
    values: Mapping[str, float],
    *,
    title: str = "",
    unit: str = "",
    chosen: str = "",
    digits: int = 1,
    colors: Sequence[str] | None = None,
    size: tuple[float, float] = (720, 360),
) -> str:
    """Return upright bars on one axis that includes zero.

    Args:
        values: number by name, in the order of the bars.
        title: over the bars.
        unit: of the numbers, told with each.
        chosen: name of the bar that stands out, if any.
        digits: decimals of the numbers.
        colors: as ``#rrggbb``, from the lowest number to the highest; the theme's by default.
        size: width and height in the drawing's own units; it fills the width of its place.

    Raises:
        ValueError: a number is not finite, or there are no colours.
    """
    numbers = _checked(values, colors)
    area = Area(*size, *_ends(numbers), 15, "currentColor")
    shade = _shades(colors, numbers)
    parts = [text(area.w / 2, 20, title, 17, fill="currentColor", text_anchor="middle")]
    parts += area.grid(_LINES, _decimals(area.low, area.high))
    for i, (name, number) in enumerate(zip(values, numbers, strict=True)):
        fill, _ = _CHOSEN if name == chosen else shade(number)
        told = f"{fmt(number, digits)} {unit}".rstrip()
        looks = {"fill": fill, "line": "none", "share": "0.8", "key": name}
        parts.append(area.bar(i, len(numbers), number, told=f"{name}: {told}", **looks))
        parts.append(area.note(i, len(numbers), number, fmt(number, digits)))
        parts.append(area.tick(i, len(numbers), name, 0))
    return frame("100%", "", size, "".join(parts), title or "Bar chart", looks=_FIT)


def ranking(
    values: Mapping[str, float],
    *,
    title: str = "",
    unit: str = "",
    chosen: str = "",
    digits: int = 1,
    colors: Sequence[str] | None = None,
) -> str:
    """Return names and numbers one below the other, the highest number first.

    Args:
        values: number by name.
        title: over the list.
        unit: of the numbers.
        chosen: name of the line that stands out, if any.
        digits: decimals of the numbers.
        colors: as ``#rrggbb``, from the lowest number to the highest; the theme's by default.

    Raises:
        ValueError: a number is not finite, or there are no colours.
    """
    shade, top = _shades(colors, _checked(values, colors)), 34 if title else 4
    parts = [text(4, 22, title, 17, fill="currentColor")] if title else []
    order = sorted(values, key=lambda name: -values[name])
    for i, name in enumerate(order):
        looks = _CHOSEN if name == chosen else shade(values[name])
        told = f"{fmt(values[name], digits)} {unit}".rstrip()
        parts.append(_line(top + 30 * i, f"{i + 1}. {name}", told, looks, name))
    box = (360.0, top + 30.0 * len(order))
    return frame("100%", "", box, "".join(parts), title or "Ranking", looks=_NARROW)


def ring(
    values: Mapping[str, float],
    *,
    title: str = "",
    unit: str = "",
    digits: int = 1,
    colors: Sequence[str] = SERIES,
) -> str:
    """Return shares of a whole as a ring, with names beside the parts.

    Args:
        values: number by name, none below zero.
        title: in the middle.
        unit: of the numbers.
        digits: decimals of the numbers.
        colors: as CSS, one for each part, from the start again when there are too few.

    Raises:
        ValueError: a number is negative or not finite, or there are no colours.
    """
    numbers = _checked(values, colors)
    if any(number < 0 for number in numbers):
        raise ValueError("values of a ring are shares of a whole; expected none below 0")
    parts = [in_middle(title, _MIDDLE, 15, {"fill": "currentColor"})]
    for i, (name, (start, turn)) in enumerate(zip(values, turns(numbers), strict=True)):
        told = f"{name}: {fmt(numbers[i], digits)} {unit}".rstrip()
        place = (_MIDDLE, 120.0, 70.0, start, turn)
        parts.append(pie_slice(name, place, colors[i % len(colors)], told, 0.3))
        x, y = (_MIDDLE + 130 * turned(start + turn / 2) for turned in (math.cos, math.sin))
        side = "start" if x > _MIDDLE else "end"
        parts.append(text(x, y + 4, name, 13, fill="currentColor", text_anchor=side))
    inner = f'<g transform="translate(40 -{_MIDDLE - 150:g})">{"".join(parts)}</g>'
    return frame("100%", "", (2 * _MIDDLE + 80, 300.0), inner, title or "Ring", looks=_NARROW)


def europe(
    values: Mapping[str, float],
    *,
    title: str = "",
    unit: str = "",
    chosen: str = "",
    digits: int = 1,
    colors: Sequence[str] | None = None,
) -> str:
    """Return a map of Europe with its countries coloured by numbers, and a legend below.

    One country is reached by Tab, the others from there by the arrow keys. Small
    countries are discs.

    Args:
        values: number by two-letter code, in the spelling of ISO or of the Union's statistics
            (``GR`` or ``EL``, ``GB`` or ``UK``).
        title: of the legend.
        unit: of the numbers.
        chosen: code of the country that stands out, if any.
        digits: decimals of the numbers.
        colors: as ``#rrggbb``, from the lowest number to the highest; the theme's by default.

    Raises:
        ValueError: a number is not finite, there are no colours, or a code is of no country there.
    """
    shapes = importlib.import_module("vois.geo.europe").outlines()
    shapes = {code: shapes[_ALSO.get(code, code)] for code in _of_europe(values, shapes)}
    shade = _shades(colors, _checked(values, colors))
    reached = chosen if chosen in values else next(iter(values), "")
    parts = []
    # Discs lie over the long outlines of their neighbours, and what is chosen over all.
    for code in sorted(shapes, key=lambda code: (code == chosen, -len(shapes[code]))):
        if code not in values:
            parts.append(f'<path d="{shapes[code]}" fill="currentColor" fill-opacity="0.1"/>')
            continue
        fill, _ = _CHOSEN if code == chosen else shade(values[code])
        told = f"{fmt(values[code], digits)} {unit}".rstrip()
        parts.append(_country(code, shapes[code], fill, told, reached=code == reached))
    inner = f'<svg width="600" height="550">{"".join(parts)}</svg>'  # cuts off what lies beyond
    inner += _legend(values.values(), shade, title, unit, digits)
    return frame("100%", "", (600.0, 650.0), inner, title or "Europe", looks=_MAP)


def _of_europe(values: Iterable[str], shapes: Iterable[str]) -> list[str]:
    """Return the codes of all countries of the map, in the author's spelling."""
    mine, known = {_ALSO.get(code, code): code for code in values}, set(shapes)
    if unknown := [code for whole, code in mine.items() if whole not in known]:
        raise ValueError(
            f"values has {unknown[0]!r}; expected two-letter codes in and around Europe, as 'IT'"
        )
    return [mine.get(code, code) for code in shapes]


def _country(code: str, outline: str, fill: str, told: str, *, reached: bool) -> str:
    name = importlib.import_module("vois.svgMap").country_name.get(_ALSO.get(code, code), code)
    told = f"{name}: {told}"
    return (
        f'<path d="{outline}" fill="{esc(fill)}" stroke="#ffffff" stroke-linejoin="round"'
        f' data-key="{esc(code)}" tabindex="{0 if reached else -1}" role="button"'
        f' aria-label="{esc(told)}" style="cursor: pointer"><title>{esc(told)}</title></path>'
    )


def _legend(
    numbers: Iterable[float],
    shade: Callable[[float], tuple[str, str]],
    title: str,
    unit: str,
    digits: int,
) -> str:
    """Return the colours from the lowest to the highest number, below the map."""
    known = list(numbers)
    if not known:
        return ""
    low, high, ink = min(known), max(known), {"fill": "currentColor"}
    wide, top, parts = 40, 594, [text(4, 582, title, 15, font_weight=600, **ink)]
    for i in range(STEPS):
        fill, _ = shade(low + (high - low) * i / (STEPS - 1))
        parts.append(
            f'<rect x="{4 + wide * i}" y="{top}" width="{wide}" height="16" fill="{fill}"/>'
        )
    parts.append(text(4, 638, fmt(low, digits), 14, **ink))
    said = f"{fmt(high, digits)} {unit}".rstrip()
    return "".join([*parts, text(4 + wide * STEPS, 638, said, 14, text_anchor="end", **ink)])


def _ends(numbers: Sequence[float]) -> tuple[float, float]:
    """Return ends of an axis that includes zero and all numbers, in five round steps."""
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    size = 10.0 ** math.floor(math.log10((high - low) / 5 or 1.0))
    for step in (size * factor for factor in (1, 2, 2.5, 5, 10, 20)):
        start = step * math.floor(low / step)
        if start + 5 * step >= high:
            break
    return start, start + 5 * step


def _decimals(start: float, stop: float) -> int:
    """Return how many decimals the five steps of an axis need."""
    steps = [start + (stop - start) * i / 5 for i in range(6)]
    return next(
        (
            n
            for n in range(2)
            if all(math.isclose(one, round(one, n), abs_tol=1e-9) for one in steps)
        ),
        2,
    )


def _line(y: float, name: str, told: str, looks: tuple[str, str], key: str) -> str:
    """Return one line of a ranking: name at the left, number at the right."""
    fill, ink = looks
    return (
        f'<g data-key="{esc(key)}" tabindex="0" role="button" aria-label="{esc(name)}: {esc(told)}"'
        f' style="cursor: pointer"><rect x="2" y="{y:g}" width="356" height="26" rx="4"'
        f' fill="{esc(fill)}"/>{text(10, y + 18, name, 13, fill=ink)}'
        f"{text(350, y + 18, told, 13, fill=ink, text_anchor='end')}</g>"
    )


def _shades(
    colors: Sequence[str] | None, numbers: Sequence[float]
) -> Callable[[float], tuple[str, str]]:
    """Return what gives the colour of a number, and that of text on it."""
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    high = high if high > low else low + 1
    if colors is not None:
        mixed = Range(colors, low, high)
        return lambda number: (mixed(number), ink_on(mixed(number)))

    def of_theme(number: float) -> tuple[str, str]:
        """The theme's fill and text colours for a number."""
        step = 1 + round((STEPS - 1) * (number - low) / (high - low))
        return token(f"ramp-{step}"), token(f"on-ramp-{step}")

    return of_theme


def _checked(values: Mapping[str, float], colors: Sequence[str] | None) -> list[float]:
    for name, number in values.items():
        if not math.isfinite(number):
            raise ValueError(f"values[{name!r}] is {number}; expected a finite number")
    if colors is not None and not colors:
        raise ValueError("colors is empty; expected at least one, as '#rrggbb'")
    return [float(number) for number in values.values()]
