"""Treemaps of dotted names, by Plotly."""
# ruff: noqa: N802, N803, N999 - names of the older spelling

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from vois import theme

__all__ = ["TreemapNode", "createTreemapFromList"]


class TreemapNode:
    """A node's name and value."""

    def __init__(self, name: str, value: float = 0.0) -> None:
        self.name, self.value = name, value


def createTreemapFromList(
    nameslist: Sequence[str] = (),
    rootName: str = "Root",
    separator: str = ".",
    valuefor: dict[str, float] | None = None,
) -> Any:
    """Return a Plotly treemap.

    Args:
        nameslist: names such as ``Europe.Italy.Lazio``; every part becomes a node.
        rootName: name of the whole.
        separator: between the parts of a name.
        valuefor: size by full name; a name without one counts as 1.
    """
    names = [rootName]
    for name in nameslist:
        parts = name.split(separator)
        names += [separator.join([rootName, *parts[:n]]) for n in range(1, len(parts) + 1)]
    ids = list(dict.fromkeys(names))
    parents = ["" if one == rootName else one.rsplit(separator, 1)[0] for one in ids]
    branches = set(parents)
    given = {f"{rootName}{separator}{name}": value for name, value in (valuefor or {}).items()}
    values = [0.0 if one in branches else float(given.get(one, 1.0)) for one in ids]
    go = importlib.import_module("plotly.graph_objects")
    labels = [one.rsplit(separator, 1)[-1] for one in ids]
    figure = go.Figure(go.Treemap(ids=ids, labels=labels, parents=parents, values=values))
    return figure.update_layout(template=theme.plotly_template())
