"""A page template, of the older spelling."""

# ruff: noqa: N801, N803 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vois.templates._panels import PanelPage
from vois.vuetify._base import unless_none

__all__ = ["template1panel"]

LEFT_WIDTH = 400
BOTTOM_HEIGHT = 240
RIGHT_WIDTH = 480


class template1panel(PanelPage):
    """A page with these panels: left; write `createMain` and the others in a class of your own."""

    SIDES = ("left",)

    def __init__(
        self,
        output: Any,
        onclose: Callable[..., Any] | None = None,
        leftWidth: Any = None,
        **kwargs: Any,
    ) -> None:
        self.init_leftWidth = self.leftWidth = unless_none(leftWidth, LEFT_WIDTH)
        sizes = {"left": self.leftWidth}
        PanelPage.__init__(self, output, onclose, sizes, kwargs)
