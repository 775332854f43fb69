"""Maps: `EOMap` with rasters, time, legends, areas and regions; the older `Map` and its helpers.

Everything is imported when first named. Rasters of files need rasterio and those of
xarray need xarray: ``pip install 'voila-as-a-service[eo]'``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vois.geo.areas import AOI as AOI
    from vois.geo.choropleth import Choropleth as Choropleth
    from vois.geo.choropleth import classes as classes
    from vois.geo.eomap import EOMap as EOMap
    from vois.geo.inspector import Inspector as Inspector
    from vois.geo.layercontrol import LayerControl as LayerControl
    from vois.geo.legend import Legend as Legend
    from vois.geo.legend import legend_svg as legend_svg
    from vois.geo.linked import Linked as Linked
    from vois.geo.raster import RasterLayer as RasterLayer
    from vois.geo.scales import Categories as Categories
    from vois.geo.scales import Continuous as Continuous
    from vois.geo.scales import Steps as Steps
    from vois.geo.series import Line as Line
    from vois.geo.series import SeriesChart as SeriesChart
    from vois.geo.series import series_svg as series_svg
    from vois.geo.timeslider import TimeSlider as TimeSlider
    from vois.geo.world import countries as countries
    from vois.geo.world import country as country

_PLACES = {
    "areas": "AOI",
    "choropleth": "Choropleth classes",
    "eomap": "EOMap",
    "inspector": "Inspector",
    "layercontrol": "LayerControl",
    "legend": "Legend legend_svg",
    "linked": "Linked",
    "raster": "RasterLayer",
    "scales": "Categories Continuous Steps",
    "series": "Line SeriesChart series_svg",
    "timeslider": "TimeSlider",
    "world": "countries country",
}
_WHERE = {name: place for place, names in _PLACES.items() for name in names.split()}
_OLDER = {"Map", "geojsonLayer", "mapUtils"}
_MODULES = {*_PLACES, *_OLDER, "basemap", "crs", "sampling", "sources"}
__all__ = sorted(  # noqa: PLE0605 - one table, not two
    _WHERE, key=lambda name: (not name.isupper(), not name[0].isupper(), name)
)


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"vois.geo.{_WHERE[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"vois.geo.{name}")
    raise AttributeError(f"vois.geo has no {name!r}")


def __dir__() -> list[str]:
    return __all__
