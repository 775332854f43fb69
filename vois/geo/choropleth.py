"""Regions coloured by numbers."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets

from vois import _report
from vois.geo.crs import Box
from vois.geo.scales import Continuous, Scale, Steps

__all__ = ["Choropleth", "classes"]

_leaflet: Any = importlib.import_module("ipyleaflet")
_Base: Any = _leaflet.LayerGroup
_NONE = "#9aa1ab"
"""Fill of regions without a number."""
_SMALL, _MARK = 7.0, 5
"""Pixels below which a region has a mark, and the mark's radius."""


def classes(
    values: Sequence[float], count: int = 5, colors: str | Sequence[str] = "Viridis", unit: str = ""
) -> Steps:
    """Return classes that hold about equally many of the values (quantiles).

    Args:
        values: numbers; those that are not finite are left out.
        count: how many classes, at least two.
        colors: name of a palette, or colours from low to high.
        unit: written after numbers.

    Raises:
        ValueError: there are fewer different values than classes, or fewer than two classes.
    """
    good = sorted(one for one in values if math.isfinite(one))
    if count < 2 or len(set(good)) < count:  # noqa: PLR2004 - said above
        raise ValueError(f"count is {count}; expected 2 to {len(set(good))}, the different values")
    edges = sorted({good[len(good) * i // count] for i in range(1, count)})
    return Steps(edges, colors, unit)


class Choropleth(_Base):  # type: ignore[misc]  # untyped base
    """Regions of GeoJSON, coloured by their numbers; ``value`` is the key of the chosen one.

    A press chooses a region, another press on it none; the map's line of text
    tells name and number of the region under the pointer. A region with a number
    that would be smaller than a few pixels at the map's zoom, such as a small
    state, has a round mark as well.

    Attributes:
        value: key of the chosen region, or None; set it to choose.
        scale: colours of the numbers.
        opacity: of the fills, from 0 to 1.
        visible: whether it is shown.
        values: number by key; `set_values` gives others.

    Args:
        geojson: FeatureCollection in degrees.
        values: number by key, as dict or pandas Series.
        key: the features' property that holds the key, or ``"id"`` for the features' own id.
        name: shown in layer control and legend.
        scale: `Continuous` over all numbers by default; see also `classes`.
        palette: of the default scale.
        unit: of the default scale.
        label: property that holds a region's name.
        on_change: called with the key when the viewer chooses.
        opacity: from 0 to 1.

    Raises:
        ValueError: no feature has one of the keys.
    """

    value = traitlets.Any(None)
    scale = traitlets.Instance("vois.geo.scales.Scale")
    opacity = traitlets.Float(0.8)
    visible = traitlets.Bool(default_value=True)

    _map: Any = None
    _marked: frozenset[Any] = frozenset()

    def __init__(
        self,
        geojson: Mapping[str, Any],
        values: Any,
        *,
        key: str = "id",
        name: str = "Regions",
        scale: Scale | None = None,
        palette: str | Sequence[str] = "Viridis",
        unit: str = "",
        label: str = "name",
        on_change: Callable[[Any], Any] | None = None,
        opacity: float = 0.8,
    ) -> None:
        self._key, self._label, self.on_change = key, label, on_change
        self._features = {self._key_of(one): one for one in geojson["features"]}
        self.values = self._checked(values)
        self._tell: Callable[[str], Any] | None = None
        super().__init__(
            name=name,
            scale=scale or _continuous(self.values.values(), palette, unit),
            opacity=opacity,
        )
        self._build()

    def _build(self) -> None:
        self._shapes = _leaflet.GeoJSON(
            data=_collection(self._features.values()),
            style_callback=self._style,
            hover_style={"weight": 3},
        )
        round_mark = {"radius": _MARK, "weight": 1.5}
        self._dots = _leaflet.GeoJSON(
            data=_collection(()),
            point_style=round_mark,
            style_callback=self._style,
            hover_style={"weight": 3},
        )
        bold = {"color": "#d6246e", "weight": 3.5, "fillOpacity": 0}
        self._mark = _leaflet.GeoJSON(
            data=_collection(()), style=bold, point_style={"radius": _MARK + 2}
        )
        self._sizes = {key: _size(one["geometry"]) for key, one in self._features.items()}
        self._show(on=self.visible)
        for part in (self._shapes, self._dots, self._mark):
            part.on_click(lambda feature=None, **_: self._pressed(feature))
        for part in (self._shapes, self._dots):
            part.on_hover(lambda feature=None, **_: self._hovered(feature))
        self.observe(lambda _: self._choose(), "value")
        self.observe(lambda _: self._paint(), ["scale", "opacity"])
        self.observe(lambda change: self._show(on=change["new"]), "visible")

    def set_values(self, values: Any) -> None:
        """Colour the regions by other numbers; the scale stays.

        Args:
            values: number by key, as dict or pandas Series.

        Raises:
            ValueError: no feature has one of the keys.
        """
        self.values = self._checked(values)
        self._paint()

    def name_of(self, key: Any) -> str:
        """Return the name of a region."""
        return str(self._features[key]["properties"].get(self._label, key))

    def text(self, key: Any) -> str:
        """Return name and number of a region, as the viewer reads them."""
        value = self.values.get(key)
        return f"{self.name_of(key)}: {'no value' if value is None else self.scale.text(value)}"

    def tell(self, say: Callable[[str], Any]) -> None:
        """Call ``say`` with what is under the pointer; `EOMap.add` does this."""
        self._tell = say

    def attach(self, shown: Any) -> None:
        """Mark what is too small at the zoom of an ipyleaflet map; `EOMap.add` does this."""
        self._map = shown
        shown.observe(lambda _: self._zoomed(), "zoom")
        self._zoomed()

    def _zoomed(self) -> None:
        pixels = 256 * 2 ** float(self._map.zoom)
        small = {key for key in self.values if self._sizes.get(key, 1.0) * pixels < _SMALL}
        if small != self._marked:
            self._marked = frozenset(small)
            self._paint_dots()
            self._choose()

    def _paint_dots(self) -> None:
        self._dots.data = _collection([self._dot(key) for key in sorted(self._marked, key=str)])

    def _dot(self, key: Any) -> dict[str, Any]:
        """Return a region as one place, in the middle of its largest part."""
        box = _box(self._features[key]["geometry"])
        middle = [(box.west + box.east) / 2, (box.south + box.north) / 2]
        place = {"type": "Point", "coordinates": middle}
        return {**self._features[key], "geometry": place}

    def _key_of(self, feature: Mapping[str, Any]) -> Any:
        return feature.get("id") if self._key == "id" else feature["properties"].get(self._key)

    def _checked(self, values: Any) -> dict[Any, float]:
        pairs = [(key, float(one)) for key, one in values.items() if one is not None]
        known = {key: one for key, one in pairs if math.isfinite(one)}
        if known and not set(known) & set(self._features):
            keys, there = list(known)[:3], list(self._features)[:3]
            raise ValueError(
                f"values has keys such as {keys}, but {self._key!r} of the features is such as {there}"
            )
        return known

    def _style(self, feature: dict[str, Any]) -> dict[str, Any]:
        color = self.scale.color(self.values.get(self._key_of(feature)))
        faint = 1.0 if color else 0.25
        look = {"color": "#ffffff", "weight": 1, "fillColor": color or _NONE}
        return {**look, "fillOpacity": self.opacity * faint}

    def _paint(self) -> None:
        self._shapes.data = _collection(self._features.values())
        self._paint_dots()
        if self._map is not None:
            self._zoomed()

    def _show(self, on: bool) -> None:
        self.layers: tuple[Any, ...] = (self._shapes, self._dots, self._mark) if on else ()

    def _choose(self) -> None:
        found = self._dot(self.value) if self.value in self._marked else None
        found = found or self._features.get(self.value)
        self._mark.data = _collection([found] if found else [])

    def _pressed(self, feature: Any) -> None:
        key = self._key_of(feature)
        self.value = None if key == self.value else key
        if self.on_change is not None:
            _report.guarded(self.on_change, self.value)

    def _hovered(self, feature: Any) -> None:
        if self._tell is not None:
            self._tell(self.text(self._key_of(feature)))


def _continuous(values: Any, palette: str | Sequence[str], unit: str) -> Continuous:
    numbers = list(values) or [0.0]
    low, high = min(numbers), max(numbers)
    return Continuous(low, high if high > low else low + 1, palette, unit)


def _box(geometry: Mapping[str, Any]) -> Box:
    """Return the edges of the part with the longest outline, in degrees."""
    parts = geometry["coordinates"]
    rings = [parts[0]] if geometry["type"] == "Polygon" else [part[0] for part in parts]
    places = [place[:2] for place in max(rings, key=len)]
    (west, south), (east, north) = (map(end, zip(*places, strict=True)) for end in (min, max))
    return Box(west, south, east, north)


def _size(geometry: Mapping[str, Any] | None) -> float:
    """Return the longer side of a region on a Mercator map, as a share of the map's width."""
    if not geometry or geometry["type"] not in {"Polygon", "MultiPolygon"}:
        return 1.0
    box = _box(geometry)
    flat = max(0.1, math.cos(math.radians((box.south + box.north) / 2)))
    return max(box.east - box.west, (box.north - box.south) / flat) / 360


def _collection(features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [*features]}
