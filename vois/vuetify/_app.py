"""The dashboard of the older spelling: bar with tabs, content, panels, footer and services."""

# ruff: noqa: N801, N802, PLR0917 - the older spelling
from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar
from urllib.parse import parse_qs

from vois import _v, theme
from vois.ui.app import _PAGE_STYLE
from vois.ui.overlay import host
from vois.vuetify._bars import footer
from vois.vuetify._base import Facade, color_first, color_second
from vois.vuetify._panels import Panels, surface
from vois.vuetify._services import Services

__all__ = ["app", "measure2str", "readParameters"]


def measure2str(value: Any) -> str:
    """Return a number as CSS pixels, text as it is."""
    return _v.css_size(value)


def readParameters() -> dict[str, list[str]]:
    """Return the parameters of the page's address, each with its values."""
    return parse_qs(os.environ.get("QUERY_STRING", ""))


class app(Services, Panels, Facade, _v.VoisWidget):
    """A whole dashboard; `show` displays it.

    ``outcontent`` is the Output of the content; ``value`` the index of the active tab.
    """

    markup = """<v-layout @root class="vois-app" :style="{background: back}"><v-app-bar color="surface"
 :elevation="1" :height="bar_height"><v-btn v-if="drawer.length || drawer_text" icon aria-label="Menu"
 @click="drawer_open = !drawer_open"><v-icon icon="mdi-menu" /></v-btn>
 <div v-if="svg" v-html="svg" :class="svg_class" style="max-height: 100%; overflow: hidden"></div>
 <v-app-bar-title v-else class="ml-3" style="min-width: 0" @click="logo_press()"><h1
 style="font-size: 1.25rem; font-weight: 500; line-height: 1.2; margin: 0" class="text-truncate">
 {{ label }}</h1><div v-if="credits" class="text-caption text-truncate" @click.stop="credit(1)">
 {{ credits }} {{ credits2 }}</div></v-app-bar-title>
 <v-tabs v-if="tabs.length && !$vuetify.display.smAndDown" v-model="value" :color="color" show-arrows
 style="max-width: 62%" @update:model-value="change($event)"><v-tab v-for="(text, i) in tabs" :key="i"
 :value="i" :style="tab_style">{{ text }}</v-tab></v-tabs>
 <img v-if="logo" :src="logo" alt="Logo" class="mx-3" :style="{maxWidth: logo_width,
 maxHeight: logo_height, cursor: 'pointer'}" @click="logo_press()">
 <template v-if="tabs.length && $vuetify.display.smAndDown" v-slot:extension><v-tabs v-model="value"
 :color="color" show-arrows density="compact" style="width: 100%" @update:model-value="change($event)">
 <v-tab v-for="(text, i) in tabs" :key="i" :value="i">{{ text }}</v-tab></v-tabs></template></v-app-bar>
 <v-navigation-drawer v-if="drawer.length || drawer_text" v-model="drawer_open" temporary
 :width="drawer_width" aria-label="Settings"><div class="pa-4"><h2 class="text-h6">{{ drawer_title }}
 </h2><p style="white-space: pre-line" class="vois-text">{{ drawer_text }}</p>
 <jupyter-widget v-for="one in drawer" :key="one" :widget="one" /></div></v-navigation-drawer>
 <v-main scrollable><div :style="{position: 'relative', minHeight: '100%', backgroundSize: 'cover',
 backgroundImage: picture ? 'url(' + picture + ')' : undefined, backgroundPosition: picture_place}"
 class="pa-2"><jupyter-widget v-for="one in content" :key="one" :widget="one" />
 <jupyter-widget v-for="one in panels" :key="one" :widget="one" /></div></v-main>
 <v-footer app class="pa-0"><jupyter-widget v-for="one in feet" :key="one" :widget="one" /></v-footer>
 <jupyter-widget v-for="one in hosts" :key="one" :widget="one" /></v-layout>"""
    script = (
        "<script>export default { data() { return { drawer_open: false }; },"
        " mounted() { document.title = this.label; } };</script>" + _PAGE_STYLE
    )

    svg: str = _v.text()
    svg_class: str = _v.text()
    bar_height: int = _v.integer(70)
    back: str = _v.text()
    color: str = _v.text()
    credits: str = _v.text()
    credits2: str = _v.text()
    tabs: list[str] = _v.items()
    tab_style: str = _v.text()
    logo: str = _v.text()
    logo_width: str = _v.text()
    logo_height: str = _v.text()
    drawer: list[Any] = _v.widgets()
    drawer_title: str = _v.text()
    drawer_text: str = _v.text()
    drawer_width: int = _v.integer(400)
    picture: str = _v.text()
    picture_place: str = _v.text()
    content: list[Any] = _v.widgets()
    panels: list[Any] = _v.widgets()
    feet: list[Any] = _v.widgets()
    hosts: list[Any] = _v.widgets()
    SAME: ClassVar[dict[str, str]] = {
        "title": "label",
        "titletabs": "tabs",
        "titletabsactive": "value",
    }

    def __init__(
        self,
        title: str = "Title of the dashboard",
        titlesvg: str = "",
        titlesvgclass: str = "pa-0 ma-0",
        titlecredits: str = "",
        titlecredits2: str = "",
        titlestyle: str = "",
        titlespacestyle: str = "width: 50px; min-width: 50px;",
        titleheight: float = 70,
        totalheight: float = 985,
        dark: Any = None,
        backcolor: Any = None,
        titlewidth: str = "600px",
        footercolor: str = "lightgrey",
        backgroundimageurl: Any = None,
        backgroundimageposition: str = "center center",
        logourl: str = "",
        logomaxwidth: float = 80,
        logomaxheight: float = 60,
        titletabs: Sequence[Any] = ("Tab 1", "Tab 2", "Tab 3"),
        titletabsdark: bool = False,
        titletabsactive: float = 0,
        titletabsstile: str = "font-weight: bold;",
        titletabsactiveparameter: Any = None,
        titletabscolor: Any = None,
        footertext: str | None = None,
        footerbuttons: Sequence[Any] = (
            "Home",
            "About Us",
            "Team",
            "Services",
            "Blog",
            "Contact Us",
        ),
        footerheight: float = 68,
        footercopyright: bool = True,
        footerdark: bool = False,
        footercredits: str = "",
        footercreditstooltip: str = "",
        footercreditsurl: str = "",
        sidepaneltitle: str = "Settings",
        sidepanelwidth: float = 400,
        sidepaneltext: str = "",
        sidepanelcontent: Sequence[Any] = (),
        sidepaneldark: Any = None,
        sidepanelbackdark: Any = None,
        minipanelicons: Sequence[Any] = (),
        minipaneltooltips: Sequence[Any] = (),
        minipanelopen: bool = False,
        minipanellarge: bool = True,
        minipanelbuttoncolor: Any = None,
        minipaneliconscolor: Any = None,
        onclicktab: Callable[..., Any] | None = None,
        onclickcredits: Callable[..., Any] | None = None,
        onclickcredits2: Callable[..., Any] | None = None,
        onclicklogo: Callable[..., Any] | None = None,
        onclickfooter: Callable[..., Any] | None = None,
        onclickminipanel: Callable[..., Any] | None = None,
        fullscreen: bool = False,
    ) -> None:
        given = dict(locals())
        self.keep(given)
        self.parameters = readParameters()
        start = self.urlParameter(titletabsactiveparameter, "") if titletabsactiveparameter else ""
        active = list(titletabs).index(start) if start in titletabs else titletabsactive
        self.outcontent = _v.ipywidgets.Output()
        self.content_panels_dict: dict[str, list[Any]] = {}
        one = host()
        one.placed = True
        traits = {**_bar(given), **_rest(given), "dark": dark or None}
        self.start({}, value=active, content=[self.outcontent], hosts=[one], **traits)
        color = "surface" if theme.is_dark() else footercolor
        self.f = self._foot(footertext, footerbuttons, copyright=footercopyright, color=color)
        self.feet = [self.f]

    def _foot(self, text: str | None, buttons: Sequence[Any], **looks: Any) -> footer:
        """Return the footer; what it does not take from ``looks`` was kept by the constructor."""
        return footer(
            f"{date.today().year}" if text is None else text,  # noqa: DTZ011 - the viewer's day
            buttons=buttons,
            dark=self.footerdark,
            height=self.footerheight,
            minipanelicons=self.minipanelicons,
            minipaneltooltips=self.minipaneltooltips,
            minipaneliconscolor=self.minipaneliconscolor,
            footercredits=self.footercredits,
            footercreditstooltip=self.footercreditstooltip,
            onclick=lambda text: self.emit("onclickfooter", text),
            onclickminipanel=lambda index: self.emit("onclickminipanel", index),
            onclickcredits=self._visit_credits,
            **looks,
        )

    def _visit_credits(self) -> None:
        if self.footercreditsurl:
            self.urlOpen(self.footercreditsurl)

    def vue_change(self, index: int) -> None:
        """The viewer chose a tab."""
        self.value = index
        self.emit("onclicktab", self.tabs[index])

    def vue_logo_press(self, *_: Any) -> None:
        """The viewer pressed the logo or the title."""
        self.emit("onclicklogo")

    def vue_credit(self, which: int) -> None:
        """The viewer pressed the credits."""
        self.emit("onclickcredits" if which == 1 else "onclickcredits2")

    def setActiveTab(self, index: int) -> None:
        """Choose a tab, as the viewer would."""
        self.vue_change(index)

    def show(self) -> None:
        """Display the dashboard and open its active tab."""
        from IPython.display import display  # noqa: PLC0415 - only where a page is

        display(self)  # type: ignore[no-untyped-call]
        if self.tabs and 0 <= self.value < len(self.tabs):
            self.emit("onclicktab", self.tabs[self.value])

    def display(self, arg: Any) -> None:
        """Show something in the content."""
        from IPython.display import display  # noqa: PLC0415 - only where a page is

        with self.outcontent:
            display(arg)  # type: ignore[no-untyped-call]


def _bar(given: dict[str, Any]) -> dict[str, Any]:
    """Return the traits of the bar that an app's arguments ask for."""
    return {
        "label": given["title"],
        "svg": given["titlesvg"],
        "svg_class": given["titlesvgclass"],
        "bar_height": int(given["titleheight"]),
        "color": color_first(given["titletabscolor"]),
        "credits": given["titlecredits"],
        "credits2": given["titlecredits2"],
        "tabs": [str(text) for text in given["titletabs"]],
        "tab_style": given["titletabsstile"],
        "logo": given["logourl"],
        "logo_width": _v.css_size(given["logomaxwidth"]),
        "logo_height": _v.css_size(given["logomaxheight"]),
    }


def _rest(given: dict[str, Any]) -> dict[str, Any]:
    """Return the traits of ground, picture and drawer that an app's arguments ask for."""
    return {
        "back": surface("white" if theme.is_dark() else color_second(given["backcolor"])),
        "drawer": [*given["sidepanelcontent"]],
        "drawer_title": given["sidepaneltitle"],
        "drawer_text": given["sidepaneltext"],
        "drawer_width": int(given["sidepanelwidth"]),
        "picture": given["backgroundimageurl"],
        "picture_place": given["backgroundimageposition"],
    }
