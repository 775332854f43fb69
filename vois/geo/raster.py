"""Rasters on maps: an array, an xarray DataArray or a GeoTIFF as a layer, also over time."""

from __future__ import annotations

import asyncio
import importlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from vois import _report
from vois.geo.crs import DEGREES, MERCATOR, Box, box_between
from vois.geo.sampling import area_values, map_box, on_map, value_at
from vois.geo.scales import Continuous, Scale, png_url
from vois.geo.sources import sources_of

__all__ = ["RasterLayer"]

_leaflet: Any = importlib.import_module("ipyleaflet")
_Base: Any = _leaflet.ImageOverlay
_WHOLE = 1_000_000
"""Pixels up to which a raster is one picture; a larger one is drawn anew for each view."""
_FINE = 512
"""Rows or columns below which a picture has twice the raster's resolution, for true edges."""
_LONGEST = 2048
_FIRST = 1024
"""Columns of a large raster's first picture, before the map has told its view."""
_REST = 0.15
"""Seconds for which a view must rest before it is drawn anew."""
_KEPT = 64
"""Pictures of frames that are kept."""


class RasterLayer(_Base):  # type: ignore[misc]  # untyped base
    """A raster, or one frame of several, laid over the map in the map's own projection.

    Up to a million pixels it is one picture. A larger raster is a *windowed
    overlay*, not tiles: whenever the view has rested for 0.15 s, the part in
    view is read at the screen's resolution (of a COG, only from the overview
    that fits; a file without overviews is read in full resolution where it is
    in view) and drawn anew as one picture. So it needs no tile server; while
    the map moves, the picture before it moves along, and each rest costs one
    picture, some 0.1 s for a file of 10000 by 10000 pixels.

    Attributes:
        frame: index of the frame shown; set it, or let a `TimeSlider` do so.
        scale: colours of the values.
        opacity: from 0 to 1.
        visible: whether it is shown.

    Args:
        data: as in `sources_of`: path, array, DataArray, or a list of frames.
        name: shown in layer control and legend.
        bounds: west, south, east, north of arrays, in units of ``crs``: the outer edges.
        crs: reference system of arrays; EPSG:4326 by default.
        band: which band of files, from 1.
        nodata: value that means none; NaN always does.
        palette: name of a palette or colours from low to high.
        low: number of the first colour; the lowest of the first frame by default.
        high: number of the last colour; the highest of the first frame by default.
        scale: `Continuous`, `Steps` or `Categories`, instead of the three before.
        unit: written after numbers.
        opacity: from 0 to 1.
        looks: other traits of ipyleaflet's ImageOverlay.

    Raises:
        TypeError: ``data`` is nothing that holds a raster.
        ValueError: ``data``, ``bounds``, ``band`` or ``palette`` do not fit; the message says how.
        ImportError: files, or other systems than degrees and Web Mercator, need the ``eo`` extra.
    """

    frame = traitlets.Int(0)
    scale = traitlets.Instance("vois.geo.scales.Scale")
    _map: Any = None
    _later: asyncio.TimerHandle | None = None

    def __init__(
        self,
        data: Any,
        *,
        name: str = "Raster",
        bounds: Sequence[float] | None = None,
        crs: str | None = None,
        band: int = 1,
        nodata: float | None = None,
        palette: str | Sequence[str] = "Viridis",
        low: float | None = None,
        high: float | None = None,
        scale: Scale | None = None,
        unit: str = "",
        opacity: float = 1.0,
        **looks: Any,
    ) -> None:
        self.sources = sources_of(data, bounds, crs, band, nodata)
        self._pictures: dict[int, str] = {}
        super().__init__(
            scale=scale or self._continuous(palette, low, high, unit),
            name=name,
            opacity=opacity,
            **looks,
        )
        self._draw()
        self.observe(lambda _: self._draw(), "frame")
        self.observe(lambda _: self._recolour(), "scale")

    @property
    def windowed(self) -> bool:
        """Whether it is drawn anew for each view."""
        return any(math.prod(one.shape) > _WHOLE for one in self.sources)

    @property
    def extent(self) -> Box:
        """Edges of the first frame in degrees."""
        return box_between(MERCATOR, DEGREES, map_box(self.sources[0]))

    @traitlets.validate("frame")
    def _known_frame(self, proposal: Any) -> int:
        index = int(proposal["value"])
        if not 0 <= index < len(self.sources):
            raise traitlets.TraitError(
                f"frame is {index}; expected 0 to {len(self.sources) - 1}, the layer's frames"
            )
        return index

    def at(self, lon: float, lat: float) -> list[float]:
        """Return the value of every frame at a place in degrees; NaN where there is none."""
        return [value_at(one, lon, lat) for one in self.sources]

    def within(self, geometry: dict[str, Any]) -> list[Any]:
        """Return the values of every frame in an area, each of shape (pixels,), without NaN.

        Args:
            geometry: GeoJSON Polygon or MultiPolygon in degrees, or a Feature of one.
        """
        return [area_values(one, geometry) for one in self.sources]

    def attach(self, shown: Any) -> None:
        """Follow the view of an ipyleaflet map; `EOMap.add` does this."""
        self._map = shown
        if self.windowed:
            shown.observe(lambda _: self._rest(), ["north", "west", "south", "east"])

    def _continuous(self, palette: Any, low: Any, high: Any, unit: str) -> Continuous:
        if low is None or high is None:
            values, _ = self.sources[0].read(self.sources[0].box, _FIRST)
            good = values[np.isfinite(values)]
            low = (float(good.min()) if good.size else 0.0) if low is None else low
            high = (float(good.max()) if good.size else 1.0) if high is None else high
        return Continuous(low, high if high > low else low + 1, palette, unit)

    def _recolour(self) -> None:
        self._pictures.clear()
        self._draw()

    def _draw(self) -> None:
        box, width, height = self._window()
        if box is None:
            self.url = ""
            return
        url = self._picture(box, width, height)
        west, south, east, north = box_between(MERCATOR, DEGREES, box)
        with self.hold_sync():
            self.bounds, self.url = ((south, west), (north, east)), url

    def _picture(self, box: Box, width: int, height: int) -> str:
        kept = None if self.windowed else self._pictures.get(self.frame)
        url = kept or png_url(on_map(self.sources[self.frame], box, width, height), self.scale)
        if not self.windowed and len(self._pictures) < _KEPT:
            self._pictures[self.frame] = url
        return url

    def _window(self) -> tuple[Box | None, int, int]:
        """Return what to draw, in metres of the map, and its size in pixels."""
        whole = map_box(self.sources[self.frame])
        rows, columns = self.sources[self.frame].shape
        fine = 2 if max(rows, columns) < _FINE else 1
        width = min(columns * fine, _FIRST if self.windowed else _LONGEST)
        if not self.windowed or self._map is None or self._map.right <= self._map.left:
            tall = (whole.north - whole.south) / (whole.east - whole.west)
            return whole, width, max(1, min(_LONGEST, round(width * tall)))
        return _visible(self._map, whole)

    def _rest(self) -> None:
        """Draw anew when the view has rested."""
        if self._later is not None:
            self._later.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._draw()
            return
        self._later = loop.call_later(_REST, _report.guarded, self._draw)

    def close(self) -> None:
        """End what waits, and the layer."""
        if self._later is not None:
            self._later.cancel()
        super().close()


def _visible(shown: Any, whole: Box) -> tuple[Box | None, int, int]:
    """Return the part of ``whole`` in view, in metres, and its size on the screen."""
    view = box_between(DEGREES, MERCATOR, Box(shown.west, shown.south, shown.east, shown.north))
    west, east = max(view.west, whole.west), min(view.east, whole.east)
    south, north = max(view.south, whole.south), min(view.north, whole.north)
    if west >= east or south >= north:
        return None, 0, 0
    wide = (shown.right - shown.left) * (east - west) / (view.east - view.west)
    tall = (shown.bottom - shown.top) * (north - south) / (view.north - view.south)
    size = [max(1, min(_LONGEST, round(one))) for one in (wide, tall)]
    return Box(west, south, east, north), size[0], size[1]
