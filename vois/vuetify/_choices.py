"""Choices of the older spelling."""

# ruff: noqa: PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify import settings
from vois.vuetify._base import Facade, Fires, color_first, color_second, size_name, unless_none

__all__ = ["MultiSwitch", "Radio", "Switch", "Tabs", "Toggle"]


class Switch(Fires, ui.Switch):
    """On or off; see `vois.ui.Switch`."""

    ALIASES: ClassVar[dict[str, str]] = {"onchange": "on_change"}

    def __init__(
        self,
        flag: int,
        label: str,
        color: Any = None,
        inset: bool = True,
        dense: bool = False,
        on_change: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.start(
            kwargs,
            value=bool(flag),
            label=label,
            color=color_first(color),
            inset=inset,
            density="compact" if dense else "comfortable",
            on_change=on_change,
        )
        self.fire_on_program_change()


class _Buttons(Fires):
    """What Toggle and MultiSwitch share."""

    def _looks(self, given: dict[str, Any]) -> dict[str, Any]:
        names = ("x_small", "small", "large", "x_large")
        round_ = unless_none(given["rounded"], settings.button_rounded) and not given["tile"]
        gap = 2 + 4 * (given["padding_col"] if given["row"] else given["padding_row"])
        return {
            "labels": [str(one) for one in given["labels"]],
            "tooltips": [*given["tooltips"]],
            "vertical": not given["row"],
            "width": _v.css_size(given["width"]),
            "height": _v.css_size(given["height"]),
            "justify": given["justify"].replace("space-between", "flex-start"),
            "rounded": "pill" if round_ else "0",
            "outlined": given["outlined"],
            "color": color_first(given["color_selected"]),
            "color_off": None if given["outlined"] else color_second(given["color_unselected"]),
            "gap": f"{gap}px",
            "size": size_name(*[given[name] for name in names]),
            "dark": given["dark"],
        }


_TOGGLE_ALIASES = {
    "onchange": "on_change",
    "colorselected": "color_selected",
    "colorunselected": "color_unselected",
    "paddingrow": "padding_row",
    "paddingcol": "padding_col",
    "xsmall": "x_small",
    "xlarge": "x_large",
}


class Toggle(_Buttons, ui.Toggle):
    """One of several buttons; see `vois.ui.Toggle`."""

    ALIASES: ClassVar[dict[str, str]] = _TOGGLE_ALIASES
    SAME: ClassVar[dict[str, str]] = {
        "index": "value",
        "color_selected": "color",
        "color_unselected": "color_off",
    }

    def __init__(
        self,
        index: int,
        labels: Any,
        tooltips: Sequence[Any] = (),
        icons: Sequence[Any] = (),
        on_change: Callable[..., Any] | None = None,
        row: bool = True,
        width: Any = 150,
        height: Any = 36,
        justify: str = "space-between",
        rounded: Any = None,
        outlined: bool = False,
        color_selected: Any = None,
        color_unselected: Any = None,
        dark: Any = None,
        padding_row: int = 1,
        padding_col: int = 2,
        tile: bool = False,
        small: bool = False,
        x_small: bool = False,
        large: bool = False,
        x_large: bool = False,
        **kwargs: Any,
    ) -> None:
        given = dict(locals())
        self.keep(given)
        looks = self._looks(given)
        self.start(kwargs, value=index, icons=[*icons], on_change=on_change, **looks)
        self.fire_on_program_change()

    @property
    def buttons(self) -> list[str]:
        """The texts of the buttons."""
        return list(self.labels)


class MultiSwitch(_Buttons, ui.MultiSwitch):
    """Several buttons, each on or off; a double click chooses that one alone."""

    ALIASES: ClassVar[dict[str, str]] = {**_TOGGLE_ALIASES, "managedblclick": "manage_dbl_click"}
    SAME: ClassVar[dict[str, str]] = {
        "values": "value",
        "color_selected": "color",
        "color_unselected": "color_off",
    }
    markup = ui.MultiSwitch.markup.replace(
        '@click="press(i)"', '@click="press(i)" @dblclick="only(i)"'
    )

    def __init__(
        self,
        values: Any,
        labels: Any,
        tooltips: Any,
        color: Any = None,
        on_change: Callable[..., Any] | None = None,
        dark: Any = None,
        row: bool = True,
        width: Any = 150,
        height: Any = 36,
        justify: str = "space-between",
        rounded: Any = None,
        outlined: bool = False,
        color_selected: Any = None,
        color_unselected: Any = None,
        manage_dbl_click: bool = False,
        padding_row: int = 1,
        padding_col: int = 2,
        tile: bool = False,
        small: bool = False,
        x_small: bool = False,
        large: bool = False,
        x_large: bool = False,
        **kwargs: Any,
    ) -> None:
        given = {**locals(), "color_selected": color_selected or color}
        self.keep(given)
        looks = self._looks(given)
        self.start(kwargs, value=[bool(one) for one in values], on_change=on_change, **looks)
        self.fire_on_program_change()

    def vue_only(self, index: int) -> None:
        """The viewer pressed one twice."""
        if self.manage_dbl_click:
            self.vue_change([i == index for i in range(len(self.labels))])


class Radio(Facade, ui.Radio):
    """One of several round buttons; see `vois.ui.Radio`."""

    ALIASES: ClassVar[dict[str, str]] = {"onchange": "on_change"}
    SAME: ClassVar[dict[str, str]] = {"index": "value"}

    def __init__(
        self,
        index: int,
        labels: Any,
        tooltips: Sequence[Any] = (),
        color: Any = None,
        on_change: Callable[..., Any] | None = None,
        row: bool = True,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            value=index,
            labels=[str(one) for one in labels],
            tooltips=[*tooltips],
            color=color_first(color),
            on_change=on_change,
            vertical=not row,
        )


class Tabs(Fires, ui.Tabs):
    """Parts of which one is seen; see `vois.ui.Tabs`."""

    ALIASES: ClassVar[dict[str, str]] = {"onchange": "on_change"}
    SAME: ClassVar[dict[str, str]] = {"index": "value", "tab_list": "labels"}

    def __init__(
        self,
        index: int,
        labels: Any,
        contents: Any = None,
        tooltips: Any = None,
        color: Any = None,
        dark: Any = None,
        on_change: Callable[..., Any] | None = None,
        row: bool = True,
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        self.start(
            kwargs,
            value=index,
            labels=[str(one) for one in labels],
            contents=[*(contents or [])],
            tooltips=[*(tooltips or [])],
            color=color_first(color),
            dark=dark,
            on_change=on_change,
            vertical=not row,
        )
        self.fire_on_program_change()
