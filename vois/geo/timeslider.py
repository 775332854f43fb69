"""Time: a slider through dates that can play."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from vois import _v

__all__ = ["TimeSlider"]


class TimeSlider(_v.VoisWidget):
    """A slider through dates, with buttons for one step and to play; ``value`` is the index.

    While it plays, one task of the kernel's event loop moves it on. It waits
    while nobody sees the slider, because it is scrolled away or the tab is in
    the background, and ends with the widget.

    Attributes:
        playing: whether it plays; set it to start or stop.
        interval: seconds between two steps.
        text: the date shown.

    Args:
        labels: dates or other texts, one for each step.
        value: index of the first step.
        on_change: called with the new index.
        layers: layers whose ``frame`` follows.
        label: visible name.
        traits: any trait by name.

    Raises:
        ValueError: there are no labels, or a layer has another number of frames.
    """

    markup = """<div @root role="group" @name class="d-flex align-center" :style="{gap: '4px'}">
 <v-btn icon size="small" variant="tonal" color="primary" :disabled="disabled"
 :aria-label="playing ? 'Pause' : 'Play'" @click="play()"><v-icon
 :icon="playing ? 'mdi-pause' : 'mdi-play'" /></v-btn>
 <v-btn icon size="small" variant="text" aria-label="One step back" :disabled="disabled"
 @click="step(-1)"><v-icon icon="mdi-chevron-left" /></v-btn>
 <v-btn icon size="small" variant="text" aria-label="One step on" :disabled="disabled"
 @click="step(1)"><v-icon icon="mdi-chevron-right" /></v-btn>
 <div style="flex: 1; min-width: 80px; padding: 0 8px"><v-slider v-model="value" :min="0"
 :max="labels.length - 1" :step="1" color="primary" hide-details density="compact"
 :show-ticks="labels.length < 32 ? 'always' : false" tick-size="3" :disabled="disabled"
 :aria-label="aria_label || label" :aria-valuetext="labels[value]"
 @update:model-value="soon($event)" /></div>
 <output class="text-body-2 font-weight-medium" :style="{minWidth: width, textAlign: 'right',
 whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums'}">{{ labels[value] }}</output></div>"""
    script = """<script>export default { methods: { soon(value) { clearTimeout(this.timer);
  this.timer = setTimeout(() => this.change(value), 60); },
 look() { const now = this.near && !document.hidden;
  if (now !== this.was) { this.was = now; this.seen(now); } } },
 mounted() { this.was = true; this.near = true; this.hide = () => this.look();
  document.addEventListener('visibilitychange', this.hide);
  this.eye = new IntersectionObserver(found => { this.near = found[found.length - 1].isIntersecting;
   this.look(); }); this.eye.observe(this.$el); },
 unmounted() { document.removeEventListener('visibilitychange', this.hide);
  this.eye.disconnect(); clearTimeout(this.timer); this.seen(false); } };</script>"""

    labels: list[str] = _v.items()
    playing: bool = _v.flag()
    width: str = _v.text()
    interval = traitlets.Float(1.0)
    _task: asyncio.Task[None] | None = None

    def __init__(
        self,
        labels: Sequence[Any],
        value: int = 0,
        on_change: Callable[[int], Any] | None = None,
        *,
        layers: Sequence[Any] = (),
        label: str = "Date",
        **traits: Any,
    ) -> None:
        texts = [str(one) for one in labels]
        if not texts:
            raise ValueError("labels is empty; expected a text for each step")
        for layer in layers:
            if len(layer.sources) != len(texts):
                frames = len(layer.sources)
                raise ValueError(f"layers has one of {frames} frames; expected {len(texts)}")
        self._layers, self._visible = list(layers), asyncio.Event()
        self._visible.set()
        traits.setdefault("width", f"{max(map(len, texts))}ch")
        super().__init__(label=label, labels=texts, value=value, on_change=on_change, **traits)
        self.observe(lambda _: self._show(), "value")
        self.observe(lambda change: self._turn(change["new"]), "playing")
        self._show()

    @traitlets.validate("value")
    def _known(self, proposal: Any) -> int:
        index = int(proposal["value"])
        if not 0 <= index < len(self.labels):
            raise traitlets.TraitError(f"value is {index}; expected 0 to {len(self.labels) - 1}")
        return index

    @property
    def text(self) -> str:
        """The date shown."""
        return str(self.labels[self.value])

    def vue_play(self, *_: Any) -> None:
        """The viewer pressed play, or pause."""
        self.playing = not self.playing

    def vue_step(self, by: int) -> None:
        """The viewer wants another step; beyond the last one comes the first."""
        self.vue_change((self.value + by) % len(self.labels))

    def vue_seen(self, seen: bool) -> None:
        """The page says whether anybody sees the slider."""
        if seen:
            self._visible.set()
        else:
            self._visible.clear()

    def _show(self) -> None:
        for layer in self._layers:
            layer.frame = self.value

    def _turn(self, on: bool) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.get_running_loop().create_task(self._run()) if on else None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.interval)
            await self._visible.wait()
            self.vue_step(1)

    def close(self) -> None:
        """Stop playing and take the slider away."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        super().close()
