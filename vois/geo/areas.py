"""The area of interest: drawn, uploaded or chosen from the countries."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from vois import ui
from vois.geo import world
from vois.geo.eomap import EOMap

__all__ = ["AOI", "polygons_of"]

_LARGEST = 5_000_000
"""Bytes of an uploaded file."""
_SHAPE = {"shapeOptions": {"color": "#d6246e", "fillOpacity": 0.1, "weight": 3}}


def polygons_of(data: Any) -> dict[str, Any]:
    """Return the polygons of GeoJSON as one geometry in degrees.

    Args:
        data: a geometry, Feature, FeatureCollection or GeometryCollection, as dict or text.

    Returns:
        A Polygon, or a MultiPolygon if there are several.

    Raises:
        ValueError: it is no GeoJSON, has no polygon, or is not in degrees.
    """
    if isinstance(data, (str, bytes)):
        try:
            data = json.loads(data)
        except ValueError as error:
            raise ValueError(f"the file is no GeoJSON: {error}") from error
    found = list(_polygons(data))
    if not found:
        raise ValueError("the GeoJSON has no polygon; expected at least one")
    _check_degrees(found)
    if len(found) == 1:
        return {"type": "Polygon", "coordinates": found[0]}
    return {"type": "MultiPolygon", "coordinates": found}


def _polygons(data: Any) -> Any:
    if not isinstance(data, dict):
        return
    if data.get("type") == "Polygon":
        yield data["coordinates"]
    elif data.get("type") == "MultiPolygon":
        yield from data["coordinates"]
    else:
        parts = [data.get("geometry"), *data.get("features", ()), *data.get("geometries", ())]
        for part in parts:
            yield from _polygons(part)


def _check_degrees(polygons: Sequence[Any]) -> None:
    for polygon in polygons:
        for ring in polygon:
            for place in ring:
                if abs(place[0]) > 181 or abs(place[1]) > 91:  # noqa: PLR2004 - degrees, and a bit
                    raise ValueError(
                        f"the GeoJSON has a corner at {place[0]:g}, {place[1]:g};"
                        " expected longitude and latitude in degrees (EPSG:4326)"
                    )


class AOI(ui.Column):
    """An area of interest: ``value`` is a GeoJSON Feature, None while there is none.

    The viewer draws a rectangle or polygon with the tools on the map, uploads
    GeoJSON, or chooses a country. The area's ``properties["name"]`` says what it is.

    Args:
        shown: the map; it gets the drawing tools and the area's outline.
        countries: codes of the countries to choose from, all by default; empty for no list.
        upload: whether files may be uploaded.
        on_change: called with the new Feature, or None.
        traits: any trait by name.
    """

    _list: Any = None
    _tools: Any = None

    def __init__(
        self,
        shown: EOMap,
        *,
        countries: Sequence[str] | None = None,
        upload: bool = True,
        on_change: Callable[[dict[str, Any] | None], Any] | None = None,
        **traits: Any,
    ) -> None:
        leaflet = importlib.import_module("ipyleaflet")
        self._map = shown
        self._outline = leaflet.GeoJSON(
            data=_collection(), style={"color": "#d6246e", "weight": 3, "fillOpacity": 0}
        )
        none: dict[str, Any] = {}
        self._tools = leaflet.DrawControl(
            polyline=none,
            circlemarker=none,
            rectangle=_SHAPE,
            polygon=_SHAPE,
            edit=False,
            remove=False,
        )
        self._tools.on_draw(lambda *_, action, geo_json: self._drawn(action, geo_json))
        shown.map.add(self._outline)
        shown.map.add(self._tools)
        parts = self._parts(countries, upload)
        super().__init__(*parts, on_change=on_change, **{"gap": "8px", **traits})
        self.observe(lambda _: self._show(), "value")

    def _parts(self, codes: Sequence[str] | None, upload: bool) -> list[Any]:
        parts: list[Any] = []
        if codes is None or codes:
            found = [one for one in world.countries(codes)["features"] if one["id"]]
            pairs = [(one["properties"]["name"], one["id"]) for one in found]
            self._list = ui.SelectSingle("Country", pairs, on_change=self._chosen, clearable=True)
            parts.append(self._list)
        if upload:
            self._upload = ui.Upload(
                "GeoJSON file", self._uploaded, accept=".geojson,.json", limit=_LARGEST
            )
            parts.append(self._upload)
        self._clear = ui.Button(
            "Clear area", self._cleared, icon="mdi-close", variant="text", disabled=True
        )
        return [*parts, self._clear]

    def set_area(self, data: Any, name: str = "Area") -> None:
        """Take an area as if the viewer had uploaded it.

        Args:
            data: as in `polygons_of`.
            name: what it is.

        Raises:
            ValueError: as in `polygons_of`.
        """
        geometry = polygons_of(data)
        self.vue_change({"type": "Feature", "properties": {"name": name}, "geometry": geometry})

    def _drawn(self, action: str, shape: dict[str, Any]) -> None:
        if action == "created":
            self._tools.clear()
            self.set_area(shape, "Drawn area")

    def _chosen(self, code: str | None) -> None:
        if code is None:
            self._cleared()
        else:
            found = world.country(code, scale="50m")
            self.set_area(found, found["properties"]["name"])

    def _uploaded(self, files: list[dict[str, Any]]) -> None:
        for file in files[:1]:
            try:
                self.set_area(file["data"], file["name"])
                self._upload.problem = ""
            except ValueError as error:
                self._upload.problem = str(error)

    def _cleared(self) -> None:
        self.vue_change(None)

    def _show(self) -> None:
        self._outline.data = _collection(*([self.value] if self.value else []))
        self._clear.disabled = self.value is None
        if self._list is not None and self.value is None:
            self._list.value = None

    def close(self) -> None:
        """Take the tools and the outline off the map, and the widget away."""
        if self._tools is not None:
            self._map.map.remove(self._outline)
            self._map.map.remove(self._tools)
            self._outline.close()
            self._tools.close()
            self._tools = None
        super().close()


def _collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [*features]}
