"""A round button that changes place, icon and meaning when pressed, of the older spelling."""

# ruff: noqa: N801, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vois import ui
from vois.vuetify._base import Facade, color_first

__all__ = ["dynamicButton"]


class dynamicButton(Facade, ui.IconButton):
    """Two buttons in one; each press goes to the other."""

    def __init__(
        self,
        icon1: str = "mdi-menu-left",
        icon2: str = "mdi-menu-right",
        color1: Any = None,
        color2: Any = None,
        tooltip1: str = "Close panel",
        tooltip2: str = "Open panel",
        x1: str = "10vw",
        y1: str = "10vh",
        x2: str = "1vw",
        y2: str = "10vh",
        onclick1: Callable[..., Any] | None = None,
        onclick2: Callable[..., Any] | None = None,
    ) -> None:
        self.keep(locals())
        self.pos1 = True
        self.start({}, icon=icon1, tooltip=tooltip1, value=0, variant="elevated", size="small")
        self.setpos()

    def setpos(self) -> None:
        """Take the place, icon, colour and help of the state."""
        now = "1" if self.pos1 else "2"
        x, y = getattr(self, f"x{now}"), getattr(self, f"y{now}")
        self.style_ = f"position: fixed; left: {x}; top: {y}; z-index: 1000"
        self.icon, self.tooltip = getattr(self, f"icon{now}"), getattr(self, f"tooltip{now}")
        self.color = color_first(getattr(self, f"color{now}"))

    def vue_click(self, *_: Any) -> None:
        """The viewer pressed it."""
        self.onclick()

    def onclick(self) -> None:
        """Call the state's callback and go to the other state."""
        self.emit("onclick1" if self.pos1 else "onclick2")
        self.pos1 = not self.pos1
        self.setpos()
