"""A drawing of Europe in a page, of the older spelling."""

# ruff: noqa: N802, N999 - names and order of the older spelling
from __future__ import annotations

import importlib
from typing import Any, ClassVar

from vois import _v
from vois.svgMap import country_codes, svgMapEurope
from vois.templates._saved import Saved
from vois.vuetify._palettes import palettePickerEx

__all__ = ["SVGdrawing"]


class SVGdrawing(Saved):
    """Europe in the colours of a palette, or the author's own drawing in ``svg``."""

    STATE: ClassVar[tuple[str, ...]] = (*Saved.STATE, "familyname", "palette")
    markup = """<v-card @root variant="flat" :width="width" :height="height" max-width="100%"
 style="overflow: auto"><div v-html="drawing"></div></v-card>"""
    drawing: str = _v.text()

    def __init__(
        self,
        width: Any = "30vw",
        height: Any = "40vh",
        color_first: Any = None,
        color_second: Any = None,
        dark: Any = None,
        **kwargs: Any,
    ) -> None:
        self.customsvg = ""
        self.begin(dict(locals()))
        self.pp = palettePickerEx(onchange=self.updateChart, show_opacity_slider=False)
        self.codes_selected: list[str] = []
        self.df: Any = None
        self.updateChart()

    def updateChart(self, *_: Any) -> None:
        """Draw anew."""
        if self.customsvg:
            self.drawing = self.customsvg
            return
        if self.df is None:
            pandas = importlib.import_module("pandas")
            values = [float(1 + i % 10) for i in range(len(country_codes))]
            self.df = pandas.DataFrame({"iso2code": country_codes, "value": values})
        colors = self.pp.colors or ["#eeeeee", "#333333"]
        self.drawing = svgMapEurope(
            self.df,
            "iso2code",
            codes_selected=self.codes_selected,
            colorlist=colors,
            width="100%",
            height="auto",
        )

    def configure(self) -> Any:
        """Return the control of the palette."""
        return self.pp

    @property
    def svg(self) -> str:
        """The drawing's text."""
        return self.drawing

    @svg.setter
    def svg(self, svg: str) -> None:
        """Show another drawing."""
        self.customsvg = svg
        self.updateChart()

    @property
    def familyname(self) -> str:
        """Family of the palette."""
        return self.pp.familyname

    @familyname.setter
    def familyname(self, name: str) -> None:
        """Choose a family of palettes and draw anew."""
        self.pp.familyname = name
        self.updateChart()

    @property
    def palette(self) -> Any:
        """Name of the palette."""
        return self.pp.value

    @palette.setter
    def palette(self, name: str) -> None:
        """Choose a palette and draw anew."""
        self.pp.value = name
        self.updateChart()
