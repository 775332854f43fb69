"""Pieces of pages: cells with their outputs, and what scripts are told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import nbformat

from vaas.rendering.execute import CellResult
from vaas.rendering.painted import painted


def painted_cells(known: Mapping[int, CellResult]) -> dict[int, str | None]:
    """What needs no script, by place in the notebook; ``None`` for cells that show nothing."""
    shown = {i: painted(one.outputs) if one.outputs else None for i, one in known.items()}
    return {i: html for i, html in shown.items() if html != ""}


async def finished_cells(node: Any, results: AsyncIterator[CellResult]) -> AsyncIterator[Any]:
    """The notebook's cells in order, code cells with their outputs; after a failure without."""
    failed = False
    for cell in node.cells:
        if cell.cell_type == "code" and not failed:
            result = await anext(results, None)
            if result is not None:
                cell.outputs = [nbformat.from_dict(output) for output in result.outputs]
                failed = result.failure is not None
        yield cell


def script_safe(value: dict[str, Any]) -> str:
    """JSON that can stand inside a script element."""
    return json.dumps(value).replace("<", "\\u003c").replace("\u2028", "\\u2028")


__all__ = ["finished_cells", "painted_cells", "script_safe"]
