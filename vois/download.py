"""Files for the viewer, from code."""
# ruff: noqa: N802, N803 - names of the older spelling

from __future__ import annotations

from vois._v import ipywidgets
from vois.ui.overlay import host, show_in

__all__ = ["downloadBytes", "downloadText", "output"]

# Shown once by the author; what a download needs of the page comes in here.
output = ipywidgets.Output()


def downloadText(textobj: str, fileName: str = "download.txt") -> None:
    """Save text on the viewer's machine, as UTF-8."""
    show_in(output)
    host().save(str(textobj), fileName)


def downloadBytes(bytesobj: bytes, fileName: str = "download.bin") -> None:
    """Save bytes on the viewer's machine."""
    show_in(output)
    host().save(bytes(bytesobj), fileName)
