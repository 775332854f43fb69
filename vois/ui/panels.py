"""What opens over the page: Popup, SidePanel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import _v
from vois.ui.layout import KIDS
from vois.ui.overlay import TRAP

__all__ = ["Popup", "SidePanel"]


class Popup(_v.VoisWidget):
    """A button that opens a small window with widgets; ``value`` is whether it is open.

    Args:
        label: text of the button.
        children: widgets in the window.
        on_change: called with True when it opens, False when it closes.
        traits: any trait by name.
    """

    markup = f"""<div @root><v-btn :color="color || undefined" :variant="variant" @name
 :disabled="disabled" :width="width || undefined" :height="height || undefined"
 :rounded="rounded || undefined" :elevation="0"><v-icon v-if="icon" :start="!!label" :icon="icon" />
 {{{{ label }}}}<v-menu activator="parent" v-model="value" :open-on-hover="hover"
 :close-on-content-click="close_inside" @update:model-value="change($event)"><v-card class="pa-2"
 :width="popup_width || undefined" :min-height="popup_height || undefined" max-width="96vw">
 <div v-if="title || closable" class="d-flex align-center"><strong>{{{{ title }}}}</strong><v-spacer />
 <v-btn v-if="closable" icon size="x-small" variant="text" aria-label="Close" @click="change(false)">
 <v-icon icon="mdi-close" /></v-btn></div>{KIDS}</v-card></v-menu></v-btn></div>"""

    children: list[Any] = _v.widgets()
    title: str = _v.text()
    icon: str = _v.text()
    color: str = _v.text("primary")
    variant: str = _v.text("tonal")
    rounded: str = _v.text()
    width: str = _v.text()
    height: str = _v.text()
    popup_width: str = _v.text()
    popup_height: str = _v.text()
    hover: bool = _v.flag()
    closable: bool = _v.flag()
    close_inside: bool = _v.flag()

    def __init__(
        self,
        label: str,
        children: Sequence[Any] = (),
        on_change: Callable[[bool], Any] | None = None,
        **traits: Any,
    ) -> None:
        traits.setdefault("value", False)
        super().__init__(label=label, children=[*children], on_change=on_change, **traits)


class SidePanel(_v.VoisWidget):
    """A panel that slides in from the side; ``value`` is whether it is open."""

    script = TRAP
    markup = f"""<div class="vois-hidden"><v-dialog v-model="value" @keydown.tab="wrap($event)" :scrim="true"
 :theme="theme || undefined" :transition="right ? 'slide-x-reverse-transition' : 'slide-x-transition'"
 :content-class="'vois-side'" :width="width" max-width="100vw" :style="{{justifyContent:
 right ? 'flex-end' : 'flex-start', alignItems: 'stretch'}}" :aria-label="label || 'Panel'"
 @update:model-value="change($event)"><v-card class="pa-4" height="100%" rounded="0"
 style="overflow: auto"><div class="d-flex align-center mb-2"><div class="text-h6 vois-text">
 {{{{ label }}}}</div><v-spacer /><v-btn v-if="closable" icon variant="text" aria-label="Close"
 @click="change(false)"><v-icon icon="mdi-close" /></v-btn></div>
 <p v-if="text" class="vois-text" style="white-space: pre-line">{{{{ text }}}}</p>
 {KIDS}</v-card></v-dialog></div>"""
    children: list[Any] = _v.widgets()
    text: str = _v.text()
    width: str = _v.text("400px")
    right: bool = _v.flag()
    closable: bool = _v.flag(default=True)

    def __init__(self, label: str = "", children: Sequence[Any] = (), **traits: Any) -> None:
        traits.setdefault("value", False)
        super().__init__(label=label, children=[*children], **traits)
