"""Nodes and edges as a drawing that answers."""

# ruff: noqa: D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vois import ui
from vois._svg import esc, text

__all__ = ["svgGraph"]


def svgGraph(
    nodes_name: Any,
    nodes_label: Any,
    nodes_color: Any,
    nodes_pos: Any,
    edges: Any,
    edge_label: str = "Value",
    textcolor: str = "white",
    edgestrokecolor: str = "lightgrey",
    edgestrokewidth: float = 0.3,
    nodestrokecolor: str = "grey",
    nodestrokewidth: float = 0.3,
    selectedcolor: str = "red",
    selectedstrokewidth: float = 0.7,
    width: float = 300.0,
    heightpercent: float = 100.0,
    borderspercent: float = 10.0,
    nodesradius: float = 3.0,
    fontsize: float = 3.0,
    onclick: Callable[..., Any] | None = None,
) -> Any:
    """Return a graph as a widget; ``onclick(node)`` hears of the pressed node, or -1 of none.

    Args:
        nodes_name: name by node, which stands in its circle; or a list of names, which are the nodes.
        nodes_label: text by node, told when it is pointed at; or a list, which stands in the circles.
        nodes_color: fill by node, or a list.
        nodes_pos: place by node, or a list of places: ``(x, y)`` in any unit.
        edges: value by ``(node, node)``; or a list of ``(node, node, value)`` or ``(node, node)``.
        edge_label: what the value of an edge is.
        width: of the drawing, in pixels or as CSS length.
    """
    nodes = list(nodes_name)
    labels, colors = _by_node(nodes_label, nodes), _by_node(nodes_color, nodes)
    words = _by_node(nodes_name, nodes) if isinstance(nodes_name, Mapping) else labels
    tall, places = float(heightpercent), _by_node(nodes_pos, nodes)
    spots = _places([places[one] for one in nodes], tall, borderspercent)
    at = dict(zip(nodes, spots, strict=True))
    lines = [(*one, value) for one, value in edges.items()] if isinstance(edges, Mapping) else edges
    below = [_edge(at, one, edge_label, edgestrokecolor, edgestrokewidth) for one in lines]

    def drawing(chosen: Any) -> str:
        """The graph with the chosen node marked."""
        parts = list(below)
        for node in [one for one in nodes if one in labels and one in colors]:
            rim = (nodestrokecolor, nodestrokewidth)
            rim = (selectedcolor, selectedstrokewidth) if [node] == chosen else rim
            x, y = at[node][0], at[node][1] + fontsize * 0.35
            word = text(x, y, words[node], fontsize, fill=textcolor, text_anchor="middle")
            tip = f"<title>{esc(labels[node])}</title>" if words is not labels else ""
            inner = tip + _disc(at[node], nodesradius, colors[node], rim) + word
            parts.append(_pressable(node, labels[node], inner))
        return _whole(tall, width, parts)

    last: list[Any] = []

    def pressed(key: str) -> None:
        """Choose a node, or let the chosen one go, and tell of it."""
        found = [one for one in nodes if str(one) == key][:1]
        last[:] = [] if found == last else found
        widget.svg = drawing(last)
        if onclick is not None:
            onclick(last[0] if last else -1)

    widget = ui.Svg(drawing(last), pressed, aria_label="Graph")
    return widget


def _whole(tall: float, width: Any, parts: Sequence[str]) -> str:
    wide = f"{width:g}" if isinstance(width, (int, float)) else esc(width)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 {tall:g}" width="{wide}"'
        f' font-family="Roboto, Arial, sans-serif">{"".join(parts)}</svg>'
    )


def _pressable(key: Any, label: Any, inner: str) -> str:
    return (
        f'<g data-key="{esc(key)}" tabindex="0" role="button" aria-label="{esc(label)}"'
        f' style="cursor: pointer">{inner}</g>'
    )


def _by_node(given: Any, nodes: Sequence[Any]) -> dict[Any, Any]:
    return dict(given if isinstance(given, Mapping) else zip(nodes, given, strict=False))


def _disc(at: tuple[float, float], radius: float, fill: Any, rim: tuple[str, float]) -> str:
    return (
        f'<circle cx="{at[0]:.2f}" cy="{at[1]:.2f}" r="{esc(radius)}" fill="{esc(fill)}"'
        f' stroke="{esc(rim[0])}" stroke-width="{esc(rim[1])}"/>'
    )


def _edge(at: Mapping[Any, Any], edge: Sequence[Any], label: str, color: str, width: float) -> str:
    (x1, y1), (x2, y2) = at[edge[0]], at[edge[1]]
    said = f"<title>{esc(label)}: {esc(edge[2])}</title>" if len(edge) > 2 else ""  # noqa: PLR2004
    return (
        f'<path d="M {x1:.2f} {y1:.2f} L {x2:.2f} {y2:.2f}" stroke="{esc(color)}"'
        f' stroke-width="{esc(width)}">{said}</path>'
    )


def _places(places: Sequence[Any], tall: float, rim: float) -> list[tuple[float, float]]:
    """Return places of any unit inside a drawing 100 wide and ``tall`` high, ``rim`` from its edge."""
    xs, ys = [float(p[0]) for p in places], [float(p[1]) for p in places]

    def scaled(value: float, of: Sequence[float], size: float) -> float:
        """A place along one side for a coordinate."""
        if max(of) == min(of):
            return size / 2
        return rim + (size - 2 * rim) * (value - min(of)) / (max(of) - min(of))

    return [(scaled(x, xs, 100.0), scaled(y, ys, tall)) for x, y in zip(xs, ys, strict=True)]
