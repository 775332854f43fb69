"""Head, foot and side of a page in the older spelling."""

# ruff: noqa: A002, N801, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify._base import Facade, color_first, show_in

__all__ = ["footer", "sidePanel", "title"]


class sidePanel(Facade, ui.SidePanel):
    """A panel that slides in; see `vois.ui.SidePanel`."""

    SAME: ClassVar[dict[str, str]] = {"title": "label"}

    def __init__(
        self,
        title: str = "",
        text: str = "",
        width: Any = 500,
        right: bool = False,
        zindex: float = 9999,
        showclosebuttons: bool = True,
        dark: Any = None,
        backdark: Any = None,
        content: Sequence[Any] = (),
        output: Any = None,
        onclose: Callable[..., Any] | None = None,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=title,
            text=text,
            width=_v.css_size(width),
            right=right,
            closable=showclosebuttons,
            children=[*content],
            dark=dark or None,
            value=False,
        )
        self.nav = self
        show_in(output)

    def show(self) -> None:
        """Open it."""
        self.value = True
        ui.host().add(self)

    def close(self, *_: Any) -> None:
        """Close it."""
        if self.value:
            self.value = False
            self.emit("onclose")
        ui.host().remove(self)

    def isopen(self) -> bool:
        """Whether it is open."""
        return bool(self.value)

    def vue_change(self, value: Any) -> None:
        """The viewer closed it."""
        if not value:
            self.close()


class footer(Facade, _v.VoisWidget):
    """The end of a page: text, buttons, credits and small tools."""

    markup = """<v-footer @root :color="color || undefined" :min-height="height || undefined"
 class="flex-wrap justify-center" style="height: auto; width: 100%"><v-btn v-for="(one, i) in icons"
 :key="i" icon size="small" variant="text" :color="icons_color || undefined"
 :aria-label="tips[i] || one" @click="tool(i)"><v-icon :icon="one" /></v-btn>
 <v-btn v-for="one in buttons" :key="one" variant="text" size="small" @click="press(one)">{{ one }}
 </v-btn><div class="text-body-2 text-center vois-text" style="flex: 1 1 100%">{{ label }}</div>
 <v-btn v-if="credits" variant="text" size="small" @click="credit()">{{ credits }}
 <v-tooltip v-if="credits_tip" activator="parent" :text="credits_tip" /></v-btn></v-footer>"""

    color: str = _v.text()
    height: str = _v.text()
    buttons: list[str] = _v.items()
    icons: list[str] = _v.items()
    tips: list[str] = _v.items()
    icons_color: str = _v.text()
    credits: str = _v.text()
    credits_tip: str = _v.text()

    def __init__(
        self,
        text: str = "",
        copyright: bool = False,
        buttons: Sequence[Any] = (),
        dark: Any = None,
        height: Any = 68,
        marginy: float = 2,
        color: Any = None,
        minipanelicons: Sequence[Any] = (),
        minipaneltooltips: Sequence[Any] = (),
        minipanelopen: bool = False,
        minipanellarge: bool = True,
        minipanelbuttontooltip: str = "Additional functions",
        minipanelbuttoncolor: Any = None,
        minipaneliconscolor: Any = None,
        footercredits: str = "",
        footercreditstooltip: str = "",
        onclickcredits: Callable[..., Any] | None = None,
        onclickminipanel: Callable[..., Any] | None = None,
        onclick: Callable[..., Any] | None = None,
        output: Any = None,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=("© " if copyright else "") + str(text),
            buttons=[str(one) for one in buttons],
            height=_v.css_size(height),
            color=color_first(color),
            dark=dark or None,
            icons=[*minipanelicons],
            tips=[*minipaneltooltips],
            icons_color=minipaneliconscolor,
            credits=footercredits,
            credits_tip=footercreditstooltip,
        )
        self.buttons_text = list(buttons)
        self.f = self
        if output is not None:
            output.append_display_data(self)

    def vue_press(self, text: str) -> None:
        """The viewer pressed a button."""
        self.emit("onclick", text)

    def vue_tool(self, index: int) -> None:
        """The viewer pressed a small tool."""
        self.emit("onclickminipanel", index)

    def vue_credit(self, *_: Any) -> None:
        """The viewer pressed the credits."""
        self.emit("onclickcredits")


class title(Facade, _v.VoisWidget):
    """The head of a page: menu, text, buttons and a picture."""

    markup = """<v-toolbar @root :color="color" :height="height" style="width: 100%"><v-btn v-if="menu"
 icon aria-label="Menu" @click="open()"><v-icon icon="mdi-menu" /></v-btn><v-toolbar-title
 class="text-h5" :style="{fontWeight: weight}">{{ label }}</v-toolbar-title><v-btn
 v-for="one in buttons" :key="one" variant="text" @click="press(one)">{{ one }}</v-btn>
 <img v-if="logo" :src="logo" alt="" class="mx-2" :style="{width: logo_width, maxHeight: '100%'}">
 </v-toolbar>"""

    color: str = _v.text()
    height: int = _v.integer(85)
    weight: int = _v.integer(500)
    menu: bool = _v.flag(default=True)
    buttons: list[str] = _v.items()
    logo: str = _v.text()
    logo_width: str = _v.text()

    def __init__(
        self,
        text: str = "",
        textweight: float = 500,
        buttons: Sequence[Any] = (),
        menu: bool = True,
        onmenuclick: Callable[..., Any] | None = None,
        dark: Any = None,
        height: Any = 85,
        color: Any = None,
        onclick: Callable[..., Any] | None = None,
        logo: str = "",
        logowidth: float = 100,
        logomarginy: float = 0,
        menumarginy: float = 2,
        output: Any = None,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=text,
            weight=int(textweight),
            buttons=[str(one) for one in buttons],
            menu=menu,
            dark=dark or None,
            height=int(height),
            color=color_first(color),
            logo=logo,
            logo_width=_v.css_size(logowidth),
        )
        self.buttons_text = list(buttons)
        self.f = self
        if output is not None:
            output.append_display_data(self)

    def vue_press(self, text: str) -> None:
        """The viewer pressed a button."""
        self.emit("onclick", text)

    def vue_open(self, *_: Any) -> None:
        """The viewer pressed the menu."""
        self.emit("onmenuclick")
