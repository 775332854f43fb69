"""What an interrupt stops of a cell that awaits, be it in a fork or in a kernel of ipykernel's own.

ipykernel cancels such a cell when its loop comes round, which one that waits for
long or runs without end never does.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ipykernel.zmqshell import ZMQInteractiveShell


def stop(cell: asyncio.Future[Any], frame: FrameType | None) -> None:
    """Stop a cell, and nothing else; to be called by a signal's handler.

    Args:
        cell: what runs it.
        frame: what the signal found running.

    Raises:
        KeyboardInterrupt: that is the cell.
    """
    if _is_of_a_cell(frame):
        raise KeyboardInterrupt
    # An error here and now would befall the loop, or a task that another cell began.
    cell.get_loop().call_soon_threadsafe(cell.cancel)


@contextmanager
def stoppable(cell: asyncio.Future[Any]) -> Iterator[None]:
    """Around a cell: an interrupt stops it.

    Args:
        cell: what runs it.
    """
    before = signal.signal(signal.SIGINT, lambda _, frame: stop(cell, frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _is_of_a_cell(frame: FrameType | None) -> bool:
    """Whether it is a cell's own code, or called by that."""
    while frame is not None and frame.f_code is not ZMQInteractiveShell.run_code.__code__:
        frame = frame.f_back
    return frame is not None


__all__ = ["stop", "stoppable"]
