"""Dates and colours: DatePicker, ColorPicker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from vois import _v
from vois.ui._checks import checked_day

__all__ = ["ColorPicker", "DatePicker"]


class DatePicker(_v.VoisWidget):
    """A day; ``value`` is ISO text (``2024-05-31``) or None.

    Args:
        label: visible name.
        value: first day, as `datetime.date` or ISO text.
        on_change: called with the new day as ISO text.
        minimum: first day that may be chosen.
        maximum: last day that may be chosen.
        traits: any trait by name.

    Raises:
        ValueError: a text is no day.
    """

    markup = """<div @root><v-text-field :model-value="value || ''" :label="label" readonly @name
 variant="outlined" density="compact" hide-details prepend-inner-icon="mdi-calendar"
 :disabled="disabled" :style="{minWidth: '150px'}" :error="!!error" @click="open = !disabled"
 @keydown.enter="open = !disabled"><v-menu target="parent" v-model="open"
 :close-on-content-click="false"><v-date-picker :model-value="day(value)" :min="minimum || undefined"
 :max="maximum || undefined" :color="color" :show-week="show_week" hide-header
 @update:model-value="pick($event)" /></v-menu></v-text-field>@tip@error</div>"""
    script = """<script>export default { data() { return { open: false }; }, methods: {
 day(text) { return text ? new Date(text + 'T12:00:00') : null; },
 pick(day) { const d = new Date(day); const two = n => String(n).padStart(2, '0');
  this.open = false;
  const text = isNaN(d) ? String(day)
   : d.getFullYear() + '-' + two(d.getMonth() + 1) + '-' + two(d.getDate());
  this.change(text); } } };</script>"""

    color: str = _v.text("primary")
    minimum: str = _v.text()
    maximum: str = _v.text()
    show_week: bool = _v.flag()

    def __init__(
        self,
        label: str = "",
        value: date | str | None = None,
        on_change: Callable[[str], Any] | None = None,
        *,
        minimum: date | str | None = None,
        maximum: date | str | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(
            label=label,
            value=checked_day(value, "value"),
            on_change=on_change,
            minimum=checked_day(minimum, "minimum") or "",
            maximum=checked_day(maximum, "maximum") or "",
            **traits,
        )


def iso(day: date | str | None) -> str | None:
    """Return ``day`` as ISO text."""
    return day.isoformat()[:10] if isinstance(day, date) else day


class ColorPicker(_v.VoisWidget):
    """A colour; ``value`` is ``#rrggbb``.

    Args:
        label: visible name.
        value: first colour.
        on_change: called with the new colour.
        traits: any trait by name.
    """

    markup = """<div @root style="display: inline-block"><v-btn :color="now" :width="width"
 :height="height" :disabled="disabled" :rounded="rounded || undefined" variant="flat"
 style="min-width: 0; border: 1px solid rgba(128,128,128,.5)"
 :aria-label="(aria_label || label || tip || 'Colour') + ' ' + now">
 <span :style="text_style">{{ text }}</span>
 <v-menu activator="parent" :close-on-content-click="false"><v-color-picker :model-value="now"
 :modes="['hex', 'rgb', 'hsl']" mode="hex" :hide-canvas="!canvas" :hide-inputs="!inputs"
 :show-swatches="swatches" :canvas-height="canvas_height"
 @update:model-value="later($event)" /></v-menu>@tip</v-btn>
 <span v-if="label" class="ml-2 text-body-2">{{ label }}</span>@error</div>"""
    script = _v.resting(120)

    text: str = _v.text()
    text_style: str = _v.text()
    width: str = _v.text("40px")
    height: str = _v.text("30px")
    rounded: str = _v.text()
    canvas: bool = _v.flag(default=True)
    inputs: bool = _v.flag(default=True)
    swatches: bool = _v.flag(default=True)
    canvas_height: int = _v.integer(100)

    def __init__(
        self,
        label: str = "",
        value: str = "#2f5d8a",
        on_change: Callable[[str], Any] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(label=label, value=value, on_change=on_change, **traits)
