"""The widgets that a run left, as the page gets them before its line is open.

The kernel is asked for them by the message with which every page of Jupyter's
asks (https://github.com/jupyter-widgets/ipywidgets, packages/schema/messages.md,
"Fetching widget states from the kernel"). The page makes its models of this, so that nothing need be asked of the kernel
before the dashboard stands. Widgets made with anywidget carry their whole
script in their state, Plotly's figures five megabytes of it: such texts become
files of their own, which browsers keep. Pages of ours put them back where a
library takes no addresses; Voilà's own front end only knows what anywidget does.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vaas.rendering.bundles import Fetched

STATE = "application/vnd.jupyter.widget-state+json"
"""Where a notebook's metadata holds the widgets' state; see
https://ipywidgets.readthedocs.io/en/stable/embedding.html."""

_CONTROL, _VERSION = "jupyter.widget.control", {"version": "1.0.0"}
_TOLD_WITHIN = 20.0
"""Seconds; without an answer pages ask for themselves."""

_SOURCES = {"_esm": ".js", "_css": ".css"}
_LARGE = 2048
"""Characters from which on a text is worth a request of its own."""

Keep = Callable[[str, str], str]


async def saved_widgets(client: Any) -> dict[str, Any]:
    """Ask a kernel for the state of all its widgets.

    Args:
        client: a connected client of jupyter_client's; what else it hears meanwhile is dropped.

    Returns:
        as notebooks' metadata holds it; empty if the kernel has none, or does not tell in time.
    """
    comm = {"comm_id": uuid.uuid4().hex}
    opening = {**comm, "target_name": _CONTROL, "data": {}}
    client.shell_channel.send(client.session.msg("comm_open", opening, metadata=_VERSION))
    asking = client.session.msg("comm_msg", {**comm, "data": {"method": "request_states"}})
    client.shell_channel.send(asking)
    try:
        async with asyncio.timeout(_TOLD_WITHIN):
            while True:
                message = await client.get_iopub_msg()
                kind, content = message["msg_type"], message["content"]
                if kind == "comm_msg" and content["comm_id"] == comm["comm_id"]:
                    break
                mine = message["parent_header"].get("msg_id") == asking["header"]["msg_id"]
                if mine and content.get("execution_state") == "idle":
                    return {}
    except TimeoutError:
        return {}
    client.shell_channel.send(client.session.msg("comm_close", {**comm, "data": {}}))
    return {STATE: _as_metadata(content["data"], message["buffers"])}


def _as_metadata(told: Mapping[str, Any], buffers: Sequence[bytes]) -> dict[str, Any]:
    """A kernel's answer in the form in which notebooks keep it."""
    state = {name: {**model, "buffers": []} for name, model in told["states"].items()}
    for (name, _state, *path), data in zip(told.get("buffer_paths", ()), buffers, strict=True):
        text = base64.b64encode(data).decode()
        state[name]["buffers"].append({"encoding": "base64", "path": path, "data": text})
    return {"version_major": 2, "version_minor": 0, "state": state}


@dataclass(frozen=True, slots=True)
class Packed:
    """The widgets of a run, as pages get them.

    Attributes:
        body: gzipped JSON; empty if there are none.
        libraries: names of the modules that their classes are of.
        sources: addresses of those scripts that they brought that are to be fetched early.
        fetched: their libraries' scripts, as far as it is known which they fetch.
    """

    body: bytes = field(default=b"", repr=False)
    libraries: frozenset[str] = frozenset()
    sources: tuple[str, ...] = ()
    fetched: Fetched = field(default_factory=Fetched)


def pack(widgets: Mapping[str, Any], keep: Keep) -> Packed:
    """Make the answer to a page's question for its widgets.

    Args:
        widgets: of a notebook's metadata.
        keep: makes a file of a text, given its suffix, and returns its address.
    """
    saved = widgets.get(STATE) or {}
    models = saved.get("state") or {}
    if not models:
        return Packed()
    kept: dict[str, str] = {}

    def address(text: str, suffix: str) -> str:
        """The text's address; one for each text."""
        return kept.setdefault(text, keep(text, suffix))

    linked = {name: _linked(one, address) for name, one in models.items()}
    told = {**saved, "state": linked}
    body = gzip.compress(json.dumps(told, separators=(",", ":")).encode(), 6, mtime=0)
    libraries = frozenset(str(one.get("model_module")) for one in models.values())
    # Others' are no modules that a browser can read as they are.
    modules = {one["state"].get("_esm") for one in linked.values() if _is_anywidget(one["state"])}
    return Packed(body, libraries, tuple(one for one in kept.values() if one in modules))


def link_sources(content: dict[str, Any], keep: Keep, *, ours: bool) -> bool:
    """Put addresses in place of large scripts and styles in what a kernel says of widgets.

    Args:
        content: of a ``comm_open`` or ``comm_msg``; changed in place.
        keep: as for ``pack``.
        ours: the page is of ours, not of Voilà's own front end.

    Returns:
        whether there were any.
    """
    data = content.get("data")
    if not isinstance(data, dict):
        return False
    states = data.get("states")
    models = list(states.values()) if isinstance(states, dict) else [data]
    changed = False
    for model in models:
        state = model.get("state") if isinstance(model, dict) else None
        # An update does not say of whose widget it is.
        if isinstance(state, dict) and (ours or _is_anywidget(state)):
            links = _links(state, keep)
            state |= links
            changed = changed or bool(links)
    return changed


def _linked(model: Mapping[str, Any], keep: Keep) -> dict[str, Any]:
    state = model.get("state") or {}
    return {**model, "state": {**state, **_links(state, keep)}}


def _is_anywidget(state: Mapping[str, Any]) -> bool:
    """Whether a model takes addresses in place of scripts and styles."""
    return state.get("_model_module") == "anywidget"


def _links(state: Mapping[str, Any], keep: Keep) -> dict[str, str]:
    """Addresses for the large scripts and styles of a model."""
    return {
        name: keep(text, suffix)
        for name, suffix in _SOURCES.items()
        if isinstance(text := state.get(name), str) and len(text) > _LARGE
    }


__all__ = ["STATE", "Packed", "link_sources", "pack", "saved_widgets"]
