"""Running a notebook's cells in a live kernel, one by one.

nbclient does the talking; ours is what viewers and authors get to see. A
viewer gets outputs as they are, without warnings and tracebacks, and a calm
card where a cell failed. The author gets the failure whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.output_widget import OutputWidget
from traitlets import Any as AnyTrait

from vaas.rendering.notebook import Notebook

MAX_CELL_BYTES = 8 << 20
"""What one cell may put on the page; the rest is replaced by a sentence."""

Inject = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class CellFailure:
    """Why a cell failed, for its author.

    Attributes:
        cell: number of the cell in the notebook, from 1.
        line: line in the cell, from 1, or ``None`` if unknown.
        name: class of the exception, ``Timeout`` for a cell that took too long.
        message: the exception's text.
        traceback: the whole traceback, plain text.
    """

    cell: int
    line: int | None
    name: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class CellResult:
    """What a cell came to.

    Attributes:
        index: place in the notebook, from 0.
        outputs: nbformat outputs, safe to show to a viewer.
        failure: set if the cell failed; cells after it are not run.
    """

    index: int
    outputs: list[dict[str, Any]]
    failure: CellFailure | None = None


async def run_cells(
    notebook: Notebook, manager: Any, client: Any, *, timeout: float, inject: Inject
) -> AsyncIterator[CellResult]:
    """Run the code cells of a notebook in order.

    Args:
        notebook: what to run.
        manager: the kernel's ``AsyncKernelManager``.
        client: a connected ``AsyncKernelClient`` of the runner's own.
        timeout: seconds that one cell may take.
        inject: puts an iopub message before the viewer; used for outputs that
            ``Output`` widgets capture while cells run.

    Yields:
        the result of each code cell; after a failure nothing more.
    """
    runner = _Runner(notebook.node, km=manager, timeout=int(timeout), inject=inject)
    runner.reset_execution_trackers()
    runner.kc = client
    try:
        for index, cell in enumerate(notebook.node.cells):
            if cell.cell_type == "code":
                result = await _run_cell(runner, index, cell)
                yield result
                if result.failure:
                    return
    finally:
        client.stop_channels()


async def _run_cell(runner: _Runner, index: int, cell: Any) -> CellResult:
    failure = None
    try:
        # With history, because IPython looks there for a semicolon that
        # silences the cell; it is kept in memory only.
        await runner.async_execute_cell(cell, index, store_history=True)
    except CellExecutionError as error:
        failure = _failure(index, error)
    except CellTimeoutError:
        text = f"the cell ran for more than {runner.timeout} s"
        failure = CellFailure(index + 1, None, "Timeout", text, text)
        await runner.interrupt()
    except DeadKernelError:
        _raise_if_cancelled()
        text = "the kernel ended while the cell was running"
        failure = CellFailure(index + 1, None, "DeadKernel", text, text)
    outputs = viewer_outputs(cell.outputs)
    if failure:
        outputs.append(error_card(failure))
    return CellResult(index, outputs, failure)


def _raise_if_cancelled() -> None:
    """Let a cancelled task end: nbclient takes its cancelling for the kernel's death."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


def viewer_outputs(outputs: list[Any]) -> list[dict[str, Any]]:
    """Outputs without standard error and tracebacks, and no larger than the cap."""
    shown: list[dict[str, Any]] = []
    room = MAX_CELL_BYTES
    for output in outputs:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            continue
        room -= _size(output)
        if room < 0:
            shown.append(
                _html("<p class='vaas-note'>The rest of this output is too long to show.</p>")
            )
            break
        shown.append(dict(output))
    return shown


def error_card(failure: CellFailure) -> dict[str, Any]:
    """What a viewer sees in place of a failing cell's output."""
    title = "This part of the dashboard could not be shown"
    advice = "Its author can see what went wrong. The parts above still work."
    if failure.name == "Timeout":
        title, advice = (
            "This part of the dashboard takes too long",
            "Try again later, or tell its author.",
        )
    return _html(_card(title, advice))


