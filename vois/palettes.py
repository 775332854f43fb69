"""Named palettes by family; the well-known ones are told by a few anchor colours."""

from __future__ import annotations

__all__ = ["FAMILIES", "PALETTES"]

PALETTES: dict[str, dict[str, list[str]]] = {
    "sequential": {
        "Viridis": ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"],
        "Plasma": ["#0d0887", "#7e03a8", "#cc4778", "#f89540", "#f0f921"],
        "Inferno": ["#000004", "#57106e", "#bc3754", "#f98e09", "#fcffa4"],
        "Magma": ["#000004", "#51127c", "#b73779", "#fc8961", "#fcfdbf"],
        "Cividis": ["#00224e", "#414d6b", "#7b7b78", "#bcae6c", "#fee838"],
        "Blues": ["#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"],
        "Greens": ["#f7fcf5", "#c7e9c0", "#74c476", "#238b45", "#00441b"],
        "Greys": ["#ffffff", "#d9d9d9", "#969696", "#525252", "#000000"],
        "Oranges": ["#fff5eb", "#fdd0a2", "#fd8d3c", "#d94801", "#7f2704"],
        "Reds": ["#fff5f0", "#fcbba1", "#fb6a4a", "#cb181d", "#67000d"],
    },
    "diverging": {
        "RdBu": ["#67001f", "#f4a582", "#f7f7f7", "#92c5de", "#053061"],
        "RdYlGn": ["#a50026", "#fdae61", "#ffffbf", "#a6d96a", "#006837"],
        "BrBG": ["#543005", "#dfc27d", "#f5f5f5", "#80cdc1", "#003c30"],
        "Spectral": ["#9e0142", "#fdae61", "#ffffbf", "#abdda4", "#5e4fa2"],
    },
    "qualitative": {
        "Calm": ["#3366a8", "#d9822b", "#3a8f5c", "#b5485d", "#7a5ea8", "#5f8a8b"],
        "Dark2": ["#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02"],
        "Set2": ["#66c2a5", "#fc8d62", "#8da0cb", "#e78ac3", "#a6d854", "#ffd92f"],
    },
    "cyclical": {
        "Twilight": ["#e2d9e2", "#6276ba", "#2f1436", "#b25652", "#e2d9e2"],
        "Hue": ["#ff0000", "#ffff00", "#00ff00", "#00ffff", "#0000ff", "#ff00ff", "#ff0000"],
    },
    "carto": {
        "Teal": ["#d1eeea", "#85c4c9", "#4f90a6", "#2a5674"],
        "Sunset": ["#f3e79b", "#f8a07e", "#ce6693", "#5c53a5"],
        "Earth": ["#a16928", "#d6bd8d", "#edeac2", "#b5c8b8", "#2887a1"],
    },
}
FAMILIES = [name for name in PALETTES if name != "carto"]
