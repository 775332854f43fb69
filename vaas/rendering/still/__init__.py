"""Stills: what a dashboard looks like when all is drawn, taken once for each run."""

from vaas.rendering.still.browser import find_browser
from vaas.rendering.still.stills import Built, Stills

__all__ = ["Built", "Stills", "find_browser"]
