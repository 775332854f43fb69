"""The tree of the older spelling, and how to read and change it."""

# ruff: noqa: N801, N802 - the older spelling
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify._base import Facade, color_first

__all__ = ["BRANCH", "CustomTreeview", "all_branches", "full_name", "treeviewOperations", "walk"]

BRANCH = "\u200b"
"""Ends the id of a branch whose own full name is the id of its first child."""


def full_name(node_id: Any) -> str:
    """Return the full name of the node with that id."""
    return str(node_id).removesuffix(BRANCH)


class CustomTreeview(Facade, ui.Tree):
    """A tree whose ids are full names; ``on_change(names)``, ``on_activated(name)``."""

    SAME: ClassVar[dict[str, str]] = {
        "items": "nodes",
        "selected": "value",
        "on_activated": "on_activate",
    }

    def __init__(self, items: Sequence[dict[str, Any]] = (), **given: Any) -> None:
        def get(name: str, default: Any = None) -> Any:
            """An argument, or its default."""
            return given.get(name, default)

        nodes = list(items)
        active = get("active")
        self.separator = str(get("separator", "."))
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
        """Full names of the ticked nodes and, if that is wanted, of those with all below ticked."""
        if not self.expand_selection_to_parents:
            return list(self.value)
        ticked = set(self.value)
        whole = [node["id"] for node in walk(self.nodes) if ticked >= _leaves(node)]
        return sorted({full_name(one) for one in whole})

    def emit(self, handler: str, *args: Any) -> None:
        """The callback hears names."""
        super().emit(handler, *((self.selectednames,) if handler == "on_change" else args))


def walk(nodes: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every node of a forest, parents first."""
    for node in nodes:
        yield node
        yield from walk(node.get("children", ()))


def _leaves(node: dict[str, Any]) -> set[Any]:
    return {one["id"] for one in walk([node]) if not one.get("children")}


def all_branches(nodes: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the ids of all nodes that have children."""
    return [node["id"] for node in walk(nodes) if node.get("children")]


class treeviewOperations:
    """Read and change a tree by full names."""

    def __init__(self, treecard: Any) -> None:
        self.treeview = treecard
        self.doindex()

    def doindex(self) -> None:
        """Index the nodes anew."""
        nodes = list(walk(self.treeview.nodes))
        self.id2fullname = {node["id"]: full_name(node["id"]) for node in nodes}
        self.fullname2id = {one: one for one in self.id2fullname.values()}
        self.id2childrenid = {n["id"]: [c["id"] for c in n.get("children", ())] for n in nodes}
        self.id2parentid = {c: up for up, down in self.id2childrenid.items() for c in down}

    def getOpened(self) -> list[str]:
        """Names of the open branches."""
        return [full_name(one) for one in self.treeview.opened]

    def setOpened(self, fullnames: Sequence[str]) -> None:
        """Open these branches alone."""
        wanted = set(fullnames)
        branches = all_branches(self.treeview.nodes)
        self.treeview.opened = [one for one in branches if full_name(one) in wanted]

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
        children = self.getChildren(fullname)
        return children[0] if children else None

    def setSearch(self, text2search: str = "") -> None:
        """Show only nodes with this text."""
        self.treeview.search = text2search

    def getChildren(self, nodefullname: str) -> list[str]:
        """Names of the children."""
        return [full_name(one) for one in self.id2childrenid.get(self._id(nodefullname), [])]

    def _id(self, name: str) -> str:
        """Return the id of the branch of that full name, or else the name, which is a leaf's id."""
        return name + BRANCH if name + BRANCH in self.id2childrenid else name

    def setChildren(self, nodefullname: str, childrenfullnames: Sequence[str]) -> None:
        """Give a node other children.

        Raises:
            KeyError: there is no such node.
        """
        wanted = self._id(nodefullname)
        if wanted not in self.id2childrenid:
            raise KeyError(f"the tree has no node {nodefullname!r}")
        separator = self.treeview.separator
        names = [one.rsplit(separator, 1)[-1] if separator else one for one in childrenfullnames]
        pairs = zip(childrenfullnames, names, strict=True)
        children = [{"id": one, "name": name} for one, name in pairs]

        def changed(node: dict[str, Any]) -> dict[str, Any]:
            """The tree with the wanted node's children in place."""
            if node["id"] == wanted:
                return {**node, "children": children}
            if "children" in node:
                return {**node, "children": [changed(one) for one in node["children"]]}
            return node

        self.treeview.nodes = [changed(one) for one in self.treeview.nodes]
        self.doindex()
