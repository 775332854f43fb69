"""The one door to ipyvuetify, and the only module that knows its traps.

ipyvuetify 3 always hands its components a default slot, so a button that gets
its icon as a property, or a table built directly, draws nothing; tooltips must
hang on their activator; unknown properties vanish without a word. Here every
widget is therefore a small Vue template of its own, whose text lives in one
shared ``Template`` model for each class, not for each widget.
"""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Callable
from typing import Any, ClassVar, Self

import traitlets

from vois import _report

# Untyped libraries, so known as Any; ipyvuetify makes a class of each of Vuetify's parts, which
# takes as long as all else together, and is imported when something asks for it.
v: Any
ipywidgets: Any = importlib.import_module("ipywidgets")
_ipyvue: Any = importlib.import_module("ipyvue")

__all__ = [
    "FIRST",
    "SHOWN",
    "TEMPLATES",
    "VoisWidget",
    "css_size",
    "flag",
    "integer",
    "ipywidgets",
    "items",
    "number",
]
__all__ += ["prepare", "resting", "some", "text", "theme_model", "v", "widgets"]

TEMPLATES: dict[str, Any] = {}
FIRST: list[Callable[[], None]] = []
"""What is put off until there is a widget."""
SHOWN: list[Callable[[], None]] = []
"""What is done whenever a page is given a widget of its own, not within another."""

_ROOT = (
    ":class=\"['vois', $vuetify.theme.global.current.dark ? 'vois-dark' : 'vois-light', class_,"
    " {'vois-busy': busy}]\""
    ' :style="style_" :theme="theme || undefined" :aria-busy="busy || undefined"'
)
_NAME = ':aria-label="aria_label || label || tip || undefined"'
_TIP = (
    '<v-tooltip v-if="tip" activator="parent" location="bottom" :text="tip"'
    ' open-delay="300"></v-tooltip>'
)
_ERROR = (
    '<div v-if="error" class="text-error text-caption vois-text" role="alert">{{ error }}</div>'
)
_EMPTY = '<div class="text-medium-emphasis text-body-2 pa-2">{{ empty }}</div>'
_STYLE = """<style id="vois-style">
body:has(.vois-dark) { background: rgb(var(--vois-dark-bg, 18,20,24)) !important; color: #e8eaed;
  --jp-layout-color0: #121418; --jp-layout-color1: #121418; --jp-ui-font-color0: #fff;
  --jp-ui-font-color1: #e8eaed; --jp-content-font-color1: #e8eaed;
  --jp-widgets-label-color: #e8eaed; --jp-widgets-readout-color: #e8eaed; color-scheme: dark; }
.vois .v-btn, .vois.v-btn, .vois .v-tab, .v-overlay .v-btn { text-transform: none;
  letter-spacing: normal; }
.vois > .v-input:has(.v-field--variant-outlined) { padding-top: 6px; }
.vois .v-radio-group > .v-input__control > .v-label { margin-inline-start: 0; font-size: .75rem; }
.vois .v-selection-control-group--inline { column-gap: 12px; }
.vois .v-radio-group .v-selection-control-group { padding-inline-start: 0; margin-top: 0; }
.vois.v-card, .vois > .v-card { border-radius: 10px; }
.vois-wrap { display: flex; flex-wrap: wrap; }
.jupyter-widgets.vuetify-styles { overflow: visible; }
.vois svg:not(.leaflet-zoom-animated) { max-width: 100%; }
.vois .v-label, .v-overlay .v-label, .vois .text-medium-emphasis { --v-medium-emphasis-opacity: .78; }
.vois-busy:not(.v-btn) { position: relative; opacity: .6; pointer-events: none; }
.vois-busy:not(.v-btn)::after { content: ''; position: absolute; top: 0; left: 0; height: 3px;
  width: 30%; border-radius: 2px; background: rgb(var(--v-theme-primary)); }
@media (prefers-reduced-motion: no-preference) { .vois-busy::after {
  animation: vois-busy 1.2s ease-in-out infinite alternate; } }
@keyframes vois-busy { to { left: 70%; } }
.vois-text { overflow-wrap: anywhere; }
.jp-OutputArea-output:has(> .vois-hidden) { display: none; }
</style>"""


