"""The read-only view of a notebook's source.

It stands on a page of ours, so a stranger's markdown keeps its structure and
loses everything else: no HTML of the author's own, no addresses but those of
the web, no pictures from other hosts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import bleach
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from vaas.rendering.notebook import Notebook
from vaas.rendering.pictures import CarriedPictures

_TAGS = (
    bleach.ALLOWED_TAGS
    | {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "p", "div", "pre", "span", "br", "img", "input"}
    | {"table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "del", "sub", "sup"}
)
_PROTOCOLS = frozenset({"http", "https", "mailto", "data"})
_PLAIN = {"a": {"title"}, "img": {"alt", "title"}, "input": {"type", "checked", "disabled"}}


@dataclass(frozen=True, slots=True)
class SourceCell:
    """One cell of the source view.

    Attributes:
        index: number of the cell, from 1.
        kind: as nbformat names it.
        html: highlighted source, or rendered markdown; safe to put on a page
            of ours as it is.
    """

    index: int
    kind: Literal["markdown", "code", "raw"]
    html: Markup


def source_cells(notebook: Notebook) -> list[SourceCell]:
    """All cells of a notebook for the source view; may be slow, run it in a thread."""
    lexer = _lexer(notebook)
    formatter = HtmlFormatter(nowrap=False, cssclass="source")
    cells = []
    for index, cell in enumerate(notebook.node.cells, 1):
        if cell.cell_type == "markdown":
            html = _markdown(cell.source, cell.get("attachments") or {})
        elif cell.cell_type == "code":
            html = Markup(highlight(cell.source, lexer, formatter))  # noqa: S704 - escaped by Pygments
        else:
            html = Markup("<pre>{}</pre>").format(cell.source)
        cells.append(SourceCell(index, cell.cell_type, html))
    return cells


def _lexer(notebook: Notebook) -> Any:
    info = notebook.node.metadata.language_info
    try:
        return get_lexer_by_name(info.pygments_lexer or info.name or "python")
    except ClassNotFound:
        return get_lexer_by_name("text")


def _markdown(text: str, attachments: Mapping[str, Any]) -> Markup:
    renderer = CarriedPictures(
        escape=True, exclude_anchor_links=True, attachments=dict(attachments)
    )
    html = MarkdownWithMath(renderer=renderer).render(text)
    clean = bleach.clean(
        html, tags=_TAGS, attributes=_allowed, protocols=_PROTOCOLS, strip_comments=True
    )
    return Markup(clean)  # noqa: S704 - cleaned just now


def _allowed(tag: str, name: str, value: str) -> bool:
    """Whether an attribute stays: nothing that runs, nothing that loads from elsewhere."""
    if name == "href":
        return tag == "a" and not value.lower().lstrip().startswith("data:")
    if name == "src":
        return tag == "img" and value.startswith("data:image/")
    return name in _PLAIN.get(tag, ()) or (name == "class" and tag in {"div", "span", "code"})


__all__ = ["SourceCell", "source_cells"]
