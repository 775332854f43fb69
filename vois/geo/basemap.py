"""The ground of maps: countries that need no network first; servers of tiles by choice."""

from __future__ import annotations

import importlib
from typing import Any

from vois import theme
from vois.geo import world

__all__ = ["OFFLINE", "REGISTRY", "bounds_of", "drop", "ground", "names", "offline_map"]
__all__ += ["register", "tile_layer", "world_layer"]

OFFLINE = {"World": "110m", "World in detail": "50m"}
"""Grounds that are built in: name and scale of the countries' shapes."""

# Tile servers by name: address template and the line that names their makers.
REGISTRY: dict[str, tuple[str, str]] = {}
_PROVIDERS = {
    "Streets": "OpenStreetMap.Mapnik",
    "Imagery": "Esri.WorldImagery",
    "Terrain": "OpenTopoMap",
}


def register(name: str, url: str, attribution: str) -> None:
    """Offer a tile server under ``name``.

    Args:
        name: shown to the viewer.
        url: template with ``{z}``, ``{x}``, ``{y}``.
        attribution: who made the tiles.

    Raises:
        ValueError: the template lacks one of the three.
    """
    if any(part not in url for part in ("{z}", "{x}", "{y}")):
        raise ValueError(f"url is {url!r}; expected a template with {{z}}, {{x}} and {{y}}")
    REGISTRY[name] = (url, attribution)


def names() -> list[str]:
    """Return the names that `ground` knows, those without network first."""
    return [*OFFLINE, *_PROVIDERS, *REGISTRY]


def ground(name: str) -> Any:
    """Return the layer of that name.

    Raises:
        KeyError: there is no such ground; the message lists the names.
    """
    if name in OFFLINE:
        return world_layer(OFFLINE[name], name)
    return tile_layer(name)


def drop(layer: Any) -> None:
    """Close a layer that `ground` gave, with all its parts."""
    for part in (*getattr(layer, "layers", ()), layer):
        part.close()


def tile_layer(name: str) -> Any:
    """Return the layer of a tile server; its tiles come from the network.

    Raises:
        KeyError: no server is known under that name.
    """
    if name in REGISTRY:
        url, attribution = REGISTRY[name]
    elif name in _PROVIDERS:
        found = importlib.import_module("xyzservices").providers.query_name(_PROVIDERS[name])
        url, attribution = found.build_url(), found.html_attribution
    else:
        raise KeyError(f"no basemap is called {name!r}; registered: {', '.join(names())}")
    leaflet = importlib.import_module("ipyleaflet")
    return leaflet.TileLayer(url=url, attribution=attribution, name=name, base=True)


def world_layer(scale: str = "110m", name: str = "World") -> Any:
    """Return the countries as a plain layer below all others, in the theme's colours."""
    leaflet = importlib.import_module("ipyleaflet")
    found = [_turned(one["geometry"]) for one in world.countries(scale=scale)["features"]]
    looks = {"pane": "tilePane", "weight": 1, "fill_opacity": 1.0}
    land = leaflet.Polygon(locations=[polygon for one in found for polygon in one], **looks)
    sea = leaflet.Polygon(locations=_SEA, stroke=False, **looks)
    layer = leaflet.LayerGroup(layers=(sea, land), name=name, base=True)
    theme.follow(layer, lambda: _paint(layer))
    return layer


def _paint(layer: Any) -> None:
    """Give a layer the colours of the mode in force."""
    water, edge, ground_color = _DARK if theme.is_dark() else _LIGHT
    sea, land = layer.layers
    sea.fill_color, land.color, land.fill_color = water, edge, ground_color


_SEA = [(-90, -540), (90, -540), (90, 540), (-90, 540)]
"""Latitudes and longitudes of more than one world, so that no edge is seen."""
_LIGHT, _DARK = ("#d3e2ec", "#c3c0b6", "#f3f1ea"), ("#171d25", "#4a525d", "#2a2f37")
"""Colours of sea, borders and land."""


def _turned(geometry: dict[str, Any]) -> list[Any]:
    """Return polygons of latitude and longitude, as Leaflet wants them."""
    parts = geometry["coordinates"]
    polygons = parts if geometry["type"] == "MultiPolygon" else [parts]
    return [[[[lat, lon] for lon, lat in ring] for ring in polygon] for polygon in polygons]


def bounds_of(geojson: Any) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return south-west and north-east as latitude and longitude, None without places."""
    places: list[tuple[float, float]] = []

    def walk(part: Any) -> None:
        """Gather the points of a geometry, however deep they lie."""
        if isinstance(part, (list, tuple)) and part and isinstance(part[0], (int, float)):
            places.append((float(part[1]), float(part[0])))
        elif isinstance(part, (list, tuple)):
            for one in part:
                walk(one)

    for feature in (geojson or {}).get("features", []):
        walk((feature.get("geometry") or {}).get("coordinates", []))
    if not places:
        return None
    lats, lons = zip(*places, strict=True)
    return (min(lats), min(lons)), (max(lats), max(lons))


def offline_map(center: Any = None, zoom: Any = None, basemap: Any = None, fit: Any = None) -> Any:
    """Return an ipyleaflet map whose ground needs no network unless one is asked for.

    Args:
        center: latitude and longitude in degrees.
        zoom: from 0 to 22.
        basemap: a provider of ipyleaflet, the name of a registered server, or None.
        fit: GeoJSON to fit the view to where centre or zoom are missing.
    """
    leaflet = importlib.import_module("ipyleaflet")
    shown = leaflet.Map(
        center=center or (50, 12),
        zoom=4 if zoom is None else zoom,
        zoom_snap=0.25,
        layers=(),
        scroll_wheel_zoom=True,
    )
    if basemap is None or isinstance(basemap, str):
        shown.add(ground(basemap or "World"))
    else:
        shown.add(leaflet.basemap_to_tiles(basemap) if hasattr(basemap, "build_url") else basemap)
    extent = bounds_of(fit) if center is None or zoom is None else None
    if extent is not None:
        (south, west), (north, east) = extent
        shown.center = center or ((south + north) / 2, (west + east) / 2)
        shown.zoom = _zoom(max(east - west, (north - south) * 1.6)) if zoom is None else zoom
    return shown


def _zoom(span: float) -> int:
    """Return the zoom at which ``span`` degrees fill some 800 pixels."""
    zoom = 0
    while zoom < 18 and 256 * 2 ** (zoom + 1) * span / 360 <= 800:  # noqa: PLR2004 - said above
        zoom += 1
    return zoom
