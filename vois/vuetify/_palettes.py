"""Colour palettes of the older spelling."""

# ruff: noqa: N801, N802, N803, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from vois import _v, ui
from vois.colors import (
    colorInterpolator,
    hex2rgb,
    image2Base64,
    paletteImage,
    rgb2hex,
    string2rgb,
    text2rgb,
)
from vois.palettes import FAMILIES, PALETTES
from vois.vuetify._base import Facade, color_first

__all__ = [
    "RGB",
    "colorInterpolator",
    "custompalettes",
    "families",
    "hex2rgb",
    "image2Base64",
    "paletteImage",
    "palettePicker",
    "palettePickerEx",
    "rgb2hex",
    "string2rgb",
    "text2rgb",
]

families = ["carto", *FAMILIES, "custom"]
custompalettes: list[dict[str, Any]] = []


def RGB(r: float, g: float, b: float) -> str:
    """Return a colour as ``#rrggbb``."""
    return rgb2hex((int(r), int(g), int(b)))


def _place(name: Any, picker: Any) -> int | None:
    names = list(picker._palettes)  # noqa: SLF001 - as a method of it
    return names.index(name) if name in names else None


def _named(place: int | None, picker: Any) -> str:
    return "" if place is None else list(picker._palettes)[place]  # noqa: SLF001 - as a method of it


class palettePicker(Facade, ui.SelectImage):
    """A palette of a family; ``value`` is its name or an empty text, ``colors`` its colours."""

    # The page knows a palette by its place.
    value: Any = traitlets.TraitType("").tag(sync=True, to_json=_place, from_json=_named)

    def __init__(
        self,
        family: str = "sequential",
        label: str = "",
        interpolate: bool = True,
        width: Any = 400,
        height: Any = 34,
        custompalettes: Sequence[Any] = (),
        clearable: bool = True,
        color: Any = None,
        onchange: Callable[..., Any] | None = None,
    ) -> None:
        self.keep({**locals(), "onchange": None})
        self.onchange = None
        self._palettes: dict[str, list[str]] = {}
        self.start(
            {},
            label=label,
            clearable=clearable,
            color=color_first(color),
            max_width="100%",
            max_height=_v.css_size(height),
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
        )
        self.updatePalettes(family, interpolate)
        self.observe(lambda _: self.emit("onchange"), "value")
        self.onchange = onchange

    def updatePalettes(self, family: str = "sequential", interpolate: bool = True) -> None:
        """Offer the palettes of another family."""
        self.family, self.interpolate = family, interpolate
        own = {one["name"]: list(one["colors"]) for one in self.custompalettes or custompalettes}
        self.index = None
        self._silent("")
        self._palettes = own if family == "custom" else PALETTES.get(family, PALETTES["sequential"])
        self.images = [
            {"name": name, "image": image2Base64(paletteImage(row, 240, 20, interpolate))}
            for name, row in self._palettes.items()
        ]

    def _silent(self, name: str) -> None:
        before, self.onchange = self.onchange, None
        self.value = name
        self.onchange = before

    @traitlets.validate("value")
    def _known(self, proposal: dict[str, Any]) -> str:
        return proposal["value"] if proposal["value"] in self._palettes else ""

    def vue_change(self, place: int | None) -> None:
        """The viewer chose the palette at that place."""
        super().vue_change(_named(place, self))

    def choose(self, name: str | None) -> None:
        """Choose a palette by its name; an unknown one chooses none."""
        self.value = name

    @property
    def name(self) -> str | None:
        """Name of the chosen palette."""
        return self.value or None

    @property
    def colors(self) -> list[str]:
        """Colours of the chosen palette."""
        return list(self._palettes.get(self.value, ()))


class palettePickerEx(Facade, ui.Column):
    """A palette with its family, a switch for steps, and opacity; ``value`` is its name."""

    def __init__(
        self,
        family: str = "sequential",
        value: str = "Viridis",
        interpolate: bool = True,
        show_interpolate_switch: bool = True,
        onchange: Callable[..., Any] | None = None,
        width: Any = 400,
        clearable: bool = True,
        color: Any = None,
        horizontal: bool = False,
        show_opacity_slider: bool = True,
        onchangeOpacity: Callable[..., Any] | None = None,
    ) -> None:
        self.keep({**locals(), "value": None, "color": None})
        self.p = palettePicker("sequential", "Palette", True, width, 24, (), clearable, color)
        self.sel = ui.SelectSingle("Family", families, family, lambda _: self.onchangeFamily())
        self.sw = ui.Switch("Continuous", interpolate, self.onchangeInterpolate)
        self.op = ui.SliderFloat("Opacity", 1.0, on_change=self._moved, percent=True)
        parts = [self.sel, self.p]
        parts += [self.sw] if show_interpolate_switch else []
        parts += [self.op] if show_opacity_slider else []
        self.onchange, self.onchangeOpacity = None, onchangeOpacity
        self.start(
            {},
            children=parts,
            direction="row" if horizontal else "column",
            align="center" if horizontal else "stretch",
            wrap=True,
            gap="10px",
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
        )
        self.p.updatePalettes(family, interpolate)
        self.p.choose(value)
        self.value = self.p.name
        self.p.onchange = self.onchangePalette
        self.observe(lambda change: self.p.choose(change["new"]), "value")
        self.onchange = onchange

    def onchangePalette(self) -> None:
        """Another palette was chosen."""
        self.value = self.p.name
        self.emit("onchange", self.p.colors, self.interpolate)

    def onchangeFamily(self) -> None:
        """Another family was chosen."""
        self.p.updatePalettes(self.sel.value, self.interpolate)
        self.value = self.p.name

    def onchangeInterpolate(self, flag: bool) -> None:
        """The steps were switched on or off."""
        name = self.p.name
        self.interpolate = flag
        self.p.updatePalettes(self.sel.value, flag)
        self.p._silent(name or "")  # noqa: SLF001
        self.emit("onchange", self.p.colors, flag)

    def _moved(self, opacity: float) -> None:
        self.emit("onchangeOpacity", opacity)

    @property
    def familyname(self) -> str:
        """Name of the family."""
        name: str = self.sel.value
        return name

    @familyname.setter
    def familyname(self, name: str) -> None:
        """Choose a family and list its palettes."""
        self.sel.value = name
        self.onchangeFamily()

    @property
    def colors(self) -> list[str]:
        """Colours of the chosen palette."""
        return self.p.colors

    @property
    def opacity(self) -> float:
        """From 0 to 1."""
        value: float = self.op.value
        return value

    @opacity.setter
    def opacity(self, opacity: float) -> None:
        """Set the opacity."""
        self.op.value = opacity

    @property
    def color(self) -> str:
        """Colour of the controls."""
        return self.p.color

    @color.setter
    def color(self, color: str) -> None:
        """Set the colour of all its controls."""
        self.p.color = self.sel.color = self.sw.color = self.op.color = color
