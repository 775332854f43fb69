"""Greenness, with Solara and ipyleaflet."""

import ipyleaflet
import solara
from content import BOUNDS, greenness, ndvi, picture, scenes

data = scenes()
month = solara.reactive(0)
CENTER = (45.1, 8.1)


@solara.component
def Page() -> None:  # noqa: N802 - what Solara looks for
    """The page."""
    index = ndvi(data, month.value)
    solara.Markdown(
        "# Greenness\nStep through the scenes; the server computes NDVI and redraws the overlay."
    )
    solara.Button("Next scene", on_click=lambda: month.set((month.value + 1) % 12))
    told = greenness(index, month.value)
    solara.HTML(tag="b", unsafe_innerHTML=told, classes=["bench-result"])
    ipyleaflet.Map.element(
        layers=[
            ipyleaflet.TileLayer.element(),
            ipyleaflet.ImageOverlay.element(url=picture(index), bounds=BOUNDS),
        ],
        center=CENTER,
        zoom=11,
        attribution_control=False,
        layout={"height": "320px"},
    )
