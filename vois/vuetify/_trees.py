"""Trees of the older spelling, built from names or tables."""

# ruff: noqa: N802, N803, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois.vuetify._treeview import (
    BRANCH,
    CustomTreeview,
    all_branches,
    full_name,
    treeviewOperations,
    walk,
)

__all__ = [
    "CustomTreeview",
    "createFlatTreeview",
    "createTreeviewFromDF2Columns",
    "createTreeviewFromDF3Columns",
    "createTreeviewFromList",
    "tree_of",
    "treeviewOperations",
]


def _leaves(nodes: Sequence[dict[str, Any]]) -> list[Any]:
    return [node["id"] for node in walk(nodes) if not node.get("children")]


def _forest(
    paths: Sequence[Sequence[str]], separator: str, full: bool, icons: dict[str, str]
) -> list[Any]:
    """Return nodes for names in parts; every part is a node."""
    top: list[dict[str, Any]] = []
    known: dict[str, dict[str, Any]] = {}
    for parts in paths:
        for depth in range(1, len(parts) + 1):
            whole = separator.join(parts[:depth])
            if whole in known:
                continue
            node: dict[str, Any] = {"id": whole, "name": whole if full else parts[depth - 1]}
            if whole in icons:
                node["icon"] = icons[whole]
            known[whole] = node
            above = known.get(separator.join(parts[: depth - 1])) if depth > 1 else None
            (top if above is None else above.setdefault("children", [])).append(node)
    return top


def _repeat(nodes: Sequence[dict[str, Any]]) -> None:
    """Give every branch a first child that stands for the branch itself."""
    for node in [one for one in walk(nodes) if one.get("children")]:
        itself = {name: value for name, value in node.items() if name != "children"}
        node["children"].insert(0, itself)
        node["id"] += BRANCH


def tree_of(paths: Sequence[Sequence[str]], given: dict[str, Any]) -> CustomTreeview:
    """Return a tree of names in parts.

    Args:
        paths: parts of each name, the outermost first.
        given: arguments of `createTreeviewFromList`, those that differ from none.
    """
    icons = dict(given.get("iconsDict") or {})
    root, separator = given.get("rootName"), given.get("separator", ".")
    nodes = _forest(paths, separator, given.get("displayfullname", False), icons)
    swap = given.get("substitutionDict") or {}
    for node in walk(nodes):
        node["name"] = swap.get(node["id"], node["name"])
        if given.get("prefixed") and root:
            node["id"] = f"{root}{separator}{node['id']}"
        if node["id"] in (given.get("disabled") or ()):
            node["disabled"] = True
    if given.get("repeat_parent_as_first_child"):
        _repeat(nodes)
    if root:
        head = {"id": root, "name": root, "children": nodes}
        if given.get("iconroot"):
            head["icon"] = given["iconroot"]
        nodes = [head]
    selected = given.get("selected") or ([*_leaves(nodes)] if given.get("select_all") else [])
    wanted = set(given.get("opened") or ()) or {root}
    opened = [one for one in all_branches(nodes) if full_name(one) in wanted]
    return CustomTreeview(nodes, **{**given, "selected": selected, "opened": opened})


def createTreeviewFromList(
    nameslist: Sequence[Any] = (),
    rootName: str = "Root",
    separator: str = ".",
    select_all: bool = True,
    on_change: Callable[..., Any] | None = None,
    on_activated: Callable[..., Any] | None = None,
    expand_selection_to_parents: bool = True,
    displayfullname: bool = True,
    width: Any = "200px",
    height: Any = "500px",
    elevation: float = 0,
    repeat_parent_as_first_child: bool = False,
    substitutionDict: Any = None,
    color: Any = None,
    dark: Any = None,
    transition: bool = False,
    selectable: bool = True,
    activatable: bool = False,
    active: Any = None,
    open_on_click: bool = False,
    opened: Sequence[Any] = (),
    opened_all: bool = False,
    selected: Sequence[Any] = (),
    disabled: Sequence[Any] = (),
    iconsshow: bool = False,
    iconscolor: Any = None,
    iconsfolder: bool = True,
    icons_folder_opened: str = "mdi-folder-open",
    icons_folder_closed: str = "mdi-folder",
    iconroot: Any = None,
    iconsDict: Any = None,
    tooltips: bool = False,
    tooltips_chars: float = 20,
    item_height: float = 24,
    font_size: float = 15,
    icon_size: float = 18,
    checkbox_size: float = 24,
) -> Any:
    """Return a tree of dotted names."""
    given, names = dict(locals()), [str(one) for one in nameslist]
    return tree_of([one.split(separator) if separator else [one] for one in names], given)


