"""Colours of drawings that follow the theme in the page itself, as CSS variables.

Vuetify turns each colour of its theme into a variable, anew at every change of mode
or preset; so what is drawn once is right in light and in dark.
"""

from __future__ import annotations

from collections.abc import Sequence

from vois.colors import rgb2hex, string2rgb

__all__ = ["INKS", "STEPS", "best_ink", "tokens"]

STEPS = 7
"""Colours of a ramp from low to high."""
_LINEAR = 0.04045
"""Below this sRGB is linear (IEC 61966-2-1)."""
INKS = ("#000000", "#ffffff")
_FAINT, _DEEP = 0.25, 0.12
"""How much of the first colour the ramp's low end has, and of the ink its high end."""


def _mixed(one: str, other: str, part: float) -> str:
    """Return ``one`` with that part of ``other`` in it, as ``#rrggbb``."""
    pairs = zip(string2rgb(one), string2rgb(other), strict=True)
    return rgb2hex([round(a + (b - a) * part) for a, b in pairs])


def _light(color: str) -> float:
    """Return how light a colour is, from 0 to 1 (WCAG 2.2, relative luminance)."""
    parts = [one / 255 for one in string2rgb(color)]
    r, g, b = (one / 12.92 if one <= _LINEAR else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def best_ink(color: str) -> str:
    """Return black or white, whichever has the higher contrast on the colour."""
    light = _light(color)
    return INKS[(light + 0.05) ** 2 < 1.05 * 0.05]


def tokens(primary: str, surface: str, ink: str, series: Sequence[str]) -> dict[str, str]:
    """Return a theme's own colours by name, as ``#rrggbb``.

    Args:
        primary: of the widgets.
        surface: on which drawings stand.
        ink: of the text on it.
        series: of the lines of charts.

    Returns:
        ``series-1`` and on, ``ramp-1`` (low) to ``ramp-7`` (high), ``chosen`` for what is
        marked, and for each of these ``on-...``, in which text on it is written.
    """
    low, high = _mixed(surface, primary, _FAINT), _mixed(primary, ink, _DEEP)
    found = {f"ramp-{i + 1}": _mixed(low, high, i / (STEPS - 1)) for i in range(STEPS)}
    found |= {f"series-{i + 1}": color for i, color in enumerate(series)}
    found["chosen"] = series[1 % len(series)]
    return found | {f"on-{name}": best_ink(color) for name, color in found.items()}
