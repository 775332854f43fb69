"""Running a notebook for all its viewers, and keeping what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vaas.rendering.execute import CellResult, Inject, run_cells
from vaas.rendering.failures import CellFailure
from vaas.rendering.notebook import Notebook


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Recording:
    """What a run gave; what is made of it is kept as long as itself.

    Attributes:
        results: of the code cells, by place in the notebook, as they are when
            the last cell has run; after a failing cell there are none.
        widgets: the widgets' state then, as a notebook file's metadata holds it
            (``application/vnd.jupyter.widget-state+json``).
    """

    results: Mapping[int, CellResult]
    widgets: Mapping[str, Any]

    @property
    def failure(self) -> CellFailure | None:
        """What failed, if something did."""
        return next((one.failure for one in self.results.values() if one.failure), None)


async def record_cells(
    notebook: Notebook,
    manager: Any,
    client: Any,
    *,
    timeout: float,
    inject: Inject,
    tell: Callable[[CellResult], None],
) -> Recording:
    """Run all code cells.

    Args:
        notebook: what to run; its node then holds outputs and widget state.
        manager: as for ``run_cells``, like the rest.
        client: likewise.
        timeout: likewise.
        inject: likewise.
        tell: takes each result as it comes.
    """
    cells = run_cells(notebook, manager, client, timeout=timeout, inject=inject, record=True)
    results = {}
    async for result in cells:
        results[result.index] = result
        tell(result)
    for result in results.values():
        _bring_up_to_date(result.outputs, notebook.node.cells[result.index].outputs)
    return Recording(results, notebook.node.metadata.get("widgets", {}))


def _bring_up_to_date(shown: list[dict[str, Any]], now: list[Any]) -> None:
    """Later cells may have updated what earlier ones display."""
    latest = {_display(one): one for one in now}
    for output in shown:
        if (name := _display(output)) in latest and name is not None:
            output.update(data=latest[name]["data"], metadata=latest[name]["metadata"])


def _display(output: Mapping[str, Any]) -> str | None:
    return dict(output.get("transient") or {}).get("display_id")


__all__ = ["Recording", "record_cells"]
