"""A whole dashboard: bar, drawer, pages, footer, messages and dialogs."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vois import _v, theme
from vois.ui.overlay import host
from vois.ui.texts import ErrorCard, Skeleton

__all__ = ["App"]

_PAGE_STYLE = """<style id="vois-app-style">
body:has(.vois-app), body:has(.vois-app) .jp-Notebook, body:has(.vois-app) #rendered_cells {
 padding: 0 !important; margin: 0 !important; overflow: hidden; }
body:has(.vois-app) .jp-Cell, body:has(.vois-app) .jp-OutputArea-output { padding: 0; margin: 0; }
.vois-app { height: 85vh; width: 100%; }
/* What scrolls knows of no footer; what floats in it must. */
.vois-app .v-main { --vois-bottom: var(--v-layout-bottom, 0px); }
/* Where the notebook is a page, the app covers it; an editor keeps its own parts. */
body:not(:has(.jp-NotebookPanel)) .vois-app { position: fixed; inset: 0; height: auto; }
body:not(:has(.jp-NotebookPanel)):has(.vois-app) .jp-MarkdownCell { display: none; }
.vois-skip { position: absolute; left: -999px; } .vois-skip:focus { left: 8px; top: 8px; z-index: 9; }
</style>"""


class App(_v.VoisWidget):
    """A dashboard that fills the window; ``value`` is the index of the page seen.

    Args:
        label: title, in the bar and of the window.
        pages: name to widget, or to a function that builds one when it is first seen.
        drawer: widgets at the side, behind a button where the page is narrow.
        actions: widgets at the right end of the bar.
        footer: text at the end.
        on_change: called with the index of the page.
        traits: any trait by name.

    >>> app = App("Rain", {"Map": lambda: Skeleton("image"), "Table": lambda: Skeleton()})
    >>> app.value
    0
    """

    markup = """<v-layout @root class="vois-app bg-background"><a class="vois-skip" href="#vois-main">
 Skip to content</a><v-app-bar :color="color || 'surface'" :elevation="0" border="b"
 :density="$vuetify.display.smAndDown ? 'compact' : 'comfortable'">
 <v-btn v-if="drawer.length" icon variant="text" aria-label="Menu" @click="drawer_open = !drawer_open">
 <v-icon icon="mdi-menu" /></v-btn><img v-if="logo" :src="logo" alt="" class="ml-2"
 style="max-height: 36px; max-width: 96px"><v-app-bar-title class="ml-3" style="min-width: 0">
 <h1 class="text-truncate" style="font-size: 1.15rem; font-weight: 500; line-height: 1.2; margin: 0">
 {{ label }}</h1><div v-if="subtitle" class="text-caption text-truncate">{{ subtitle }}</div>
 </v-app-bar-title><v-tabs v-if="names.length > 1 && !$vuetify.display.smAndDown" v-model="value"
 color="primary" show-arrows style="max-width: 60%" @update:model-value="change($event)">
 <v-tab v-for="(name, i) in names" :key="i" :value="i">{{ name }}</v-tab></v-tabs>
 <jupyter-widget v-for="one in actions" :key="one" :widget="one" />
 <v-btn v-if="dark_button" icon variant="text" aria-label="Light or dark" @click="flip()">
 <v-icon icon="mdi-theme-light-dark" /></v-btn>
 <template v-if="names.length > 1 && $vuetify.display.smAndDown" v-slot:extension>
 <v-tabs v-model="value" color="primary" show-arrows grow density="compact" style="width: 100%"
 @update:model-value="change($event)"><v-tab v-for="(name, i) in names" :key="i" :value="i">{{ name }}
 </v-tab></v-tabs></template></v-app-bar>
 <v-navigation-drawer v-if="drawer.length" v-model="drawer_open" :width="drawer_width" color="surface"
 :mobile="$vuetify.display.smAndDown" :temporary="$vuetify.display.smAndDown"
 aria-label="Settings"><div class="pa-4">
 <div v-for="one in drawer" :key="one" class="mb-4"><jupyter-widget :widget="one" /></div></div>
 </v-navigation-drawer>
 <v-main scrollable id="vois-main"><template v-for="(one, i) in panes" :key="one">
 <div v-show="i === value" :class="padded ? 'pa-3 pa-md-4' : ''" :style="{height: padded ? undefined :
 '100%'}"><jupyter-widget :widget="one" /></div></template></v-main>
 <v-footer v-if="footer" app color="surface" border="t" class="text-caption px-4 vois-text">{{ footer }}
 </v-footer><jupyter-widget v-for="one in hosts" :key="one" :widget="one" /></v-layout>"""
    script = (
        """<script>export default {
 data() { return { drawer_open: false }; },
 mounted() { document.title = this.label; this.drawer_open = this.drawer_shown
  && !this.$vuetify.display.smAndDown;
  // Where nothing on a page takes the focus, keys still scroll it.
  this.$el.querySelector('.v-main__scroller').tabIndex = 0; },
 watch: { label(now) { document.title = now; } } };</script>"""
        + _PAGE_STYLE
    )

    subtitle: str = _v.text()
    names: list[str] = _v.items()
    panes: list[Any] = _v.widgets()
    drawer: list[Any] = _v.widgets()
    drawer_shown: bool = _v.flag(default=True)
    drawer_width: int = _v.integer(300)
    actions: list[Any] = _v.widgets()
    hosts: list[Any] = _v.widgets()
    footer: str = _v.text()
    logo: str = _v.text()
    color: str = _v.text()
    padded: bool = _v.flag(default=True)
    dark_button: bool = _v.flag(default=True)

    def __init__(
        self,
        label: str,
        pages: Mapping[str, Any] | Any = None,
        *,
        drawer: Sequence[Any] = (),
        actions: Sequence[Any] = (),
        footer: str = "",
        on_change: Callable[[int], Any] | None = None,
        **traits: Any,
    ) -> None:
        named = pages if isinstance(pages, Mapping) else {"": pages} if pages is not None else {}
        self._builders = list(named.values())
        self._built: set[int] = set()
        one = host()
        one.placed = True
        super().__init__(
            label=label,
            names=[*named],
            panes=[Skeleton() for _ in named],
            drawer=[*drawer],
            actions=[*actions],
            footer=footer,
            on_change=on_change,
            hosts=[one, theme.watcher()],
            **{"value": 0, **traits},
        )
        self.observe(lambda change: self._build(change["new"]), "value")
        self._build(self.value)

    def _build(self, index: int) -> None:
        if index in self._built or index not in range(len(self._builders)):
            return
        self._built.add(index)
        panes = list(self.panes)
        panes[index] = _page(self._builders[index])
        self.panes = panes

    def vue_flip(self, *_: Any) -> None:
        """The viewer wants the other of light and dark."""
        theme.set_mode("light" if theme.is_dark() else "dark")


def _page(builder: Any) -> Any:
    if not callable(builder) or hasattr(builder, "comm"):
        return builder
    try:
        return builder()
    except Exception as error:  # noqa: BLE001 - a page that fails becomes a card, not a blank
        details = "".join(traceback.format_exception(error))
        return ErrorCard("This page could not be built", str(error), details)
