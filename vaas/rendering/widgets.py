"""The widgets that a run left, as the page gets them before its line is open.

The page makes its models of this, so that nothing need be asked of the kernel
before the dashboard stands. Widgets made with anywidget carry their whole
script in their state, Plotly's figures five megabytes of it: such texts become
files of their own, which browsers keep.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

STATE = "application/vnd.jupyter.widget-state+json"
"""Where a notebook's metadata holds the widgets' state; see
https://ipywidgets.readthedocs.io/en/stable/embedding.html."""

_SOURCES = {"_esm": ".js", "_css": ".css"}
_LARGE = 2048
"""Characters from which on a text is worth a request of its own."""

Keep = Callable[[str, str], str]


def pack(widgets: Mapping[str, Any], keep: Keep) -> bytes:
    """Make the answer to a page's question for its widgets.

    Args:
        widgets: of a notebook's metadata.
        keep: makes a file of a text, given its suffix, and returns its address.

    Returns:
        gzipped JSON; empty if there are no widgets.
    """
    saved = widgets.get(STATE) or {}
    models = saved.get("state") or {}
    if not models:
        return b""
    told = {**saved, "state": {name: _without_sources(one, keep) for name, one in models.items()}}
    return gzip.compress(json.dumps(told, separators=(",", ":")).encode(), 6, mtime=0)


def _without_sources(model: Mapping[str, Any], keep: Keep) -> Mapping[str, Any]:
    """A model whose large scripts and styles are addresses, which anywidget takes as well."""
    state = model.get("state") or {}
    if model.get("model_module") != "anywidget":
        return model
    kept = {
        name: keep(text, suffix)
        for name, suffix in _SOURCES.items()
        if isinstance(text := state.get(name), str) and len(text) > _LARGE
    }
    return {**model, "state": {**state, **kept}} if kept else model


__all__ = ["STATE", "pack"]
