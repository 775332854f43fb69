"""Legends, circles, pies and titles as SVG."""

# ruff: noqa: N802, N999 - names and order of the older spelling
from __future__ import annotations

from typing import Any

from vois._legends import categoriesLegend, graduatedLegend, graduatedLegendVWVH
from vois._pies import AnimatedPieChart, FillPercentage, SmallCircle
from vois._svg import frame, text

__all__ = [
    "AnimatedPieChart",
    "FillPercentage",
    "SmallCircle",
    "categoriesLegend",
    "graduatedLegend",
    "graduatedLegendVWVH",
    "svgLogo",
    "svgTitle",
]


def svgTitle(
    title: str = "Dashboard title",
    subtitle1: str = "Subtitle1",
    subtitle2: str = "Subtitle2",
    xline: float = 290,
) -> Any:
    """Return a heading with two smaller lines beside it."""
    inner = text(8, 40, title, 30, fill="currentColor", font_weight=600)
    inner += f'<path d="M {xline} 8 V 56" stroke="currentColor" opacity=".5"/>'
    inner += text(xline + 12, 27, subtitle1, 16, fill="currentColor")
    inner += text(xline + 12, 49, subtitle2, 16, fill="currentColor")
    return frame(xline + 300, 64, (xline + 300.0, 64.0), inner, title)


def svgLogo() -> Any:
    """Return a small neutral mark."""
    inner = '<circle cx="32" cy="32" r="26" fill="#2f5d8a"/><path d="M12 38 q10 -18 20 -4 t20 -8"'
    inner += ' stroke="white" stroke-width="4" fill="none"/>'
    return frame(68, 44, (64.0, 64.0), inner, "vois")
