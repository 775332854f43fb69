"""Buttons and labels of the older spelling."""

# ruff: noqa: N801, N802, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify import settings
from vois.vuetify._base import (
    Facade,
    arguments,
    color_first,
    color_second,
    kept_as,
    size_name,
    unless_none,
)

__all__ = ["Button", "IconClipboard", "iconButton"]


class Button(Facade, ui.Button):
    """A button of the older spelling; see `vois.ui.Button`.

    ``on_click`` is called without arguments when ``argument`` is None, else with it.
    """

    ALIASES: ClassVar[dict[str, str]] = {
        "onclick": "on_click",
        "xlarge": "x_large",
        "xsmall": "x_small",
        "textweight": "text_weight",
        "onlytext": "only_text",
        "textcolor": "text_color",
        "iconlarge": "icon_large",
        "iconsmall": "icon_small",
        "iconleft": "icon_left",
        "iconcolor": "icon_color",
        "autoselect": "auto_select",
        "colorselected": "color_selected",
        "colorunselected": "color_unselected",
        "ondblclick": "on_dblclick",
    }
    SAME: ClassVar[dict[str, str]] = {"text": "label"}

    def __init__(
        self,
        text: str,
        on_click: Callable[..., Any] | None = None,
        argument: Any = None,
        width: Any = 100,
        height: Any = 36,
        selected: bool = False,
        disabled: bool = False,
        tooltip: str = "",
        large: bool = False,
        x_large: bool = False,
        small: bool = False,
        x_small: bool = False,
        outlined: bool = False,
        text_weight: int = 500,
        href: Any = None,
        target: Any = None,
        only_text: bool = False,
        text_color: Any = None,
        class_: str = "pa-0 ma-0",
        icon: Any = None,
        icon_large: bool = False,
        icon_small: bool = False,
        icon_left: bool = False,
        icon_color: Any = None,
        auto_select: bool = False,
        dark: Any = None,
        rounded: Any = None,
        tile: bool = False,
        color_selected: Any = None,
        color_unselected: Any = None,
        on_dblclick: Callable[..., Any] | None = None,
        style_: str = "",
        **kwargs: Any,
    ) -> None:
        given = dict(locals())
        self.keep(given)
        self._selected = bool(selected)
        self._on = color_first(color_selected)
        self._off = color_second(color_unselected)
        looks = {"variant": self._variant(), "color": self._color(), **_looks(given)}
        self.start(kwargs, label=text, value=0, **looks)
        self.on_click, self.on_dblclick = on_click, on_dblclick

    def _variant(self) -> str:
        if self.only_text:
            return "text"
        return "outlined" if self.outlined else "flat"

    def _color(self) -> str:
        if self.only_text:
            return self.text_color or ""
        return self._on if self._selected or self.outlined else self._off

    def _paint(self) -> None:
        self.color, self.variant = self._color(), self._variant()

    def _arguments(self) -> tuple[Any, ...]:
        return arguments(self.argument)

    def vue_click(self, *args: Any) -> None:
        """The viewer pressed it."""
        if self.auto_select:
            self.selected = True
        super().vue_click(*args)

    @property
    def selected(self) -> bool:
        """Whether it has the colour of a chosen button."""
        return self._selected

    @selected.setter
    def selected(self, selected: bool) -> None:
        """Show it as selected or not."""
        self._selected = bool(selected)
        self._paint()

    color_selected = kept_as("_on", "_paint", "Colour while it is selected.")
    color_unselected = kept_as("_off", "_paint", "Colour while it is not selected.")

    def setText(self, newtext: str) -> None:
        """Change the text."""
        self.label = str(newtext)

    def setIcon(self, iconname: str | None) -> None:
        """Change the icon."""
        self.icon = iconname or ""


def _looks(given: dict[str, Any]) -> dict[str, Any]:
    """Return the traits that a button's arguments ask for, whatever its state."""
    alike = (
        "icon",
        "disabled",
        "tooltip",
        "href",
        "target",
        "icon_color",
        "class_",
        "style_",
        "dark",
    )
    tile, ink = given["tile"], given["text_color"]
    round_ = unless_none(given["rounded"], settings.button_rounded) and not tile
    sizes = ("x_small", "small", "large", "x_large")
    return {
        **{name: given[name] for name in alike},
        "size": size_name(*[given[name] for name in sizes]),
        "rounded": "pill" if round_ else "0" if tile else "",
        "width": _v.css_size(given["width"]),
        "height": _v.css_size(given["height"]),
        "icon_right": not given["icon_left"],
        "icon_size": "large" if given["icon_large"] else "small" if given["icon_small"] else None,
        "text_style": f"font-weight: {given['text_weight']};" + (f" color: {ink}" if ink else ""),
    }


class iconButton(Facade, ui.IconButton):
    """A round button of the older spelling; see `vois.ui.IconButton`."""

    def __init__(
        self,
        icon: str = "mdi-alert-outline",
        tooltip: str = "",
        color: Any = None,
        outlined: bool = False,
        rounded: bool = True,
        width: Any = None,
        large: bool = False,
        small: bool = False,
        x_large: bool = False,
        x_small: bool = False,
        margins: str = "pa-0 ma-0",
        onclick: Callable[..., Any] | None = None,
        argument: Any = None,
        disabled: bool = False,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            icon=icon,
            tooltip=tooltip,
            aria_label=tooltip or icon.removeprefix("mdi-").replace("-", " "),
            color=color_first(color),
            variant="outlined" if outlined else "text",
            rounded=None if rounded else "0",
            width=_v.css_size(width),
            size=size_name(x_small, small, large, x_large),
            class_=margins,
            disabled=disabled,
            value=0,
        )
        self.on_click = onclick

    SAME: ClassVar[dict[str, str]] = {"onclick": "on_click"}

    def _arguments(self) -> tuple[Any, ...]:
        return arguments(self.argument)


class IconClipboard(Facade, ui.Clipboard):
    """A button that copies its text; see `vois.ui.Clipboard`."""

    SAME: ClassVar[dict[str, str]] = {"text": "value"}

    def __init__(
        self,
        output: Any,
        text: str = "",
        color: Any = None,
        outlined: bool = False,
        rounded: bool = True,
        width: Any = None,
        large: bool = False,
        small: bool = False,
        x_large: bool = False,
        x_small: bool = False,
        margins: str = "pa-0 ma-0",
        tooltip: str = "",
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        self.start(
            kwargs,
            value=text,
            tooltip=tooltip or "Copy to the clipboard",
            color=color_first(color),
            variant="outlined" if outlined else "text",
            width=_v.css_size(width),
            size=size_name(x_small, small, large, x_large),
            class_=margins,
        )

    def onclick(self) -> None:
        """Say that the text was copied."""
        self.vue_copied()
