"""Lists, waiting signs and headings of the older spelling."""

# ruff: noqa: N802, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify._base import Facade, color_first

__all__ = ["Progress", "TextList"]


class TextList(Facade, ui.TextList):
    """Rows of a name and a text; see `vois.ui.TextList`."""

    ALIASES: ClassVar[dict[str, str]] = {
        "titlesbold": "titles_bold",
        "titlefontsize": "title_font_size",
        "textfontsize": "text_font_size",
        "titlecolumn": "title_column",
        "textcolumn": "text_column",
        "titlecolor": "title_color",
        "textcolor": "text_color",
        "lineheightfactor": "line_height_factor",
    }
    flat = True

    def __init__(
        self,
        titles: Any,
        texts: Any,
        titles_bold: Sequence[Any] = (),
        title_font_size: int = 12,
        text_font_size: int = 12,
        title_column: int = 4,
        text_column: int = 8,
        title_color: str = "black",
        text_color: str = "black",
        line_height_factor: float = 1.5,
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        width = kwargs.pop("width", None)
        self.start(
            kwargs,
            columns=f"minmax(5em, {title_column}fr) {text_column}fr",
            line_height=float(line_height_factor),
            title_style=f"font-size: {title_font_size}px; {_ink(title_color)}",
            text_style=f"font-size: {text_font_size}px; {_ink(text_color)}",
            width=_v.css_size(width),
        )
        self.card = self
        self.update(titles, texts, titles_bold)

    def update(self, titles: Sequence[str], texts: Sequence[str], titles_bold: Any = ()) -> None:
        """Show other rows."""
        self.titles_bold = titles_bold
        self.bold_texts = [one in (titles_bold or ()) for one in titles]
        self.value = [[str(a), str(b)] for a, b in zip(titles, texts, strict=False)]


def _ink(color: str | None) -> str:
    return f"color: {color}" if color and color != "black" else ""


class Progress(Facade, ui.Progress):
    """A turning circle in an Output while something runs."""

    ALIASES: ClassVar[dict[str, str]] = {"outputheight": "output_height"}

    def __init__(
        self,
        output: Any,
        text: str = "",
        show: bool = False,
        size: int = 120,
        width: Any = 15,
        output_height: int = 400,
        color: Any = None,
    ) -> None:
        self.keep({**locals(), "show": None})
        self.start(
            {},
            label=text,
            round=True,
            size=int(size),
            width=int(width),
            color=color_first(color),
            style_=f"height: {output_height}px; display: flex; align-items: center;"
            " justify-content: center",
        )
        if show:
            self.show()

    def show(self) -> None:
        """Show it in its Output."""
        self.output.clear_output()
        self.output.append_display_data(self)

    def showAbsolute(self, output: Any, left: Any, top: Any, zindex: int = 9999) -> None:
        """Show it at a place of the page."""
        place = f"position: fixed; left: {_v.css_size(left)}; top: {_v.css_size(top)};"
        self.style_ = f"{place} z-index: {zindex}"
        output.append_display_data(self)
        self.output = output

    def close(self) -> None:
        """Take it away."""
        output = getattr(self, "output", None)
        if output is not None:
            output.clear_output()
