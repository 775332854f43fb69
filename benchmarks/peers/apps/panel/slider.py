"""Squares, with Panel."""

import panel as pn

pn.extension()

slider = pn.widgets.IntSlider(name="Number", value=3, start=0, end=100)


def square(number: int) -> str:
    """The number's square, as HTML."""
    return f"<b class='bench-result'>{number**2}</b>"


pn.Column(
    "# Squares",
    "Move the slider; the server computes the square.",
    slider,
    pn.pane.HTML(pn.bind(square, slider)),
).servable()