def createFlatTreeview(
    nameslist: Sequence[Any] = (),
    select_all: bool = True,
    on_change: Callable[..., Any] | None = None,
    on_activated: Callable[..., Any] | None = None,
    displayfullname: bool = True,
    width: Any = "200px",
    height: Any = "500px",
    elevation: float = 0,
    color: Any = None,
    dark: Any = None,
    transition: bool = False,
    selectable: bool = True,
    activatable: bool = False,
    active: Any = None,
    selected: Sequence[Any] = (),
    disabled: Sequence[Any] = (),
    iconsshow: bool = False,
    iconscolor: Any = None,
    iconsDict: Any = None,
    tooltips: bool = False,
    tooltips_chars: float = 20,
    item_height: float = 24,
    font_size: float = 15,
    icon_size: float = 18,
    checkbox_size: float = 24,
) -> Any:
    """Return a tree without branches."""
    return tree_of([[str(one)] for one in nameslist], {**locals(), "separator": ""})


def _of_columns(given: dict[str, Any], *columns: Any) -> CustomTreeview:
    """Return the tree of a DataFrame's columns, with what its maker was ``given``."""
    rows = given.pop("df")[list(columns)].drop_duplicates().itertuples(index=False)
    paths = [[str(cell) for cell in row] for row in rows]
    return tree_of(paths, {**given, "prefixed": True})


def createTreeviewFromDF2Columns(
    df: Any,
    columnName1: Any,
    columnName2: Any,
    rootName: str = "Root",
    separator: str = ".",
    select_all: bool = True,
    on_change: Callable[..., Any] | None = None,
    on_activated: Callable[..., Any] | None = None,
    expand_selection_to_parents: bool = True,
    width: Any = "200px",
    height: Any = "500px",
    elevation: float = 0,
    repeat_parent_as_first_child: bool = False,
    color: Any = None,
    dark: Any = None,
    transition: bool = False,
    selectable: bool = True,
    activatable: bool = False,
    active: Any = None,
    open_on_click: bool = False,
    opened: Sequence[Any] = (),
    opened_all: bool = False,
    selected: Sequence[Any] = (),
    disabled: Sequence[Any] = (),
    iconsshow: bool = False,
    iconscolor: Any = None,
    iconsfolder: bool = True,
    icons_folder_opened: str = "mdi-folder-open",
    icons_folder_closed: str = "mdi-folder",
    iconroot: Any = None,
    iconscolumnName1: Any = None,
    iconscolumnName2: Any = None,
    tooltips: bool = False,
    tooltips_chars: float = 20,
    item_height: float = 24,
    font_size: float = 15,
    icon_size: float = 18,
    checkbox_size: float = 24,
) -> Any:
    """Return a tree of two columns of a DataFrame; full names begin with ``rootName``."""
    return _of_columns(dict(locals()), columnName1, columnName2)


def createTreeviewFromDF3Columns(
    df: Any,
    columnName1: Any,
    columnName2: Any,
    columnName3: Any,
    rootName: str = "Root",
    separator: str = ".",
    select_all: bool = True,
    on_change: Callable[..., Any] | None = None,
    on_activated: Callable[..., Any] | None = None,
    expand_selection_to_parents: bool = True,
    width: Any = "200px",
    height: Any = "500px",
    elevation: float = 0,
    repeat_parent_as_first_child: bool = False,
    color: Any = None,
    dark: Any = None,
    transition: bool = False,
    selectable: bool = True,
    activatable: bool = False,
    active: Any = None,
    open_on_click: bool = False,
    opened: Sequence[Any] = (),
    opened_all: bool = False,
    selected: Sequence[Any] = (),
    disabled: Sequence[Any] = (),
    iconsshow: bool = False,
    iconscolor: Any = None,
    iconsfolder: bool = True,
    icons_folder_opened: str = "mdi-folder-open",
    icons_folder_closed: str = "mdi-folder",
    iconroot: Any = None,
    iconscolumnName1: Any = None,
    iconscolumnName2: Any = None,
    iconscolumnName3: Any = None,
    tooltips: bool = False,
    tooltips_chars: float = 20,
    item_height: float = 24,
    font_size: float = 15,
    icon_size: float = 18,
    checkbox_size: float = 24,
) -> Any:
    """Return a tree of three columns of a DataFrame; full names begin with ``rootName``."""
    return _of_columns(dict(locals()), columnName1, columnName2, columnName3)
