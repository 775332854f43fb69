"""Choices of the older spelling."""

# ruff: noqa: ARG002, N801, N802, PLR0917, RUF012 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import _v, ui
from vois.ui.selects import as_options
from vois.vuetify import settings
from vois.vuetify._base import Facade, Fires, color_first, color_second, size_name, unless_none

__all__ = ["MultiSwitch", "Radio", "Switch", "Tabs", "Toggle", "selectImage", "selectMultiple"]
__all__ += ["selectSingle", "svgsGrid"]


class Switch(Facade, ui.Switch):
    """On or off; see `vois.ui.Switch`."""

    ALIASES = {"onchange": "on_change"}

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


class _Buttons(Facade):
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

    ALIASES = _TOGGLE_ALIASES
    SAME = {"index": "value", "color_selected": "color", "color_unselected": "color_off"}

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

    @property
    def buttons(self) -> list[str]:
        """The texts of the buttons."""
        return list(self.labels)


class MultiSwitch(_Buttons, ui.MultiSwitch):
    """Several buttons, each on or off; a double click chooses that one alone."""

    ALIASES = {**_TOGGLE_ALIASES, "managedblclick": "manage_dbl_click"}
    SAME = {"values": "value", "color_selected": "color", "color_unselected": "color_off"}
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

    def vue_only(self, index: int) -> None:
        """The viewer pressed one twice."""
        if self.manage_dbl_click:
            self.vue_change([i == index for i in range(len(self.labels))])


class Radio(Facade, ui.Radio):
    """One of several round buttons; see `vois.ui.Radio`."""

    ALIASES = {"onchange": "on_change"}
    SAME = {"index": "value"}

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


class Tabs(Facade, ui.Tabs):
    """Parts of which one is seen; see `vois.ui.Tabs`."""

    ALIASES = {"onchange": "on_change"}
    SAME = {"index": "value", "tab_list": "labels"}

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


class _Select(Fires):
    """What the two selects share: a name for each value, and a width."""

    def _named(self, values: Sequence[Any], mapping: Any) -> list[dict[str, Any]]:
        pairs = [(mapping(one) if callable(mapping) else one, one) for one in values]
        return as_options(pairs)

    def emit(self, handler: str, *args: Any) -> None:
        """The older callbacks take no argument."""
        super().emit(handler, *(() if handler == "on_change" else args))  # type: ignore[misc]


class selectSingle(_Select, ui.SelectSingle):
    """One of many; see `vois.ui.SelectSingle`. ``onchange`` takes no argument."""

    SAME = {"onchange": "on_change"}

    def __init__(
        self,
        label: Any,
        values: Any,
        selection: str = "",
        mapping: Any = None,
        reverse_mapping: Any = None,
        width: Any = 300,
        onchange: Callable[..., Any] | None = None,
        clearable: bool = True,
        marginy: float = 1,
        newvalues_enabled: bool = False,
        newvalues_type: str = "text",
        colorbackground: bool = False,
        color: Any = None,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=label,
            options=self._named(values, mapping),
            value=selection if selection != "" else None,
            color=color_first(color),
            clearable=clearable,
            combo=newvalues_enabled,
            background=color_first(color) if colorbackground else None,
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
            class_=f"my-{marginy}",
        )
        self.on_change = onchange
        self.select = self
        self.fire_on_program_change()

    @property
    def selection(self) -> Any:
        """The chosen value."""
        return self.value

    @selection.setter
    def selection(self, selection: Any) -> None:
        self.value = selection


class selectMultiple(_Select, ui.SelectMultiple):
    """Several of many; see `vois.ui.SelectMultiple`. ``onchange`` takes no argument."""

    SAME = {"onchange": "on_change"}

    def __init__(
        self,
        label: Any,
        values: Any,
        selected: Sequence[Any] = (),
        mapping: Any = None,
        reverse_mapping: Any = None,
        width: Any = 300,
        onchange: Callable[..., Any] | None = None,
        marginy: float = 1,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=label,
            options=self._named(values, mapping),
            value=list(selected),
            color=color_first(),
            multiple=True,
            chips=True,
            clearable=True,
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
            class_=f"my-{marginy}",
        )
        self.on_change = onchange
        self.select = self
        self.fire_on_program_change()


class selectImage(Fires, ui.SelectImage):
    """One of several pictures; ``value`` is its index, -1 for none."""

    SAME = {"onchange": "on_change", "selection": "value"}

    def __init__(
        self,
        images: Sequence[Any] = (),
        label: str = "",
        selection: float = -1,
        onchange: Callable[..., Any] | None = None,
        color: Any = None,
        width: Any = "100%",
        dense: bool = True,
        outlined: bool = True,
        clearable: bool = True,
        max_width: float = 100,
        max_height: float = 100,
        margins: str = "ma-0 mr-1 mb-1",
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=label,
            images=[dict(one) for one in images],
            value=selection if selection >= 0 else None,
            color=color_first(color),
            clearable=clearable,
            max_width=_v.css_size(max_width),
            max_height=_v.css_size(max_height),
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
            class_=margins,
        )
        self.on_change = onchange
        self.fire_on_program_change()

    def emit(self, handler: str, *args: Any) -> None:
        """The older callback takes no argument."""
        super().emit(handler, *(() if handler == "on_change" else args))

    def setImages(self, images: Sequence[dict[str, str]]) -> None:
        """Show other pictures; none is chosen then."""
        self.value = None
        self.images = [dict(one) for one in images]


class svgsGrid(Facade, ui.CardsGrid):
    """A grid of drawings; ``on_click`` is called with the index of the pressed one."""

    def __init__(
        self,
        *args: Any,
        filepaths: Sequence[Any] = (),
        width: Any = "80px",
        height: Any = "100px",
        color: str = "white",
        cols: float = 1,
        ripple: bool = False,
        svgsize: float = 80,
        on_click: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.start(
            kwargs,
            cards=[{"image": data_url(path)} for path in filepaths],
            width=_v.css_size(width),
            height=_v.css_size(height),
            color=color,
            columns=cols,
            ripple=ripple,
            image_size=_v.css_size(svgsize),
        )
        self.on_change = on_click

    SAME = {"on_click": "on_change", "cols": "columns"}


def data_url(path: str, kind: str = "svg+xml") -> str:
    """Return a picture file as data URL.

    Raises:
        FileNotFoundError: there is no such file.
    """
    import base64  # noqa: PLC0415 - small and rarely needed
    from pathlib import Path  # noqa: PLC0415

    raw = Path(path).read_bytes()
    return f"data:image/{kind};base64,{base64.b64encode(raw).decode()}"
