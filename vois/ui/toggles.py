"""Choices that stay on the page: Switch, Toggle, MultiSwitch, Radio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import _v
from vois.ui._checks import checked_index

__all__ = ["MultiSwitch", "Radio", "Switch", "Toggle"]


class Switch(_v.VoisWidget):
    """On or off; ``value`` is a bool.

    Args:
        label: visible name.
        value: the first state.
        on_change: called with the new state.
        traits: any trait by name.
    """

    markup = """<div @root><v-switch v-model="value" :label="label" :color="color" :inset="inset"
 :disabled="disabled" :density="density" hide-details @name :error="!!error"
 @update:model-value="change($event)" />@tip@error</div>"""

    color: str = _v.text("primary")
    inset: bool = _v.flag(default=True)
    density: str = _v.text("compact")

    def __init__(
        self,
        label: str = "",
        value: bool = False,
        on_change: Callable[[bool], Any] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(label=label, value=bool(value), on_change=on_change, **traits)


class Toggle(_v.VoisWidget):
    """One of several buttons; ``value`` is the index of the chosen one.

    Args:
        labels: texts of the buttons.
        value: index of the first choice, or None.
        on_change: called with the new index.
        icons: icon names, one for each button, or nothing.
        tooltips: short helps, one for each button, or nothing.
        vertical: one below the other.
        traits: any trait by name.

    Raises:
        ValueError: ``value`` is no index of ``labels``.
    """

    markup = """<div @root role="group" @name><div class="text-caption mb-1" v-if="label">{{ label }}
 </div><div :style="{display: 'flex', flexWrap: 'wrap', gap: gap,
 flexDirection: vertical ? 'column' : 'row', justifyContent: justify || undefined}">
 <v-btn v-for="(text, i) in labels" :key="i" :color="on(i) ? color : color_off || undefined"
  :variant="on(i) ? 'flat' : outlined ? 'outlined' : color_off ? 'flat' : 'tonal'"
  :size="size" :disabled="disabled" :rounded="rounded || undefined" :aria-pressed="String(on(i))"
  :aria-label="text || tooltips[i] || undefined" :min-width="width || undefined"
  :height="height || undefined" :elevation="0" :style="{maxWidth: '100%'}" @click="press(i)">
  <v-icon v-if="icons[i]" :start="!!text" :icon="icons[i]" />
  <span style="white-space: normal">{{ text }}</span>
  <v-tooltip v-if="tooltips[i]" activator="parent" location="bottom" :text="tooltips[i]" />
 </v-btn></div>@error</div>"""
    script = """<script>export default { methods: { on(i) { return Array.isArray(this.value)
 ? !!this.value[i] : this.value === i; } } };</script>"""

    labels: list[str] = _v.items()
    icons: list[str] = _v.items()
    tooltips: list[str] = _v.items()
    vertical: bool = _v.flag()
    outlined: bool = _v.flag()
    color: str = _v.text("primary")
    color_off: str = _v.text()
    size: str = _v.text("default")
    rounded: str = _v.text()
    width: str = _v.text()
    height: str = _v.text()
    justify: str = _v.text()
    gap: str = _v.text("6px")

    def __init__(
        self,
        labels: Sequence[str],
        value: Any = 0,
        on_change: Callable[..., Any] | None = None,
        *,
        icons: Sequence[str] = (),
        tooltips: Sequence[str] = (),
        vertical: bool = False,
        **traits: Any,
    ) -> None:
        super().__init__(
            labels=[*labels],
            value=value if isinstance(value, list) else checked_index(value, labels),
            icons=[*icons],
            tooltips=[*tooltips],
            vertical=vertical,
            on_change=on_change,
            **traits,
        )

    def vue_press(self, index: int) -> None:
        """The viewer pressed the button of that index."""
        self.vue_change(index)


class MultiSwitch(Toggle):
    """Several buttons, each on or off; ``value`` is a list of bools.

    Args:
        labels: texts of the buttons.
        value: state of each; missing ones are off.
        on_change: called with the list.
        traits: any trait by name.
    """

    def __init__(
        self,
        labels: Sequence[str],
        value: Sequence[bool] = (),
        on_change: Callable[[list[bool]], Any] | None = None,
        **traits: Any,
    ) -> None:
        flags = [bool(one) for one in value][: len(labels)]
        flags += [False] * (len(labels) - len(flags))
        super().__init__(labels, flags, on_change, **traits)

    def vue_press(self, index: int) -> None:
        """The viewer pressed the button of that index."""
        self.vue_change([on != (i == index) for i, on in enumerate(self.value)])


class Radio(_v.VoisWidget):
    """One of several round buttons; ``value`` is the index of the chosen one.

    Args:
        labels: texts of the choices.
        value: index of the first choice, or None.
        on_change: called with the new index.
        tooltips: short helps, one for each choice, or nothing.
        traits: any trait by name, such as ``vertical``: one below the other.

    Raises:
        ValueError: ``value`` is no index of ``labels``.
    """

    markup = """<div @root><v-radio-group v-model="value" :label="label || undefined" @name
 :inline="!vertical" :disabled="disabled" hide-details density="compact" :color="color" :error="!!error"
 @update:model-value="change($event)"><v-radio v-for="(text, i) in labels" :key="i" :value="i"
 :label="text" :color="color"><template v-slot:label><span>{{ text }}<v-tooltip v-if="tooltips[i]"
 activator="parent" location="bottom" :text="tooltips[i]" /></span></template></v-radio>
 </v-radio-group>@error</div>"""

    labels: list[str] = _v.items()
    tooltips: list[str] = _v.items()
    vertical: bool = _v.flag()
    color: str = _v.text("primary")

    def __init__(
        self,
        labels: Sequence[str],
        value: int | None = 0,
        on_change: Callable[[int], Any] | None = None,
        *,
        tooltips: Sequence[str] = (),
        **traits: Any,
    ) -> None:
        super().__init__(
            labels=[*labels],
            value=checked_index(value, labels),
            on_change=on_change,
            tooltips=[*tooltips],
            **traits,
        )
