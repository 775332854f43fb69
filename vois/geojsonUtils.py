"""GeoJSON as text: load, count, list attributes, join, filter."""
# ruff: noqa: N802, N803, N999 - names of the older spelling

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["geojsonAll", "geojsonAttributes", "geojsonCount", "geojsonFilter", "geojsonJoin"]
__all__ += ["geojsonJson", "geojsonLoadFile"]


def geojsonJson(geojson: Any) -> dict[str, Any]:
    """Return GeoJSON as dict, whether it came as text or dict.

    Raises:
        ValueError: the text is no JSON.
    """
    return json.loads(geojson) if isinstance(geojson, (str, bytes)) else dict(geojson)


def geojsonLoadFile(filepath: str) -> str:
    """Return a file's text.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return Path(filepath).read_text(encoding="utf-8")


def _features(geojson: Any) -> list[dict[str, Any]]:
    """Return features, each with attributes, which may be null in a file."""
    found = geojsonJson(geojson).get("features") or []
    return [{**one, "properties": one.get("properties") or {}} for one in found]


def geojsonCount(geojson: Any) -> int:
    """Return the number of features."""
    return len(_features(geojson))


def geojsonAttributes(geojson: Any) -> list[str]:
    """Return the names of the features' attributes, in order of first sight."""
    return list(dict.fromkeys(name for one in _features(geojson) for name in one["properties"]))


def geojsonAll(geojson: Any, attributeName: str) -> list[Any]:
    """Return the attribute of every feature, None where it is missing."""
    return [one["properties"].get(attributeName) for one in _features(geojson)]


def geojsonJoin(
    geojson: Any,
    keyname: str,
    addedfieldname: str,
    keytovaluedict: dict[Any, Any],
    innerMode: bool = False,
) -> str:
    """Return GeoJSON text with one more attribute.

    Args:
        geojson: text or dict.
        keyname: attribute to look values up by.
        addedfieldname: name of the new attribute.
        keytovaluedict: value by key.
        innerMode: leave features without a value out.
    """
    whole = geojsonJson(geojson)
    kept = []
    for one in _features(whole):
        key = one["properties"].get(keyname)
        if key in keytovaluedict:
            added = {**one["properties"], addedfieldname: keytovaluedict[key]}
            kept.append({**one, "properties": added})
        elif not innerMode:
            kept.append(one)
    return json.dumps({**whole, "features": kept})


def geojsonFilter(geojson: Any, fieldname: str, fieldvalue: Any) -> str:
    """Return GeoJSON text with the features alone whose attribute has that value."""
    whole = geojsonJson(geojson)
    kept = [one for one in _features(whole) if one["properties"].get(fieldname) == fieldvalue]
    return json.dumps({**whole, "features": kept})