def failure_view() -> dict[str, Any]:
    """Content of the ``display_data`` that a viewer gets where a callback's traceback was."""
    output = _html(_card("This did not work", "Its author can see what went wrong."))
    return {**output, "metadata": {"vaas": "failed"}, "transient": {}}


def _card(title: str, advice: str) -> str:
    return (
        '<section class="vaas-card vaas-card--error">'
        f'<h2 class="vaas-card__title">{escape(title)}</h2>'
        f'<p class="vaas-card__advice">{escape(advice)}</p></section>'
    )


def _html(html: str) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "data": {"text/html": html, "text/plain": ""},
        "metadata": {},
    }


def _size(output: Mapping[str, Any]) -> int:
    texts = [output.get("text", ""), *output.get("data", {}).values()]
    return sum(len(text) if isinstance(text, str) else len(repr(text)) for text in texts)


def _failure(index: int, error: CellExecutionError) -> CellFailure:
    text = _without_colours(error.traceback)
    return CellFailure(index + 1, _line(text), error.ename, _without_colours(error.evalue), text)


def _without_colours(text: str) -> str:
    from nbconvert.filters.ansi import strip_ansi  # noqa: PLC0415 - heavy, and rarely needed

    return str(strip_ansi(text))


def _line(traceback: str) -> int | None:
    """The line of the cell at which it failed: IPython marks it ``----> 3``.

    The first arrow that follows a ``Cell In[n], line`` heading is the cell's own.
    """
    for line in traceback.splitlines():
        head, _, rest = line.partition(", line ")
        if head.startswith(("Cell In", "  Cell In")) and rest.strip().rstrip(")").isdigit():
            return int(rest.strip().rstrip(")"))
        if line.lstrip("-").startswith("> ") and line.startswith("-"):
            number = line.lstrip("->").strip().split(" ", 1)[0]
            if number.isdigit():
                return int(number)
    return None


def _node(output: dict[str, Any]) -> Any:
    return nbformat.from_dict(output)


class _ViewedOutput(OutputWidget):
    """Captures for an ``Output`` widget while cells run, and shows the viewer too."""

    def sync_state(self) -> None:
        """Tell the kernel, as a front end would, and the viewer's page."""
        self.outputs = [_node(output) for output in viewer_outputs(self.outputs)]
        super().sync_state()
        # nbclient notes them here too, even where it was told to keep no state.
        self.executor.widget_state.setdefault(self.comm_id, {})
        data = {"method": "update", "state": {"outputs": self.outputs}, "buffer_paths": []}
        self.executor.inject("comm_msg", {"comm_id": self.comm_id, "data": data})


class _Runner(NotebookClient):
    """nbclient, kept from filling memory and told about ``Output`` widgets."""

    inject = AnyTrait()

    def __init__(self, node: Any, **options: Any) -> None:
        super().__init__(
            node,
            store_widget_state=False,
            allow_errors=False,
            coalesce_streams=True,
            **options,
        )
        self.widget_registry = {"@jupyter-widgets/output": {"OutputModel": _ViewedOutput}}
        self._bytes: dict[int, int] = {}

    async def interrupt(self) -> None:
        """Stop what runs now."""
        manager: Any = self.km
        await manager.interrupt_kernel()

    def output(self, outs: list[Any], msg: Any, display_id: Any, cell_index: int) -> Any:
        """Drop what comes after the cap, so that endless output costs nothing."""
        used = self._bytes.get(cell_index, 0)
        if used > MAX_CELL_BYTES:
            return None
        self._bytes[cell_index] = used + _size(msg["content"])
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None and display_id:
            out["transient"] = {"display_id": display_id}  # by which the page finds it again
        return out


__all__ = ["CellFailure", "CellResult", "error_card", "failure_view", "run_cells", "viewer_outputs"]
