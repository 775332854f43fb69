"""The read-only view of a notebook's source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from vaas.rendering.notebook import Notebook


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
    html: str


def source_cells(notebook: Notebook) -> list[SourceCell]:
    """All cells of a notebook for the source view; may be slow, run it in a thread."""
    info = notebook.node.metadata.get("language_info") or {}
    language = info.get("pygments_lexer") or info.get("name") or "python"
    try:
        lexer = get_lexer_by_name(language if isinstance(language, str) else "python")
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    formatter = HtmlFormatter(nowrap=False, cssclass="source")
    cells = []
    for index, cell in enumerate(notebook.node.cells, 1):
        text = cell.source if isinstance(cell.source, str) else "".join(cell.source)
        if cell.cell_type == "markdown":
            html = _markdown(text)
        else:
            html = highlight(text, lexer, formatter)
        cells.append(SourceCell(index, cell.cell_type, html))
    return cells


def _markdown(text: str) -> str:
    # escape=True: a stranger's HTML stays text on a page of ours
    renderer = IPythonRenderer(escape=True, anchor_link_text="")
    return str(MarkdownWithMath(renderer=renderer).render(text))


__all__ = ["SourceCell", "source_cells"]
