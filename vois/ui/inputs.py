"""Words and numbers by keyboard: TextField."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vois import _v

__all__ = ["TextField"]


class TextField(_v.VoisWidget):
    """A line to write in; ``value`` is its text.

    Args:
        label: visible name.
        value: first text.
        on_change: called with the new text when the viewer rests or presses Enter.
        placeholder: shown while it is empty.
        kind: ``"text"``, ``"number"``, ``"password"``, ``"email"``, ``"search"`` or ``"url"``; the value
            is text in every case.
        traits: any trait by name.

    Raises:
        ValueError: there is no such kind.
    """

    markup = """<div @root><v-text-field :model-value="now" :label="label" :type="kind" :color="color"
 :placeholder="placeholder" :disabled="disabled" :clearable="clearable" :error="!!error" @name
 :suffix="unit || undefined" variant="outlined" density="compact" hide-details
 @blur="rest()"
 @keydown.enter="rest()" @update:model-value="later($event || '')" />@tip@error</div>"""
    script = _v.resting(250)

    KINDS = ("text", "number", "password", "email", "search", "url")
    kind: str = _v.text("text")
    placeholder: str = _v.text()
    color: str = _v.text("primary")
    clearable: bool = _v.flag()
    unit: str = _v.text()

    def __init__(
        self,
        label: str = "",
        value: str = "",
        on_change: Callable[[str], Any] | None = None,
        *,
        kind: str = "text",
        placeholder: str = "",
        **traits: Any,
    ) -> None:
        if kind not in self.KINDS:
            raise ValueError(f"kind is {kind!r}; expected one of {', '.join(self.KINDS)}")
        traits = {"kind": kind, "placeholder": placeholder, **traits}
        super().__init__(label=label, value=value, on_change=on_change, **traits)
