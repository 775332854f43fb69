"""Small notebooks, written where the test that shares them stands."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def notebook(*cells: str, **metadata: Any) -> bytes:
    """A notebook of code cells; what begins with ``#%% `` is markdown.

    Args:
        cells: source text, indented as the test that holds it.
        metadata: of the notebook.
    """
    made = [_cell(dedent(source).strip("\n")) for source in cells]
    return nbformat.writes(new_notebook(cells=made, metadata=metadata)).encode()


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Put files into a folder, subfolders made as their names ask for."""
    folder.mkdir()
    for name, body in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)


def _cell(source: str) -> Any:
    mark = "#%% "
    if source.startswith(mark):
        return new_markdown_cell(dedent(source.removeprefix(mark)))
    return new_code_cell(source)
