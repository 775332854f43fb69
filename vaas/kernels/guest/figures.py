"""Plotly's figures, whose state tells only what they were when they were displayed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

_MODULES = ("plotly.basewidget", "ipywidgets.widgets.widget")


def are_asked_for(message: Mapping[str, Any]) -> bool:
    """Whether a message asks for the state of all widgets, as pages and ``saved_widgets`` do."""
    data = message["content"].get("data")
    asks = isinstance(data, dict) and data.get("method") == "request_states"
    return asks and message["msg_type"] == "comm_msg"


def refresh() -> None:
    """Let figures have the state that they show now.

    What changes in a figure goes to pages as messages. Its state follows only when it is
    displayed by itself, which one inside another widget never is; pages that come later
    would show it as it was made.
    """
    plotly, widgets = (sys.modules.get(name) for name in _MODULES)
    if plotly is None or widgets is None:
        return
    known: dict[str, Any] = vars(widgets)["_instances"]
    for widget in list(known.values()):
        if isinstance(widget, plotly.BaseFigureWidget):
            widget._repr_mimebundle_()  # as IPython displays it


__all__ = ["are_asked_for", "refresh"]
