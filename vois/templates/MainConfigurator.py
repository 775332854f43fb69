"""Try the looks of a first page and take its code, of the older spelling."""

# ruff: noqa: N802, N803, N999 - names and order of the older spelling
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vois import _v, ui
from vois.ui.overlay import host, show_in
from vois.vuetify._mainpage import mainPage
from vois.vuetify._page import page

__all__ = ["LEFT_WIDTH", "MainConfigurator"]

LEFT_WIDTH = "30vw"


class MainConfigurator(page):
    """A page with controls at the left and the first page it makes at the right."""

    def __init__(
        self,
        output: Any,
        onclose: Callable[..., Any] | None = None,
        leftWidth: str = LEFT_WIDTH,
        **kwargs: Any,
    ) -> None:
        self.leftWidth, self.debug, self.updatePageEnabled = leftWidth, _v.ipywidgets.Output(), True
        self.main = mainPage()
        self._first = self.main.toJson()
        super().__init__("First page", "Configurator", output, onclose, **kwargs)

    def create(self) -> Any:
        """Build the page and return its card."""
        card = super().create()
        card.children = [ui.Row(self.createLeft(), self.createMain(), align="stretch", gap="8px")]
        return card

    def createLeft(self) -> Any:
        """Return the controls."""
        texts = [("label", "Title"), ("subtitle", "Subtitle"), ("disclaimer", "Disclaimer")]
        fields = [self._field(name, words) for name, words in texts]
        ink = ui.ColorPicker(
            "Text colour", self.main.ink, lambda color: setattr(self.main, "ink", color)
        )
        buttons = (("Save", self.onSave), ("Code", self.onCode), ("Reset", self.onReset))
        row = ui.Row(*[ui.Button(words, does, variant="tonal") for words, does in buttons])
        return ui.Column(
            *fields, ink, row, style_=f"width: {self.leftWidth}; min-width: 240px; padding: 12px"
        )

    def _field(self, name: str, words: str) -> Any:
        field = _v.v.TextField(
            label=words, v_model=getattr(self.main, name), variant="outlined", density="compact"
        )
        field.observe(lambda change: setattr(self.main, name, change["new"]), "v_model")
        return field

    def createMain(self) -> Any:
        """Return the first page, smaller."""
        self.main.style_ = "zoom: 0.55"
        return self.main

    def onOpen(self) -> None:
        """Show this page."""
        self.open()

    def onSelectedState(self, state: dict[str, Any]) -> None:
        """Take a saved first page."""
        self.main.fromJson(state)

    def onSave(self) -> None:
        """Save the first page as a file."""
        show_in(self.output)
        host().save(json.dumps(self.main.toJson(), indent=1, default=str), "main.json")

    def onDoSaveState(self) -> None:
        """Save the first page as a file."""
        self.onSave()

    def onCode(self) -> None:
        """Save the Python that makes the first page."""
        given = {
            "title": self.main.label,
            "subtitle": self.main.subtitle,
            "text_color": self.main.ink,
        }
        lines = "".join(f"    {name}={value!r},\n" for name, value in given.items())
        show_in(self.output)
        host().save(
            f"from vois.vuetify import mainPage\n\nm = mainPage.mainPage(\n{lines})\nm.open()\n",
            "main.py",
        )

    def onDoSaveCode(self) -> None:
        """Save the Python that makes the first page."""
        self.onCode()

    def onReset(self) -> None:
        """Take the first looks again."""
        self.main.fromJson(self._first)

    def updateWidgets(self) -> None:
        """Nothing to do: the controls follow by themselves."""

    def updatePreview(self) -> None:
        """Nothing to do: the page follows by itself."""
