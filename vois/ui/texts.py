"""Things to read: Label, Title, TextList, Html, Svg, Progress, Skeleton, EmptyState, ErrorCard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import _v

__all__ = ["EmptyState", "ErrorCard", "Html", "Label", "Progress", "Skeleton", "Svg", "TextList"]
__all__ += ["Title"]


class Label(_v.VoisWidget):
    """A line of text, perhaps with an icon; pressing it can do something.

    Args:
        label: the text.
        on_click: called without arguments; the text is then a button.
        icon: name of a Material icon.
        traits: any trait by name.
    """

    markup = """<div @root class="vois-text" :role="clickable ? 'button' : undefined"
 :tabindex="clickable ? 0 : undefined" :aria-label="aria_label || undefined"
 @click="clickable && click()" @keydown.enter="clickable && click()">
 <v-icon v-if="icon && !icon_right" :icon="icon" :color="icon_color || undefined"
  :size="icon_size || 'small'" class="mr-1" />
 <span :style="text_style">{{ label }}</span>
 <v-icon v-if="icon && icon_right" :icon="icon" :color="icon_color || undefined"
  :size="icon_size || 'small'" class="ml-1" />@tip</div>"""

    icon: str = _v.text()
    icon_right: bool = _v.flag()
    icon_color: str = _v.text()
    icon_size: str = _v.text()
    text_style: str = _v.text()
    clickable: bool = _v.flag()
    on_click: Callable[..., Any] | None = None

    def __init__(
        self, label: str = "", on_click: Callable[..., Any] | None = None, **traits: Any
    ) -> None:
        traits.setdefault("clickable", on_click is not None)
        if traits["clickable"]:
            traits["style_"] = "cursor: pointer; " + traits.get("style_", "")
        super().__init__(label=label, **traits)
        self.on_click = on_click

    def vue_click(self, *_: Any) -> None:
        """The viewer pressed it."""
        if not self.disabled:
            self.emit("on_click", *self._arguments())

    def _arguments(self) -> tuple[Any, ...]:
        return ()


class Title(_v.VoisWidget):
    """A heading with an optional smaller line below."""

    markup = """<div @root class="py-2"><component :is="'h' + level"
 :class="['vois-text', level === 1 ? 'text-h4' : level === 2 ? 'text-h5' : 'text-h6']">{{ label }}
 </component><p v-if="subtitle" class="text-medium-emphasis vois-text">{{ subtitle }}</p></div>"""

    subtitle: str = _v.text()
    level: int = _v.integer(1)

    def __init__(self, label: str, subtitle: str = "", level: int = 1, **traits: Any) -> None:
        super().__init__(label=label, subtitle=subtitle, level=level, **traits)


class TextList(_v.VoisWidget):
    """Rows of a name and a text; ``value`` is the list of pairs.

    Args:
        rows: pairs of name and text.
        traits: any trait by name.
    """

    markup = """<v-card @root variant="flat" :width="width || undefined" color="transparent"><dl
 :style="{display: 'grid', gridTemplateColumns: columns, lineHeight: line_height, margin: 0}">
 <template v-for="(row, i) in value" :key="i"><dt class="vois-text" :style="[title_style,
 {fontWeight: bold[i] === false ? 400 : 600}]">{{ row[0] }}</dt><dd class="vois-text ml-2"
 :style="[text_style, bold_texts[i] ? {fontWeight: 600} : {}]">{{ row[1] }}</dd></template></dl><template v-if="!(value || []).length">@empty</template></v-card>"""

    empty: str = _v.text("Nothing to show")
    bold: list[bool] = _v.items()
    bold_texts: list[bool] = _v.items()
    columns: str = _v.text("minmax(6em, 4fr) 8fr")
    line_height: float = _v.number(1.5)
    title_style: str = _v.text()
    text_style: str = _v.text()
    width: str = _v.text()

    def __init__(self, rows: Sequence[tuple[str, str]] = (), **traits: Any) -> None:
        super().__init__(value=[[str(a), str(b)] for a, b in rows], **traits)


class Html(_v.VoisWidget):
    """HTML of the author's own; never give it text that came from outside."""

    markup = '<div @root><div v-if="value" v-html="value"></div>@error</div>'

    def __init__(self, value: str = "", **traits: Any) -> None:
        super().__init__(value=value, **traits)


