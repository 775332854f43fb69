"""Bars, their axes and their numbers, as SVG."""

from __future__ import annotations

from dataclasses import dataclass

from vois._svg import esc, text

__all__ = ["Area"]


@dataclass(frozen=True, slots=True)
class Area:
    """The place of the bars.

    Attributes:
        w: width, in units of the drawing.
        h: height.
        low: lowest number of the upright axis.
        high: highest number.
        font: size of letters.
        ink: colour of letters.
    """

    w: float
    h: float
    low: float
    high: float
    font: float
    ink: str

    @property
    def left(self) -> float:
        """Where the bars begin."""
        return self.font * 5

    @property
    def top(self) -> float:
        """Where the highest number is."""
        return self.font * 2.4

    @property
    def base(self) -> float:
        """Where the lowest number is."""
        return self.h - self.font * 3

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

    def bar(self, i: int, n: int, value: float, **looks: str) -> str:
        """Return the bar of index ``i`` among ``n``.

        Args:
            i: index.
            n: how many bars there are.
            value: its number.
            looks: ``fill``, ``line``, ``key``, ``told`` (what is read aloud) and ``share``, the
                width of the bar as part of its place.
        """
        fill, line, key = looks["fill"], looks["line"], looks["key"]
        share, said = float(looks["share"]), esc(looks["told"])
        x, each = self.x(i, n)
        y0, y1 = sorted((self.y(value), self.y(max(self.low, min(0.0, self.high)))))
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

    def note(self, i: int, n: int, value: float, told: str) -> str:
        """Return a bar's number."""
        x, each = self.x(i, n)
        return text(
            x + each / 2,
            self.y(value) - 4,
            told,
            self.font * 0.8,
            fill=self.ink,
            text_anchor="middle",
            data_row="numbers",
        )

    def tick(self, i: int, n: int, name: str, angle: float) -> str:
        """Return a bar's name."""
        x, each = self.x(i, n)
        long = max(3, int(each / self.font * 1.8))
        said = str(name) if len(str(name)) <= long else str(name)[: long - 1] + "…"
        y = self.base + self.font * (1.2 if angle else 0.45)
        looks = {"data_row": "names", "dominant_baseline": "hanging"}
        if angle:
            looks = {"transform": f"rotate({angle:g} {x + each / 2:.1f} {y:.1f})"}
        return text(
            x + each / 2, y, said, self.font * 0.85, fill=self.ink, text_anchor="middle", **looks
        )
