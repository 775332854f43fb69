"""Pages and contents of the older spelling: one module for each, imported when first named."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = [
    "Content",
    "Image",
    "MainConfigurator",
    "PageConfigurator",
    "PlotlyChart",
    "SVGdrawing",
    "dynamicButton",
    "template1panel",
    "template2panels",
    "template3panels",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return importlib.import_module(f"vois.templates.{name}")
    raise AttributeError(f"vois.templates has no {name!r}")
