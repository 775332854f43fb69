"""A layer of GeoJSON whose features can be chosen."""

# ruff: noqa: N801, N802, N803, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["geojsonLayer"]

_POINT = {
    "radius": 9,
    "fillColor": "#ff0000",
    "color": "#000000",
    "weight": 1.5,
    "fillOpacity": 0.8,
}
_HOVER = {"fillColor": "orange", "fillOpacity": 0.7, "dashArray": "3", "weight": 2.0}
_CHOSEN = {"color": "#ffff00", "weight": 4.0, "fillOpacity": 0.0}


class geojsonLayer:
    """Features on a map; ``on_click(feature)`` hears of the chosen one, None of none."""

    def __init__(
        self,
        featureCollection: Any,
        style: Any = None,
        point_style: Any = None,
        style_callback: Callable[..., Any] | None = None,
        hover_style: Any = None,
        selection_style: Any = None,
        selection_point_style: Any = None,
        name: str = "Layer",
        on_click: Callable[..., Any] | None = None,
    ) -> None:
        leaflet = importlib.import_module("ipyleaflet")
        self.featureCollection, self.on_click = featureCollection, on_click
        self.style, self.point_style = style or {}, point_style or _POINT
        self.hover_style = _HOVER if hover_style is None else hover_style
        self.selection_style = selection_style or _CHOSEN
        self.selection_point_style = selection_point_style or {"radius": 10, **_CHOSEN}
        self.style_callback = style_callback
        self.selection: Any = None
        self.selection_geojson: Any = None
        self.m: Any = None
        self.skip_map_click = False
        more = {"style_callback": style_callback} if style_callback else {}
        self.geojson = leaflet.GeoJSON(
            data=featureCollection,
            style=self.style,
            point_style=self.point_style,
            hover_style=self.hover_style,
            name=name,
            **more,
        )
        self.geojson.on_click(lambda feature=None, **_: self._pressed(feature))

    def _pressed(self, feature: Any) -> None:
        self.skip_map_click = True
        self.selectFeature(feature)

    def addToMap(self, m: Any) -> None:
        """Add the layer to a map; a press beside its features chooses none."""
        self.m = m
        m.add(self.geojson)
        m.on_interaction(self.handle_interaction_map)

    def handle_interaction_map(self, **kwargs: Any) -> None:
        """The viewer did something with the map."""
        if kwargs.get("type") == "click":
            if not self.skip_map_click and self.selection is not None:
                self.selectFeature(None)
            self.skip_map_click = False

    def selectFeature(self, feature: Any) -> None:
        """Choose a feature, or none."""
        leaflet = importlib.import_module("ipyleaflet")
        self.selection = feature
        if self.m is not None and self.selection_geojson is not None:
            self.m.remove(self.selection_geojson)
        self.selection_geojson = None
        if self.m is not None and feature is not None:
            self.selection_geojson = leaflet.GeoJSON(
                data={"type": "FeatureCollection", "features": [feature]},
                style=self.selection_style,
                point_style=self.selection_point_style,
            )
            self.m.add(self.selection_geojson)
        if self.on_click is not None:
            self.on_click(feature)
