"""Running a notebook's cells in a live kernel, one by one.

nbclient does the talking; ours is what viewers and authors get to see. A
viewer gets outputs as they are, without warnings and tracebacks, and a calm
card where a cell failed. The author gets the failure whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.output_widget import OutputWidget
from traitlets import Any as AnyTrait

from vaas.rendering.cards import error_card, html_output
from vaas.rendering.failures import CellFailure, failure_of, is_exit
from vaas.rendering.notebook import Notebook
from vaas.rendering.streams import merged
from vaas.rendering.tagged import Assignment, assign
from vaas.rendering.widgets import saved_widgets

MAX_CELL_BYTES = 8 << 20
"""What one cell may put on the page; the rest is replaced by a sentence."""

_TOO_LONG = "<p class='vaas-note'>The rest of this output is too long to show.</p>"
_CAPTURED_EVERY = 0.1
"""Seconds between two looks at what an ``Output`` widget captures."""

_EACH = 200
"""Bytes that a message costs beside its text."""

Inject = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class CellResult:
    """What a cell came to.

    Attributes:
        index: place in the notebook, from 0.
        outputs: nbformat outputs, safe to show to a viewer.
        failure: set if the cell failed; cells after it are not run.
        last: whether the notebook ended itself there, by ``sys.exit()``: they are not run either.
    """

    index: int
    outputs: list[dict[str, Any]]
    failure: CellFailure | None = None
    last: bool = False


async def run_cells(
    notebook: Notebook,
    manager: Any,
    client: Any,
    *,
    timeout: float,
    inject: Inject,
    known: Mapping[int, CellResult] = MappingProxyType({}),
    record: bool = False,
) -> AsyncIterator[CellResult]:
    """Run the code cells of a notebook in order.

    Args:
        notebook: what to run.
        manager: the kernel's ``AsyncKernelManager``.
        client: a connected ``AsyncKernelClient`` of the runner's own.
        timeout: seconds that one cell may take.
        inject: puts an iopub message before the viewer; used for outputs that
            ``Output`` widgets capture while cells run.
        known: results of cells that have run already, by place in the notebook.
        record: for viewers to come: what results show is kept up to date with what
            later cells change, and the widgets' state at the end goes into the
            notebook's metadata.

    Yields:
        the result of each code cell; after a failure nothing more.
    """
    options = {"timeout": int(timeout), "inject": inject, "store_widget_state": record}
    runner = _Runner(notebook.node, km=manager, **options)
    runner.reset_execution_trackers()
    runner.kc = client
    try:
        for index, cell in enumerate(notebook.node.cells):
            if cell.cell_type == "code":
                result = known.get(index) or await _run_given(runner, notebook.given, index, cell)
                yield result
                if result.failure:
                    return
                if result.last:
                    break
        if record:
            notebook.node.metadata["widgets"] = await saved_widgets(client)
    finally:
        for captured in runner.captured():
            captured.cancel()
        client.stop_channels()


async def _run_given(
    runner: _Runner, given: Assignment | None, index: int, cell: Any
) -> CellResult:
    """Run a cell, and beside it what gives the notebook its parameters' values."""
    place = given is not None and given.cell == index
    if given and place and not given.after:
        await assign(runner.kc, given)
    result = await _run_cell(runner, index, cell)
    if given and place and given.after and not result.failure:
        await assign(runner.kc, given)
    return result


async def _run_cell(runner: _Runner, index: int, cell: Any) -> CellResult:
    failure, last = None, False
    try:
        # With history, because IPython looks there for a semicolon that
        # silences the cell; it is kept in memory only.
        await runner.async_execute_cell(cell, index, store_history=True)
    except CellExecutionError as error:
        last = is_exit(error)
        failure = None if last else failure_of(index, cell.source, error)
    except CellTimeoutError:
        text = f"the cell ran for more than {runner.timeout} s"
        failure = CellFailure(index + 1, None, "Timeout", text, text)
        await runner.interrupt()
    except DeadKernelError:
        _raise_if_cancelled()
        text = "the kernel ended while the cell was running"
        failure = CellFailure(index + 1, None, "DeadKernel", text, text)
    _raise_if_cancelled()
    for captured in runner.captured():
        captured.flush()
    outputs = viewer_outputs(cell.outputs, cut=runner.is_over(index))
    runner.let_go(cell, index)
    if failure:
        outputs.append(error_card(failure))
    return CellResult(index, outputs, failure, last)


def _raise_if_cancelled() -> None:
    """Let a cancelled task end.

    nbclient takes its cancelling for the kernel's death, and loses it where a message comes
    at the same moment: Python 3.11's ``asyncio.wait_for`` does.
    """
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


