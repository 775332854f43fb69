"""Page-wide looks of the older spelling; the theme does this now, so most do nothing."""
# ruff: noqa: N802, N999 - names of the older spelling

from __future__ import annotations

from typing import Any

from vois.ui.overlay import host, show_in

__all__ = ["CardOpacityOnFocus", "allSettings", "copyToClipboard", "dialogBoxesLeftMargin"]
__all__ += ["popupDisplay", "switchFontSize"]


def dialogBoxesLeftMargin(output: Any = None) -> None:
    """Nothing to do: windows are placed by the theme."""


def popupDisplay(output: Any = None) -> None:
    """Nothing to do: popups are placed by the theme."""


def switchFontSize(output: Any = None, size: int = 14) -> None:
    """Nothing to do: labels of switches have the size of the page's text."""


def CardOpacityOnFocus(output: Any = None, opacity: float = 0.1) -> None:
    """Nothing to do: cards show their focus by the theme."""


def allSettings(output: Any = None) -> None:
    """Nothing to do: the theme holds all of it."""


def copyToClipboard(txt: str, output: Any = None) -> None:
    """Copy text to the viewer's clipboard."""
    show_in(output)
    host().run("copy", text=str(txt))