class Svg(_v.VoisWidget):
    """A drawing whose parts can be pointed at.

    Elements that carry ``data-key`` answer: ``value`` is the key of the chosen
    one, ``hovered`` of the one under the pointer. Those that take the focus
    answer to Enter and space; where only one of a drawing's parts can be reached
    by Tab, the arrow keys, Home and End lead to the others.

    Args:
        svg: the drawing's text.
        on_change: called with the chosen key.
        on_hover: called with the key under the pointer, or an empty text.
        traits: any trait by name.
    """

    markup = """<div @root role="group" :aria-label="aria_label || label || 'Drawing'"
 @click="pick($event)" @keydown="press($event)" @mouseover="over($event)"
 @mouseleave="leave()"><div v-if="svg" v-html="svg"></div>
 <template v-else-if="empty">@empty</template>@error</div>"""
    # Letters of a drawing that fills its place stay as large as those around them, and a row
    # of them thins out where they would run into each other.
    script = """<script>export default {
 mounted() { this.eye = new ResizeObserver(() => this.fit()); this.eye.observe(this.$el);
  this.mark(); },
 unmounted() { this.eye.disconnect(); },
 watch: { svg() { const at = this.$el.contains(document.activeElement)
   && document.activeElement.getAttribute('data-key');
  this.$nextTick(() => { this.fit(); this.mark(); if (at) this.parts().find(
   one => one.getAttribute('data-key') === at)?.focus(); }); }, value() { this.mark(); } },
 methods: {
 parts() { return [...this.$el.querySelectorAll('[data-key]')]; },
 press(e) {
  if (e.key === 'Enter' || e.key === ' ') { if (this.key(e) !== '') e.preventDefault(); this.pick(e); }
  const all = this.parts().filter(one => one.hasAttribute('tabindex')), now = all.indexOf(e.target);
  if (now < 0 || all.filter(one => one.tabIndex === 0).length > 1) return;
  const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: all.length - 1 }[e.key];
  if (next === undefined) return;
  e.preventDefault(); const to = all[Math.max(0, Math.min(all.length - 1, next))];
  e.target.tabIndex = -1; to.tabIndex = 0; to.focus(); },
 mark() { for (const one of this.$el.querySelectorAll('.vois-chart [data-key], .vois-strip')) {
  const on = one.getAttribute('data-key') === String(this.value ?? '');
  one.classList.toggle('vois-chosen', on); one.setAttribute('aria-pressed', on); } },
 fit() { for (const one of this.$el.querySelectorAll('svg.vois-fit')) {
  const scale = one.clientWidth / one.viewBox.baseVal.width, rows = {};
  if (!scale) continue;
  for (const text of one.querySelectorAll('text')) {
   const size = text.getAttribute('font-size') * Math.min(1.25, Math.max(0.95, scale)) / scale;
   text.style.fontSize = size + 'px'; text.style.display = '';
   if (text.dataset.row) (rows[text.dataset.row] = rows[text.dataset.row] || []).push(text); }
  for (const row of Object.values(rows)) this.thin(row); } },
 thin(row) { const boxes = row.map(one => one.getBBox()), gap = boxes[0].height / 4;
  const touch = step => boxes.some((box, i) => i >= step && i % step === 0
   && box.x < boxes[i - step].x + boxes[i - step].width + gap);
  let step = 1; while (step < row.length && touch(step)) step += 1;
  row.forEach((one, i) => { if (i % step) one.style.display = 'none'; }); },
 key(e) { const at = e.target.closest && e.target.closest('[data-key]');
  return at ? at.getAttribute('data-key') : ''; },
 pick(e) { const key = this.key(e); if (key !== '' || this.deselect) this.change(key); },
 over(e) { const key = this.key(e); if (this.listens && key !== this.last) {
  this.last = key; this.hover(key); } },
 leave() { if (this.listens && this.last) { this.last = ''; this.hover(''); } } } };</script>
<style id="vois-svg-style">.vois-chart [data-key] { outline: none; }
.vois-chart path[data-key] { stroke: rgb(var(--v-theme-surface)); }
.vois-chart [data-key]:hover { filter: brightness(1.12); }
.vois-chart :is(rect, path, circle)[data-key]:is(.vois-chosen, :focus-visible),
.vois-chart g[data-key]:is(.vois-chosen, :focus-visible) > rect {
 stroke: rgb(var(--v-theme-on-surface)); stroke-width: 2.5; vector-effect: non-scaling-stroke; }
.vois-strip { fill: transparent; outline: none; cursor: pointer; }
.vois-strip:hover { fill: currentColor; fill-opacity: .08; }
.vois-strip:focus-visible { fill: currentColor; fill-opacity: .16; stroke: currentColor; }
</style>"""

    svg: str = _v.text()
    empty: str = _v.text()
    hovered: str = _v.text()
    deselect: bool = _v.flag()
    listens: bool = _v.flag()
    on_hover: Callable[[str], Any] | None = None

    def __init__(
        self,
        svg: str = "",
        on_change: Callable[[str], Any] | None = None,
        on_hover: Callable[[str], Any] | None = None,
        **traits: Any,
    ) -> None:
        traits.setdefault("listens", on_hover is not None)
        super().__init__(svg=svg, on_change=on_change, on_hover=on_hover, **traits)

    def vue_hover(self, key: str) -> None:
        """The pointer is over the part of that key."""
        self.hovered = key
        self.emit("on_hover", key)


