"""Layers of the institute's own map service: importable, and clear about what they need."""

# ruff: noqa: ARG002, N801, N802, N803, PLR0917 - names and order of the older spelling
from __future__ import annotations

from typing import Any

from vois._needs import NeedsInstitute

__all__ = ["interaproLayer", "layers"]

_NEEDS = (
    "the institute's map service 'inter', which is not part of this package; use vois.geo.raster"
)


class interaproLayer:
    """A raster layer described by its attributes; its tiles need the institute's service."""

    def __init__(
        self,
        name: Any,
        visible: bool = True,
        opacity: float = 1.0,
        path: Any = None,
        file: Any = None,
        epsg: Any = None,
        nodata: Any = None,
        colorfile: Any = None,
        colortable: Any = None,
        colormap: Any = None,
        valuemap: Any = None,
        colorscheme: Any = None,
        colorcustom: Any = None,
        scalemin: Any = None,
        scalemax: Any = None,
        interpolate: Any = None,
        bands: Any = None,
        rmin: Any = None,
        rmax: Any = None,
        gmin: Any = None,
        gmax: Any = None,
        bmin: Any = None,
        bmax: Any = None,
    ) -> None:
        self.__dict__.update({name: value for name, value in locals().items() if name != "self"})

    def toDict(self) -> dict[str, Any]:
        """Return the description."""
        return dict(self.__dict__)

    def fromDict(self, d: dict[str, Any]) -> None:
        """Take a description."""
        self.__dict__.update({name: value for name, value in d.items() if name in self.__dict__})

    def tileLayer(self) -> Any:
        """Say what is missing."""
        raise NeedsInstitute("interaproLayer.tileLayer", _NEEDS)

    def getItems(self, colormapstr: str, valuemapstr: str) -> Any:
        """Say what is missing."""
        raise NeedsInstitute("interaproLayer.getItems", _NEEDS)

    def downloadText(self, textobj: str, output: Any, fileName: str = "layer.json") -> None:
        """Save text on the viewer's machine."""
        from vois.ui.overlay import host, show_in  # noqa: PLC0415 - only for files

        show_in(output)
        host().save(textobj, fileName)

    def edit(self, output: Any, outdebug: Any, onok: Any = None, oncancel: Any = None) -> Any:
        """Say what is missing."""
        raise NeedsInstitute("interaproLayer.edit", _NEEDS)


class layers:
    """A list of such layers for a map."""

    def __init__(self, m: Any, color: Any = None, dark: Any = None, width: Any = 400) -> None:
        self.map, self.color, self.dark, self.width = m, color, dark, width
        self.layers: list[interaproLayer] = []
        self.s: Any = None

    def addNewLayer(self) -> Any:
        """Say what is missing."""
        raise NeedsInstitute("layers.addNewLayer", _NEEDS)

    def layerNew(self) -> Any:
        """Say what is missing."""
        raise NeedsInstitute("layers.layerNew", _NEEDS)

    def layerContent(self, layer: Any, index: int) -> Any:
        """Say what is missing."""
        raise NeedsInstitute("layers.layerContent", _NEEDS)

    def indexLayers(self) -> None:
        """Number the layers anew."""

    def draw(self) -> Any:
        """Say what is missing."""
        raise NeedsInstitute("layers.draw", _NEEDS)
