"""Drive a dashboard without a browser, as a viewer would.

>>> from vois import ui
>>> page = ui.Row(ui.Switch("Relative"), ui.Button("Save"))
>>> set_value(find(page, label="Relative"), True)
>>> find(page, ui.Switch).value
True
"""

from __future__ import annotations

from typing import Any

from vois import _report, _v
from vois._lives import below

__all__ = ["click", "find", "find_all", "set_value", "snapshot"]


def find_all(root: Any, kind: type | None = None, **wanted: Any) -> list[Any]:
    """Return every widget below ``root`` of that kind whose attributes have these values.

    Args:
        root: the dashboard, or any part of it.
        kind: class the widget must have.
        wanted: attributes and their values, such as ``label="Year"``.
    """
    return [
        one
        for one in below([root])
        if (kind is None or isinstance(one, kind))
        and all(getattr(one, name, None) == value for name, value in wanted.items())
    ]


def find(root: Any, kind: type | None = None, **wanted: Any) -> Any:
    """Return the first widget that `find_all` would.

    Raises:
        LookupError: there is none; the message lists what there is.
    """
    found = find_all(root, kind, **wanted)
    if found:
        return found[0]
    there = ", ".join(snapshot(root)) or "nothing"
    named = getattr(kind, "__name__", "widget")
    raise LookupError(f"no {named} with {wanted}; there is: {there}")


def click(widget: Any) -> None:
    """Press ``widget``; failures of its callback are raised.

    Raises:
        TypeError: it is nothing that can be pressed.
    """
    with _report.raising():
        if hasattr(widget, "vue_click"):
            widget.vue_click()
        elif hasattr(widget, "vue_pressed"):
            widget.vue_pressed()
        elif hasattr(widget, "click"):
            widget.click()
        else:
            raise TypeError(f"a {type(widget).__name__} cannot be clicked")


def set_value(widget: Any, value: Any) -> None:
    """Choose ``value`` as a viewer would; failures of the callback are raised.

    Raises:
        ValueError: the widget is disabled.
    """
    if getattr(widget, "disabled", False):
        raise ValueError(f"the {type(widget).__name__} {widget.label!r} is disabled")
    with _report.raising():
        if hasattr(widget, "vue_change"):
            widget.vue_change(value)
        else:
            widget.value = value


def snapshot(root: Any) -> list[str]:
    """Return one short line for each widget below ``root``, to compare in a test."""
    lines = []
    for one in below([root]):
        if isinstance(one, _v.VoisWidget):
            name = one.label or one.aria_label or one.tooltip
            lines.append(f"{type(one).__name__}({name!r}, value={one.value!r})")
    return lines
