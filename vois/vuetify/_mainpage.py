"""The first page of an application in the older spelling."""

# ruff: noqa: A002, N801, N802, PLR0917 - the older spelling
from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from vois import _v
from vois.vuetify._base import Facade

__all__ = ["RunningInVoila", "getLocalImageURL", "mainPage"]


# Traits that show an argument as it is.
_SHOWN = {
    "label": "title",
    "subtitle": "subtitle",
    "ink": "text_color",
    "logo": "applogo_url",
    "credits_text": "credits",
    "credits_logo": "creditslogo_url",
    "disclaimer": "disclaimer",
    "radius": "button_radius",
}


def RunningInVoila() -> bool:
    """Whether the notebook runs as a Voilà dashboard."""
    return "voila" in os.environ.get("SERVER_SOFTWARE", "").lower()


def getLocalImageURL(filepath: str, imagetype: str = "jpg") -> str:
    """Return a picture file as data URL.

    Raises:
        FileNotFoundError: there is no such file.
    """
    raw = base64.b64encode(Path(filepath).read_bytes()).decode()
    return f"data:image/{imagetype};base64,{raw}"


class mainPage(Facade, _v.VoisWidget):
    """The first page of an application: a title, and a button for each part of it."""

    markup = """<div @root class="vois-main" :style="{backgroundImage: picture, color: ink}">
 <section class="vois-main-title" :style="{background: box}"><img v-if="logo" :src="logo" alt=""
 style="max-height: 80px; max-width: 40%"><h1 :style="{fontSize: size, margin: 0}">{{ label }}</h1>
 <p :style="{fontSize: small}">{{ subtitle }}</p></section><section class="vois-main-buttons">
 <v-card v-for="(one, i) in cards" :key="i" link role="button" :elevation="elevation"
 :aria-label="one.title" :style="{borderRadius: radius}" @click="press(i)"><div class="d-flex"><img
 v-if="one.image" :src="one.image" alt="" style="width: 96px; object-fit: cover"><div><v-card-title
 style="white-space: normal">{{ one.title }}</v-card-title><v-card-subtitle class="pb-3"
 style="white-space: normal">{{ one.subtitle }}</v-card-subtitle></div></div><v-tooltip
 v-if="one.tooltip" activator="parent" location="bottom" :text="one.tooltip" /></v-card></section>
 <footer class="vois-main-foot text-caption"><img v-if="credits_logo" :src="credits_logo" alt=""
 style="max-height: 40px"><div>{{ credits_text }}</div><div>{{ disclaimer }}</div></footer></div>"""
    script = """<style id="vois-main-style">.vois-main { min-height: 100dvh; display: flex; gap: 32px;
 flex-direction: column; padding: 6vh 5vw 16px; background-size: cover; justify-content:
 space-between; } .vois-main-title { padding: 24px; border-radius: 8px; width: fit-content; }
 .vois-main-buttons { display: grid; gap: 16px; grid-template-columns:
 repeat(auto-fill, minmax(min(100%, 300px), 1fr)); } .vois-main-foot { opacity: .9; }</style>"""

    subtitle: str = _v.text()
    cards: list[dict[str, str]] = _v.items()
    picture: str = _v.text()
    ink: str = _v.text()
    box: str = _v.text()
    size: str = _v.text()
    small: str = _v.text()
    radius: str = _v.text()
    elevation: int = _v.integer(6)
    logo: str = _v.text()
    credits_text: str = _v.text()
    credits_logo: str = _v.text()
    disclaimer: str = _v.text()
    SAME: ClassVar[dict[str, str]] = {"title": "label"}
    _built = False

    def __init__(
        self,
        title: str = "Application main title",
        subtitle: str = "",
        titlesizepercent: float = 100,
        subtitlesizepercent: float = 100,
        applogo_url: str = "",
        applogo_widthpercent: float = 20.0,
        credits: str = "Unit T.4, Data Visualisation Team",
        creditslogo_url: str = "",
        text_color: str = "#0e446e",
        background_image: float = 22,
        background_filter: str = "",
        vois_show: bool = True,
        vois_opacity: float = 0.1,
        titlebox_widthpercent: float = 40.0,
        titlebox_heightpercent: float = 24.0,
        titlebox_toppercent: float = 12.0,
        titlebox_opacity: float = 0.4,
        titlebox_border: float = 2,
        titleshadow: bool = True,
        titleshadow_color: str = "#ffffff",
        buttonbox_widthpercent: float = 80.0,
        buttonbox_heightpercent: float = 50.0,
        buttonbox_toppercent: float = 43.0,
        creditbox_widthpercent: float = 80.0,
        creditbox_heightpercent: float = 25.0,
        creditbox_toppercent: float = 74.0,
        creditbox_opacity: float = 0.0,
        button_widthpercent: float = 22.0,
        button_heightpercent: float = 10.0,
        button_elevation: float = 6,
        button_opacity: float = 0.5,
        button_titlesize: str = "2.0vh",
        button_subtitlesize: str = "1.2vh",
        button_radius: str = "0px",
        disclaimer: str = "",
    ) -> None:
        given = dict(locals())
        self.keep(given)
        self._state = {
            name: value for name, value in given.items() if name not in {"self", "__class__"}
        }
        self.buttons: list[dict[str, Any]] = []
        self.output = _v.ipywidgets.Output()
        self.start({}, **_looks(self._state))
        self._built = True

    def addButton(
        self,
        title: str,
        subtitle: str = "",
        tooltip: str = "",
        image: str = "",
        onclick: Callable[..., Any] | None = None,
        argument: Any = None,
    ) -> None:
        """Add a part of the application."""
        one = {"title": title, "subtitle": subtitle, "tooltip": tooltip, "image": image}
        self.cards = [*self.cards, one]
        self.buttons.append({**one, "onclick": onclick, "argument": argument})

    def vue_press(self, index: int) -> None:
        """The viewer chose a part."""
        one = self.buttons[index]
        self._chosen = one["onclick"]
        self.emit("_chosen", *(() if one["argument"] is None else (one["argument"],)))

    def open(self) -> None:
        """Show the page in the running cell."""
        if self.comm is None:
            super().open()
        if self._built:
            from IPython.display import display  # noqa: PLC0415 - only where a page is

            display(self)  # type: ignore[no-untyped-call]

    def preview(self) -> _v.VoisWidget:
        """Return the page, to be shown smaller."""
        return self

    def toJson(self) -> dict[str, Any]:
        """Return what the page is made of now."""
        plain = [{k: v for k, v in one.items() if k != "onclick"} for one in self.buttons]
        now = {argument: getattr(self, trait) for trait, argument in _SHOWN.items()}
        return {**self._state, **now, "buttons": plain}

    def fromJson(self, j: dict[str, Any]) -> None:
        """Take what `toJson` returned."""
        self._state.update({name: value for name, value in j.items() if name in self._state})
        for name, value in _looks(self._state).items():
            setattr(self, name, value)
        self.cards, self.buttons = [], []
        for one in j.get("buttons", []):
            words = {name: one.get(name, "") for name in ("title", "subtitle", "tooltip", "image")}
            self.addButton(**words, argument=one.get("argument"))


def _looks(given: dict[str, Any]) -> dict[str, Any]:
    """Return the traits that the arguments of a first page ask for."""
    large, small = given["titlesizepercent"] / 100, given["subtitlesizepercent"] / 100
    return {
        **{trait: given[argument] for trait, argument in _SHOWN.items()},
        "picture": _picture(given["background_image"]),
        "box": f"rgba(255, 255, 255, {given['titlebox_opacity']})",
        "size": f"calc({large} * clamp(1.6rem, 4vw, 3rem))",
        "small": f"calc({small} * clamp(1rem, 2vw, 1.4rem))",
        "elevation": int(given["button_elevation"]),
    }


def _picture(image: Any) -> str:
    if isinstance(image, str) and image:
        return f"url({image})"
    return "linear-gradient(150deg, #e9f1f8 0%, #cfe0ee 45%, #b7d3d8 100%)"