def resting(milliseconds: int) -> str:
    """Return the script of an input whose value follows when the viewer's hand has rested.

    The page shows ``now``, calls ``later(value)`` at every move, and ``rest()`` when it is over.

    Args:
        milliseconds: how long a rest is.
    """
    return (
        "<script>export default { data() { return { now: null }; },"
        " created() { this.now = this.value; }, watch: { value(now) { this.now = now; } },"
        " methods: { later(value) { this.now = value; clearTimeout(this.timer);"
        f" this.timer = setTimeout(() => this.rest(), {milliseconds}); }},"
        " rest() { if (!this.timer) return; clearTimeout(this.timer); this.timer = null;"
        " this.value = this.now; this.change(this.now); } } };</script>"
    )


def text(default: str = "") -> Any:
    """A synchronised text trait."""
    return traitlets.Unicode(default, allow_none=True).tag(sync=True)


def flag(default: bool = False) -> Any:
    """A synchronised trait that is true or false."""
    return traitlets.Bool(default, allow_none=True).tag(sync=True)


def integer(default: int | None = 0) -> Any:
    """A synchronised whole number."""
    return traitlets.Int(default, allow_none=True).tag(sync=True)


def number(default: float | None = 0.0) -> Any:
    """A synchronised number."""
    return traitlets.Float(default, allow_none=True).tag(sync=True)


def some(default: Any = None) -> Any:
    """A synchronised trait of any JSON shape; a list or dict is each widget's own."""
    kinds: dict[Any, Any] = {list: traitlets.List, dict: traitlets.Dict}
    return kinds.get(type(default), traitlets.Any)(default).tag(sync=True)


def items() -> Any:
    """A synchronised list of JSON values."""
    return traitlets.List([]).tag(sync=True)


def widgets() -> Any:
    """A synchronised list of widgets, shown by ``<jupyter-widget>``."""
    return traitlets.List([]).tag(sync=True, **ipywidgets.widget_serialization)


def __getattr__(name: str) -> Any:
    if name == "v":
        return importlib.import_module("ipyvuetify")
    raise AttributeError(f"vois._v has no {name!r}")


def theme_model() -> Any:
    """Vuetify's theme, shared by every widget of the kernel."""
    return importlib.import_module("ipyvuetify").theme


def prepare() -> None:
    """Do what was put off."""
    while FIRST:
        FIRST.pop()()


def css_size(size: float | str | None) -> str:
    """Return ``size`` as CSS: numbers are pixels, text stays as it is.

    >>> css_size(80), css_size("50vw"), css_size(None)
    ('80px', '50vw', '')
    """
    if size is None:
        return ""
    return size if isinstance(size, str) else f"{size:g}px"


def _shared_template(markup: str, script: str) -> Any:
    source = markup.replace("@root", _ROOT).replace("@name", _NAME).replace("@tip", _TIP)
    # A tooltip that is there before it is asked for has no name for screen readers.
    source = source.replace("<v-tooltip ", '<v-tooltip :eager="false" ')
    source = source.replace("@error", _ERROR).replace("@empty", _EMPTY)
    source = re.sub(r"<(v-[\w-]+|jupyter-widget)([^<>]*?)/>", r"<\1\2></\1>", source)
    source = f"<template>{source}</template>{script}{_STYLE}"
    if source not in TEMPLATES or TEMPLATES[source].comm is None:
        TEMPLATES[source] = _ipyvue.Template(template=source)
    return TEMPLATES[source]


class _VuetifyTemplate(_ipyvue.VueTemplate):  # type: ignore[misc]  # untyped base
    """A Vue template that the page draws with Vuetify, of any release that is allowed."""

    _model_name = traitlets.Unicode("VuetifyTemplateModel").tag(sync=True)
    _model_module = traitlets.Unicode("jupyter-vuetify").tag(sync=True)
    _model_module_version = traitlets.Unicode("^3").tag(sync=True)
    _view_name = traitlets.Unicode("VuetifyView").tag(sync=True)
    _view_module = traitlets.Unicode("jupyter-vuetify").tag(sync=True)
    _view_module_version = traitlets.Unicode("^3").tag(sync=True)


