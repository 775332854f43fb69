"""Trees of the older spelling, built from names or tables."""

# ruff: noqa: N801, N802, N803, PLR0917, RUF012 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from vois import _v, ui
from vois.vuetify._base import Facade, color_first

__all__ = ["CustomTreeview", "createFlatTreeview", "createTreeviewFromDF2Columns"]
__all__ += ["createTreeviewFromDF3Columns", "createTreeviewFromList", "treeviewOperations"]


class CustomTreeview(Facade, ui.Tree):
    """A tree whose ids are full names; ``on_change(names)``, ``on_activated(name)``."""

    SAME = {"items": "nodes", "selected": "value", "on_activated": "on_activate"}
    dotted: str = ""

    def __init__(self, items: Sequence[dict[str, Any]] = (), **given: Any) -> None:
        def get(name: str, default: Any = None) -> Any:
            return given.get(name, default)

        nodes = list(items)
        active = get("active")
        self.expand_selection_to_parents = get("expand_selection_to_parents", True)
        self.start(
            {},
            nodes=nodes,
            value=list(get("selected", ())),
            opened=all_branches(nodes) if get("opened_all") else list(get("opened", ())),
            active=[active] if active is not None else [],
            selectable=get("selectable", True),
            activatable=get("activatable", False),
            open_on_click=get("open_on_click", False),
            color=color_first(get("color")),
            dark=get("dark") or None,
            width=_v.css_size(get("width", "")),
            height=_v.css_size(get("height", "")),
            icons=get("iconsshow", False),
            icons_color=get("iconscolor") and color_first(get("iconscolor")),
            icon_open=get("icons_folder_opened"),
            icon_closed=get("icons_folder_closed"),
            style_=f"font-size: {get('font_size', 15)}px",
        )
        self.on_change, self.on_activate = get("on_change"), get("on_activated")

    @property
    def selectednames(self) -> list[str]:
        """Full names of the ticked nodes, with their parents if that is wanted."""
        if not self.expand_selection_to_parents:
            return list(self.value)
        ticked = set(self.value)
        return [
            node["id"] for node in walk(self.nodes) if ticked & {one["id"] for one in walk([node])}
        ]

    def emit(self, handler: str, *args: Any) -> None:
        """The callback hears names."""
        super().emit(handler, *((self.selectednames,) if handler == "on_change" else args))


def walk(nodes: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every node of a forest, parents first."""
    for node in nodes:
        yield node
        yield from walk(node.get("children", ()))


def all_branches(nodes: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the ids of all nodes that have children."""
    return [node["id"] for node in walk(nodes) if node.get("children")]


def _leaves(nodes: Sequence[dict[str, Any]]) -> list[Any]:
    return [node["id"] for node in walk(nodes) if not node.get("children")]


def _forest(names: Sequence[str], separator: str, full: bool, icons: dict[str, str]) -> list[Any]:
    """Return nodes for dotted names; every part of a name is a node."""
    top: list[dict[str, Any]] = []
    known: dict[str, dict[str, Any]] = {}
    for name in names:
        parts = str(name).split(separator) if separator else [str(name)]
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


def _tree(names: Sequence[str], given: dict[str, Any]) -> CustomTreeview:
    icons = dict(given.get("iconsDict") or {})
    nodes = _forest(names, given.get("separator", "."), False, icons)
    for node in walk(nodes):
        swap = given.get("substitutionDict") or {}
        node["name"] = swap.get(node["name"], node["name"])
        if node["id"] in given.get("disabled", ()):
            node["disabled"] = True
    root = given.get("rootName")
    if root:
        head = {"id": root, "name": root, "children": nodes}
        if given.get("iconroot"):
            head["icon"] = given["iconroot"]
        nodes = [head]
    selected = given.get("selected") or ([*_leaves(nodes)] if given.get("select_all") else [])
    opened = list(given.get("opened", ())) or ([root] if root else [])
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
    return _tree(list(nameslist), dict(locals()))


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
    return _tree(list(nameslist), {**locals(), "separator": ""})


def _columns(df: Any, columns: Sequence[str], separator: str) -> list[str]:
    rows = df[list(columns)].drop_duplicates().itertuples(index=False)
    return [separator.join(str(cell) for cell in row) for row in rows]


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
    """Return a tree of two columns of a DataFrame."""
    given = {name: value for name, value in locals().items() if name != "df"}
    return _tree(_columns(df, [columnName1, columnName2], separator), given)


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
    """Return a tree of three columns of a DataFrame."""
    given = {name: value for name, value in locals().items() if name != "df"}
    return _tree(_columns(df, [columnName1, columnName2, columnName3], separator), given)


class treeviewOperations:
    """Read and change a tree by full names."""

    def __init__(self, treecard: Any) -> None:
        self.treeview = treecard
        self.doindex()

    def doindex(self) -> None:
        """Index the nodes anew."""
        nodes = list(walk(self.treeview.nodes))
        self.id2fullname = {node["id"]: node["id"] for node in nodes}
        self.fullname2id = dict(self.id2fullname)
        self.id2childrenid = {n["id"]: [c["id"] for c in n.get("children", ())] for n in nodes}
        self.id2parentid = {c: up for up, down in self.id2childrenid.items() for c in down}

    def getOpened(self) -> list[str]:
        """Names of the open branches."""
        return list(self.treeview.opened)

    def setOpened(self, fullnames: Sequence[str]) -> None:
        """Open these branches alone."""
        self.treeview.opened = list(fullnames)

    def openAll(self) -> None:
        """Open every branch."""
        self.treeview.opened = all_branches(self.treeview.nodes)

    def getSelected(self) -> list[str]:
        """Names of the ticked nodes."""
        return list(self.treeview.value)

    def setSelected(self, fullnames: Sequence[str]) -> None:
        """Tick these nodes alone."""
        self.treeview.value = list(fullnames)

    def getActive(self) -> str | None:
        """Name of the active node."""
        active = self.treeview.active
        return active[0] if active else None

    def setActive(self, fullname: str | None) -> None:
        """Make this node the active one."""
        self.treeview.active = [] if fullname is None else [fullname]

    def getFirstChildFullname(self, fullname: str) -> str | None:
        """Name of the first child, or None."""
        children = self.id2childrenid.get(fullname, [])
        return children[0] if children else None

    def setSearch(self, text2search: str = "") -> None:
        """Show only nodes with this text."""
        self.treeview.search = text2search

    def getChildren(self, nodefullname: str) -> list[str]:
        """Names of the children."""
        return list(self.id2childrenid.get(nodefullname, []))

    def setChildren(self, nodefullname: str, childrenfullnames: Sequence[str]) -> None:
        """Give a node other children.

        Raises:
            KeyError: there is no such node.
        """
        if nodefullname not in self.id2childrenid:
            raise KeyError(f"the tree has no node {nodefullname!r}")
        children = [{"id": one, "name": one.split(".")[-1]} for one in childrenfullnames]

        def changed(node: dict[str, Any]) -> dict[str, Any]:
            if node["id"] == nodefullname:
                return {**node, "children": children}
            if "children" in node:
                return {**node, "children": [changed(one) for one in node["children"]]}
            return node

        self.treeview.nodes = [changed(one) for one in self.treeview.nodes]
        self.doindex()
