"""Courses of values through time, as SVG text and as a widget."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from vois import ui
from vois._svg import esc, text
from vois.charts import SERIES
from vois.geo.scales import round_numbers

__all__ = ["Line", "SeriesChart", "series_svg"]

_W, _H = 340.0, 210.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 22.0, 26.0, 28.0


@dataclass(frozen=True, slots=True)
class Line:
    """One course of values.

    Attributes:
        name: in the legend.
        values: one for each date; NaN or None leaves a gap.
        low: lower edge of a band around the values, or nothing.
        high: upper edge of the band.
        color: as ``#rrggbb``; by default one of the theme's.
    """

    name: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    color: str = ""


def series_svg(
    labels: Sequence[str], lines: Sequence[Line], *, marked: int | None = None, unit: str = ""
) -> str:
    """Return a chart of courses, 340 by 210 units, as wide as its place up to 560 pixels.

    Every date has a strip that carries its index as ``data-key``, so `ui.Svg`
    answers when it is pressed or pointed at, also by key; it tells its values to
    the pointer and to screen readers. One strip is reached by Tab, the others
    from there by the arrow keys.

    Args:
        labels: dates.
        lines: each with as many values as there are dates.
        marked: index of the date to mark.
        unit: written at the top of the vertical axis.

    Raises:
        ValueError: a line has another number of values than there are dates.
    """
    for line in lines:
        if len(line.values) != len(labels):
            found, wanted = len(line.values), len(labels)
            raise ValueError(f"line {line.name!r} has {found} values; expected {wanted}, as labels")
    place = _Place(labels, lines)
    spare = cycle(SERIES)
    pairs = [(one, one.color or next(spare)) for one in lines]
    parts = [place.grid(unit), *(_band(place, *pair) for pair in pairs)]
    parts += [_stroke(place, *pair) for pair in pairs]
    if marked is not None and labels:
        x = place.x(marked)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_H - _BOTTOM}" stroke="currentColor"'
            ' stroke-width="1.5" stroke-opacity="0.7"/>'
        )
        parts += [_dot(place, one, marked, color) for one, color in pairs]
    parts += [place.strip(i, reached=i == (marked or 0)) for i in range(len(labels))]
    said = esc(", ".join(one.name for one in lines) or "No values")
    role = "group" if labels else "img"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_W:g} {_H:g}" width="100%" role="{role}"'
        ' class="vois-fit" overflow="visible" style="display: block; margin: auto; max-width: 560px"'
        f' aria-label="Chart: {said}" font-family="inherit">{"".join(parts)}</svg>'
    )


def _good(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


class _Place:
    """Where dates and values lie in the drawing."""

    def __init__(self, labels: Sequence[str], lines: Sequence[Line]) -> None:
        self.labels, self.lines = labels, lines
        every = [v for one in lines for part in (one.values, one.low, one.high) for v in part]
        good = [float(v) for v in every if v is not None and math.isfinite(v)] or [0.0, 1.0]
        self.ticks = round_numbers(min(good), max(good))

    def x(self, index: float) -> float:
        """Return how far right the date of that index lies, in units of the drawing."""
        return _LEFT + (_W - _LEFT - _RIGHT) * index / max(1, len(self.labels) - 1)

    def y(self, value: float) -> float:
        """Return how far down a value lies, in units of the drawing."""
        low, high = self.ticks[0], self.ticks[-1]
        return _H - _BOTTOM - (_H - _TOP - _BOTTOM) * (value - low) / (high - low)

    def points(self, values: Sequence[float | None]) -> list[list[str]]:
        """Return runs of places without a gap, each place as ``x,y`` in units of the drawing."""
        runs: list[list[str]] = [[]]
        for i, value in enumerate(values):
            if value is None or not math.isfinite(value):
                runs.append([])
            else:
                runs[-1].append(f"{self.x(i):.1f},{self.y(value):.1f}")
        return [one for one in runs if one]

    def grid(self, unit: str) -> str:
        """Return the lines and numbers of the ticks, ``unit`` on top, and the dates below."""
        parts = []
        for tick in self.ticks:
            y = self.y(tick)
            parts.append(
                f'<line x1="{_LEFT}" x2="{_W - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
                ' stroke="currentColor" stroke-opacity="0.15"/>'
            )
            looks = {"fill": "currentColor", "text_anchor": "end"}
            parts.append(text(_LEFT - 6, y + 4, f"{tick:,.4g}", 12, **looks))
        if unit:
            parts.append(text(4, 13, unit, 12, fill="currentColor"))
        step = max(1, math.ceil(len(self.labels) * max(map(len, self.labels), default=1) * 7 / _W))
        for i in range(0, len(self.labels), step):
            looks = {"fill": "currentColor", "text_anchor": "middle", "data_row": "dates"}
            parts.append(text(self.x(i), _H - 8, self.labels[i], 12, **looks))
        return "".join(parts)

    def strip(self, index: int, *, reached: bool) -> str:
        """Return the part of the drawing that answers for one date, by Tab if ``reached``."""
        wide = (_W - _LEFT - _RIGHT) / max(1, len(self.labels) - 1)
        told = [
            f"{one.name}: {value:,.4g}"
            for one in self.lines
            if (value := one.values[index]) is not None and math.isfinite(value)
        ]
        told = [self.labels[index], *(told or ["no values"])]
        return (
            f'<rect data-key="{index}" x="{self.x(index) - wide / 2:.1f}" y="{_TOP}" width="{wide:.1f}"'
            f' height="{_H - _TOP - _BOTTOM}" fill="transparent" class="vois-strip" role="button"'
            f' tabindex="{0 if reached else -1}" aria-label="{esc(", ".join(told))}">'
            f"<title>{esc(chr(10).join(told))}</title></rect>"
        )


def _stroke(place: _Place, line: Line, color: str) -> str:
    return "".join(
        f'<polyline points="{" ".join(run)}" fill="none" stroke="{color}" stroke-width="2.5"'
        ' stroke-linejoin="round" stroke-linecap="round"/>'
        for run in place.points(line.values)
    )


def _band(place: _Place, line: Line, color: str) -> str:
    if not line.low or not all(_good(v) for v in (*line.low, *line.high)):
        return ""
    edge = place.points(line.low)[0] + place.points(line.high)[0][::-1]
    return f'<polygon points="{" ".join(edge)}" fill="{color}" fill-opacity="0.2"/>'


def _dot(place: _Place, line: Line, index: int, color: str) -> str:
    value = line.values[index]
    if value is None or not math.isfinite(value):
        return ""
    return f'<circle cx="{place.x(index):.1f}" cy="{place.y(value):.1f}" r="4.5" fill="{color}"/>'


class SeriesChart(ui.Svg):
    """A chart of courses; ``value`` is the index of the date that is marked, None for none.

    Args:
        labels: dates.
        lines: what to draw first.
        on_change: called with the index when a date is pressed.
        unit: of the values.
        traits: any trait by name.
    """

    def __init__(
        self,
        labels: Sequence[str],
        lines: Sequence[Line] = (),
        on_change: Callable[..., Any] | None = None,
        *,
        unit: str = "",
        **traits: Any,
    ) -> None:
        self._labels, self._lines, self._unit = [str(one) for one in labels], [*lines], unit
        super().__init__(on_change=on_change, **traits)
        self.observe(lambda _: self._draw(), "value")
        self._draw()

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Draw other courses."""
        self._lines = [*lines]
        self._draw()

    def vue_change(self, value: Any) -> None:
        """The viewer pressed a date."""
        super().vue_change(None if value in {None, ""} else int(value))

    def _draw(self) -> None:
        self.svg = series_svg(self._labels, self._lines, marked=self.value, unit=self._unit)
