"""Full-window pages of the older spelling."""

# ruff: noqa: N801, N802, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify._base import Facade, color_first, color_second, show_in

__all__ = ["page"]


class page(Facade, _v.VoisWidget):
    """A page over the whole window; `create` returns the card to fill, `open` shows it."""

    markup = """<v-dialog v-model="value" fullscreen :scrim="false" :transition="transition"
 :persistent="persistent" :aria-label="title || 'Page'" @update:model-value="$event || back()"><v-card
 class="d-flex flex-column vois" style="height: 100dvh"><v-toolbar :color="titlecolor || undefined"
 :theme="titledark ? 'dark' : undefined" :height="titleheight" :image="titleimageurl || undefined"
 style="flex: none"><img v-if="logoappurl" :src="logoappurl" alt="" class="ml-2" @click="logo()"
 :style="{width: logowidth + 'px'}"><v-btn v-if="show_back && left_back" icon aria-label="Back"
 @click="back()"><v-icon icon="mdi-arrow-left" /></v-btn><v-toolbar-title><h1 style="font-size: 1.2rem;
 font-weight: 500" class="text-truncate">{{ appname }}<span v-if="title"> – {{ title }}</span></h1>
 </v-toolbar-title><v-btn v-for="(one, i) in customs" :key="i" icon :aria-label="one[1] || one[0]"
 @click="custom(i)"><v-icon :icon="one[0]" /></v-btn><v-btn v-if="show_help" icon aria-label="Help"
 @click="help()"><v-icon icon="mdi-help-circle-outline" /></v-btn><v-btn v-if="show_back && !left_back"
 icon aria-label="Back" @click="back()"><v-icon icon="mdi-close" /></v-btn></v-toolbar>
 <div style="flex: 1; overflow: auto; min-height: 0"><jupyter-widget v-for="one in content" :key="one"
 :widget="one" /></div><v-footer :color="footercolor || undefined" style="flex: none"
 :theme="footerdark ? 'dark' : undefined" :height="footerheight"><span class="text-caption">
 {{ copyrighttext }}</span><v-spacer /><img v-if="logocreditsurl && show_credits" :src="logocreditsurl"
 alt="Credits" :style="{maxWidth: creditswidth + 'px', maxHeight: '90%'}" @click="credits()">
 </v-footer></v-card></v-dialog>"""

    appname: str = _v.text()
    title: str = _v.text()
    titlecolor: str = _v.text()
    titledark: bool = _v.flag()
    titleheight = _v.some(54)
    titleimageurl: str = _v.text()
    footercolor: str = _v.text()
    footerdark: bool = _v.flag()
    footerheight = _v.some(30)
    logoappurl: str = _v.text()
    logowidth = _v.some(40)
    copyrighttext: str = _v.text()
    show_back: bool = _v.flag(default=True)
    left_back: bool = _v.flag()
    show_help: bool = _v.flag(default=True)
    logocreditsurl: str = _v.text()
    creditswidth = _v.some(120)
    show_credits: bool = _v.flag(default=True)
    transition: str = _v.text()
    persistent: bool = _v.flag()
    customs: list[list[str]] = _v.items()
    content: list[Any] = _v.widgets()

    _built = _shown = False
    STATE: ClassVar[tuple[str, ...]] = (
        *("appname", "title", "titlecolor", "titledark", "titleheight", "titleimageurl"),
        *("footercolor", "footerdark", "footerheight", "logoappurl", "logowidth", "copyrighttext"),
        *("show_back", "left_back", "show_help", "logocreditsurl", "creditswidth", "show_credits"),
        "transition",
    )

    def __init__(
        self,
        appname: Any,
        title: Any,
        output: Any,
        onclose: Callable[..., Any] | None = None,
        titlecolor: Any = None,
        titledark: bool = True,
        titleheight: float = 54,
        titleimageurl: str = "",
        footercolor: Any = None,
        footerdark: bool = False,
        footerheight: float = 30,
        logoappurl: str = "",
        logowidth: float = 40,
        on_logoapp: Callable[..., Any] | None = None,
        copyrighttext: str = "",
        show_back: bool = True,
        left_back: bool = False,
        show_help: bool = True,
        on_help: Callable[..., Any] | None = None,
        logocreditsurl: str = "",
        creditswidth: float = 120,
        show_credits: bool = True,
        on_credits: Callable[..., Any] | None = None,
        transition: str = "dialog-bottom-transition",
        persistent: bool = False,
    ) -> None:
        given = {name: value for name, value in locals().items() if name in self.STATE}
        given["titlecolor"], given["footercolor"] = (
            color_first(titlecolor),
            color_second(footercolor),
        )
        self.output, self.onclose = output, onclose
        self.on_help, self.on_credits, self.on_logoapp = on_help, on_credits, on_logoapp
        self.custom_buttons: list[Callable[[], Any]] = []
        self.card: Any = None
        self.start({}, persistent=persistent, value=False, **given)
        self._built = True

    @property
    def state(self) -> dict[str, Any]:
        """The page's looks, to be saved and given back."""
        return {name: getattr(self, name) for name in self.STATE}

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        """Restore what a saved state names."""
        for name in self.STATE:
            if name in state:
                setattr(self, name, state[name])

    @property
    def appbar(self) -> Any:
        """The page itself carries its bar."""
        return self

    def create(self) -> Any:
        """Return the card that takes the page's widgets."""
        self.card = _v.v.Card(flat=True, tile=True, children=[], style_="min-height: 100%")
        self.content = [self.card]
        return self.card

    def open(self) -> None:
        """Show the page."""
        if self.comm is None:
            super().open()
        if not self._built:
            return
        if not self.content:
            self.create()
        self.value = self._shown = True
        show_in(self.output)
        ui.host().add(self)

    def close(self) -> None:
        """Take the page away."""
        if getattr(self, "comm", None) is None:
            return
        was, self._shown, self.value = self._shown, False, False
        ui.host().remove(self)
        if was:
            self.emit("onclose")

    def refresh(self) -> None:
        """Draw the page anew."""
        self.send_state()

    def customButtonAdd(self, iconname: str, tooltiptext: str, callback: Callable[[], Any]) -> None:
        """Add a button to the bar."""
        self.customs = [*self.customs, [iconname, tooltiptext]]
        self.custom_buttons.append(callback)

    def customButtonClear(self) -> None:
        """Remove the added buttons."""
        self.customs = []
        self.custom_buttons.clear()

    def vue_custom(self, index: int) -> None:
        """The viewer pressed an added button."""
        self._pressed = self.custom_buttons[index]
        self.emit("_pressed")

    def click_on_back(self, *_: Any) -> None:
        """Leave the page."""
        self.vue_back()

    def click_on_help(self, *_: Any) -> None:
        """Ask for help."""
        self.vue_help()

    def click_on_credits(self, *_: Any) -> None:
        """Press the credits."""
        self.vue_credits()

    def click_on_logoapp(self, *_: Any) -> None:
        """Press the logo."""
        self.vue_logo()

    def vue_back(self, *_: Any) -> None:
        """The viewer leaves the page."""
        self.close()

    def vue_help(self, *_: Any) -> None:
        """The viewer wants help."""
        self.emit("on_help")

    def vue_credits(self, *_: Any) -> None:
        """The viewer pressed the credits."""
        self.emit("on_credits")

    def vue_logo(self, *_: Any) -> None:
        """The viewer pressed the logo."""
        self.emit("on_logoapp")
