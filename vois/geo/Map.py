"""A map with its controls, of the older spelling."""

# ruff: noqa: ARG002, N802, N803, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from vois import _report, _v, ui
from vois.geo import mapUtils
from vois.vuetify._base import color_first as first
from vois.vuetify._base import color_second as second

__all__ = ["LAYERNAME_BACKGROUND", "LAYERNAME_LABELS", "Map", "geojson2WKT"]

LAYERNAME_BACKGROUND = "Background"
LAYERNAME_LABELS = "Labels"
_leaflet: Any = importlib.import_module("ipyleaflet")
_Base: Any = _leaflet.Map


def geojson2WKT(geojson: Any) -> str:
    """Return a point, line or polygon of GeoJSON as well-known text.

    Raises:
        ValueError: another kind of geometry.
    """
    shape = json.loads(geojson) if isinstance(geojson, str) else geojson
    shape = shape.get("geometry", shape)

    def row(places: Sequence[Sequence[float]]) -> str:
        """A line of points, as WKT writes it."""
        return "(" + ", ".join(f"{one[0]:g} {one[1]:g}" for one in places) + ")"

    if shape["type"] == "Point":
        return "POINT " + row([shape["coordinates"]])
    if shape["type"] == "LineString":
        return "LINESTRING " + row(shape["coordinates"])
    if shape["type"] == "Polygon":
        return "POLYGON (" + ", ".join(row(ring) for ring in shape["coordinates"]) + ")"
    raise ValueError(f"a {shape['type']} cannot be told as text here")


