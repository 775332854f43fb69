"""Maps of countries and regions coloured by numbers, on ipyleaflet."""

# ruff: noqa: ARG001, D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from vois import _v
from vois._svg import Range, limits
from vois.geo.basemap import offline_map
from vois.geojsonUtils import geojsonJson, geojsonLoadFile

__all__ = ["countriesMap", "geojsonCategoricalMap", "geojsonMap"]

_COUNTRIES = (
    "countriesMap needs country shapes, which this installation does not carry;"
    " give your own GeoJSON to geojsonMap, or use svgMap.svgMapEurope"
)


def countriesMap(
    df: Any,
    code_column: Any = None,
    value_column: str = "value",
    codes_selected: Sequence[Any] = (),
    center: Any = None,
    zoom: Any = None,
    width: Any = "99%",
    height: Any = "400px",
    min_width: Any = None,
    basemap: Any = None,
    detailedcountries: bool = False,
    colorlist: Sequence[Any] = (
        "#0d0887",
        "#46039f",
        "#7201a8",
        "#9c179e",
        "#bd3786",
        "#d8576b",
        "#ed7953",
        "#fb9f3a",
        "#fdca26",
        "#f0f921",
    ),
    stdevnumber: float = 2.0,
    stroke: str = "#232323",
    stroke_selected: str = "#00ffff",
    stroke_width: float = 3.0,
    decimals: float = 2,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
    style: Any = None,
    hover_style: Any = None,
) -> Any:
    """Say what is missing: shapes of countries.

    Raises:
        NotImplementedError: always; the message names the ways out.
    """
    raise NotImplementedError(_COUNTRIES)


def _map(
    size: tuple[Any, Any, Any], center: Any, zoom: Any, basemap: Any, layer: Any, geo: Any
) -> Any:
    shown = offline_map(center, zoom, basemap, geo)
    shown.layout.width, shown.layout.height = _v.css_size(size[0]), _v.css_size(size[1])
    if size[2] is not None:
        shown.layout.min_width = _v.css_size(size[2])
    shown.add(layer)
    return shown


def _look(base: Any, **more: Any) -> dict[str, Any]:
    given = {"opacity": 1, "dashArray": "0", "fillOpacity": 0.6} if base is None else dict(base)
    return {**given, **more}


def geojsonMap(
    df: Any,
    geojson_path: Any,
    geojson_attribute: Any,
    code_column: Any = None,
    value_column: str = "value",
    codes_selected: Sequence[Any] = (),
    center: Any = None,
    zoom: Any = None,
    width: Any = "99%",
    height: Any = "400px",
    min_width: Any = None,
    basemap: Any = None,
    colorlist: Sequence[Any] = (
        "#0d0887",
        "#46039f",
        "#7201a8",
        "#9c179e",
        "#bd3786",
        "#d8576b",
        "#ed7953",
        "#fb9f3a",
        "#fdca26",
        "#f0f921",
    ),
    stdevnumber: float = 2.0,
    stroke: str = "#232323",
    stroke_selected: str = "#00ffff",
    stroke_width: float = 3.0,
    decimals: float = 2,
    minallowed_value: Any = None,
    maxallowed_value: Any = None,
    style: Any = None,
    hover_style: Any = None,
) -> Any:
    """Return a map of regions coloured by the numbers of a DataFrame.

    Args:
        df: one row for each region.
        geojson_path: file of the regions.
        geojson_attribute: attribute that holds a region's code.
        code_column: column of the codes; None takes the index.
        value_column: column of the numbers.
        codes_selected: regions to mark.
        center: latitude and longitude; None fits the regions.
        zoom: from 0 to 22; None fits the regions.
        basemap: one of ipyleaflet's, or None for a plain ground that needs no network.
    """
    geo = geojsonJson(geojsonLoadFile(geojson_path))
    codes = [str(one) for one in (df.index if code_column is None else df[code_column])]
    values = dict(zip(codes, [float(one) for one in df[value_column]], strict=True))
    low, high = limits(list(values.values()), stdevnumber, minallowed_value, maxallowed_value)
    shade = Range(colorlist, low, high)
    chosen = {str(one) for one in codes_selected}

    def paint(feature: dict[str, Any]) -> dict[str, Any]:
        code = str(feature["properties"].get(geojson_attribute))
        edge = (stroke_selected, stroke_width + 1) if code in chosen else (stroke, stroke_width)
        return {"fillColor": shade(values.get(code)), "color": edge[0], "weight": edge[1]}

    return _map(
        (width, height, min_width),
        center,
        zoom,
        basemap,
        _layer(geo, style, hover_style, paint),
        geo,
    )


def _layer(geo: Any, style: Any, hover: Any, paint: Any) -> Any:
    leaflet = importlib.import_module("ipyleaflet")
    return leaflet.GeoJSON(
        data=geo,
        style=_look(style),
        hover_style=_look(hover, fillOpacity=0.85),
        style_callback=paint,
    )


def geojsonCategoricalMap(
    geojson_path: Any,
    geojson_attribute: Any,
    center: Any = None,
    zoom: Any = None,
    width: Any = "99%",
    height: Any = "400px",
    min_width: Any = None,
    basemap: Any = None,
    colormap: Any = None,
    stroke: str = "#232323",
    stroke_width: float = 3.0,
    fill: str = "#aaaaaa",
    style: Any = None,
    hover_style: Any = None,
) -> Any:
    """Return a map of regions coloured by one of their attributes.

    Args:
        geojson_path: file of the regions.
        geojson_attribute: attribute that tells the kind.
        colormap: colour by kind.
        fill: colour of other kinds.
    """
    geo = geojsonJson(geojsonLoadFile(geojson_path))
    colors = dict(colormap or {})

    def paint(feature: dict[str, Any]) -> dict[str, Any]:
        kind = feature["properties"].get(geojson_attribute)
        return {"fillColor": colors.get(kind, fill), "color": stroke, "weight": stroke_width}

    return _map(
        (width, height, min_width),
        center,
        zoom,
        basemap,
        _layer(geo, style, hover_style, paint),
        geo,
    )
