"""The ground of maps: plain and offline first; servers of tiles by choice."""

from __future__ import annotations

import importlib
from typing import Any

from vois import theme

__all__ = ["REGISTRY", "bounds_of", "graticule", "offline_map", "register", "tile_layer"]

# Tile servers by name: address template and the line that names their makers.
REGISTRY: dict[str, tuple[str, str]] = {}


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


def tile_layer(name: str) -> Any:
    """Return the layer of a registered server.

    Raises:
        KeyError: nothing is registered under that name.
    """
    if name not in REGISTRY:
        known = ", ".join(REGISTRY) or "none"
        raise KeyError(f"no basemap is called {name!r}; registered: {known}")
    url, attribution = REGISTRY[name]
    leaflet = importlib.import_module("ipyleaflet")
    return leaflet.TileLayer(url=url, attribution=attribution, name=name, base=True)


def graticule(step: int = 10) -> dict[str, Any]:
    """Return meridians and parallels every ``step`` degrees, as GeoJSON."""
    lines = [[[lon, lat] for lat in range(-80, 81, 5)] for lon in range(-180, 181, step)]
    lines += [[[lon, lat] for lon in range(-180, 181, 10)] for lat in range(-80, 81, step)]
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "LineString", "coordinates": one},
        }
        for one in lines
    ]
    return {"type": "FeatureCollection", "features": features}


def bounds_of(geojson: Any) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return south-west and north-east as latitude and longitude, None without places."""
    places: list[tuple[float, float]] = []

    def walk(part: Any) -> None:
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
        layers=(),
        scroll_wheel_zoom=True,
    )
    if isinstance(basemap, str):
        shown.add(tile_layer(basemap))
    elif basemap is not None:
        shown.add(leaflet.basemap_to_tiles(basemap) if hasattr(basemap, "build_url") else basemap)
    else:
        color = "#4a5059" if theme.is_dark() else "#c4ccd6"
        look = {"color": color, "weight": 0.7, "fill": False}
        shown.add(leaflet.GeoJSON(data=graticule(), style=look, name="Grid"))
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
