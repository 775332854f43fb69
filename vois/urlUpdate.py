"""Change the page's own address from code."""
# ruff: noqa: N802, N999 - names of the older spelling

from __future__ import annotations

from typing import Any

from vois.ui.overlay import host, show_in

__all__ = ["urlUpdate"]


def urlUpdate(url: str, output: Any) -> None:
    """Show ``url`` as the page's address without loading it; it must be of the same site."""
    show_in(output)
    host().run("address", url=url)
