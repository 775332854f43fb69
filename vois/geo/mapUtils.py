"""Layers and cards of maps, of the older spelling."""

# ruff: noqa: ARG001, N802, N803, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import importlib
from typing import Any

from vois._needs import NeedsInstitute
from vois.geo.basemap import world_layer

__all__ = ["BDAPLayer", "CartoLabels", "EmptyBasemap", "EsriWorldImagery", "GoogleHybrid"]
__all__ += ["MAPCARD_COORDINATES", "MAPCARD_OVERVIEW", "OSM_EC", "GoogleRoadmap", "GoogleSatellite"]
__all__ += ["addLayer", "addOverview", "buildBasemap", "clear", "getCardByName", "getLayer"]
__all__ += ["removeAllPopups", "removeCardByName", "removeLayer", "removeOverview", "toImage"]
__all__ += ["zoomToExtents"]

MAPCARD_COORDINATES = "Coordinates"
MAPCARD_OVERVIEW = "Overview"
_OVERVIEW = "vois-overview"


def _leaflet() -> Any:
    return importlib.import_module("ipyleaflet")


def buildBasemap(oldstyledictionary: dict[str, Any]) -> Any:
    """Return a tile layer of a dict with ``url``, ``attribution``, ``name``, ``max_zoom``."""
    known = ("url", "attribution", "name", "min_zoom", "max_zoom")
    given = {name: oldstyledictionary[name] for name in known if name in oldstyledictionary}
    return _leaflet().TileLayer(base=True, **given)


def EmptyBasemap() -> Any:
    """Return a ground of plain countries that needs no network."""
    return world_layer(name="Plain")


def _provider(path: str, name: str) -> Any:
    found = importlib.import_module("xyzservices").providers
    for part in path.split("."):
        found = getattr(found, part)
    return _leaflet().TileLayer(
        url=found.build_url(), attribution=found.attribution, name=name, base=True
    )


def OSM_EC() -> Any:
    """Return a street map; its tiles come from the network."""
    return _provider("OpenStreetMap.Mapnik", "Streets")


def CartoLabels() -> Any:
    """Return names of places alone; the tiles come from the network."""
    return _provider("CartoDB.PositronOnlyLabels", "Labels")


def EsriWorldImagery() -> Any:
    """Return pictures from above; the tiles come from the network."""
    return _provider("Esri.WorldImagery", "Imagery")


def GoogleRoadmap() -> Any:
    """Return a street map of an open provider in place of the one named."""
    return OSM_EC()


def GoogleSatellite() -> Any:
    """Return pictures from above of an open provider in place of the one named."""
    return EsriWorldImagery()


def GoogleHybrid() -> Any:
    """Return pictures from above of an open provider in place of the one named."""
    return EsriWorldImagery()


def BDAPLayer(p: Any) -> Any:
    """Say what is missing.

    Raises:
        NeedsInstitute: always.
    """
    raise NeedsInstitute(
        "BDAPLayer", "the institute's BDAP tile service, which is not reachable from here"
    )


def getLayer(m: Any, name: str) -> Any:
    """Return the layer of that name, or None."""
    return next((one for one in m.layers if one.name == name), None)


def removeLayer(m: Any, name: str) -> None:
    """Remove the layer of that name, if there is one."""
    layer = getLayer(m, name)
    if layer is not None:
        m.remove(layer)


def addLayer(m: Any, tLayer: Any, name: str, opacity: float = 1.0) -> None:
    """Add a layer under a name; one of the same name goes."""
    removeLayer(m, name)
    tLayer.name = name
    if hasattr(tLayer, "opacity"):
        tLayer.opacity = opacity
    m.add(tLayer)


def removeAllPopups(m: Any) -> None:
    """Remove every popup."""
    for layer in [one for one in m.layers if isinstance(one, _leaflet().Popup)]:
        m.remove(layer)


def clear(m: Any) -> None:
    """Remove every layer but the ground."""
    for layer in list(m.layers[1:]):
        m.remove(layer)


def zoomToExtents(
    m: Any, xmin: float, ymin: float, xmax: float, ymax: float, epsg: int = 4326
) -> None:
    """Fit the view to longitudes and latitudes in degrees.

    Raises:
        ValueError: other coordinates than degrees.
    """
    if epsg != 4326:  # noqa: PLR2004 - degrees
        raise ValueError(f"epsg is {epsg}; expected 4326, degrees")
    m.fit_bounds([[ymin, xmin], [ymax, xmax]])


def getCardByName(m: Any, name: str, position: str = "topright", class_: str = "pa-0 ma-0") -> Any:
    """Return the widget of the control of that name; it is made when it is missing."""
    from vois import ui  # noqa: PLC0415 - only for cards

    for control in m.controls:
        if getattr(getattr(control, "widget", None), "label", None) == name:
            return control.widget
    card = ui.Card(name, class_=class_)
    m.add(_leaflet().WidgetControl(widget=card, position=position))
    return card


def removeCardByName(m: Any, name: str) -> None:
    """Remove the control of that name, if there is one."""
    for control in list(m.controls):
        if getattr(getattr(control, "widget", None), "label", None) == name:
            m.remove(control)


def getCoordinatesCard(m: Any) -> Any:
    """Return the card that tells the place under the pointer."""
    return getCardByName(m, MAPCARD_COORDINATES, "bottomleft")


def removeCoordinates(m: Any) -> None:
    """Remove the card that tells the place under the pointer."""
    removeCardByName(m, MAPCARD_COORDINATES)


def addOverview(
    m: Any, color: str = "red", position: str = "bottomright", overviewLayer: Any = None
) -> None:
    """Add a small map of the surroundings, five levels further away."""
    removeOverview(m)
    small = _leaflet().Map(
        center=m.center, zoom=max(0, m.zoom - 5), zoom_control=False, attribution_control=False
    )
    small.layers = (overviewLayer or EmptyBasemap(),)
    small.layout.width = small.layout.height = "150px"
    small.layout.border = f"1px solid {color}"

    def follow(_: Any) -> None:
        """Move the small map with the large one."""
        small.center, small.zoom = m.center, max(0, m.zoom - 5)

    m.observe(follow, ["center", "zoom"])
    control = _leaflet().WidgetControl(widget=small, position=position)
    small.add_class(_OVERVIEW)
    m.add(control)


def removeOverview(m: Any) -> None:
    """Remove the small map of the surroundings."""
    for control in list(m.controls):
        if _OVERVIEW in getattr(getattr(control, "widget", None), "_dom_classes", ()):
            m.remove(control)


def toImage(m: Any) -> Any:
    """Say what is missing.

    Raises:
        NeedsInstitute: always; the browser draws the map, not Python.
    """
    raise NeedsInstitute(
        "toImage", "the institute's rendering service; use the browser's own print instead"
    )
