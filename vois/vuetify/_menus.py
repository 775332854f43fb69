"""Buttons of the older spelling that open something."""

# ruff: noqa: ARG002, N801, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from vois import _v, ui
from vois._lives import revive
from vois.vuetify import settings
from vois.vuetify._base import (
    Facade,
    Fires,
    color_first,
    color_second,
    show_in,
    size_name,
    unless_none,
)

__all__ = ["fab", "menu", "popup"]


class fab(Facade, _v.VoisWidget):
    """A floating button with a menu behind it, or a row of buttons, anywhere on the page.

    ``left`` and ``top`` are pixels or CSS measures; ``onclick`` is a list of functions, one for each item.
    """

    markup = """<div class="vois-hidden"><div :style="{position: 'fixed', left: measure(left),
 top: measure(top), zIndex: zindex, display: shown ? 'flex' : 'none', gap: '8px', flexWrap: 'wrap'}">
 <v-btn v-if="menumode" icon :color="color" :size="size" :disabled="disabled"
 :aria-label="tips[0] || 'Actions'"><v-icon :icon="icon" /><v-menu activator="parent"><v-list>
 <v-list-item v-for="(text, i) in names" :key="i" :title="text" @click="press(i)"><v-tooltip
 v-if="tips[i]" activator="parent" :text="tips[i]" /></v-list-item></v-list></v-menu></v-btn>
 <template v-else><v-btn v-for="(text, i) in names" :key="i" :color="color" :size="size"
 :width="width || undefined" :height="height || undefined" rounded="pill" :disabled="disabled"
 :variant="outlined ? 'outlined' : 'flat'" :aria-label="text || tips[i] || 'Action'" @click="press(i)">
 <span :style="text_style">{{ text }}</span><v-icon v-if="icons[i]" :end="!!text" :icon="icons[i]" />
 <v-tooltip v-if="tips[i]" activator="parent" location="bottom" :text="tips[i]" /></v-btn></template>
 </div></div>"""
    script = """<script>export default { methods: { measure(one) {
 return isNaN(one) ? one : one + 'px'; } } };</script>"""

    left = _v.some(100)
    top = _v.some(100)
    zindex: int = _v.integer(9999)
    shown: bool = _v.flag()
    menumode: bool = _v.flag(default=True)
    icon: str = _v.text()
    icons: list[str] = _v.items()
    names: list[str] = _v.items()
    tips: list[str] = _v.items()
    color: str = _v.text()
    size: str = _v.text()
    width: str = _v.text()
    height: str = _v.text()
    outlined: bool = _v.flag()
    text_style: str = _v.text()

    def __init__(
        self,
        left: float = 100,
        top: float = 100,
        items: Sequence[Any] = (),
        onclick: Any = (),
        icon: str = "mdi-arrow-down-thick",
        tooltipitems: Sequence[Any] = (),
        iconsmall: bool = True,
        menumode: bool = True,
        width: Any = 200,
        height: Any = 36,
        textcolor: Any = None,
        selected: bool = False,
        disabled: bool = False,
        dark: Any = None,
        large: bool = False,
        small: bool = False,
        xsmall: bool = False,
        outlined: bool = False,
        textweight: float = 500,
        zindex: float = 9999,
        output: Any = None,
    ) -> None:
        self.keep(locals())
        self.onclick = list(onclick) if isinstance(onclick, (list, tuple)) else [onclick]
        plain = color_first() if selected else color_second()
        icons: Any = icon  # a row takes one for each item
        self.start(
            {},
            left=left,
            top=top,
            zindex=zindex,
            menumode=menumode,
            icon=icons if isinstance(icons, str) else None,
            icons=[] if isinstance(icons, str) else [str(one or "") for one in icons],
            names=[str(one) for one in items],
            tips=[str(one) for one in tooltipitems],
            color=color_first() if menumode else textcolor or plain,
            size=size_name(xsmall, small, large, x_large=False),
            width=_v.css_size(width),
            height=_v.css_size(height),
            outlined=outlined,
            text_style=f"font-weight: {textweight}",
            disabled=disabled,
        )
        self._output = output
        self.nav = self
        if output is not None:
            self.show()

    def vue_press(self, index: int) -> None:
        """The viewer pressed the button of that index."""
        if index < len(self.onclick) and self.onclick[index] is not None:
            self._pressed = self.onclick[index]
            self.emit("_pressed")

    def seticon(self, iconname: str, index: int = 0) -> None:
        """Change the icon of the button, or of one in the row."""
        if self.menumode:
            self.icon = iconname
        else:
            icons = [*self.icons, *[""] * (index + 1 - len(self.icons))]
            icons[index] = iconname
            self.icons = icons

    def settooltip(self, text: str, index: int = 0) -> None:
        """Change the help of one button."""
        tips = [*self.tips, *[""] * (index + 1 - len(self.tips))]
        tips[index] = text
        self.tips = tips

    def show(self, flag: bool = True) -> None:
        """Show it, or hide it."""
        if flag:
            revive([self])
            show_in(self._output)
            ui.host().add(self)
        self.shown = bool(flag)

    def close(self) -> None:
        """Take it off the page; `show` brings it back."""
        if getattr(self, "comm", None) is not None:
            self.shown = False
            ui.host().remove(self)
            super().close()


