"""Help for notebooks written for Vuetify 2: ``from vois import compat; compat.vuetify2()``."""

from __future__ import annotations

import functools
import logging
from typing import Any

from vois import _v
from vois._gone import GONE

__all__ = ["translate", "vuetify2"]

_log = logging.getLogger("vois")

_SIZES = {"x_small": "x-small", "small": "small", "large": "large", "x_large": "x-large"}
_VARIANTS = {"outlined": "outlined", "text": "text", "plain": "plain", "depressed": "flat", "solo": "solo",
             "filled": "filled"}  # fmt: skip
_TEXT_IS_CONTENT = {"Alert", "CardText", "EmptyState", "Snackbar", "Tooltip", "Chip"}
# What a property that is true becomes: by component, or for all.
_WORDS: dict[tuple[str, str], dict[str, Any]] = {
    ("", "dense"): {"density": "compact"},
    ("", "dark"): {"theme": "dark"},
    ("", "light"): {"theme": "light"},
    ("", "tile"): {"rounded": "0"},
    ("", "ticks"): {"show_ticks": "always"},
    ("", "active_class"): {},
    ("Btn", "rounded"): {"rounded": "pill"},
    ("Card", "flat"): {"variant": "flat"},
}
_done: set[str] = set()


def translate(name: str, props: dict[str, Any]) -> dict[str, Any]:
    """Return a component's Vuetify 2 properties in Vuetify 3's words.

    >>> translate("Btn", {"outlined": True, "small": True, "dark": True})
    {'variant': 'outlined', 'size': 'small', 'theme': 'dark'}
    """
    new: dict[str, Any] = {}
    for key, value in props.items():
        new.update(_one(name, key, value))
    if name == "Btn" and isinstance(new.get("icon"), str):
        new["children"] = [_v.v.Icon(children=[new["icon"]])]
        new["icon"] = True
    return new


def _one(name: str, key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, bool) and key in _SIZES:
        return {"size": _SIZES[key]} if value else {}
    if isinstance(value, bool) and key in _VARIANTS and name not in _TEXT_IS_CONTENT:
        return {"variant": _VARIANTS[key]} if value else {}
    if key == "ticks" and not isinstance(value, bool):
        return {key: value}
    known = _WORDS.get((name, key), _WORDS.get(("", key)))
    if known is None or (key == "rounded" and value is not True):
        return {key: value}
    return dict(known) if value else {}


def vuetify2() -> None:
    """Let raw ipyvuetify code in Vuetify 2's words run: old names, old properties.

    It changes ipyvuetify for the whole kernel; calling it again does nothing.
    """
    if _done:
        return
    _done.add("vuetify2")
    v = _v.v
    for name, now in GONE.items():
        if not hasattr(v, name) and hasattr(v, now):
            tag = {"tag": "div"} if now == "Html" else {}
            setattr(v, name, functools.partial(getattr(v, now), **tag))
    for name in [one for one in dir(v) if one[0].isupper()]:
        kind = getattr(v, name)
        if isinstance(kind, type) and issubclass(kind, v.VuetifyWidget):
            build: Any = kind.__dict__.get("__init__", v.VuetifyWidget.__init__)
            setattr(kind, "__init__", _translating(name, build))  # noqa: B010 - mypy


def _translating(name: str, build: Any) -> Any:
    @functools.wraps(build)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        """Build with arguments by their present names."""
        build(self, *args, **translate(name, kwargs))

    return init
