"""A palette to edit, in the older spelling."""

# ruff: noqa: N801, N802, N803, PLR0917 - the older spelling
from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from vois import _v, colors, ui
from vois.colors import (
    image2Base64,
    paletteImage,
)
from vois.ui.overlay import host
from vois.vuetify._base import Facade
from vois.vuetify._palettes import RGB
from vois.vuetify._tables import sortableList

__all__ = ["RGB", "colorlist2Items", "paletteEditor"]


def colorlist2Items(colors: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return colours as items of a palette, at even values from 0 to 100."""
    last = max(1, len(colors) - 1)
    return [{"value": 100 * i / last, "color": one} for i, one in enumerate(colors)]


class paletteEditor(Facade, ui.Column):
    """A palette to edit: values and their colours, in an order of the viewer's."""

    def __init__(
        self,
        title: str = "",
        items: Sequence[Any] = (),
        interpolate: bool = True,
        width: Any = 420,
        maxheightlist: float = 600,
        color: Any = None,
        dark: Any = None,
        onchange: Callable[..., Any] | None = None,
        buttonstooltip: bool = True,
    ) -> None:
        self.keep({**locals(), "items": None, "title": None, "interpolate": None})
        self.tf = ui.Html()
        self._title = title or "Palette"
        self.sw = ui.Switch("Continuous", interpolate, lambda _: self._changed())
        self.s = sortableList(
            items,
            width,
            maxheightlist,
            itemNew=self.itemNew,
            itemContent=self.itemContent,
            onchange=self._changed,
            dark=bool(dark),
        )
        self.tools = self._tools()
        self.head = ui.Label(self._title)
        style = f"width: {_v.css_size(width)}; max-width: 100%"
        self.start(
            {},
            children=[self.head, self.tools, self.tf, self.s],
            direction="column",
            align="stretch",
            style_=style,
            wrap=False,
        )
        self.updatePalette()

    def _tools(self) -> ui.Row:
        """Return the buttons above the list."""
        tools = [
            ("mdi-swap-vertical", "Reverse", self._revert),
            ("mdi-dice-5", "Random", self._random),
            ("mdi-download", "Save as file", self._save),
        ]
        buttons = [ui.IconButton(icon, does, tooltip=tip) for icon, tip, does in tools]
        return ui.Row(*buttons, self.sw, gap="4px")

    def itemNew(self) -> dict[str, Any]:
        """Return a new colour for the list."""
        return {"value": 0.0, "color": colors.randomColor()}

    def itemContent(self, item: dict[str, Any], index: int) -> Any:
        """Return the widgets of one colour."""

        def recolor(color: str) -> None:
            """Give the row another colour."""
            self.s.items[index]["color"] = color
            item["color"] = color
            self._changed()

        value = ui.Label(f"{float(item['value']):g}")
        return ui.Row(ui.ColorPicker(value=item["color"], on_change=recolor), value)

    def updatePalette(self) -> None:
        """Draw the palette above the list anew."""
        image = image2Base64(paletteImage(self.colors or ["#ffffff"], 400, 30, self.interpolate))
        self.tf.value = f'<img src="{image}" alt="" style="width: 100%; height: 30px">'

    def _changed(self, *_: Any) -> None:
        self.updatePalette()
        self.emit("onchange")

    def _recolor(self, row: Sequence[str]) -> None:
        pairs = zip(self.items, row, strict=True)
        self.items = [{"value": one["value"], "color": color} for one, color in pairs]
        self.emit("onchange")

    def _revert(self) -> None:
        self._recolor(self.colors[::-1])

    def _random(self) -> None:
        self._recolor([colors.randomColor() for _ in self.items])

    def _save(self) -> None:
        self.downloadText(json.dumps({"name": self.title, "items": self.items}))

    def downloadText(self, textobj: str, fileName: str = "palette.json") -> None:
        """Save text on the viewer's machine."""
        host().save(textobj, fileName)

    @property
    def items(self) -> list[dict[str, Any]]:
        """Dicts with ``value`` and ``color``."""
        return list(self.s.items)

    @items.setter
    def items(self, items: Sequence[dict[str, Any]]) -> None:
        """Show other rows and draw the palette anew."""
        self.s.items = list(items)
        self.updatePalette()

    @property
    def colors(self) -> list[str]:
        """The colours in their order."""
        return [one["color"] for one in self.s.items]

    @colors.setter
    def colors(self, row: Sequence[str]) -> None:
        """Show other colours."""
        self.items = colorlist2Items(row)

    @property
    def title(self) -> str:
        """Name of the palette."""
        return self._title

    @title.setter
    def title(self, title: str) -> None:
        """Show another title."""
        self._title = self.head.label = title

    @property
    def interpolate(self) -> bool:
        """Whether the palette is continuous."""
        return bool(self.sw.value)

    @interpolate.setter
    def interpolate(self, flag: bool) -> None:
        """Blend the colours or not, and draw the palette anew."""
        self.sw.value = flag
        self.updatePalette()
