"""Widgets that libraries make while they are imported, such as the theme of ipyvuetify.

Where libraries are imported ahead, notebooks have such widgets that never asked for
them, and a page that is told of one fetches its library, of megabytes. So they are
put aside until the notebook uses a widget of the same library, or names one of them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

_TELLS = {"comm_open", "comm_msg", "display_data", "update_display_data", "execute_result"}
_OWN = "@jupyter-widgets/"
"""Modules that every page has, whose use says nothing."""


class Aside:
    """What was made during imports, and is told only to who needs it."""

    def __init__(self) -> None:
        """Nothing is."""
        self._taking = False
        self._opened: dict[str, dict[str, Any]] = {}
        self._widgets: dict[str, Any] = {}

    def begin(self) -> None:
        """Take what is made from now on."""
        self._taking = True

    def end(self) -> None:
        """Take no more; who asks for all widgets is told of none of these either."""
        self._taking = False
        module = sys.modules.get("ipywidgets.widgets.widget")
        known: dict[str, Any] = vars(module)["_instances"] if module else {}
        self._widgets = {name: known.pop(name) for name in self._opened if name in known}

    def take(self, message: Mapping[str, Any], buffers: Any) -> None:
        """Keep a message, if it makes a widget and such are being taken."""
        if self._taking and message["msg_type"] == "comm_open":
            kept = {**message, "parent_header": {}, "buffers": buffers}
            self._opened[message["content"]["comm_id"]] = kept

    def needed(self, message: Mapping[str, Any], content: bytes) -> list[dict[str, Any]]:
        """What must be told before a message, once; their state follows by ``catch_up``.

        Args:
            message: as Jupyter's session makes it.
            content: its content, packed.
        """
        if self._taking or not self._opened or message["msg_type"] not in _TELLS:
            return []
        if self._module(message) not in self._modules() and not any(
            name.encode() in content for name in self._opened
        ):
            return []
        opened, self._opened = self._opened, {}
        return list(opened.values())

    def catch_up(self) -> None:
        """Let the widgets be known again, and tell what became of them meanwhile."""
        widgets, self._widgets = self._widgets, {}
        vars(sys.modules["ipywidgets.widgets.widget"])["_instances"].update(widgets)
        for widget in widgets.values():
            widget.send_state()

    def _modules(self) -> set[str]:
        names = {self._module(one) for one in self._opened.values()}
        return {name for name in names if name and not name.startswith(_OWN)}

    @staticmethod
    def _module(message: Mapping[str, Any]) -> str:
        if message["msg_type"] != "comm_open":
            return ""
        state = message["content"].get("data", {}).get("state", {})
        return str(state.get("_model_module", ""))


__all__ = ["Aside"]
