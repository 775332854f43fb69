"""What a raster says at a place or in an area, through time."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vois import ui
from vois.geo.areas import AOI, polygons_of
from vois.geo.eomap import EOMap
from vois.geo.raster import RasterLayer
from vois.geo.scales import Categories
from vois.geo.series import Line, SeriesChart
from vois.geo.timeslider import TimeSlider

__all__ = ["Inspector", "lines_at", "lines_within"]


def lines_at(layer: RasterLayer, lon: float, lat: float) -> list[Line]:
    """Return the course of a layer's values at a place in degrees.

    Of `Categories`, each class found has a line: 100 where the place has it, else 0.
    """
    values = np.array(layer.at(lon, lat))
    return _lines(layer, [values[i : i + 1] for i in range(len(values))])


def lines_within(layer: RasterLayer, geometry: dict[str, Any]) -> list[Line]:
    """Return the course of a layer's mean in an area, with a band of nine tenths of its pixels.

    Of `Categories`, each class found has a line: its share of the area in percent.

    Args:
        layer: with one frame for each date.
        geometry: GeoJSON Polygon or MultiPolygon in degrees.
    """
    return _lines(layer, layer.within(geometry))


def _lines(layer: RasterLayer, frames: Sequence[Any]) -> list[Line]:
    frames = [one[np.isfinite(one)] for one in frames]
    if isinstance(layer.scale, Categories):
        return list(_shares(layer.scale, frames))
    if not any(one.size for one in frames):
        return []
    parts = [np.percentile(one, (5, 95)) if one.size else (np.nan, np.nan) for one in frames]
    means = [float(one.mean()) if one.size else None for one in frames]
    single = all(one.size <= 1 for one in frames)
    low, high = ((), ()) if single else zip(*parts, strict=True)
    return [Line(layer.name, means, [*map(float, low)], [*map(float, high)])]


def _shares(scale: Categories, frames: Sequence[Any]) -> Any:
    for number, (name, color) in scale.names.items():
        shares = [100.0 * float((one == number).mean()) if one.size else None for one in frames]
        if any(shares):
            yield Line(name, shares, color=color)


class Inspector(ui.Column):
    """A chart of what the map is asked about; ``value`` is a GeoJSON geometry, or None.

    A press on the map asks about that place; an area of an `AOI` about that area.

    Args:
        shown: the map.
        layer: a raster with one frame for each date.
        labels: the dates.
        area: asks about its area whenever it changes.
        time: its date is marked in the chart, and a press in the chart moves it.
        on_change: called with the new geometry.
        traits: any trait by name.

    Raises:
        ValueError: there are more or fewer labels than frames.
    """

    def __init__(
        self,
        shown: EOMap,
        layer: RasterLayer,
        labels: Sequence[Any],
        *,
        area: AOI | None = None,
        time: TimeSlider | None = None,
        on_change: Callable[[dict[str, Any] | None], Any] | None = None,
        **traits: Any,
    ) -> None:
        if len(labels) != len(layer.sources):
            found, wanted = len(labels), len(layer.sources)
            raise ValueError(f"labels has {found} texts; expected {wanted}, one for each frame")
        self._layer, self._mark = layer, _mark()
        self.lines: list[Line] = []
        kinds = isinstance(layer.scale, Categories)
        unit = "% of area" if kinds else getattr(layer.scale, "unit", "")
        self.chart = SeriesChart([str(one) for one in labels], unit=unit, label="Chart")
        self._name = ui.Label("Press the map, or choose an area")
        super().__init__(self._name, self.chart, on_change=on_change, **{"gap": "4px", **traits})
        shown.map.add(self._mark)
        shown.map.on_interaction(self._pressed)
        self.observe(lambda _: self._read(), "value")
        if area is not None:
            area.observe(lambda change: self._asked(change["new"]), "value")
        if time is not None:
            self._follow(time)

    def _follow(self, time: TimeSlider) -> None:
        self.chart.value = time.value
        time.observe(lambda change: setattr(self.chart, "value", change["new"]), "value")
        self.chart.on_change = time.vue_change

    def _pressed(self, **event: Any) -> None:
        if event.get("type") == "click":
            lat, lon = event["coordinates"]
            self.vue_change({"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]})

    def _asked(self, feature: dict[str, Any] | None) -> None:
        if feature is None:
            self.vue_change(None)
            return
        self._title = feature["properties"].get("name", "Area")
        self.vue_change(polygons_of(feature))

    _title = "Area"

    def _read(self) -> None:
        place = self.value
        point = place is not None and place["type"] == "Point"
        if place is None:
            self.lines, said = [], "Press the map, or choose an area"
        elif point:
            lon, lat = place["coordinates"]
            self.lines, said = lines_at(self._layer, lon, lat), _said(lon, lat)
            self._mark.location = (lat, lon)
        else:
            self.lines, said = lines_within(self._layer, place), self._title
        self._mark.opacity = self._mark.fill_opacity = 1.0 if point else 0.0
        self._name.label = said if place is None or self.lines else f"{said}: no values here"
        self.chart.set_lines(self.lines)


def _mark() -> Any:
    leaflet = importlib.import_module("ipyleaflet")
    mark = leaflet.CircleMarker(location=(0, 0), radius=7, weight=3)
    mark.color, mark.fill_color = "#ffffff", "#d6246e"
    mark.opacity = mark.fill_opacity = 0.0
    return mark


def _said(lon: float, lat: float) -> str:
    """Return a place as a reader would write it."""
    north, east = ("N" if lat >= 0 else "S"), ("E" if lon >= 0 else "W")
    return f"{abs(lat):.4f}° {north}, {abs(lon):.4f}° {east}"
