"""The map: a ground without network, layers, a line of text, and places for controls."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vois import _v
from vois.geo import basemap
from vois.geo.crs import DEGREES, MERCATOR, Box, box_between, transform

__all__ = ["EOMap"]

_leaflet: Any = importlib.import_module("ipyleaflet")
_TILE = 256
_WORLD = 2 * math.pi * 6_378_137.0
_GUESS = (720.0, 420.0)
"""Width and height in pixels until the page has told how large the map is."""
_NEAR = 3
"""Pixels by which a view may be off and still be the same."""
_SIDES = {"vois-left": {"zIndex": 350}, "vois-right": {"zIndex": 351}}
_KIDS = '<jupyter-widget v-for="one in {}" :key="one" :widget="one" />'
_STYLE = """
.vois-map { container-type: inline-size; min-width: 0; }
.vois-map-frame { position: relative; border-radius: 8px; overflow: hidden; isolation: isolate; }
.vois-map-frame > div:first-child, .vois-map-frame .leaflet-container { height: 100%; }
.vois-map .leaflet-container { background: #d3e2ec; font: inherit; margin: 0; }
.vois-map .leaflet-pane > svg { max-width: none !important; max-height: none !important; }
.vois-map .leaflet-tile-pane path { pointer-events: none !important; }
.vois-map .leaflet-image-layer { image-rendering: pixelated; }
.vois-map .leaflet-container:focus-visible { outline: 3px solid #2f5d8a; outline-offset: -3px; }
.vois-map .leaflet-sbs-range { background: none; }
.vois-map-frame .jupyter-widgets { margin: 0; }
.vois-map-top, .vois-map-corner { position: absolute; right: 10px; z-index: 1000; display: flex;
 flex-direction: column; gap: 8px; align-items: flex-end; max-width: calc(100% - 64px); }
.vois-map-top { top: 10px; max-height: calc(100% - 20px); }
.vois-map-corner { bottom: 10px; pointer-events: none; }
.vois-map-corner > * { pointer-events: auto; }
.vois-map-said { position: absolute; left: 10px; bottom: 34px; z-index: 1000; padding: 4px 10px;
 border-radius: 6px; font-size: 14px; max-width: 60%; background: #ffffffe6; color: #22262b; }
.vois-map-below { margin-top: 8px; }
.vois-dark.vois-map .leaflet-container { background: #171d25; }
.vois-dark .vois-map-said { background: #1d2026e6; color: #e8eaed; }
.vois-dark.vois-map .leaflet-bar a, .vois-dark.vois-map .leaflet-control-scale-line {
 background-color: #1d2026; color: #e8eaed; border-color: #59616d; text-shadow: none; }
.vois-dark.vois-map .leaflet-draw-toolbar a { background-color: #e2dfd9; filter: invert(1); }
.vois-dark.vois-map .leaflet-control-attribution { background: #1d2026cc; color: #c9ced6; }
.vois-dark.vois-map .leaflet-control-attribution a { color: #9cc4ec; }
.vois-map-under { margin-top: 8px; display: flex; flex-wrap: wrap; gap: 8px; }
@container (max-width: 599px) { .vois-map-out { display: none; } }
@container (min-width: 600px) { .vois-map-under { display: none; } }
"""


class EOMap(_v.VoisWidget):
    """A map that needs no network unless a ground from a server is chosen.

    ``value`` is the view, ``[latitude, longitude, zoom]``: observe it, bind it to
    a `State`, put it into the address. The map follows the page's light or dark
    mode. ``map`` is the ipyleaflet map, for all that ipyleaflet can do.

    Attributes:
        readout: a line of text over the map, such as what is under the pointer.
        top: widgets at the top right, such as a `LayerControl`.
        corner: widgets at the bottom right, such as a `Legend`; below the map on a phone.
        below: widgets below the map, such as a `TimeSlider`.

    Args:
        label: name of the map for screen readers.
        value: first view.
        bounds: west, south, east, north in degrees to fit the first view to.
        basemap: a name of `basemap.names`; ``"World"`` and ``"World in detail"`` are built in.
        height: CSS height.
        on_click: called with longitude and latitude of a press, in degrees.
        traits: any trait by name.
    """

    markup = f"""<div @root class="vois-map" role="region" :aria-label="aria_label || label">
 <component :is="'style'">{_STYLE}</component>
 <div class="vois-map-frame" ref="frame" :style="{{height: height}}"><div>
 <jupyter-widget :widget="map" /></div><div v-if="top.length" class="vois-map-top">
 {_KIDS.format("top")}</div><div v-if="corner.length" class="vois-map-corner vois-map-out">
 {_KIDS.format("corner")}</div><div class="vois-map-said" role="status" v-show="readout">
 {{{{ readout }}}}</div></div>
 <div v-if="below.length" class="vois-map-below">{_KIDS.format("below")}</div>
 <div v-if="corner.length" class="vois-map-under">{_KIDS.format("corner")}</div></div>"""
    # Leaflet gives its own parts no names, and learns of a new size only from the window.
    script = """<script>export default { mounted() { const frame = this.$refs.frame;
 const name = () => { for (const one of frame.querySelectorAll('.leaflet-sbs-range'))
   one.setAttribute('aria-label', 'Where the right side begins');
  for (const one of frame.querySelectorAll('.leaflet-container')) {
   one.setAttribute('role', 'application'); one.setAttribute('aria-label', this.label || 'Map'); }
 };
 this.names = new MutationObserver(name); this.names.observe(frame, {childList: true,
  subtree: true}); name();
 this.size = new ResizeObserver(() => window.dispatchEvent(new Event('resize')));
 this.size.observe(frame); },
 unmounted() { this.names.disconnect(); this.size.disconnect(); } };</script>"""

    map: Any = _v.some().tag(**_v.ipywidgets.widget_serialization)
    top: list[Any] = _v.widgets()
    corner: list[Any] = _v.widgets()
    below: list[Any] = _v.widgets()
    height: str = _v.text()
    readout: str = _v.text()
    on_click: Callable[[float, float], Any] | None = None
    _ground: Any = None
    _split: Any = None
    _fitted: Any = None
    _fitted_to: tuple[float, float] = _GUESS
    _fitted_view: Sequence[float] = ()

    def __init__(
        self,
        label: str = "Map",
        value: Sequence[float] = (50.0, 12.0, 4.0),
        *,
        bounds: Sequence[float] | None = None,
        basemap: str = "World",
        height: str = "clamp(320px, 62vh, 820px)",
        on_click: Callable[[float, float], Any] | None = None,
        **traits: Any,
    ) -> None:
        view = [float(one) for one in value]
        if len(view) != 3:  # noqa: PLR2004 - latitude, longitude, zoom
            raise ValueError(f"value is {value!r}; expected [latitude, longitude, zoom]")
        shown = _leaflet.Map(
            center=(view[0], view[1]),
            zoom=view[2],
            zoom_snap=0.25,
            zoom_delta=1,
            layers=(),
            scroll_wheel_zoom=True,
            panes=_SIDES,
        )
        shown.layout.height = "100%"
        shown.add(_leaflet.ScaleControl(position="bottomleft", imperial=False))
        super().__init__(label=label, value=view, map=shown, height=height, **traits)
        self.on_click = on_click
        self.set_basemap(basemap)
        self._listen()
        if bounds is not None:
            self.fit(bounds)

    def _listen(self) -> None:
        self.map.observe(lambda _: self._moved(), ["center", "zoom"])
        self.map.observe(lambda _: self._resized(), ["right", "bottom"])
        self.observe(lambda change: self._go(change["new"]), "value")
        self.map.on_interaction(self._pressed)

    def set_basemap(self, name: str) -> None:
        """Change the ground.

        Args:
            name: one of `basemap.names`.

        Raises:
            KeyError: there is no ground of that name.
        """
        fresh = basemap.ground(name)
        rest = [one for one in self.map.layers if one is not self._ground]
        self.map.layers = (fresh, *rest)
        if self._ground is not None:
            basemap.drop(self._ground)
        self._ground, self.basemap = fresh, name
        self.map.attribution_control = name not in basemap.OFFLINE

    @property
    def layers(self) -> tuple[Any, ...]:
        """The layers above the ground, the lowest first."""
        return tuple(one for one in self.map.layers if one is not self._ground)

    def add(self, layer: Any) -> Any:
        """Put a layer on top and return it."""
        self.map.add(layer)
        if hasattr(layer, "attach"):
            layer.attach(self.map)
        if hasattr(layer, "tell"):
            layer.tell(self._said)
        return layer

    def remove(self, layer: Any) -> None:
        """Take a layer away."""
        self.map.remove(layer)

    def fit(self, bounds: Sequence[float]) -> None:
        """Show a rectangle as large as the map allows, in any size of it until the view is moved.

        Args:
            bounds: west, south, east, north in degrees.

        Raises:
            ValueError: the sides are not in that order.
        """
        box = Box(*map(float, bounds))
        if not (box.west < box.east and box.south < box.north):
            raise ValueError(f"bounds is {tuple(box)}; expected west < east and south < north")
        self._fitted = box
        self._fit()

    def _size(self) -> tuple[float, float]:
        """Return width and height in pixels, a guess until the page has told."""
        wide, tall = self.map.right - self.map.left, self.map.bottom - self.map.top
        return (round(wide), round(tall)) if wide > 0 and tall > 0 else _GUESS

    def _fit(self) -> None:
        box, (width, height) = self._fitted, self._size()
        metres = box_between(DEGREES, MERCATOR, box)
        pixels = [
            (metres.east - metres.west) / _WORLD * _TILE / width,
            (metres.north - metres.south) / _WORLD * _TILE / height,
        ]
        zoom = math.floor(-4 * math.log2(max(pixels))) / 4
        x, y = (metres.west + metres.east) / 2, (metres.south + metres.north) / 2
        lon, lat = transform(MERCATOR, DEGREES, x, y)
        self._fitted_to = (width, height)
        self.value = self._fitted_view = [
            round(float(lat), 6),
            round(float(lon), 6),
            max(0.0, zoom),
        ]

    def _resized(self) -> None:
        """Fit anew in another size, unless the view is no longer the one that was fitted."""
        if self._fitted is None or self._size() == self._fitted_to:
            return
        lat, lon, zoom = self._fitted_view
        near = _NEAR * 360 / (_TILE * 2**zoom)
        there = np.allclose(self.map.center, (lat, lon), rtol=0, atol=near)
        if there and self.map.zoom == zoom:
            self._fit()
        else:
            self._fitted = None

    def compare(self, left: Any, right: Any) -> None:
        """Show one layer left and another right of a handle that can be moved.

        Args:
            left: a `RasterLayer`, on the map or not yet.
            right: another one.
        """
        self.stop_comparing()
        for layer, pane in ((left, "vois-left"), (right, "vois-right")):
            self._place(layer, pane)
        self._split = _leaflet.SplitMapControl(left_layer=left, right_layer=right)
        self.map.add(self._split)

    def stop_comparing(self) -> None:
        """Take the handle away; both layers cover the whole map again."""
        if self._split is None:
            return
        self.map.remove(self._split)
        for layer in (self._split.left_layer, self._split.right_layer):
            self._place(layer, "")
        self._split.close()
        self._split = None

    def _place(self, layer: Any, pane: str) -> None:
        """Move a layer to a pane; Leaflet chooses the pane when it adds a layer."""
        if layer in self.map.layers:
            self.map.remove(layer)
        layer.pane = pane
        self.add(layer)

    def _said(self, text: str) -> None:
        self.readout = text

    def _moved(self) -> None:
        view = [*map(float, self.map.center), float(self.map.zoom)]
        if not np.allclose(view, self.value, atol=1e-7):
            self.vue_change([round(view[0], 6), round(view[1], 6), view[2]])

    def _go(self, view: Sequence[float]) -> None:
        lat, lon, zoom = (float(one) for one in view)
        with self.map.hold_sync():
            self.map.center, self.map.zoom = (lat, lon), zoom

    def _pressed(self, **event: Any) -> None:
        if event.get("type") == "click":
            lat, lon = event["coordinates"]
            self.emit("on_click", lon, lat)

    def close(self) -> None:
        """Take the map and its ground away."""
        if self._ground is not None:
            basemap.drop(self._ground)
        if self.map is not None:
            self.map.close()
        super().close()
