"""A small text at a place of a map that goes away by itself."""

# ruff: noqa: ARG002, N801, N802, PLR0917 - names and order of the older spelling
from __future__ import annotations

import importlib
import threading
from collections.abc import Sequence
from typing import Any

from vois._lives import dispose
from vois.vuetify._texts import TextList

__all__ = ["textpopup"]


class textpopup:
    """Names and texts at a place of an ipyleaflet map.

    Args:
        m: the map.
        lat: latitude in degrees.
        lon: longitude in degrees.
        titles: names.
        texts: texts, one for each name.
        autoremovedelay: seconds until it goes; 0 keeps it.
    """

    def __init__(
        self,
        m: Any,
        lat: float = 0.0,
        lon: float = 0.0,
        titles: Sequence[Any] = (),
        texts: Sequence[Any] = (),
        width: Any = 200,
        height: Any = None,
        autoremovedelay: float = 10.0,
        titlesbold: Sequence[Any] = (),
        titlefontsize: float = 12,
        textsbold: Sequence[Any] = (),
        textfontsize: float = 12,
        titlewidth: float = 50,
        titlecolor: str = "black",
        textcolor: str = "black",
        lineheightfactor: float = 1.1,
        align: str = "center",
        margin: float = 5,
    ) -> None:
        leaflet = importlib.import_module("ipyleaflet")
        self.m, self.autoremovedelay = m, autoremovedelay
        self.h = TextList(
            titles,
            texts,
            title_font_size=int(titlefontsize),
            text_font_size=int(textfontsize),
            title_color=titlecolor,
            text_color=textcolor,
            line_height_factor=lineheightfactor,
            width=width,
        )
        self.marker1 = leaflet.Popup(
            location=(lat, lon),
            child=self.h,
            close_button=True,
            auto_close=False,
            close_on_escape_key=False,
        )
        self.marker2 = None
        m.add(self.marker1)
        self.timer: threading.Timer | None = None
        if autoremovedelay > 0:
            self.timer = threading.Timer(autoremovedelay, self.remove)
            self.timer.daemon = True
            self.timer.start()

    def remove(self) -> None:
        """Take it off the map."""
        if self.timer is not None:
            self.timer.cancel()
        if self.marker1 in self.m.layers:
            self.m.remove(self.marker1)
        dispose([self.marker1])

    @staticmethod
    def removeAll(m: Any) -> None:
        """Take every popup off a map."""
        leaflet = importlib.import_module("ipyleaflet")
        for layer in [one for one in m.layers if isinstance(one, leaflet.Popup)]:
            m.remove(layer)
