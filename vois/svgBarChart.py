"""Upright bars as a drawing that answers."""

# ruff: noqa: ARG001, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import theme, ui
from vois._svg import Range, esc, fmt, limits, text

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
    colorlist: Sequence[Any] = (
        "rgb(247,251,255)",
        "rgb(222,235,247)",
        "rgb(198,219,239)",
        "rgb(158,202,225)",
        "rgb(107,174,214)",
        "rgb(66,146,198)",
        "rgb(33,113,181)",
        "rgb(8,81,156)",
        "rgb(8,48,107)",
    ),
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
    low, high = limits(numbers, stdevnumber, minallowed_value, maxallowed_value)
    bottom = min(0.0, *numbers, 0.0) if yaxis_min is None else float(yaxis_min)
    top = (max([*numbers, 0.0]) * 1.05 or 1.0) if yaxis_max is None else float(yaxis_max)
    shade = Range(colorlist, low, high)
    dark = theme.is_dark()
    ink = "currentColor" if titlecolor == "black" else titlecolor
    area = _Area(float(width) * 12, float(height) * 7.2, bottom, top, fontsize * 11, ink)
    parts = [
        text(area.w / 2, area.font * 1.4, title, area.font * 1.3, fill=ink, text_anchor="middle")
    ]
    parts += area.grid(strokecol_horizontal_lines if not dark else "#3a3f47", int(valuedigits))
    named = dict(dictnames or {})
    for i, (name, value) in enumerate(zip(names, numbers, strict=False)):
        fill = colorlist[i % len(colorlist)] if fixedcolors else shade(value)
        picked = showselection and name == selectedname
        parts.append(
            area.bar(
                i,
                len(numbers),
                value,
                selectcolor if picked else fill,
                barpercentwidth / 100,
                named.get(name, name),
                str(name),
                barstrokecolor,
            )
        )
        if stddevs is not None and i < len(stddevs):
            parts.append(area.whisker(i, len(numbers), value, float(stddevs[i])))
        if showvalues:
            parts.append(area.note(i, len(numbers), value, int(valuedigits)))
        parts.append(area.tick(i, len(numbers), named.get(name, name), xaxistextangle))
    return _widget(area, parts, title, (width, height), on_change, enabledeselect)


class _Area:
    """The place of the bars, in units of the drawing."""

    def __init__(self, w: float, h: float, low: float, high: float, font: float, ink: str) -> None:
        self.w, self.h, self.low, self.high, self.font, self.ink = w, h, low, high, font, ink
        self.left, self.top, self.base = font * 5, font * 2.4, h - font * 3

    def y(self, value: float) -> float:
        """Return the height of a number."""
        return self.base - (self.base - self.top) * (value - self.low) / (
            (self.high - self.low) or 1.0
        )

    def x(self, i: int, n: int) -> tuple[float, float]:
        """Return the left end and width of a bar's place."""
        each = (self.w - self.left - 4) / max(1, n)
        return self.left + i * each, each

    def grid(self, color: str, digits: int) -> list[str]:
        """Return lines and numbers of the upright axis."""
        parts = []
        for i in range(6):
            value = self.low + (self.high - self.low) * i / 5
            y = self.y(value)
            parts.append(f'<path d="M {self.left:g} {y:.1f} H {self.w:g}" stroke="{esc(color)}"/>')
            parts.append(
                text(
                    self.left - 6,
                    y + self.font * 0.35,
                    f"{value:,.{min(digits, 2)}f}",
                    self.font * 0.85,
                    fill=self.ink,
                    text_anchor="end",
                )
            )
        return parts

    def bar(
        self, i: int, n: int, value: float, fill: str, share: float, name: str, key: str, line: str
    ) -> str:
        """Return one bar."""
        x, each = self.x(i, n)
        y0, y1 = sorted((self.y(value), self.y(max(self.low, min(0.0, self.high)))))
        said = esc(f"{name}: {fmt(value)}")
        return (
            f'<rect x="{x + each * (1 - share) / 2:.1f}" y="{y0:.1f}" width="{each * share:.1f}"'
            f' height="{max(0.5, y1 - y0):.1f}" fill="{esc(fill)}" stroke="{esc(line)}" stroke-width="0.4"'
            f' data-key="{esc(key)}" tabindex="0" role="button" aria-label="{said}" class="vois-part">'
            f"<title>{said}</title></rect>"
        )

    def whisker(self, i: int, n: int, value: float, spread: float) -> str:
        """Return the line of a standard deviation."""
        x, each = self.x(i, n)
        return (
            f'<path d="M {x + each / 2:.1f} {self.y(value - spread):.1f} V {self.y(value + spread):.1f}"'
            f' stroke="{esc(self.ink)}"/>'
        )

    def note(self, i: int, n: int, value: float, digits: int) -> str:
        """Return a bar's number."""
        x, each = self.x(i, n)
        return text(
            x + each / 2,
            self.y(value) - 4,
            f"{value:,.{min(digits, 4)}g}",
            self.font * 0.8,
            fill=self.ink,
            text_anchor="middle",
        )

    def tick(self, i: int, n: int, name: str, angle: float) -> str:
        """Return a bar's name."""
        x, each = self.x(i, n)
        long = max(3, int(each / self.font * 1.8))
        said = str(name) if len(str(name)) <= long else str(name)[: long - 1] + "…"
        y = self.base + self.font * 1.2
        turn = {"transform": f"rotate({angle:g} {x + each / 2:.1f} {y:.1f})"} if angle else {}
        return text(
            x + each / 2, y, said, self.font * 0.85, fill=self.ink, text_anchor="middle", **turn
        )


def _widget(
    area: _Area,
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
