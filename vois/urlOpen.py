"""Open another page from code."""
# ruff: noqa: N802, N999 - names of the older spelling

from __future__ import annotations

from typing import Any

from vois.ui.overlay import host, show_in

__all__ = ["urlOpen"]


def urlOpen(url: str, output: Any, target: str = "_blank") -> None:
    """Open ``url`` in another tab; only http, https and mail addresses are opened."""
    show_in(output)
    host().run("visit", url=url, target=target)
