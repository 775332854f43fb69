"""Arrays on maps: a numpy array becomes a picture laid over its bounds, also over time."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from vois import ui
from vois.colors import colorInterpolator, hex2rgb, image2Base64
from vois.palettes import PALETTES

__all__ = ["TimeRaster", "data_url", "overlay"]

Bounds = tuple[tuple[float, float], tuple[float, float]]


def data_url(
    array: Any,
    colors: Sequence[str] | None = None,
    low: float | None = None,
    high: float | None = None,
) -> str:
    """Return a two-dimensional array as PNG data URL; NaN is see-through.

    Args:
        array: numbers, shape (rows, columns), the northernmost row first.
        colors: from low to high; Viridis by default.
        low: number of the first colour; the lowest by default.
        high: number of the last colour; the highest by default.

    Raises:
        ValueError: the array has not two dimensions.
    """
    numpy = importlib.import_module("numpy")
    image = importlib.import_module("PIL.Image")
    values = numpy.asarray(array, dtype=float)
    if values.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise ValueError(f"array has shape {values.shape}; expected (rows, columns)")
    low = float(numpy.nanmin(values)) if low is None else low
    high = float(numpy.nanmax(values)) if high is None else high
    between = colorInterpolator(colors or PALETTES["sequential"]["Viridis"], 0, 255)
    table = numpy.array([hex2rgb(between.GetColor(i)) for i in range(256)], dtype=numpy.uint8)
    scaled = numpy.nan_to_num((values - low) / ((high - low) or 1.0) * 255)
    rgb = table[numpy.clip(scaled, 0, 255).astype(int)]
    alpha = numpy.where(numpy.isnan(values), 0, 255).astype(numpy.uint8)
    return image2Base64(image.fromarray(numpy.dstack([rgb, alpha])))


def overlay(array: Any, bounds: Bounds, *, opacity: float = 0.8, **looks: Any) -> Any:
    """Return an ipyleaflet layer of the array.

    Args:
        array: as in `data_url`.
        bounds: south-west and north-east, each latitude and longitude in degrees.
        opacity: from 0 to 1.
        looks: ``colors``, ``low``, ``high`` of `data_url`.
    """
    leaflet = importlib.import_module("ipyleaflet")
    return leaflet.ImageOverlay(url=data_url(array, **looks), bounds=bounds, opacity=opacity)


class TimeRaster(ui.Column):
    """A slider through arrays of one place on a map; ``value`` is the index shown.

    Args:
        shown: the ipyleaflet map.
        frames: arrays of the same shape.
        bounds: as in `overlay`.
        labels: a text for each frame.
        on_change: called with the new index.
        looks: ``colors``, ``low``, ``high``, ``opacity``.
    """

    def __init__(
        self,
        shown: Any,
        frames: Sequence[Any],
        bounds: Bounds,
        labels: Sequence[str] = (),
        on_change: Callable[[int], Any] | None = None,
        **looks: Any,
    ) -> None:
        opacity = looks.pop("opacity", 0.8)
        self._frames, self._looks = list(frames), looks
        self._labels = [str(one) for one in labels] or [str(i) for i in range(len(self._frames))]
        self.layer = overlay(self._frames[0], bounds, opacity=opacity, **looks)
        shown.add(self.layer)
        self._slider = ui.Slider("Time", 0, 0, len(self._frames) - 1, self._moved, readout=False)
        self._name = ui.Label(self._labels[0])
        buttons = [
            ui.IconButton("mdi-chevron-left", lambda: self._step(-1), tooltip="Earlier"),
            ui.IconButton("mdi-chevron-right", lambda: self._step(1), tooltip="Later"),
        ]
        super().__init__(
            ui.Row(*buttons, self._name), self._slider, value=0, on_change=on_change, gap="0px"
        )
        self.observe(lambda change: self._show(change["new"]), "value")

    def _moved(self, index: float) -> None:
        self.vue_change(int(index))

    def _step(self, by: int) -> None:
        self.vue_change((self.value + by) % len(self._frames))

    def _show(self, index: int) -> None:
        self._slider.value = index
        self._name.label = self._labels[index]
        self.layer.url = data_url(self._frames[index], **self._looks)