def viewer_outputs(outputs: list[Any], *, cut: bool = False) -> list[dict[str, Any]]:
    """Outputs without standard error and tracebacks, and no larger than the cap.

    Args:
        outputs: nbformat outputs.
        cut: whether there were more that have been dropped already.
    """
    shown: list[dict[str, Any]] = []
    room = MAX_CELL_BYTES
    hidden = [one["output_type"] == "error" or one.get("name") == "stderr" for one in outputs]
    for output in merged(
        one for one, is_hidden in zip(outputs, hidden, strict=True) if not is_hidden
    ):
        if (size := _size(output)) > room:
            if output["output_type"] == "stream":
                shown.append({**output, "text": output["text"][:room]})
            cut = True
            break
        room -= size
        shown.append(output)
    return [*shown, html_output(_TOO_LONG)] if cut else shown


def _size(output: Mapping[str, Any]) -> int:
    texts = [output.get("text", ""), *output.get("data", {}).values()]
    return sum(len(text) if isinstance(text, str) else len(repr(text)) for text in texts)


def _node(output: dict[str, Any]) -> Any:
    return nbformat.from_dict(output)


class _ViewedOutput(OutputWidget):
    """Captures for an ``Output`` widget while cells run, and shows the viewer too."""

    _later: asyncio.TimerHandle | None = None

    def sync_state(self) -> None:
        """Show it soon: each time all of it travels, so not for every message."""
        # nbclient notes outputs here too, even where it was told to keep no state.
        self.executor.widget_state.setdefault(self.comm_id, {})
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(_CAPTURED_EVERY, self.flush)

    def set_state(self, state: dict[str, Any]) -> None:
        """Capturing begins, or ends with all captured outputs in their place."""
        super().set_state(state)
        if not state.get("msg_id", True):
            self.flush()

    def flush(self) -> None:
        """Tell the kernel what was captured, as a front end would, and the viewer's page."""
        if self._later is None:
            return
        self.cancel()
        self.outputs = [_node(output) for output in viewer_outputs(self.outputs)]
        super().sync_state()
        data = {"method": "update", "state": {"outputs": self.outputs}, "buffer_paths": []}
        self.executor.inject("comm_msg", {"comm_id": self.comm_id, "data": data})

    def cancel(self) -> None:
        """Tell nobody any more."""
        if self._later:
            self._later.cancel()
            self._later = None


class _Runner(NotebookClient):
    """nbclient, kept from filling memory and told about ``Output`` widgets."""

    inject = AnyTrait()

    def __init__(self, node: Any, **options: Any) -> None:
        super().__init__(
            node,
            allow_errors=False,
            coalesce_streams=False,
            # A cell's reply overtakes what it said before; a flood takes its time to arrive.
            iopub_timeout=options["timeout"],
            **options,
        )
        self.widget_registry = {"@jupyter-widgets/output": {"OutputModel": _ViewedOutput}}
        self._bytes: dict[int, int] = {}

    def captured(self) -> list[_ViewedOutput]:
        """The ``Output`` widgets that have captured something."""
        return [one for one in self.comm_objects.values() if isinstance(one, _ViewedOutput)]

    async def interrupt(self) -> None:
        """Stop what runs now."""
        manager: Any = self.km
        await manager.interrupt_kernel()

    def is_over(self, cell_index: int) -> bool:
        """Whether a cell has put out more than is kept."""
        return self._bytes.get(cell_index, 0) > MAX_CELL_BYTES

    def let_go(self, cell: Any, cell_index: int) -> None:
        """Forget a cell's outputs once the viewer has them; updates go to the page itself."""
        if self.store_widget_state:
            return
        cell.outputs = []
        self.clear_display_id_mapping(cell_index)

    def output(self, outs: list[Any], msg: Any, display_id: Any, cell_index: int) -> Any:
        """Drop what comes after the cap, so that endless output costs nothing."""
        if self.clear_before_next_output:
            self._bytes[cell_index] = 0
        if self.is_over(cell_index):
            return None
        content = msg["content"]
        self._bytes[cell_index] = self._bytes.get(cell_index, 0) + _size(content) + _EACH
        if isinstance(content.get("text"), str):
            content["text"] = content["text"][:MAX_CELL_BYTES]
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None and display_id:
            out["transient"] = {"display_id": display_id}  # by which the page finds it again
        return out

    def clear_output(self, outs: list[Any], msg: Any, cell_index: int) -> None:
        """What is cleared no longer counts."""
        super().clear_output(outs, msg, cell_index)
        if not outs:
            self._bytes[cell_index] = 0


__all__ = ["CellResult", "run_cells", "viewer_outputs"]
