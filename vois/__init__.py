"""vois: dashboards in few lines, for Voilà.

``from vois import ui, theme, State`` is all that most dashboards need; `vois.geo`
has the maps, `vois.testing` drives a dashboard without a browser, and
`vois.vuetify` carries the older spelling. Modules are imported when first named.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vois.state import State as State

__version__ = "0.1.0"
__all__ = ["State", "__version__"]

_MODULES = {"charts", "check", "compat", "geo", "templates", "testing", "theme", "ui", "vuetify"}


def __getattr__(name: str) -> Any:
    if name == "State":
        return importlib.import_module("vois.state").State
    if name in _MODULES:
        return importlib.import_module(f"vois.{name}")
    raise AttributeError(f"vois has no {name!r}")
