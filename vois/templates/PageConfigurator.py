"""Try the looks of a page and take its code, of the older spelling."""

# ruff: noqa: N802, N999 - names and order of the older spelling
from __future__ import annotations

import json
from typing import Any

from vois import _v, ui
from vois.ui.overlay import host, show_in
from vois.vuetify._base import Facade
from vois.vuetify._files import label
from vois.vuetify._page import page

__all__ = ["PageConfigurator", "label"]


class PageConfigurator(Facade, ui.Column):
    """Controls for a page's looks; `onCode` saves the Python that makes it."""

    def __init__(self, output: Any, **kwargs: Any) -> None:
        self.output, self.debug = output, _v.ipywidgets.Output()
        self.page = page("Application", "Page", output)
        self.reset_state = self.page.state
        switches = [
            ("titledark", "Light text in the title"),
            ("show_back", "Back button"),
            ("show_help", "Help button"),
            ("show_credits", "Credits"),
        ]
        parts: list[Any] = [ui.Title("Page", level=2)]
        for name, words in (("titlecolor", "Title"), ("footercolor", "Footer")):
            parts.append(ui.ColorPicker(words, getattr(self.page, name), self._setter(name)))
        parts += [
            ui.Switch(words, getattr(self.page, name), self._setter(name))
            for name, words in switches
        ]
        parts.append(
            ui.Slider("Title height", 54, 30, 120, self._setter("titleheight"), unit=" px")
        )
        buttons = (
            ("Open", self.onOpen),
            ("Save", self.onSave),
            ("Code", self.onCode),
            ("Reset", self.onReset),
        )
        parts.append(ui.Row(*[ui.Button(words, does, variant="tonal") for words, does in buttons]))
        self.start(kwargs, children=parts, direction="column", align="stretch", wrap=False)

    def _setter(self, name: str) -> Any:
        return lambda value: setattr(self.page, name, value)

    def onOpen(self) -> None:
        """Show the page."""
        self.page.open()

    def onSelectedState(self, state: dict[str, Any]) -> None:
        """Take saved looks."""
        self.page.state = state

    def onSave(self) -> None:
        """Save the looks as a file."""
        show_in(self.output)
        host().save(json.dumps(self.page.state, indent=1), "page.json")

    def onDoSaveState(self) -> None:
        """Save the looks as a file."""
        self.onSave()

    def onCode(self) -> None:
        """Save the Python that makes the page."""
        given = "".join(f"    {name}={value!r},\n" for name, value in self.page.state.items())
        code = f"from vois.vuetify import page\n\np = page.page(\n    output=output,\n{given})\n"
        show_in(self.output)
        host().save(code, "page.py")

    def onDoSaveCode(self) -> None:
        """Save the Python that makes the page."""
        self.onCode()

    def onReset(self) -> None:
        """Take the first looks again."""
        self.page.state = self.reset_state
