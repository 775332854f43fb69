"""Maps: the older spelling's `Map`, `mapUtils`, `geojsonLayer`, and rasters of arrays."""

from __future__ import annotations

import importlib
from typing import Any

_MODULES = {"Map", "basemap", "geojsonLayer", "mapUtils", "raster"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"vois.geo.{name}")
    raise AttributeError(f"vois.geo has no {name!r}")
