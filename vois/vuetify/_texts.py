"""Lists, waiting signs and headings of the older spelling."""

# ruff: noqa: A002, N801, N802, PLR0917, RUF012 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import _v, ui
from vois.vuetify._base import Facade, color_first, show_in

__all__ = ["Progress", "TextList", "card", "cardsGrid", "footer", "sidePanel", "title"]


class TextList(Facade, ui.TextList):
    """Rows of a name and a text; see `vois.ui.TextList`."""

    ALIASES = {
        "titlesbold": "titles_bold",
        "titlefontsize": "title_font_size",
        "textfontsize": "text_font_size",
        "titlecolumn": "title_column",
        "textcolumn": "text_column",
        "titlecolor": "title_color",
        "textcolor": "text_color",
        "lineheightfactor": "line_height_factor",
    }
    flat = True

    def __init__(
        self,
        titles: Any,
        texts: Any,
        titles_bold: Sequence[Any] = (),
        title_font_size: int = 12,
        text_font_size: int = 12,
        title_column: int = 4,
        text_column: int = 8,
        title_color: str = "black",
        text_color: str = "black",
        line_height_factor: float = 1.5,
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        width = kwargs.pop("width", None)
        self.start(
            kwargs,
            columns=f"minmax(5em, {title_column}fr) {text_column}fr",
            line_height=float(line_height_factor),
            title_style=f"font-size: {title_font_size}px; {_ink(title_color)}",
            text_style=f"font-size: {text_font_size}px; {_ink(text_color)}",
            width=_v.css_size(width),
        )
        self.card = self
        self.update(titles, texts, titles_bold)

    def update(self, titles: Sequence[str], texts: Sequence[str], titles_bold: Any = ()) -> None:
        """Show other rows."""
        self.titles_bold = titles_bold
        self.bold = [not titles_bold or one in titles_bold for one in titles]
        self.value = [[str(a), str(b)] for a, b in zip(titles, texts, strict=False)]


def _ink(color: str | None) -> str:
    return f"color: {color}" if color and color != "black" else ""


class Progress(Facade, ui.Progress):
    """A turning circle in an Output while something runs."""

    ALIASES = {"outputheight": "output_height"}

    def __init__(
        self,
        output: Any,
        text: str = "",
        show: bool = False,
        size: int = 120,
        width: Any = 15,
        output_height: int = 400,
        color: Any = None,
    ) -> None:
        self.keep({**locals(), "show": None})
        self.start(
            {},
            label=text,
            round=True,
            size=int(size),
            width=int(width),
            color=color_first(color),
            style_=f"height: {output_height}px; display: flex; align-items: center;"
            " justify-content: center",
        )
        if show:
            self.show()

    def show(self) -> None:
        """Show it in its Output."""
        self.output.clear_output()
        self.output.append_display_data(self)

    def showAbsolute(self, output: Any, left: Any, top: Any, zindex: int = 9999) -> None:
        """Show it at a place of the page."""
        place = f"position: fixed; left: {_v.css_size(left)}; top: {_v.css_size(top)};"
        self.style_ = f"{place} z-index: {zindex}"
        output.append_display_data(self)
        self.output = output

    def close(self) -> None:
        """Take it away."""
        output = getattr(self, "output", None)
        if output is not None:
            output.clear_output()


class card(Facade, ui.Card):
    """A framed picture and text that can be pressed; see `vois.ui.Card`."""

    SAME = {"title": "label", "subtitle": "text", "backgroundimageurl": "background"}

    def __init__(
        self,
        *args: Any,
        width: Any = "400px",
        height: Any = "",
        color: str = "white",
        dark: bool = False,
        ripple: bool = False,
        disabled: bool = False,
        elevation: float = 3,
        title: str = "Title",
        subtitle: str = "Subtitle",
        icon: str = "",
        iconsize: str = "32px",
        image: str = "",
        imagesize: str = "190px",
        on_click: Callable[..., Any] | None = None,
        argument: Any = None,
        responsive: bool = False,
        fontsizemultiplier: float = 1.0,
        backgroundimageurl: str = "",
        tooltip: str = "",
        titletooltip: str = "",
        focusedopacity: float = 0.1,
        textcolor: str = "black",
        titleweight: float = 700,
        subtitleweight: float = 400,
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        self.start(
            kwargs,
            label=title,
            text=subtitle,
            width=_v.css_size(width),
            height=_v.css_size(height),
            color=None if color == "white" else color,
            dark=dark or None,
            ripple=ripple,
            disabled=disabled,
            elevation=int(elevation),
            icon=icon,
            icon_size=iconsize,
            image=image,
            image_size=imagesize,
            background=backgroundimageurl,
            tooltip=tooltip or titletooltip,
            clickable=on_click is not None,
            title_style=f"font-weight: {titleweight}; font-size: {1.1 * fontsizemultiplier}rem;"
            + (f" color: {textcolor}" if textcolor != "black" else ""),
            text_style=f"font-weight: {subtitleweight}; font-size: {0.875 * fontsizemultiplier}rem;"
            + (f" color: {textcolor}" if textcolor != "black" else ""),
        )
        self.on_click = on_click

    def _arguments(self) -> tuple[Any, ...]:
        return () if self.argument is None else (self.argument,)


class cardsGrid(Facade, ui.CardsGrid):
    """Equal cards from data; see `vois.ui.CardsGrid`. ``on_click(index)``."""

    SAME = {"on_click": "on_change", "cols": "columns", "tooltipwidth": "tooltip_width"}

    def __init__(
        self,
        *args: Any,
        cards: Sequence[Any] = (),
        width: Any = "400px",
        height: Any = "",
        color: str = "white",
        cols: float = 6,
        dark: bool = False,
        ripple: bool = False,
        iconsize: str = "32px",
        imagesize: str = "190px",
        on_click: Callable[..., Any] | None = None,
        responsive: bool = False,
        fontsizemultiplier: float = 1.0,
        tooltipwidth: str = "600px",
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        self.start(
            kwargs,
            cards=[dict(one) for one in cards],
            width=_v.css_size(width),
            height=_v.css_size(height),
            color=None if color == "white" else color,
            columns=cols,
            dark=dark or None,
            ripple=ripple,
            image_size=imagesize,
            tooltip_width=tooltipwidth,
        )
        self.on_change = on_click


class sidePanel(Facade, ui.SidePanel):
    """A panel that slides in; see `vois.ui.SidePanel`."""

    SAME = {"title": "label"}

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
            label=("© " if copyright else "") + text,
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
