"""Trees with values, of the older spelling; a `vois.ui.Tree` stands behind them."""
# ruff: noqa: N802, N803, PLR0917 - names and order of the older spelling

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import ui

__all__ = ["DataNode", "basic_handle_click", "createIpytreeFromDF2Columns"]
__all__ += ["createIpytreeFromList"]


class DataNode:
    """A node that was pressed: its full name and value."""

    def __init__(self, name: str = "", value: float = 0.0) -> None:
        self.name, self.value, self.selected = name, value, True


def basic_handle_click(event: Any) -> None:
    """Do nothing with a pressed node."""


def createIpytreeFromList(
    nameslist: Sequence[str] = (),
    rootName: str = "",
    separator: str = ".",
    valuefor: dict[str, float] | None = None,
    handle_click: Callable[[Any], Any] = basic_handle_click,
    select_root: bool = False,
) -> ui.Tree:
    """Return a tree of dotted names whose pressed node is given to ``handle_click``.

    The event is a dict with ``new``, a `DataNode`.
    """
    paths = [name.split(separator) if separator else [name] for name in nameslist]
    return _tree(paths, rootName, separator, valuefor or {}, handle_click, select_root)


def _tree(
    paths: Sequence[Sequence[str]],
    root: str,
    separator: str,
    values: dict[str, float],
    handle_click: Callable[[Any], Any],
    select_root: bool,
) -> ui.Tree:
    """Return a tree of names in parts, open and with one active node."""
    from vois.vuetify._trees import tree_of  # noqa: PLC0415 - heavy, rarely needed

    def pressed(name: str | None) -> None:
        """Tell of a chosen node, as ipytree does."""
        if name is not None:
            handle_click({"name": "selected", "new": DataNode(name, values.get(name, 0.0))})

    given = {"rootName": root, "separator": separator, "displayfullname": True}
    given |= {"selectable": False, "activatable": True, "opened_all": True, "select_all": True}
    given |= {"width": "200px", "height": "500px"}
    given |= {"on_activated": pressed, "active": root if select_root and root else None}
    return tree_of(paths, given)


def createIpytreeFromDF2Columns(
    df: Any,
    colindexLabels1: int,
    colindexLabels2: int,
    colindexValues: int = -1,
    rootName: str = "",
    handle_click: Callable[[Any], Any] = basic_handle_click,
    select_root: bool = False,
) -> ui.Tree:
    """Return a tree of two columns of a DataFrame, told by their numbers."""
    rows = list(df.itertuples(index=False))
    paths = [[str(row[colindexLabels1]), str(row[colindexLabels2])] for row in rows]
    values = {}
    if colindexValues >= 0:
        told = zip(paths, rows, strict=True)
        values = {".".join(path): float(row[colindexValues]) for path, row in told}
    return _tree(paths, rootName, ".", values, handle_click, select_root)
