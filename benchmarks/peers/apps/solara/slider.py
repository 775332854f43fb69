"""Squares, with Solara."""

import solara

number = solara.reactive(3)


@solara.component
def Page() -> None:  # noqa: N802 - what Solara looks for
    """The page."""
    solara.Markdown("# Squares\nMove the slider; the server computes the square.")
    solara.SliderInt("Number", value=number, min=0, max=100)
    solara.HTML(tag="b", unsafe_innerHTML=str(number.value**2), classes=["bench-result"])
