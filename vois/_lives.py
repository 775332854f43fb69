"""Widgets below others, and the end of those that nobody shows any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vois import _v

__all__ = ["below", "dispose", "revive"]

_LOOKS = ("layout", "style")


def below(widgets: Iterable[Any]) -> Iterator[Any]:
    """Yield widgets and all that they hold, each once, the nearest first."""
    seen: set[int] = set()
    waiting = [one for one in widgets if _is_widget(one)]
    while waiting:
        one = waiting.pop(0)
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting.extend(_held(one))


def dispose(widgets: Iterable[Any], keep: Iterable[Any] = ()) -> None:
    """Close widgets and all below them, with their layouts.

    Args:
        widgets: what is shown no more.
        keep: what is, with all below it.
    """
    kept = {id(one) for one in below(keep)}
    for one in [one for one in below(widgets) if id(one) not in kept]:
        looks = _looks(one)
        # A widget's own ``close`` may mean something else to its author.
        _v.ipywidgets.Widget.close(one)
        for look in looks:
            look.close()


def revive(widgets: Iterable[Any]) -> None:
    """Open what `dispose` has closed, the innermost first."""
    for one in reversed([*below(widgets)]):
        if one.comm is None:
            for look in _looks(one):
                look.open()
            _v.ipywidgets.Widget.open(one)
            vars(one).pop("_repr_mimebundle_", None)  # by which a closed widget cannot be displayed


def _looks(widget: Any) -> list[Any]:
    return [one for one in (getattr(widget, name, None) for name in _LOOKS) if _is_widget(one)]


def _held(widget: Any) -> Iterator[Any]:
    for name in widget.keys:
        # What is private is the libraries' own and shared by all.
        if name in {*_LOOKS, "template"} or name.startswith("_"):
            continue
        held = getattr(widget, name, None)
        for one in held if isinstance(held, (list, tuple)) else [held]:
            if isinstance(one, dict):
                yield from filter(_is_widget, one.values())
            elif _is_widget(one):
                yield one


def _is_widget(one: Any) -> bool:
    return isinstance(one, _v.ipywidgets.Widget)
