"""Uploads of the older spelling."""

# ruff: noqa: N801, N802, N803, N815, PLR0917 - the older spelling
from __future__ import annotations

import base64
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from vois import _v, ui
from vois._lives import dispose, revive
from vois.vuetify._base import Facade, color_first, show_in

__all__ = ["UploadImage", "UploadJson", "label", "upload"]


class upload(Facade, ui.Upload):
    """Files from the viewer; ``onchange(files)`` gets dicts with ``name``, ``size``, ``data``."""

    SAME: ClassVar[dict[str, str]] = {"onchange": "on_change"}

    def __init__(
        self,
        accept: str = "",
        label: str = "",
        placeholder: str = "",
        color: Any = None,
        width: Any = "100%",
        margins: str = "pa-0 ma-0",
        multiple: bool = False,
        show_progress: bool = True,
        onchange: Callable[..., Any] | None = None,
        onchanging: Callable[..., Any] | None = None,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=label,
            accept=accept,
            placeholder=placeholder,
            multiple=multiple,
            color=color_first(color),
            class_=margins,
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
        )
        self.files = []
        self.on_change = onchange

    def vue_files(self, files: list[dict[str, Any]]) -> None:
        """The viewer chose files."""
        self.emit("onchanging")
        super().vue_files(files)


def label(
    text: str,
    class_: str = "pa-0 ma-0 mt-1 mr-3",
    size: Any = 14,
    weight: Any = 400,
    color: str | None = None,
    width: Any = None,
) -> ui.Label:
    """Return a short text of that size, weight and colour."""
    style = f"font-size: {size}px; font-weight: {weight}; color: {color_first(color)}"
    wide = f"width: {_v.css_size(width)}" if width else ""
    return ui.Label(text, class_=class_, text_style=style, style_=wide)


class _Window(ABC):
    """A window in which the viewer chooses one file."""

    output: Any
    onOK: Callable[..., Any] | None
    onCancel: Callable[..., Any] | None

    def _prepare(self, given: dict[str, Any]) -> None:
        for name, value in given.items():
            if name not in {"self", "message", "accept"}:
                setattr(self, name, value)
        self.u = ui.Upload(given["label"], self.onFileUpload, accept=given["accept"])
        self.preview = ui.Html()
        self.content = ui.Column(ui.Label(given["message"]), self.u, self.preview)
        self.dialog = ui.Dialog(
            given["title"],
            content=[self.content],
            ok="OK",
            cancel="Cancel",
            ok_disabled=True,
            width=_v.css_size(given["width"]),
            on_ok=self._ok,
            on_cancel=self._cancel,
            on_close=lambda: dispose([self.content]),
        )
        self._shown = show_in

    def show(self) -> None:
        """Open the window."""
        self._shown(self.output)
        revive([self.content])
        self.dialog.show()

    def onFileSelected(self) -> None:
        """A file is there; OK may be pressed."""
        self.dialog.ok_disabled = False

    @abstractmethod
    def onFileUpload(self, files: Sequence[dict[str, Any]]) -> None:
        """Read the chosen file; each dict has ``name``, ``size`` in bytes, ``type`` and ``data``."""

    @abstractmethod
    def _result(self) -> Any:
        """Return what ``onOK`` gets."""

    def _ok(self) -> None:
        if self.onOK is not None:
            self.onOK(self._result())

    def _cancel(self) -> None:
        if self.onCancel is not None:
            self.onCancel()


class UploadImage(_Window):
    """A window to choose a picture; ``onOK(imageurl)`` gets a data URL."""

    def __init__(
        self,
        output: Any,
        message: str = "",
        label: str = "Image:",
        accept: str = "image/png, image/jpeg, image/bmp",
        title: str = "Select an image",
        color: Any = None,
        dark: Any = None,
        titleheight: float = 40,
        width: Any = 620,
        height: Any = 600,
        onOK: Callable[..., Any] | None = None,
        onCancel: Callable[..., Any] | None = None,
    ) -> None:
        self._prepare({**locals(), "message": message or "Choose a picture file."})
        self.imageurl = ""

    def onFileUpload(self, files: Sequence[dict[str, Any]]) -> None:
        """Show the chosen picture; without one there is nothing to confirm."""
        self.imageurl, self.preview.value, self.dialog.ok_disabled = "", "", True
        if files:
            told = str(files[0].get("type"))
            kind = told if re.fullmatch(r"image/[\w.+-]+", told) else "image/png"
            self.imageurl = f"data:{kind};base64,{base64.b64encode(files[0]['data']).decode()}"
            self.preview.value = f'<img src="{self.imageurl}" alt="" style="max-width: 100%">'
            self.onFileSelected()

    def _result(self) -> str:
        return self.imageurl


class UploadJson(_Window):
    """A window to choose a JSON file; ``onOK(json)`` gets its content."""

    def __init__(
        self,
        output: Any,
        message: str = "",
        label: str = "File json:",
        accept: str = "application/json",
        title: str = "Select a file",
        required_attributes: Sequence[Any] = (),
        attributes_width: float = 100,
        color: Any = None,
        dark: Any = None,
        titleheight: float = 40,
        width: Any = 800,
        height: Any = 200,
        onOK: Callable[..., Any] | None = None,
        onCancel: Callable[..., Any] | None = None,
    ) -> None:
        self._prepare({**locals(), "message": message or "Choose a file in JSON format."})
        self.json: Any = None

    def onFileUpload(self, files: Sequence[dict[str, Any]]) -> None:
        """Check the chosen file."""
        self.json, self.dialog.ok_disabled, self.u.error = None, True, ""
        if not files:
            return
        try:
            found = json.loads(files[0]["data"])
        except ValueError:
            self.u.error = "This is no JSON file."
            return
        there = found if isinstance(found, dict) else {}
        missing = [str(one) for one in self.required_attributes if one not in there]  # type: ignore[attr-defined]
        if missing:
            self.u.error = f"The file lacks: {', '.join(missing)}"
            return
        self.json = found
        self.onFileSelected()

    def _result(self) -> Any:
        return self.json
