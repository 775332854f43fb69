"""Things to press: Button, IconButton, Fab, Menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from vois import _v
from vois.ui._checks import checked_link

__all__ = ["Button", "Fab", "IconButton", "Menu"]


class Button(_v.VoisWidget):
    """A button with text and perhaps an icon.

    ``value`` counts the presses, so a button can be observed like any input.

    Args:
        label: the text.
        on_click: called without arguments at each press.
        icon: name of a Material icon, such as ``"mdi-download"``.
        color: theme colour (``"primary"``, ``"error"``) or CSS colour.
        traits: any trait by name, such as ``href``: the address of a page to open.

    Raises:
        ValueError: ``href`` is a program, not an address.
    """

    markup = """<v-btn @root @name :color="color || undefined" :variant="variant" :size="size"
 :disabled="disabled" :loading="busy" :block="block" :rounded="rounded || undefined"
 :href="href || undefined" :target="target || undefined" :width="width || undefined"
 :height="height || undefined" :elevation="0" @click="click()" @dblclick="dblclick()">
 <v-icon v-if="icon && !icon_right" :start="!!label" :icon="icon" :color="icon_color || undefined"
  :size="icon_size || undefined" />
 <span v-if="label" :style="text_style">{{ label }}</span>
 <v-icon v-if="icon && icon_right" :end="!!label" :icon="icon" :color="icon_color || undefined"
  :size="icon_size || undefined" />
 @tip</v-btn>"""

    color: str = _v.text("primary")
    variant: str = _v.text("flat")
    size: str = _v.text("default")
    icon: str = _v.text()
    icon_right: bool = _v.flag()
    icon_color: str = _v.text()
    icon_size: str = _v.text()
    block: bool = _v.flag()
    rounded: str = _v.text()
    href: str = _v.text()
    target: str = _v.text()
    width: str = _v.text()
    height: str = _v.text()
    text_style: str = _v.text()
    on_click: Callable[..., Any] | None = None
    on_dblclick: Callable[..., Any] | None = None

    def __init__(
        self,
        label: str = "",
        on_click: Callable[..., Any] | None = None,
        *,
        icon: str = "",
        color: str = "primary",
        **traits: Any,
    ) -> None:
        traits.setdefault("value", 0)
        super().__init__(label=label, icon=icon, color=color, **traits)
        self.on_click = on_click

    @traitlets.validate("href")
    def _no_program(self, proposal: dict[str, Any]) -> str | None:
        return checked_link(proposal["value"])

    def click(self) -> None:
        """Press the button from the program."""
        self.vue_click()

    def vue_click(self, *_: Any) -> None:
        """The viewer pressed it."""
        self.value += 1
        self.emit("on_click", *self._arguments())
        self.emit("on_change", self.value)

    def vue_dblclick(self, *_: Any) -> None:
        """The viewer pressed it twice."""
        self.emit("on_dblclick", *self._arguments())

    def _arguments(self) -> tuple[Any, ...]:
        return ()


class IconButton(Button):
    """A round button with an icon alone; it must have a name for screen readers.

    Args:
        icon: name of a Material icon.
        on_click: called without arguments at each press.
        tooltip: its visible help, and its name unless ``aria_label`` is given.
        traits: any trait by name.
    """

    markup = """<v-btn @root :aria-label="aria_label || tip || label || icon"
 icon :color="color || undefined" :variant="variant" :size="size" :disabled="disabled"
 :loading="busy" :rounded="rounded || undefined" :width="width || undefined" @click="click()">
 <v-icon :icon="icon" />@tip</v-btn>"""

    def __init__(
        self,
        icon: str,
        on_click: Callable[..., Any] | None = None,
        *,
        tooltip: str = "",
        **traits: Any,
    ) -> None:
        traits = {"variant": "text", "color": "", **traits}
        super().__init__("", on_click, icon=icon, tooltip=tooltip, **traits)


class Fab(IconButton):
    """A button that floats over the page.

    Args:
        icon: name of a Material icon.
        on_click: called without arguments at each press.
        style_: where it floats, as CSS; by default the lower right corner.
        traits: any trait by name.
    """

    def __init__(
        self, icon: str, on_click: Callable[..., Any] | None = None, **traits: Any
    ) -> None:
        corner = (
            "position: fixed; right: 24px; z-index: 1000;"
            " bottom: calc(24px + var(--vois-bottom, 0px))"
        )
        super().__init__(
            icon,
            on_click,
            **{"variant": "elevated", "color": "primary", "style_": corner, **traits},
        )


class Menu(_v.VoisWidget):
    """A button that opens a list of choices; ``value`` is the chosen text.

    Args:
        label: text of the button.
        options: texts to choose from.
        on_change: called with the chosen text.
        traits: any trait by name.
    """

    markup = """<div @root><v-btn :color="color || undefined" :variant="variant" @name
 :disabled="disabled" :width="width || undefined" append-icon="mdi-menu-down">{{ label }}@tip
 <v-menu activator="parent"><v-list density="compact">
 <v-list-item v-for="(option, i) in options" :key="i" :active="highlight && option === value"
  @click="change(option)"><v-list-item-title>{{ option }}</v-list-item-title></v-list-item>
 </v-list></v-menu></v-btn></div>"""

    options: list[str] = _v.items()
    color: str = _v.text("primary")
    variant: str = _v.text("tonal")
    width: str = _v.text()
    highlight: bool = _v.flag(default=True)

    def __init__(
        self,
        label: str,
        options: Sequence[str],
        on_change: Callable[[str], Any] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(label=label, options=[*options], on_change=on_change, **traits)
