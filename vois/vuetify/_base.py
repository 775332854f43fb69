"""What all widgets of the older spelling share: aliases, settings, kept arguments."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, ClassVar

from vois import _report, _v, theme
from vois.ui.overlay import show_in
from vois.vuetify import settings

__all__ = [
    "Facade",
    "Fires",
    "arguments",
    "color_first",
    "color_second",
    "kept_as",
    "show_in",
    "size_name",
    "unless_none",
]

_log = logging.getLogger("vois")


def color_first(color: str | None = None) -> str:
    """Return ``color``, or the first colour of the settings as they are now."""
    return color or settings.color_first


def color_second(color: str | None = None) -> str:
    """Return ``color``, or the second colour of the settings as they are now."""
    return color or settings.color_second


def size_name(x_small: bool, small: bool, large: bool, x_large: bool) -> str:
    """Return Vuetify's name of a size that is told by four flags."""
    names = (("x-large", x_large), ("large", large), ("small", small), ("x-small", x_small))
    return next((name for name, chosen in names if chosen), "default")


def unless_none(value: Any, other: Any) -> Any:
    """Return ``value``, or ``other`` where it is None."""
    return other if value is None else value


def arguments(argument: Any) -> tuple[Any, ...]:
    """Return what a callback is called with: nothing where no argument was given."""
    return () if argument is None else (argument,)


def _forward(name: str, old: str = "") -> property:
    def get(self: Any) -> Any:
        """The value under its present name."""
        return getattr(self, name)

    def put(self: Any, value: Any) -> None:
        """Set it under its present name; an older name is reported."""
        if old:
            _report.deprecated(old, name)
        setattr(self, name, value)

    return property(get, put, doc=f"The same as ``{name}``.")


def kept_as(name: str, then: str, doc: str = "") -> property:
    """Return a property that lives in another attribute.

    Args:
        name: of that attribute.
        then: method without arguments that is called after each change.
        doc: what the property is.
    """

    def put(self: Any, value: Any) -> None:
        """Set it, then do what follows from it."""
        setattr(self, name, value)
        getattr(self, then)()

    return property(lambda self: getattr(self, name), put, doc=doc or None)


def _with_aliases(build: Callable[..., None], aliases: dict[str, str]) -> Callable[..., None]:
    @functools.wraps(build)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        """Build with arguments by their present names; older ones are reported."""
        for old in aliases.keys() & kwargs.keys():
            _report.deprecated(old, aliases[old])
            kwargs[aliases[old]] = kwargs.pop(old)
        build(self, *args, **kwargs)

    return init


class Facade:
    """Mixed into a widget of `vois.ui` to give it the older names.

    Attributes:
        ALIASES: older parameter and attribute names, told of in the log once.
        SAME: older attribute names of traits that are called differently now.
    """

    ALIASES: ClassVar[dict[str, str]] = {}
    SAME: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        same = cls.__dict__.get("SAME", {})
        aliases = cls.__dict__.get("ALIASES", {})
        for old, new in same.items():
            setattr(cls, old, _forward(new))
        for old, new in aliases.items():
            setattr(cls, old, _forward(new, old))
        if aliases and "__init__" in cls.__dict__:
            setattr(cls, "__init__", _with_aliases(cls.__dict__["__init__"], aliases))  # noqa: B010 - mypy

    def keep(self, arguments: dict[str, Any]) -> None:
        """Keep a constructor's arguments as attributes where the class has none of the name."""
        for name, value in arguments.items():
            if name not in {"self", "kwargs", "args", "__class__"} and not hasattr(
                type(self), name
            ):
                setattr(self, name, value)

    def start(self, kwargs: dict[str, Any], **traits: Any) -> None:
        """Build the widget of `vois.ui` with these traits.

        Args:
            kwargs: further keywords of the caller; those without meaning are logged.
            traits: traits and callbacks by name; None leaves a default.
        """
        theme.follow_settings()
        known = {name for name in kwargs if name in type(self).class_trait_names()}  # type: ignore[attr-defined]
        for name in kwargs.keys() - known:
            _log.info("%s ignores %s", type(self).__name__, name)
        mine = {name: value for name, value in traits.items() if value is not None}
        mine |= {name: str(mine[name]) for name in ("label", "text") if name in mine}
        extra = {name: kwargs[name] for name in known}
        if "dark" in mine:
            dark = mine.pop("dark")
            mine["theme"] = "dark" if dark else ""
        _v.VoisWidget.__init__(self, **{**mine, **extra})  # type: ignore[arg-type]


class Fires(Facade):
    """A facade whose callback also hears of changes by the program."""

    def fire_on_program_change(self) -> None:
        """From now on ``value = x`` calls ``on_change`` too."""
        self.observe(self._heard, "value")  # type: ignore[attr-defined]
        self._by_viewer = False

    def vue_change(self, value: Any) -> None:
        """The viewer chose ``value``: told once, not twice."""
        self._by_viewer = True
        try:
            super().vue_change(value)  # type: ignore[misc]
        finally:
            self._by_viewer = False

    def _heard(self, change: Any) -> None:
        # What the page sends as state is told by the page itself, once the viewer's hand rests.
        from_page = "value" in self._property_lock  # type: ignore[attr-defined]
        if not self._by_viewer and not from_page and change["new"] != change["old"]:
            self.emit("on_change", change["new"])  # type: ignore[attr-defined]
