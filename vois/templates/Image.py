"""A picture of the viewer's choice, of the older spelling."""

# ruff: noqa: N802, N999, PLR0917 - names and order of the older spelling
from __future__ import annotations

from typing import Any, ClassVar

from vois import _v, ui
from vois.templates._saved import Saved
from vois.vuetify._files import UploadImage

__all__ = ["Image"]


class Image(Saved):
    """A picture that can be changed; ``imageurl`` is its address or data URL."""

    STATE: ClassVar[tuple[str, ...]] = (*Saved.STATE, "imageurl")
    markup = """<v-card @root variant="flat" :width="width" :height="height" max-width="100%"><img v-if="imageurl"
 :src="imageurl" alt="" style="width: 100%; height: 100%; object-fit: contain"><v-empty-state v-else
 icon="mdi-image-outline" title="No picture yet" :size="40" /></v-card>"""
    imageurl: str = _v.text()
    _window: UploadImage | None = None

    def __init__(
        self,
        output: Any,
        width: Any = "30vw",
        height: Any = "40vh",
        color_first: Any = None,
        color_second: Any = None,
        dark: Any = None,
        imageurl: str = "",
        **kwargs: Any,
    ) -> None:
        self.begin(dict(locals()))
        self.imageurl = imageurl
        self.img = self
        self.b = ui.Button("Choose a picture", self.onSelectImage, icon="mdi-image")
        self.tf: Any = None

    def onImageSelected(self, imageurl: str) -> None:
        """A picture was chosen."""
        self.imageurl = imageurl

    def onSelectImage(self, *_: Any) -> None:
        """Open the window to choose a picture."""
        if self._window is None:
            self._window = UploadImage(self.output, onOK=self.onImageSelected)
        self._window.show()

    def configure(self) -> Any:
        """Return the control to choose a picture."""
        return self.b