class Progress(_v.VoisWidget):
    """How far something is: ``value`` from 0 to 100, None while nobody knows."""

    markup = """<div @root role="status"><template v-if="shown"><v-progress-circular v-if="round"
 :model-value="value" :indeterminate="value === null" :size="size" :width="width" :color="color"
 :aria-label="label || aria_label || 'Please wait'">{{ label }}</v-progress-circular>
 <template v-else><div class="text-caption">{{ label }}</div><v-progress-linear :color="color"
 :model-value="value" :indeterminate="value === null"
 :aria-label="label || aria_label || 'Please wait'" rounded /></template></template></div>"""

    shown: bool = _v.flag(default=True)
    round: bool = _v.flag()
    size: int = _v.integer(64)
    width: int = _v.integer(6)
    color: str = _v.text("primary")

    def __init__(self, label: str = "", value: float | None = None, **traits: Any) -> None:
        super().__init__(label=label, value=value, **traits)


class Skeleton(_v.VoisWidget):
    """The grey shape of something that is still coming; ``value`` names the shape."""

    markup = '<v-skeleton-loader @root :type="value" aria-label="Loading" />'

    def __init__(self, value: str = "article", **traits: Any) -> None:
        super().__init__(value=value, **traits)


class EmptyState(_v.VoisWidget):
    """What stands where there is nothing to show yet."""

    markup = """<v-empty-state @root :icon="icon" :title="label" :text="value || undefined"
 :size="48" />"""
    icon: str = _v.text("mdi-inbox-outline")

    def __init__(self, label: str = "Nothing to show", value: str = "", **traits: Any) -> None:
        super().__init__(label=label, value=value, **traits)


class ErrorCard(_v.VoisWidget):
    """A failure in plain words; details open on demand."""

    markup = """<v-alert @root type="error" variant="tonal" :title="label"><p class="vois-text">
 {{ value }}</p><details v-if="details"><summary>Details</summary><pre
 style="white-space: pre-wrap">{{ details }}</pre></details></v-alert>"""
    details: str = _v.text()

    def __init__(self, label: str, value: str = "", details: str = "", **traits: Any) -> None:
        super().__init__(label=label, value=value, details=details, **traits)
