"""What a notebook's author is told of a failing cell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbclient.exceptions import CellExecutionError

_TOLD = 64 << 10
"""Characters of a traceback that its author is told."""

# Groups of exceptions are told as Python does, with the cell's file.
_IN_GROUP = re.compile(r"File .*ipykernel_\d+[/\\]\d+\.py\", line (\d+)")


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


def is_exit(error: CellExecutionError) -> bool:
    """Whether a notebook ends itself, and says that nothing is wrong: ``sys.exit()``.

    Args:
        error: what nbclient tells.
    """
    return error.ename == "SystemExit" and error.evalue in ("", "0", "None")


def failure_of(index: int, source: str, error: CellExecutionError) -> CellFailure:
    """Make an exception readable.

    Args:
        index: place of the cell in the notebook, from 0.
        source: the cell's code.
        error: what nbclient tells.
    """
    text, message = (_told(one) for one in (error.traceback, error.evalue))
    line = _line(text)
    if line is not None:
        # IPython leaves out the empty lines that a cell begins with.
        line += len(source) - len(source.lstrip("\n"))
    return CellFailure(index + 1, line, error.ename, message, text)


def _told(text: str) -> str:
    """Text for the author: no colours, and of very long text the beginning and the end."""
    if len(text) > _TOLD:
        text = f"{text[: _TOLD // 2]}\n...\n{text[-_TOLD // 2 :]}"
    return _without_colours(text)


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
        if found := _IN_GROUP.search(line):
            return int(found[1])
        if line.lstrip("-").startswith("> ") and line.startswith("-"):
            number = line.lstrip("->").strip().split(" ", 1)[0]
            if number.isdigit():
                return int(number)
    return None


__all__ = ["CellFailure", "failure_of", "is_exit"]
