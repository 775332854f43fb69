"""Nodes and edges as a drawing that answers."""

# ruff: noqa: D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from vois import ui
from vois._svg import esc, sheet, text

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
    nodes, drawing = list(nodes_name), _drawing(dict(locals()))
    widget = ui.Svg(drawing([]), aria_label="Graph")
    widget.on_change = _pressed(widget, nodes, drawing, onclick)
    return widget


def _drawing(given: dict[str, Any]) -> Callable[[list[Any]], str]:
    """Return what draws the whole graph, by a list of its chosen node, or of none.

    Args:
        given: the arguments of `svgGraph`.
    """
    nodes, tall = list(given["nodes_name"]), float(given["heightpercent"])
    places = _by_node(given["nodes_pos"], nodes)
    spots = _places([places[one] for one in nodes], tall, given["borderspercent"])
    at = dict(zip(nodes, spots, strict=True))
    lines = _edges(given, at)

    def _drawn(chosen: list[Any]) -> str:
        return sheet((100, tall), "".join([*lines, *_nodes(given, at, chosen)]), wide)

    width = given["width"]
    wide = f"{width:g}" if isinstance(width, (int, float)) else width
    return _drawn


def _edges(given: dict[str, Any], at: Mapping[Any, Any]) -> list[str]:
    """Return the lines between the nodes, whose places are given."""
    edges, looks = given["edges"], (given["edgestrokecolor"], given["edgestrokewidth"])
    lines = [(*one, value) for one, value in edges.items()] if isinstance(edges, Mapping) else edges
    return [_edge(at, one, given["edge_label"], *looks) for one in lines]


def _nodes(given: dict[str, Any], at: Mapping[Any, Any], chosen: list[Any]) -> Iterator[str]:
    """Yield the circle of each node that has a text and a colour."""
    labels, colors = _by_node(given["nodes_label"], at), _by_node(given["nodes_color"], at)
    named = isinstance(given["nodes_name"], Mapping)
    words = given["nodes_name"] if named else labels
    size, plain = given["fontsize"], (given["nodestrokecolor"], given["nodestrokewidth"])
    style = {"fill": given["textcolor"], "text_anchor": "middle"}
    for node in [one for one in at if one in labels and one in colors]:
        marked = (given["selectedcolor"], given["selectedstrokewidth"])
        x, y = at[node]
        disc = _disc(
            at[node], given["nodesradius"], colors[node], marked if [node] == chosen else plain
        )
        tip = f"<title>{esc(labels[node])}</title>" if named else ""
        inner = tip + disc + text(x, y + size * 0.35, words[node], size, **style)
        yield _pressable(node, labels[node], inner)


def _pressed(
    widget: ui.Svg,
    nodes: Sequence[Any],
    drawing: Callable[[list[Any]], str],
    onclick: Callable[..., Any] | None,
) -> Callable[[str], None]:
    """Return what is done when a node is pressed."""
    last: list[Any] = []

    def _press(key: str) -> None:
        found = [one for one in nodes if str(one) == key][:1]
        last[:] = [] if found == last else found
        widget.svg = drawing(last)
        if onclick is not None:
            onclick(last[0] if last else -1)

    return _press


def _pressable(key: Any, label: Any, inner: str) -> str:
    return (
        f'<g data-key="{esc(key)}" tabindex="0" role="button" aria-label="{esc(label)}"'
        f' style="cursor: pointer">{inner}</g>'
    )


def _by_node(given: Any, nodes: Iterable[Any]) -> dict[Any, Any]:
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

    def _scaled(value: float, of: Sequence[float], size: float) -> float:
        if max(of) == min(of):
            return size / 2
        return rim + (size - 2 * rim) * (value - min(of)) / (max(of) - min(of))

    return [(_scaled(x, xs, 100.0), _scaled(y, ys, tall)) for x, y in zip(xs, ys, strict=True)]
