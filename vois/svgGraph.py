"""Nodes and edges as a drawing that answers."""

# ruff: noqa: ARG001, D417, N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """Return a graph as a widget; ``onclick(name)`` hears of the pressed node.

    Args:
        nodes_name: unique names.
        nodes_label: texts on the nodes.
        nodes_color: fills.
        nodes_pos: place by name, or a list of places: ``(x, y)`` in any unit.
        edges: ``(name, name, value)`` or ``(name, name)``.
        edge_label: what the value of an edge is.
        width: of the drawing, in pixels.
    """
    names = list(nodes_name)
    places = [nodes_pos[n] for n in names] if isinstance(nodes_pos, dict) else list(nodes_pos)
    tall = float(heightpercent)
    at = dict(zip(names, _places(places, tall, borderspercent), strict=True))
    parts = []
    for edge in edges:
        said = f"<title>{esc(edge_label)}: {esc(edge[2])}</title>" if len(edge) > 2 else ""  # noqa: PLR2004
        parts.append(_edge((*at[edge[0]], *at[edge[1]]), said, edgestrokecolor, edgestrokewidth))
    rim = f'stroke="{esc(nodestrokecolor)}" stroke-width="{nodestrokewidth}"'
    style = {"fill": textcolor, "text_anchor": "middle"}
    for name, label, color in zip(names, nodes_label, nodes_color, strict=False):
        x, y = at[name]
        disc = f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{nodesradius}" fill="{esc(color)}" {rim}/>'
        words = text(x, y + fontsize * 0.35, label, fontsize, **style)
        parts.append(
            f'<g data-key="{esc(name)}" tabindex="0" role="button" aria-label="{esc(label)}"'
            f' style="cursor: pointer">{disc}{words}</g>'
        )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 {tall:g}" width="{width:g}"'
        f' font-family="Roboto, Arial, sans-serif">{"".join(parts)}</svg>'
    )
    return ui.Svg(svg, onclick, aria_label="Graph")


def _edge(ends: tuple[float, ...], said: str, color: str, width: float) -> str:
    x1, y1, x2, y2 = ends
    return (
        f'<path d="M {x1:.2f} {y1:.2f} L {x2:.2f} {y2:.2f}" stroke="{esc(color)}"'
        f' stroke-width="{width}">{said}</path>'
    )


def _places(places: Sequence[Any], tall: float, rim: float) -> list[tuple[float, float]]:
    """Return places of any unit inside a drawing 100 wide and ``tall`` high, ``rim`` from its edge."""
    xs, ys = [float(p[0]) for p in places], [float(p[1]) for p in places]

    def scaled(value: float, of: Sequence[float], size: float) -> float:
        return rim + (size - 2 * rim) * (value - min(of)) / ((max(of) - min(of)) or 1.0)

    return [(scaled(x, xs, 100.0), scaled(y, ys, tall)) for x, y in zip(xs, ys, strict=True)]
