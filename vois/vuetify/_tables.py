"""Tables, trees and lists of the older spelling."""

# ruff: noqa: ARG002, N801, N802, N803, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify._base import Facade, color_first

__all__ = ["datatable", "sortableList"]


class datatable(Facade, ui.DataTable):
    """A table of a DataFrame; see `vois.ui.DataTable`. ``on_click(row)`` gets a dict."""

    SAME: ClassVar[dict[str, str]] = {
        "title": "label",
        "searchshow": "search_box",
        "items": "rows",
        "font_size": "size",
        "font_size_title": "title_size",
        "on_click": "on_change",
    }

    def __init__(
        self,
        *args: Any,
        data: Any = None,
        height: Any = "400px",
        title: str = "",
        dictwidth: Any = None,
        searchshow: bool = False,
        search: str = "",
        on_click: Callable[..., Any] | None = None,
        on_icon: Callable[..., Any] | None = None,
        icon: str = "",
        icon_tooltip: str = "",
        icon_color: str = "grey",
        icon_disabled: bool = False,
        font_size: str = "14px",
        font_size_title: str = "16px",
        unsortable_columns: Sequence[Any] = (),
        **kwargs: Any,
    ) -> None:
        self.start(
            kwargs,
            label=title,
            height=_v.css_size(height),
            search_box=searchshow,
            search=search,
            icon=icon,
            icon_tooltip=icon_tooltip,
            icon_color=icon_color,
            icon_disabled=icon_disabled,
            size=font_size,
            title_size=font_size_title,
        )
        self.index_col = ""
        self.on_change, self.on_icon = on_click, on_icon
        self.set_data([] if data is None else data, widths=dictwidth, unsortable=unsortable_columns)

    def emit(self, handler: str, *args: Any) -> None:
        """The row goes without its inner number."""
        rows = [
            {k: v for k, v in one.items() if k != "_row"} for one in args if isinstance(one, dict)
        ]
        super().emit(handler, *(rows or args))


class sortableList(Facade, ui.SortableList):
    """Items in an order the viewer can change; see `vois.ui.SortableList`."""

    SAME: ClassVar[dict[str, str]] = {"cards": "rows"}

    def __init__(
        self,
        items: Sequence[Any] = (),
        width: Any = 400,
        maxheightlist: float = 10000,
        outlined: bool = True,
        dark: Any = None,
        allowNew: bool = True,
        newOnTop: bool = False,
        newButtonOnTop: bool = False,
        itemNew: Any = None,
        itemContent: Any = None,
        bottomContent: Sequence[Any] = (),
        onchange: Callable[..., Any] | None = None,
        onmovedown: Callable[..., Any] | None = None,
        onmoveup: Callable[..., Any] | None = None,
        onremoving: Callable[..., Any] | None = None,
        onremoved: Callable[..., Any] | None = None,
        onadded: Callable[..., Any] | None = None,
        buttonstooltip: bool = False,
        tooltipadd: str = "Add new",
        tooltipdown: str = "Move down",
        tooltipup: str = "Move up",
        tooltipremove: str = "Remove",
        activatable: bool = False,
        ondeactivated: Callable[..., Any] | None = None,
        onactivated: Callable[..., Any] | None = None,
        confirmation_for_remove: bool = False,
        confirmation_text_callback: Callable[..., Any] | None = None,
        confirmation_title_callback: Callable[..., Any] | None = None,
        confirmation_dialog_output: Any = None,
        confirmation_dialog_titleheight: float = 40,
        confirmation_dialog_width: float = 400,
        custom_new: Any = None,
    ) -> None:
        self.keep({**locals(), "items": None})
        self._items = []
        self._content = self._content_of
        self._new_item = itemNew
        self.start(
            {},
            outlined=outlined,
            can_add=allowNew and (itemNew is not None or custom_new is not None),
            add_on_top=newButtonOnTop,
            bottom=[*bottomContent],
            activatable=activatable,
            color=color_first(),
            dark=dark or None,
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
            max_height=_v.css_size(maxheightlist),
            tips=[tooltipup, tooltipdown, tooltipremove, tooltipadd],
        )
        self.on_change = onchange
        self.set_items(items)

    def _content_of(self, item: Any, index: int) -> Any:
        if self.itemContent is not None:
            return self.itemContent(item, index)
        return ui.Label(str(item))

    def _told(self) -> None:
        self.emit("onchange")

    def vue_move(self, pair: list[int]) -> None:
        """The viewer moved an item."""
        super().vue_move(pair)
        self.emit("onmoveup" if pair[1] < pair[0] else "onmovedown", pair[0])

    def vue_remove(self, index: int) -> None:
        """The viewer wants an item gone; perhaps after a question."""
        if not self.confirmation_for_remove:
            self.doDeleteItem(index)
            return
        ask, head = self.confirmation_text_callback, self.confirmation_title_callback
        text = ask(index) if ask else "Remove this item?"
        title = head(index) if head else "Please confirm"
        ui.confirm(text, lambda: self.doDeleteItem(index), title=title)

    def doDeleteItem(self, index: int) -> None:
        """Remove the item at ``index``."""
        self.emit("onremoving", index)
        super().vue_remove(index)
        self.emit("onremoved", index)

    def vue_add(self, *_: Any) -> None:
        """The viewer wants a new item."""
        if self.custom_new is not None:
            self.emit("custom_new")
        elif self.itemNew is not None:
            self.doAddItem(self.itemNew())

    def doAddItem(self, item: Any) -> None:
        """Add ``item`` at the end that new items go to."""
        self.set_items([item, *self.items] if self.newOnTop else [*self.items, item])
        self._told()
        self.emit("onadded", 0 if self.newOnTop else len(self.items) - 1)

    def additem(self, item: Any, isfirst: bool, islast: bool, onTop: bool = False) -> None:
        """Add ``item`` without telling anybody."""
        self.set_items([item, *self.items] if onTop else [*self.items, item])

    def updateCard(self, item: Any, index: int) -> None:
        """Show ``item`` at ``index`` anew."""
        now = self.items
        now[index] = item
        self.set_items(now)

    def update_buttons(self) -> None:
        """Nothing to do: the buttons follow the list by themselves."""

    def disableMoveItems(self) -> None:
        """Keep the order as it is."""
        self.fixed = True

    def vue_activate(self, index: int) -> None:
        """The viewer pressed an item; pressed again it is no longer active."""
        if self.active >= 0:
            self.emit("ondeactivated", self.active)
        self.active = -1 if index == self.active else index
        if self.active >= 0:
            self.emit("onactivated", self.active)

    @property
    def activeindex(self) -> int:
        """Index of the active item, -1 for none."""
        return self.active
