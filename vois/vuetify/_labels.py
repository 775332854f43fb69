"""Labels and short helps of the older spelling."""

# ruff: noqa: PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify._base import (
    Facade,
    arguments,
    unless_none,
)

__all__ = ["Label", "Tip", "tooltip"]


class Label(Facade, ui.Label):
    """A line of text of the older spelling; see `vois.ui.Label`."""

    ALIASES: ClassVar[dict[str, str]] = {
        "textweight": "text_weight",
        "margintop": "margin_top",
        "iconlarge": "icon_large",
        "iconsmall": "icon_small",
        "iconleft": "icon_left",
        "iconcolor": "icon_color",
        "textcolor": "text_color",
        "onclick": "on_click",
        "backcolor": "back_color",
    }
    SAME: ClassVar[dict[str, str]] = {"text": "label", "labeltext": "label"}

    def __init__(
        self,
        text: str,
        on_click: Callable[..., Any] | None = None,
        argument: Any = None,
        disabled: bool = False,
        text_weight: int = 350,
        height: Any = 20,
        margins: int = 0,
        margin_top: Any = None,
        icon: Any = None,
        icon_large: bool = False,
        icon_small: bool = False,
        icon_left: bool = False,
        icon_color: str = "black",
        tooltip_text: Any = None,
        text_color: Any = None,
        back_color: Any = None,
        dark: Any = None,
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        style = f"font-weight: {text_weight};" + (f" color: {text_color};" if text_color else "")
        top = unless_none(margin_top, margins)
        box = f"min-height: {height}px; margin: {_gap(top)} {_gap(margins)} {_gap(margins)};"
        box += (
            f" background: {back_color}; padding: 0 8px; border-radius: 4px;" if back_color else ""
        )
        box += " cursor: pointer;" if on_click else ""
        self.start(
            kwargs,
            label=str(text),
            icon=icon,
            icon_right=not icon_left,
            icon_color=icon_color if icon_color != "black" else None,
            icon_size="large" if icon_large else None,
            tooltip=tooltip_text,
            disabled=disabled,
            text_style=style,
            style_=box,
            clickable=on_click is not None,
            dark=dark,
        )
        self.on_click = on_click

    def _arguments(self) -> tuple[Any, ...]:
        return arguments(self.argument)


def _gap(steps: Any) -> str:
    return f"{4 * steps}px" if isinstance(steps, (int, float)) else str(steps)


def tooltip(text: str, widget: Any) -> Any:
    """Give ``widget`` a short help and return it.

    Args:
        text: the help.
        widget: any widget; one of another library is wrapped.
    """
    if isinstance(widget, _v.VoisWidget):
        widget.tooltip = text
        return widget
    return Tip(text, widget)


class Tip(_v.VoisWidget):
    """Any widget with a short help on it."""

    markup = """<div @root style="display: inline-block; max-width: 100%">
 <jupyter-widget v-for="one in children" :key="one" :widget="one" />@tip</div>"""
    children: list[Any] = _v.widgets()

    def __init__(self, text: str, widget: Any) -> None:
        super().__init__(tooltip=text, children=[widget])