class Map(_Base):  # type: ignore[misc]  # untyped base
    """An ipyleaflet map; ``onclick(map, lon, lat, zoom)`` hears of presses."""

    def __init__(
        self,
        width: Any = "100%",
        height: Any = "600px",
        center: Sequence[Any] = (50, 12),
        zoom: float = 5,
        show_fullscreen: bool = True,
        show_search: bool = True,
        show_scale: bool = True,
        show_coordinates: bool = True,
        show_overview: bool = False,
        show_basemaps: bool = True,
        color_first: Any = None,
        color_second: Any = None,
        dark: Any = None,
        basemapindex: int = 0,
        onclick: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            center=tuple(center),
            zoom=zoom,
            layers=(),
            scroll_wheel_zoom=True,
            **kwargs,
        )
        self._color_first, self._color_second, self._dark = color_first, color_second, dark
        self._basemapindex = basemapindex
        self.wktstrings: list[str] = []
        self.onclick = onclick
        self.drawctrl: Any = None
        self.configure_card: Any = None
        self._flags: dict[str, bool] = {}
        self.width, self.height = width, height
        self.onSelectBasemap(basemapindex)
        given = {"fullscreen": show_fullscreen, "search": show_search, "scale": show_scale}
        given |= {
            "coordinates": show_coordinates,
            "overview": show_overview,
            "basemaps": show_basemaps,
        }
        for name, flag in given.items():
            getattr(self, f"change_{name}")(flag)
        self.on_interaction(self.handleMapInteraction)

    def draw(self) -> Any:
        """Return the map."""
        return self

    def clear(self) -> None:
        """Remove every layer but the ground."""
        mapUtils.clear(self)

    def addLayer(self, tileLayer: Any, name: str | None = None, opacity: float = 1.0) -> None:
        """Add a layer under a name."""
        mapUtils.addLayer(self, tileLayer, name or f"Layer {len(self.layers)}", opacity)

    def handleMapInteraction(self, **kwargs: Any) -> None:
        """The viewer did something with the map."""
        lat, lon = kwargs.get("coordinates") or (0.0, 0.0)
        if kwargs.get("type") == "mousemove" and self._flags.get("coordinates"):
            mapUtils.getCoordinatesCard(self).text = f"{lat:.4f}, {lon:.4f}"
        if kwargs.get("type") == "click" and self.onclick is not None:
            _report.guarded(self.onclick, self, lon, lat, int(self.zoom))

    def onSelectBasemap(self, index: int) -> None:
        """Change the ground: 0 plain and offline, 1 streets, 2 pictures from above."""
        makers = (mapUtils.EmptyBasemap, mapUtils.OSM_EC, mapUtils.EsriWorldImagery)
        self._basemapindex = index
        ground = makers[index if 0 <= index < len(makers) else 0]()
        ground.name = LAYERNAME_BACKGROUND
        layers: Any = self.layers  # type: ignore[has-type]  # untyped base
        rest = [one for one in layers if one.name != LAYERNAME_BACKGROUND]
        self.layers = (ground, *rest)

    def _control(self, name: str, kind: Any, flag: bool, **looks: Any) -> None:
        self._flags[name] = bool(flag)
        mine = [one for one in self.controls if isinstance(one, kind)]
        for one in mine:
            self.remove(one)
        if flag:
            self.add(kind(**looks))

    def change_fullscreen(self, flag: bool) -> None:
        """Show or hide the button for the whole window."""
        self._control("fullscreen", _leaflet.FullScreenControl, flag, position="topright")

    def change_scale(self, flag: bool) -> None:
        """Show or hide the scale."""
        self._control("scale", _leaflet.ScaleControl, flag, position="bottomleft", imperial=False)

    def change_search(self, flag: bool) -> None:
        """Remember the wish for a search; it needs a server, which the author adds as a control."""
        self._flags["search"] = bool(flag)

    def change_basemaps(self, flag: bool) -> None:
        """Show or hide the choice of layers."""
        self._control("basemaps", _leaflet.LayersControl, flag, position="topright")

    def change_overview(self, flag: bool) -> None:
        """Show or hide the small map of the surroundings."""
        self._flags["overview"] = bool(flag)
        (mapUtils.addOverview if flag else mapUtils.removeOverview)(self)

    def change_coordinates(self, flag: bool) -> None:
        """Show or hide the place under the pointer."""
        self._flags["coordinates"] = bool(flag)
        (mapUtils.getCoordinatesCard if flag else mapUtils.removeCoordinates)(self)

    def configure(self) -> Any:
        """Return switches for the map's controls."""
        parts = [
            ui.Switch(f"Show {name}", flag, getattr(self, f"change_{name}"))
            for name, flag in self._flags.items()
        ]
        ground = ui.Toggle(
            ["Plain", "Streets", "Imagery"], self._basemapindex, self.onSelectBasemap
        )
        self.configure_card = ui.Column(ground, *parts, gap="4px")
        return self.configure_card

    def updateWKT(self) -> None:
        """Read the drawn shapes anew."""
        shapes = self.drawctrl.data if self.drawctrl is not None else []
        self.wktstrings = [geojson2WKT(one) for one in shapes]

    def on_draw(self, control: Any, action: str, geo_json: Any) -> None:
        """The viewer drew a shape."""
        if action in {"create", "created"}:
            shapes = geo_json if isinstance(geo_json, list) else [geo_json]
            self.wktstrings += [geojson2WKT(one) for one in shapes]

    @property
    def content(self) -> str:
        """Kind of this content in saved pages."""
        return "Map"

    @property
    def width(self) -> str:
        """CSS width."""
        return str(self.layout.width)

    @width.setter
    def width(self, width: Any) -> None:
        """Set the map's width, in pixels or as CSS."""
        self.layout.width = _v.css_size(width)

    @property
    def height(self) -> str:
        """CSS height."""
        return str(self.layout.height)

    @height.setter
    def height(self, height: Any) -> None:
        """Set the map's height, in pixels or as CSS."""
        self.layout.height = _v.css_size(height)

    @property
    def basemapindex(self) -> int:
        """Which ground is shown."""
        return self._basemapindex

    @basemapindex.setter
    def basemapindex(self, index: int) -> None:
        """Show the background map of that place in the list."""
        self.onSelectBasemap(index)

    @property
    def color_first(self) -> str:
        """First colour of the controls."""
        return first(self._color_first)

    @color_first.setter
    def color_first(self, color: str) -> None:
        """Set the first colour; shown when the map is drawn anew."""
        self._color_first = color

    @property
    def color_second(self) -> str:
        """Second colour of the controls."""
        return second(self._color_second)

    @color_second.setter
    def color_second(self, color: str) -> None:
        """Set the second colour; shown when the map is drawn anew."""
        self._color_second = color

    @property
    def dark(self) -> bool:
        """Whether the controls are dark."""
        return bool(self._dark)

    @dark.setter
    def dark(self, dark: bool) -> None:
        """Set the scheme; shown when the map is drawn anew."""
        self._dark = dark

    @property
    def state(self) -> dict[str, Any]:
        """What the map shows, to be saved and given back."""
        flags = {f"show_{name}": flag for name, flag in self._flags.items()}
        own = {"width": self.width, "height": self.height, "basemapindex": self._basemapindex}
        return {"content": "Map", "center": list(self.center), "zoom": self.zoom, **own, **flags}

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        """Restore what a saved state names."""
        for name in ("width", "height", "basemapindex", "zoom"):
            if name in state:
                setattr(self, name, state[name])
        if "center" in state:
            self.center = tuple(state["center"])
        for name in list(self._flags):
            if f"show_{name}" in state:
                getattr(self, f"change_{name}")(state[f"show_{name}"])


def _flag(name: str) -> property:
    def get(self: Any) -> bool:
        """Whether the part is shown."""
        return bool(self._flags.get(name))

    def put(self: Any, flag: bool) -> None:
        """Show or hide the part."""
        getattr(self, f"change_{name}")(flag)

    return property(get, put, doc=f"Whether the map shows its {name}.")


for _name in ("fullscreen", "coordinates", "search", "scale", "basemaps", "overview"):
    setattr(Map, f"show_{_name}", _flag(_name))
