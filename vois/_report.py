"""What happens when an author's callback fails: a message, never a silent end."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["deprecated", "guarded", "raising", "show_with"]

_log = logging.getLogger("vois")
_told: set[str] = set()
_early: deque[Exception] = deque(maxlen=10)
"""What failed before there was anybody to show it."""
_state: dict[str, Any] = {"raise": False, "show": _early.append}


def guarded(callback: Callable[..., Any], *args: Any) -> Any:
    """Call ``callback``; a failure is logged and shown, so the page stays alive."""
    try:
        return callback(*args)
    except Exception as error:
        if _state["raise"]:
            raise
        _log.exception("a callback failed")
        _state["show"](error)
        return None


def show_with(show: Callable[[Exception], None]) -> None:
    """Name the function that shows a failure to the viewer, and show those that came before."""
    _state["show"] = show
    while _early:
        show(_early.popleft())


@contextmanager
def raising() -> Iterator[None]:
    """Let failures of callbacks reach the caller, as tests want."""
    before, _state["raise"] = _state["raise"], True
    try:
        yield
    finally:
        _state["raise"] = before


def deprecated(name: str, better: str) -> None:
    """Tell the log, once, that ``name`` has a newer spelling."""
    if name not in _told:
        _told.add(name)
        _log.info("%s is the older spelling of %s", name, better)
