"""From numbers to colours: `Continuous`, `Steps`, `Categories`; for rasters, shapes, legends."""

from __future__ import annotations

import base64
import importlib
import io
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vois.colors import colorInterpolator, hex2rgb
from vois.palettes import PALETTES

__all__ = ["NOTHING", "Categories", "Continuous", "Scale", "Steps", "palette", "png_url"]
__all__ += ["round_numbers"]

NOTHING = 255
"""Index of "no value", which is see-through."""
Indices = NDArray[np.uint8]


def palette(colors: str | Sequence[str]) -> tuple[str, ...]:
    """Return the colours of a named palette, or the given ones, as ``#rrggbb``.

    A name that ends in ``_r`` is the palette in reverse.

    Raises:
        ValueError: there is no palette of that name, or fewer than two colours.
    """
    if not isinstance(colors, str):
        if len(colors) < 2:  # noqa: PLR2004 - from one colour to another
            raise ValueError(f"palette is {colors!r}; expected at least two colours")
        return tuple(colors)
    known = {name.lower(): found for one in PALETTES.values() for name, found in one.items()}
    name = colors.lower().removesuffix("_r")
    if name not in known:
        names = ", ".join(name for one in PALETTES.values() for name in one)
        raise ValueError(f"palette is {colors!r}; expected a list of colours, or one of {names}")
    return tuple(known[name][:: -1 if colors.lower().endswith("_r") else 1])


class Scale(ABC):
    """What every scale can do; use one of the three below."""

    @property
    @abstractmethod
    def table(self) -> tuple[str, ...]:
        """At most 255 colours as ``#rrggbb``."""

    @abstractmethod
    def indices(self, values: Any) -> Indices:
        """Return the place in `table` of each value, `NOTHING` for NaN; shape as given."""

    @property
    @abstractmethod
    def entries(self) -> list[tuple[str, str]]:
        """Colour and text of each line of a legend."""

    def color(self, value: float | None) -> str | None:
        """Return the colour of one value as ``#rrggbb``, None if there is none."""
        if value is None:
            return None
        index = int(self.indices(np.asarray([value], float))[0])
        return None if index == NOTHING else self.table[index]

    def text(self, value: float) -> str:
        """Return a value as a legend or a viewer would write it."""
        return f"{value:,.4g}"


@dataclass(frozen=True)
class Continuous(Scale):
    """Colours that run from one number to another; what lies beyond takes the end's colour.

    Attributes:
        low: number of the first colour.
        high: number of the last colour.
        colors: name of a palette, or colours from low to high.
        unit: written after numbers.

    Raises:
        ValueError: ``high`` does not lie above ``low``.
    """

    low: float
    high: float
    colors: str | Sequence[str] = "Viridis"
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.high > self.low:
            raise ValueError(f"high is {self.high}; expected more than low, which is {self.low}")
        palette(self.colors)

    @cached_property
    def table(self) -> tuple[str, ...]:
        """255 colours from low to high."""
        between = colorInterpolator(palette(self.colors), 0, NOTHING - 1)
        return tuple(between.GetColor(i) for i in range(NOTHING))

    def indices(self, values: Any) -> Indices:
        """As `Scale.indices`."""
        values = np.asarray(values)
        place = (values - self.low) / (self.high - self.low) * NOTHING
        known: Indices = np.nan_to_num(np.clip(place, 0, NOTHING - 1), nan=NOTHING).astype(np.uint8)
        return known

    @property
    def entries(self) -> list[tuple[str, str]]:
        """Both ends and the middle."""
        middle = (self.low + self.high) / 2
        at = ((self.low, 0), (middle, NOTHING // 2), (self.high, -1))
        return [(self.table[i], self.text(value)) for value, i in at]

    def text(self, value: float) -> str:
        """Return a number with its unit."""
        return f"{value:,.4g}{' ' if self.unit else ''}{self.unit}"


@dataclass(frozen=True)
class Steps(Scale):
    """One colour for each class of numbers.

    Attributes:
        edges: rising numbers between the classes; n edges make n + 1 classes.
        colors: name of a palette, or a colour for each class.
        unit: written after numbers.

    Raises:
        ValueError: the edges do not rise.
    """

    edges: Sequence[float]
    colors: str | Sequence[str] = "Viridis"
    unit: str = ""

    def __post_init__(self) -> None:
        if not len(self.edges) or any(b <= a for a, b in pairwise(self.edges)):
            raise ValueError(f"edges is {list(self.edges)}; expected rising numbers")

    @cached_property
    def table(self) -> tuple[str, ...]:
        """A colour for each class."""
        given, count = palette(self.colors), len(self.edges) + 1
        if not isinstance(self.colors, str) and len(given) == count:
            return given
        return tuple(colorInterpolator(given).GetColors(count))

    def indices(self, values: Any) -> Indices:
        """As `Scale.indices`; a number that equals an edge belongs to the class above."""
        values = np.asarray(values, float)
        found = np.digitize(values, self.edges)
        return np.where(np.isnan(values), NOTHING, found).astype(np.uint8)

    @property
    def entries(self) -> list[tuple[str, str]]:
        """A line for each class."""
        texts = [self.text(one) for one in self.edges]
        middle = [f"{a:,.4g} – {self.text(b)}" for a, b in pairwise(self.edges)]
        return list(zip(self.table, [f"< {texts[0]}", *middle, f"≥ {texts[-1]}"], strict=True))

    def text(self, value: float) -> str:
        """Return a number with its unit."""
        return f"{value:,.4g}{' ' if self.unit else ''}{self.unit}"


@dataclass(frozen=True)
class Categories(Scale):
    """One colour and name for each number; other numbers are see-through.

    Attributes:
        names: number to name and colour: ``{1: ("Water", "#3b7dd8")}``.
    """

    names: Mapping[int, tuple[str, str]]

    @property
    def table(self) -> tuple[str, ...]:
        """The colours in the order of the names."""
        return tuple(color for _, color in self.names.values())

    def indices(self, values: Any) -> Indices:
        """As `Scale.indices`."""
        values = np.asarray(values, float)
        found = np.full(values.shape, NOTHING, np.uint8)
        for index, number in enumerate(self.names):
            found[values == number] = index
        return found

    @property
    def entries(self) -> list[tuple[str, str]]:
        """A line for each name."""
        return [(color, name) for name, color in self.names.values()]

    def text(self, value: float) -> str:
        """Return the name of a number."""
        named = self.names.get(int(value)) if np.isfinite(value) else None
        return named[0] if named else super().text(value)


def round_numbers(low: float, high: float) -> list[float]:
    """Return round numbers that enclose both ends, some five of them."""
    if high <= low:
        low, high = low - 0.5, high + 0.5
    raw = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [one * step for one in range(first, last + 1)]


def png_url(values: Any, scale: Scale) -> str:
    """Return values as picture, a PNG as data URL; NaN is see-through.

    Args:
        values: shape (rows, columns), row 0 on top.
        scale: their colours.
    """
    image = importlib.import_module("PIL.Image").fromarray(scale.indices(values))
    colors = [*scale.table, *["#000000"] * (NOTHING + 1 - len(scale.table))]
    image.putpalette([channel for color in colors for channel in hex2rgb(color)])
    out = io.BytesIO()
    image.save(out, "PNG", transparency=NOTHING, compress_level=6)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