class menu(Fires, ui.Menu):
    """A button with a list of choices; ``value`` is the index of the chosen one."""

    markup = ui.Menu.markup.replace("option === value", "i === value").replace(
        "change(option)", "change(i)"
    )
    SAME: ClassVar[dict[str, str]] = {
        "index": "value",
        "labels": "options",
        "onchange": "on_change",
        "title": "label",
    }

    def __init__(
        self,
        index: Any,
        title: Any,
        labels: Any,
        color: Any = None,
        onchange: Callable[..., Any] | None = None,
        width: Any = 150,
        highliteselection: bool = True,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            value=index,
            label=title,
            options=[*labels],
            color=color_first(color),
            on_change=onchange,
            width=_v.css_size(width),
            highlight=highliteselection,
        )
        self.fire_on_program_change()


class popup(Facade, ui.Popup):
    """A button that opens a small window with one widget; see `vois.ui.Popup`."""

    SAME: ClassVar[dict[str, str]] = {
        "text": "label",
        "buttontext": "label",
        "on_input": "on_change",
    }

    def __init__(
        self,
        widget: Any,
        buttontext: Any,
        buttonwidth: float = 140,
        buttonheight: float = 40,
        icon: Any = None,
        icon_small: bool = True,
        icon_large: bool = False,
        margins: float = 0,
        margintop: Any = None,
        color: Any = None,
        rounded: Any = None,
        outlined: bool = True,
        text: bool = False,
        popupwidth: float = 160,
        popupheight: float = 250,
        open_on_hover: bool = True,
        close_on_click: bool = True,
        close_on_content_click: bool = True,
        title: str = "",
        show_close_button: bool = False,
        on_input: Callable[..., Any] | None = None,
    ) -> None:
        self.start(
            {},
            label=buttontext,
            children=[widget],
            width=_v.css_size(buttonwidth),
            height=_v.css_size(buttonheight),
            icon=icon,
            color=color_first(color),
            variant="text" if text else "outlined" if outlined else "flat",
            rounded="pill" if unless_none(rounded, settings.button_rounded) else None,
            popup_width=_v.css_size(popupwidth),
            popup_height=_v.css_size(popupheight),
            hover=open_on_hover,
            close_inside=close_on_content_click,
            title=title,
            closable=show_close_button,
            class_=f"ma-{margins}" + (f" mt-{margintop}" if margintop is not None else ""),
            value=False,
        )
        self.on_change = on_input
        self.btn = self.menu = self
