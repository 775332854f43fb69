"""The older spelling, whole: ``from vois.vuetify import app, button, Button, settings``.

Modules are made from one table when they are first named; each keeps working
after ``importlib.reload``. New dashboards are better served by `vois.ui`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from vois import _report
from vois.vuetify._table import CLASSES, MODULES

if TYPE_CHECKING:
    from vois.vuetify._buttons import Button as Button
    from vois.vuetify._buttons import IconClipboard as IconClipboard
    from vois.vuetify._choices import MultiSwitch as MultiSwitch
    from vois.vuetify._choices import Radio as Radio
    from vois.vuetify._choices import Switch as Switch
    from vois.vuetify._choices import Tabs as Tabs
    from vois.vuetify._choices import Toggle as Toggle
    from vois.vuetify._labels import Label as Label
    from vois.vuetify._numbers import RangeSlider as RangeSlider
    from vois.vuetify._numbers import Slider as Slider
    from vois.vuetify._numbers import SliderFloat as SliderFloat
    from vois.vuetify._pickers import ColorPicker as ColorPicker
    from vois.vuetify._pickers import DatePicker as DatePicker
    from vois.vuetify._pickers import DayCalendar as DayCalendar
    from vois.vuetify._texts import Progress as Progress
    from vois.vuetify._texts import TextList as TextList

__all__ = sorted({"settings", *(name for name in MODULES if "." not in name)})  # noqa: PLE0605 - from the table

_HERE = __name__ + "."
# Names that are classes here although modules are called the same.
_AS_CLASS = {*CLASSES, "IconClipboard"}


class _Maker(MetaPathFinder, Loader):
    """Finds and fills the modules of the table."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec for a module of the table."""
        del path, target
        if fullname.startswith(_HERE) and fullname[len(_HERE) :] in MODULES:
            package = fullname == _HERE + "deprecated"
            return ModuleSpec(fullname, self, is_package=package)
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its names."""
        short = module.__name__[len(_HERE) :]
        module.__doc__ = f"``{short}`` in the older spelling."
        for name, (place, inner) in MODULES[short].items():
            if name != inner:
                _report.deprecated(f"vois.vuetify.{short}", inner)
            setattr(module, name, getattr(importlib.import_module(_HERE + place), inner))


class _Package(ModuleType):
    """This package: a module called like a class does not hide the class."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _AS_CLASS and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


if not any(type(finder).__qualname__ == "_Maker" for finder in sys.meta_path):
    sys.meta_path.insert(0, _Maker())
sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name in _AS_CLASS:
        return getattr(importlib.import_module(_HERE + name), name)
    if name in MODULES or name == "settings":
        return importlib.import_module(_HERE + name)
    raise AttributeError(f"vois.vuetify has no {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