class VoisWidget(_VuetifyTemplate):
    """A widget with an observable ``value`` and everything a reader of screens needs.

    Attributes:
        value: what the widget holds; observe it, bind it, link it.
        label: visible name.
        tooltip: short help, shown on hover and focus.
        aria_label: name for screen readers when there is no visible one.
        disabled: whether the viewer must leave it alone.
        busy: whether it waits for something; it is grey then, and told so to screen readers.
        error: what is wrong with it, shown with it and read aloud; empty if nothing is.
        theme: ``"light"``, ``"dark"`` or empty to follow the page.
        class_: CSS classes of the outermost element.
        style_: CSS of the outermost element.
        on_change: called with the new value when the viewer, not the program, changes it.
    """

    markup: ClassVar[str] = "<div @root></div>"
    script: ClassVar[str] = ""

    layout = traitlets.Any(None, allow_none=True).tag(sync=True)
    value = some()
    label: str = text()
    # DOM widgets' own views put a trait of this name on an element they do not have yet,
    # so it stays here and its text travels as ``tip``.
    tooltip = traitlets.Unicode("", allow_none=True)
    tip: str = text()
    aria_label: str = text()
    disabled: bool = flag()
    busy: bool = flag()
    error: str = text()
    theme: str = text()
    class_: str = text()
    style_: str = text()
    on_change: Callable[..., Any] | None = None

    def __init__(self, **traits: Any) -> None:
        """Take traits and callbacks by name.

        Raises:
            TypeError: an argument has no meaning here; the nearest name is given.
        """
        prepare()
        for name in [name for name in traits if name.startswith("on_")]:
            if not hasattr(type(self), name):
                self._refuse(name)
            setattr(self, name, traits.pop(name))
        known = self.trait_names()
        for name in traits:
            if name not in known:
                self._refuse(name)
        traits.setdefault("tip", traits.get("tooltip", ""))
        super().__init__(template=_shared_template(self.markup, self.script), **traits)

    def _refuse(self, name: str) -> None:
        near = difflib.get_close_matches(name, [*self.trait_names(), "on_change", "on_click"], 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise TypeError(f"{type(self).__name__} has no argument {name!r}{hint}")

    def _handle_event(self, _: Any, content: dict[str, Any], buffers: Any) -> None:
        """Answer the page; a failure becomes a message.

        ipyvue would also build any class of any module that the page names.
        """
        if content.get("event") in self.events:
            answer = getattr(self, f"vue_{content['event']}")
            _report.guarded(answer, content.get("data", {}), *([buffers] if buffers else []))

    def __repr__(self) -> str:
        name = self.label or self.aria_label
        return f"{type(self).__name__}({name!r}, value={self.value!r})"

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        for one in SHOWN:
            one()
        return super()._repr_mimebundle_(**asked)

    def draw(self) -> Self:
        """Return the widget itself, so that ``display(w.draw())`` shows it."""
        return self

    @traitlets.observe("tooltip")
    def _tooltip_changed(self, change: Any) -> None:
        self.tip = change["new"] or ""

    @property
    def dark(self) -> bool | None:
        """Whether the widget is dark whatever the page is; None follows the page."""
        return {"dark": True, "light": False}.get(self.theme)

    @dark.setter
    def dark(self, dark: bool | None) -> None:
        """Set dark, light or, with None, the page's own scheme."""
        self.theme = "" if dark is None else "dark" if dark else "light"

    def vue_change(self, value: Any) -> None:
        """The viewer chose ``value``."""
        self.value = value
        self.emit("on_change", self.value)

    def emit(self, handler: str, *args: Any) -> None:
        """Call the handler of that name, if there is one; its failure becomes a message."""
        callback = getattr(self, handler, None)
        if callback is not None:
            _report.guarded(callback, *args)
