"""Numbers by hand: Slider, RangeSlider, SliderFloat."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from vois import _v

__all__ = ["RangeSlider", "Slider", "SliderFloat", "decimals_of"]

_RESTING = _v.resting(120)


def decimals_of(step: float) -> int:
    """Return how many decimals tell values at that distance: none for whole steps, else 2 or more."""
    if float(step).is_integer():
        return 0
    return max(2, math.ceil(-math.log10(abs(step)) - 1e-9))


class Slider(_v.VoisWidget):
    """A number between two others.

    Args:
        label: visible name.
        value: first value, in the unit of ``minimum`` and ``maximum``; by default the left end.
        minimum: left end.
        maximum: right end.
        step: distance of the values.
        on_change: called with the new value.
        traits: any trait by name.

    Raises:
        ValueError: the left end lies right of the right one.
    """

    markup = """<div @root><div v-if="label || readout" class="d-flex justify-space-between"
 ><span class="text-caption">{{ label }}</span><span class="text-caption">{{ shown() }}</span></div>
 <v-slider :model-value="now" :min="minimum" :max="maximum" :step="step" :color="color"
 :disabled="disabled" :direction="vertical ? 'vertical' : 'horizontal'" hide-details
 :thumb-label="thumb_label ? 'always' : true" :show-ticks="ticks ? 'always' : false"
 :height="vertical ? length : undefined"
 density="compact" @name @update:model-value="later($event)" @end="rest()">
 <template v-slot:thumb-label>{{ shown() }}</template></v-slider>@tip@error</div>"""
    script = _RESTING.replace(
        "methods: {",
        """methods: { shown() { const v = this.now; if (v === null) return '';
 return Number(v).toFixed(this.decimals) + this.unit; },""",
    )

    minimum: float = _v.number(0.0)
    maximum: float = _v.number(100.0)
    step: float = _v.number(1.0)
    color: str = _v.text("primary")
    unit: str = _v.text()
    decimals: int = _v.integer(0)
    vertical: bool = _v.flag()
    ticks: bool = _v.flag()
    readout: bool = _v.flag(default=True)
    thumb_label: bool = _v.flag()
    length: str = _v.text()

    def __init__(
        self,
        label: str = "",
        value: float | None = None,
        minimum: float = 0,
        maximum: float = 100,
        on_change: Callable[..., Any] | None = None,
        *,
        step: float = 1,
        **traits: Any,
    ) -> None:
        if minimum > maximum:
            raise ValueError(f"minimum is {minimum}; expected no more than maximum, {maximum}")
        traits.setdefault("decimals", decimals_of(step))
        super().__init__(
            label=label,
            value=minimum if value is None else value,
            minimum=minimum,
            maximum=maximum,
            step=step,
            on_change=on_change,
            **traits,
        )

    def vue_change(self, value: Any) -> None:
        """The viewer moved the handle; whole steps give whole numbers."""
        whole = self.step.is_integer() and isinstance(value, (int, float))
        super().vue_change(int(value) if whole and float(value).is_integer() else value)


class SliderFloat(Slider):
    """A slider for fractions, with buttons for small steps.

    Args:
        label: visible name.
        value: first value.
        minimum: left end.
        maximum: right end.
        step: distance of the values; by default a hundredth of the range.
        percent: show the value as percentage.
        traits: any trait by name.
    """

    markup = """<div @root><div v-if="label" class="text-caption">{{ label }}</div>
 <div class="d-flex align-center"><v-slider :model-value="now" :min="minimum" :max="maximum"
 :step="step" :color="color" :disabled="disabled" hide-details density="compact" @name
 :style="{minWidth: '96px', maxWidth: length || undefined}" @update:model-value="later($event)" @end="rest()" />
 <span class="mx-2 text-body-2" style="min-width: 3.5em; text-align: right">{{ shown() }}</span>
 <v-btn size="x-small" variant="text" icon aria-label="Less" :disabled="disabled"
  @click="nudge(-1)"><v-icon icon="mdi-minus" /></v-btn>
 <v-btn size="x-small" variant="text" icon aria-label="More" :disabled="disabled"
  @click="nudge(1)"><v-icon icon="mdi-plus" /></v-btn>
 <v-btn v-if="reset_button" size="x-small" variant="text" icon aria-label="Reset"
  :disabled="disabled" @click="reset()"><v-icon icon="mdi-restore" /></v-btn></div>@tip@error</div>"""
    script = _RESTING.replace(
        "methods: {",
        """methods: { shown() { const f = this.percent ? 100 : 1;
 return (Number(this.now) * f).toFixed(this.percent ? Math.max(0, this.decimals - 2)
  : this.decimals) + (this.percent ? '%' : this.unit); },""",
    )

    percent: bool = _v.flag()
    reset_button: bool = _v.flag()

    def __init__(
        self,
        label: str = "",
        value: float = 0.0,
        minimum: float = 0.0,
        maximum: float = 1.0,
        on_change: Callable[[float], Any] | None = None,
        *,
        step: float | None = None,
        **traits: Any,
    ) -> None:
        size = (maximum - minimum) / 100 if step is None else step
        traits.setdefault("decimals", max(2, decimals_of(size or 0.01)))
        super().__init__(label, value, minimum, maximum, on_change, step=size or 0.01, **traits)
        self._first = value

    def vue_nudge(self, steps: int) -> None:
        """The viewer pressed one of the small buttons."""
        moved = self.value + steps * self.step
        self.vue_change(round(min(max(moved, self.minimum), self.maximum), 12))

    def vue_reset(self, *_: Any) -> None:
        """The viewer wants the first value back."""
        self.vue_change(self._first)


class RangeSlider(Slider):
    """Two numbers between two others; ``value`` is ``[low, high]``.

    Args:
        label: visible name.
        value: first low and high.
        minimum: left end.
        maximum: right end.
        step: distance of the values.
        on_change: called with ``[low, high]``.
        traits: any trait by name.
    """

    markup = """<div @root><div v-if="label || readout" class="d-flex justify-space-between"
 ><span class="text-caption">{{ label }}</span><span class="text-caption">{{ shown() }}</span></div>
 <v-range-slider :model-value="now" :min="minimum" :max="maximum" :step="step" :color="color" strict
 :disabled="disabled" :direction="vertical ? 'vertical' : 'horizontal'" hide-details
 :height="vertical ? length : undefined" density="compact" @name
 @update:model-value="later($event)" @end="rest()" />@tip@error</div>"""
    script = _RESTING.replace(
        "methods: {",
        """methods: { shown() { const f = this.percent ? 100 : 1;
 return (this.now || []).map(v => (v * f).toFixed(this.percent ? 0 : this.decimals)
  + (this.percent ? '%' : this.unit)).join(' – '); },""",
    )

    percent: bool = _v.flag()

    def __init__(
        self,
        label: str = "",
        value: Sequence[float] = (0, 100),
        minimum: float = 0,
        maximum: float = 100,
        on_change: Callable[[list[float]], Any] | None = None,
        *,
        step: float = 1,
        **traits: Any,
    ) -> None:
        first: Any = list(value)
        super().__init__(label, first, minimum, maximum, on_change, step=step, **traits)
