"""Cards and grids of the older spelling."""

# ruff: noqa: ARG002, N801 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify._base import Facade, arguments
from vois.vuetify._mainpage import getLocalImageURL

__all__ = ["card", "cardsGrid", "svgsGrid"]


class card(Facade, ui.Card):
    """A framed picture and text that can be pressed; see `vois.ui.Card`."""

    SAME: ClassVar[dict[str, str]] = {
        "title": "label",
        "subtitle": "text",
        "backgroundimageurl": "background",
    }

    def __init__(
        self,
        *args: Any,
        width: Any = "400px",
        height: Any = "",
        color: str = "white",
        dark: bool = False,
        ripple: bool = False,
        disabled: bool = False,
        elevation: float = 3,
        title: str = "Title",
        subtitle: str = "Subtitle",
        icon: str = "",
        iconsize: str = "32px",
        image: str = "",
        imagesize: str = "190px",
        on_click: Callable[..., Any] | None = None,
        argument: Any = None,
        responsive: bool = False,
        fontsizemultiplier: float = 1.0,
        backgroundimageurl: str = "",
        tooltip: str = "",
        titletooltip: str = "",
        focusedopacity: float = 0.1,
        textcolor: str = "black",
        titleweight: float = 700,
        subtitleweight: float = 400,
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        self.start(
            kwargs,
            label=title,
            text=subtitle,
            width=_v.css_size(width),
            height=_v.css_size(height),
            color=None if color == "white" else color,
            dark=dark or None,
            ripple=ripple,
            disabled=disabled,
            elevation=int(elevation),
            icon=icon,
            icon_size=iconsize,
            image=image,
            image_size=imagesize,
            background=backgroundimageurl,
            tooltip=tooltip or titletooltip,
            clickable=on_click is not None,
            title_style=f"font-weight: {titleweight}; font-size: {1.1 * fontsizemultiplier}rem;"
            + (f" color: {textcolor}" if textcolor != "black" else ""),
            text_style=f"font-weight: {subtitleweight}; font-size: {0.875 * fontsizemultiplier}rem;"
            + (f" color: {textcolor}" if textcolor != "black" else ""),
        )
        self.on_click = on_click

    def _arguments(self) -> tuple[Any, ...]:
        return arguments(self.argument)


def _columns(span: float) -> int:
    return max(1, round(12 / max(1.0, float(span))))


class _Grid(Facade, ui.CardsGrid):
    """What the two grids share: each card spans ``cols`` of twelve columns."""

    @property
    def cols(self) -> int:
        """How many of twelve columns a card spans."""
        return round(12 / max(1, self.columns))

    @cols.setter
    def cols(self, span: float) -> None:
        """Set how many of the twelve columns each card takes."""
        self.columns = _columns(span)


class cardsGrid(_Grid):
    """Equal cards from data; see `vois.ui.CardsGrid`. ``on_click(index)``."""

    SAME: ClassVar[dict[str, str]] = {
        "on_click": "on_change",
        "tooltipwidth": "tooltip_width",
    }

    def __init__(
        self,
        *args: Any,
        cards: Sequence[Any] = (),
        width: Any = "400px",
        height: Any = "",
        color: str = "white",
        cols: float = 6,
        dark: bool = False,
        ripple: bool = False,
        iconsize: str = "32px",
        imagesize: str = "190px",
        on_click: Callable[..., Any] | None = None,
        responsive: bool = False,
        fontsizemultiplier: float = 1.0,
        tooltipwidth: str = "600px",
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        self.start(
            kwargs,
            cards=[dict(one) for one in cards],
            width=_v.css_size(width),
            height=_v.css_size(height),
            color=None if color == "white" else color,
            columns=_columns(cols),
            dark=dark or None,
            ripple=ripple,
            image_size=imagesize,
            tooltip_width=tooltipwidth,
        )
        self.on_change = on_click


class svgsGrid(_Grid):
    """A grid of drawings; ``on_click`` is called with the index of the pressed one."""

    SAME: ClassVar[dict[str, str]] = {"on_click": "on_change"}

    def __init__(
        self,
        *args: Any,
        filepaths: Sequence[Any] = (),
        width: Any = "80px",
        height: Any = "100px",
        color: str = "white",
        cols: float = 1,
        ripple: bool = False,
        svgsize: float = 80,
        on_click: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.start(
            kwargs,
            cards=[{"image": getLocalImageURL(path, "svg+xml")} for path in filepaths],
            width=_v.css_size(width),
            height=_v.css_size(height),
            color=color,
            columns=_columns(cols),
            ripple=ripple,
            image_size=_v.css_size(svgsize),
        )
        self.on_change = on_click
