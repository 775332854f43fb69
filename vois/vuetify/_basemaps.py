"""The choice of a map's ground, of the older spelling."""

# ruff: noqa: ARG001, N801, N802, N803, PLR0917 - names and order of the older spelling
from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from vois import _v, ui
from vois.geo import mapUtils
from vois.geo.basemap import REGISTRY
from vois.vuetify._base import Facade, color_first

__all__ = ["basemapList", "basemapTileLayer", "basemaps", "map_clear", "map_setbasemap"]

_MAKERS: dict[str, Callable[[], Any]] = {
    "Plain": mapUtils.EmptyBasemap,
    "Streets": mapUtils.OSM_EC,
    "Imagery": mapUtils.EsriWorldImagery,
}


def basemapList(addBDAPbasemaps: bool = True, removeBasemaps: Sequence[str] = ()) -> list[str]:
    """Return the names of the grounds there are."""
    return [name for name in [*_MAKERS, *REGISTRY] if name not in removeBasemaps]


def basemapTileLayer(bm: str) -> Any:
    """Return the layer of that name.

    Raises:
        KeyError: there is none.
    """
    if bm in _MAKERS:
        return _MAKERS[bm]()
    return importlib.import_module("vois.geo.basemap").tile_layer(bm)


def map_clear(m: Any) -> None:
    """Remove every layer but the ground."""
    mapUtils.clear(m)


def map_setbasemap(m: Any, bm: str | None = None) -> Any:
    """Change a map's ground and return it."""
    layer = basemapTileLayer(bm or "Plain")
    m.layers = (layer, *m.layers[1:])
    return layer


class basemaps(Facade, ui.Radio):
    """A list of grounds for a map; ``value`` is the name of the chosen one."""

    def __init__(
        self,
        m: Any,
        color: Any = None,
        dark: Any = None,
        width: Any = 320,
        height: Any = 650,
        addBDAPbasemaps: bool = True,
        removeBasemaps: Sequence[Any] = (),
        rootName: str = "Basemaps",
        onchange: Callable[..., Any] | None = None,
    ) -> None:
        self.keep({**locals(), "color": None, "value": None})
        self.names = basemapList(addBDAPbasemaps, removeBasemaps)
        self.layer: Any = None
        self.start(
            {},
            labels=self.names,
            value=0,
            label=rootName,
            vertical=True,
            color=color_first(color),
            style_=f"width: {_v.css_size(width)}; max-width: 100%; max-height: {_v.css_size(height)}; overflow: auto",
        )
        self.name = self.names[0]
        self.onchange = onchange

    def vue_change(self, index: int) -> None:
        """The viewer chose a ground."""
        self.value = index
        self.name = self.names[index]
        self.layer = map_setbasemap(self.m, self.name)
        self.emit("onchange")

    def reset(self) -> None:
        """Choose the first ground again."""
        self.vue_change(0)

    @property
    def current_layer(self) -> Any:
        """The layer that is the map's ground."""
        return self.layer
