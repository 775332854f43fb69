"""Maps of countries and regions coloured by numbers, on ipyleaflet."""

# ruff: noqa: D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from vois import _v
from vois._svg import PLASMA, Range, limits, numbers
from vois.geo import world
from vois.geo.basemap import offline_map
from vois.geojsonUtils import geojsonJson, geojsonLoadFile

__all__ = ["countriesMap", "geojsonCategoricalMap", "geojsonMap"]


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
    colorlist: Sequence[Any] = PLASMA,
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
    """Return a map of countries coloured by the numbers of a DataFrame.

    Args:
        df: one row for each country.
        code_column: column of the codes, of two or three letters; None takes the index.
        value_column: column of the numbers.
        codes_selected: countries to mark.
        center: latitude and longitude; None fits the countries that have a number.
        zoom: from 0 to 22; None fits likewise.
        basemap: one of ipyleaflet's, or None for a plain ground that needs no network.
        detailedcountries: shapes of the scale 1:50 million instead of 1:110 million.
    """
    given = dict(locals())
    shapes = world.countries(scale="50m" if detailedcountries else "110m")
    values, look = _looks(given)

    def paint(feature: dict[str, Any]) -> dict[str, Any]:
        """The style of a country."""
        codes = _codes(feature)
        code = next((one for one in codes if one in values), codes[0])
        return look(code)

    known = [_mainland(one) for one in shapes["features"] if set(_codes(one)) & set(values)]
    layer = _layer(shapes, style, hover_style, paint)
    fit = {"features": known or shapes["features"]}
    return _map((width, height, min_width), center, zoom, basemap, layer, fit)


def _mainland(feature: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a country with the most corners; what lies overseas is left out."""
    shape = feature["geometry"]
    parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    longest = max(parts, key=lambda part: len(part[0]))
    return {"geometry": {"type": "Polygon", "coordinates": longest}}


def _codes(feature: dict[str, Any]) -> list[str]:
    """Return every code that tables may use for a country."""
    a2, a3 = feature["properties"]["a2"], feature["properties"]["a3"]
    return [a2, a3, *{"GB": ["UK"], "GR": ["EL"]}.get(a2, [])]


def _looks(given: dict[str, Any]) -> tuple[dict[str, float], Callable[[str], dict[str, Any]]]:
    """Return number by code, and what gives the looks of a region by its code.

    Args:
        given: the arguments of `countriesMap` or `geojsonMap`.
    """
    df, column = given["df"], given["code_column"]
    codes = [str(one) for one in (df.index if column is None else df[column])]
    values = dict(zip(codes, numbers(df[given["value_column"]]), strict=True))
    ends = [given[name] for name in ("stdevnumber", "minallowed_value", "maxallowed_value")]
    shade = Range(given["colorlist"], *limits(list(values.values()), *ends))
    chosen = {str(one) for one in given["codes_selected"]}
    plain = {"color": given["stroke"], "weight": given["stroke_width"]}
    marked = {"color": given["stroke_selected"], "weight": given["stroke_width"] + 1}

    def look(code: str) -> dict[str, Any]:
        """The style for a code's value, marked if it is chosen."""
        return {"fillColor": shade(values.get(code)), **(marked if code in chosen else plain)}

    return values, look


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
    colorlist: Sequence[Any] = PLASMA,
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
    given = dict(locals())
    geo = _regions(geojson_path)
    _, look = _looks(given)

    def paint(feature: dict[str, Any]) -> dict[str, Any]:
        """The style of a feature by its code."""
        return look(str(feature["properties"].get(geojson_attribute)))

    layer = _layer(geo, style, hover_style, paint)
    return _map((width, height, min_width), center, zoom, basemap, layer, geo)


def _regions(path: Any) -> dict[str, Any]:
    """Return a file's regions, each with attributes, which may be null there."""
    geo = geojsonJson(geojsonLoadFile(path))
    shapes = [{**one, "properties": one.get("properties") or {}} for one in geo["features"]]
    return {**geo, "features": shapes}


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
    geo = _regions(geojson_path)
    colors = dict(colormap or {})

    def paint(feature: dict[str, Any]) -> dict[str, Any]:
        """The style of a feature by its kind."""
        kind = feature["properties"].get(geojson_attribute)
        return {"fillColor": colors.get(kind, fill), "color": stroke, "weight": stroke_width}

    layer = _layer(geo, style, hover_style, paint)
    return _map((width, height, min_width), center, zoom, basemap, layer, geo)
