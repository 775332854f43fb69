"""What runs inside the sandbox: ipykernel without what no viewer needs.

This file is started by its path in the notebook's own environment and must
import nothing of VaaS but the guest beside it. It leaves out the debugger,
completion, history and the heartbeat (``vaas`` watches the process itself),
which saves start-up time, threads and memory in every kernel.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

UNNEEDED = ("debugpy", "jedi")


def _hide_unneeded() -> None:
    """Make ipykernel and IPython believe that their optional parts are absent."""
    for name in UNNEEDED:
        sys.modules[name] = None  # type: ignore[assignment]


def _show_again() -> None:
    """Let the notebook import what was only hidden from the start-up."""
    for name in UNNEEDED:
        del sys.modules[name]


def _viewer_app() -> Any:
    """IPKernelApp with no heartbeat and an iopub queue that loses nothing."""
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415  after the hiding

    class ViewerKernelApp(IPKernelApp):  # type: ignore[misc,unused-ignore]
        """One viewer's kernel."""

        def init_heartbeat(self) -> None:
            """The server watches the process; a heartbeat costs two threads."""

        def init_iopub(self, context: Any) -> Any:
            """Queue without limit: a slow reader costs this kernel's memory, not messages."""
            context.sndhwm = 0
            return super().init_iopub(context)  # type: ignore[no-untyped-call]

    return ViewerKernelApp


def _stay(kernel: Any, step_back_in: Callable[[], None]) -> None:
    """Keep the working folder alive, for cells and callbacks alike."""
    before = kernel.pre_handler_hook

    def pre_handler_hook() -> None:
        """What ipykernel does before each message, then ours."""
        before()
        step_back_in()

    kernel.pre_handler_hook = pre_handler_hook


def main() -> None:
    """Start the kernel: ``entry.py LIBRARY -f CONNECTION_FILE``."""
    keeper = importlib.import_module("guest.folder").keeper
    # The script's own folder is no place to import from; IPython adds the
    # notebook's folder later, after the standard library.
    sys.path[0:1] = []
    sys.path.append(sys.argv[1])
    _hide_unneeded()
    app = _viewer_app().instance()
    app.initialize(
        [*sys.argv[2:], "--HistoryManager.enabled=False", "--IPCompleter.use_jedi=False"]
    )
    _show_again()
    _stay(app.kernel, keeper())
    app.kernel._cancel_on_sigint = importlib.import_module("guest.interrupts").stoppable  # noqa: SLF001
    app.start()


if __name__ == "__main__":
    main()
