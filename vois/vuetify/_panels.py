"""Framed parts of the older app's content."""

# ruff: noqa: N802, N803, PLR0917 - the older spelling
from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from vois import _v
from vois._lives import dispose

__all__ = ["Panel", "Panels", "surface"]

_log = logging.getLogger("vois")


class Panel(_v.VoisWidget):
    """A framed part of an app's content, placed by CSS measures; narrow pages stack panels."""

    markup = """<div @root class="vois-panel" :style="{left: left, top: top, width: width,
 height: height, border: border, background: back}"><div v-if="title.length" class="vois-panel-title"
 :style="{width: title_width, height: title_height, fontSize: title_size, fontWeight: title_weight,
 borderRadius: round ? '999px' : '0 0 8px 0'}"><jupyter-widget v-for="one in title" :key="one"
 :widget="one" /></div>
 <v-btn v-if="icon" icon size="small" variant="text" class="vois-panel-icon" :color="icon_color"
 :aria-label="icon_tip || icon" @click="pressed()"><v-icon :icon="icon" /></v-btn>
 <jupyter-widget v-for="one in children" :key="one" :widget="one" /></div>"""
    script = """<style id="vois-panel-style">
.vois-panel { position: absolute; overflow: auto; border-radius: 4px; }
.vois-panel-title { display: flex; align-items: center; padding: 0 12px; position: sticky; top: 0;
 left: 0; z-index: 2; background: rgb(var(--v-theme-primary)); color: rgb(var(--v-theme-on-primary)); }
.vois-panel-icon { position: absolute !important; right: 2px; top: 2px; z-index: 3; }
@media (max-width: 700px) { .vois-panel { position: relative !important; left: 0 !important;
 top: 0 !important; width: 100% !important; margin-bottom: 8px; } }</style>"""

    left: str = _v.text()
    top: str = _v.text()
    width: str = _v.text()
    height: str = _v.text()
    border: str = _v.text()
    back: str = _v.text()
    title_width: str = _v.text()
    title_height: str = _v.text()
    title_size: str = _v.text()
    title_weight: int = _v.integer(500)
    round: bool = _v.flag()
    icon: str = _v.text()
    icon_tip: str = _v.text()
    icon_color: str = _v.text()
    children: list[Any] = _v.widgets()
    title: list[Any] = _v.widgets()
    on_icon: Callable[[], Any] | None = None

    def place(self, given: dict[str, Any]) -> None:
        """Take measures and looks by the names of `app.contentAddPanel`."""
        names = {"width": "width", "height": "height", "left": "left", "top": "top"}
        names |= {"titlewidth": "title_width", "titleheight": "title_height"}
        names |= {"titlefontsize": "title_size"}
        for old, new in names.items():
            setattr(self, new, _v.css_size(given[old]))
        self.border, self.back = given["border"], surface(given["backcolor"])
        self.title_weight, self.round = given["titlefontweight"], given["titleround"]
        self.icon, self.icon_tip = given["icon"], given["icontooltip"]
        self.icon_color = "" if given["iconcolor"] == "black" else given["iconcolor"]
        self.on_icon = given["icononclick"]

    def vue_pressed(self, *_: Any) -> None:
        """The viewer pressed the icon."""
        self.emit("on_icon")


def surface(color: str) -> str:
    """Return a background that follows the theme where white was asked for."""
    return "rgb(var(--v-theme-surface))" if color == "white" else color


class Panels:
    """Mixed into the app: panels on its content, each known by a name."""

    picture: str
    panels: list[Any]
    content_panels_dict: dict[str, list[Any]]

    def contentBackground(self, imageUrl: str | None = None) -> None:
        """Put a picture behind the content, or none."""
        self.picture = imageUrl or ""

    def contentResetPanels(self) -> None:
        """Remove all panels."""
        before, self.panels = self.panels, []
        dispose(before)
        self.content_panels_dict.clear()

    def contentAddPanel(
        self,
        width: Any,
        height: Any,
        left: Any,
        top: Any,
        border: str = "1px solid black",
        backcolor: str = "white",
        name: str = "",
        number: Any = None,
        title: str = "",
        titleround: bool = False,
        titlewidth: str = "8vw",
        titleheight: str = "2.4vh",
        titlefontsize: str = "1.8vh",
        titlefontweight: float = 500,
        icon: str = "",
        icontooltip: str = "",
        iconcolor: str = "black",
        icononclick: Any = None,
    ) -> Any:
        """Add a panel at CSS measures of the content and return its Output.

        ``content_panels_dict[name]`` lists the panel and, if it has one, its title;
        both have ``children`` that can be changed.
        """
        given = dict(locals())
        output = _v.ipywidgets.Output()
        heads = [_v.v.Html(tag="span", class_="text-truncate", children=[title])] if title else []
        panel = Panel(label=title, children=[output], title=heads)
        panel.place(given)
        if name:
            self.content_panels_dict[name] = [panel, *heads]
        self.panels = [*self.panels, panel]
        return output

    def contentSetPanel(
        self,
        name: Any,
        width: Any,
        height: Any,
        left: Any,
        top: Any,
        border: str = "1px solid black",
        backcolor: str = "white",
        titleround: bool = False,
        titlewidth: str = "8vw",
        titleheight: str = "2.4vh",
        titlefontsize: str = "1.8vh",
        titlefontweight: float = 500,
        icon: str = "",
        icontooltip: str = "",
        iconcolor: str = "black",
        icononclick: Any = None,
    ) -> Any:
        """Move a panel, or change its looks; a name that no panel has does nothing, and the log says so."""
        given = dict(locals())
        if name in self.content_panels_dict:
            self.content_panels_dict[name][0].place(given)
        else:
            _log.info("contentSetPanel: no panel is called %r", name)
