"""Lists in an order of the viewer's: SortableList."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import _v
from vois._lives import dispose, revive

__all__ = ["SortableList"]


class SortableList(_v.VoisWidget):
    """Widgets in an order the viewer can change; ``value`` is the list of items.

    Args:
        items: any values.
        content: builds the widget of an item: ``content(item, index)``. It belongs to the list,
            which closes it when it is shown no more.
        on_change: called with the new list.
        new_item: makes a new item; without it nothing can be added.
        traits: any trait by name.
    """

    markup = """<div @root><v-btn v-if="can_add && add_on_top" size="small" variant="tonal"
 aria-label="Add" icon @click="add()"><v-icon icon="mdi-plus" /></v-btn>
 <div :style="{maxHeight: max_height || undefined, overflow: 'auto'}" role="list" @name>
 <v-card v-for="(row, i) in rows" :key="row" role="listitem" variant="flat" :border="outlined"
 :color="active === i ? color : undefined" class="d-flex align-center py-1 pl-3 pr-1 my-1"
 @click="activatable && activate(i)"><div style="flex: 1; min-width: 0">
 <jupyter-widget :widget="row" /></div>
 <v-btn icon size="x-small" variant="text" :aria-label="tips[0]" :disabled="fixed || i === 0"
 @click.stop="move([i, i - 1])"><v-icon icon="mdi-arrow-up" /></v-btn>
 <v-btn icon size="x-small" variant="text" :aria-label="tips[1]"
 :disabled="fixed || i === rows.length - 1" @click.stop="move([i, i + 1])">
 <v-icon icon="mdi-arrow-down" /></v-btn>
 <v-btn icon size="x-small" variant="text" :aria-label="tips[2]" @click.stop="remove(i)">
 <v-icon icon="mdi-close" /></v-btn></v-card><template v-if="!rows.length">@empty</template></div>
 <div class="d-flex align-center"><v-btn v-if="can_add && !add_on_top" size="small" variant="tonal"
 :aria-label="tips[3]" icon @click="add()"><v-icon icon="mdi-plus" /></v-btn>
 <jupyter-widget v-for="one in bottom" :key="one" :widget="one" /></div>@error</div>"""

    empty: str = _v.text("Nothing to show")
    rows: list[Any] = _v.widgets()
    bottom: list[Any] = _v.widgets()
    active: int = _v.integer(-1)
    activatable: bool = _v.flag()
    outlined: bool = _v.flag(default=True)
    can_add: bool = _v.flag()
    add_on_top: bool = _v.flag()
    fixed: bool = _v.flag()
    color: str = _v.text("primary")
    max_height: str = _v.text()
    tips: list[str] = _v.some(["Move up", "Move down", "Remove", "Add"])

    def __init__(
        self,
        items: Sequence[Any] = (),
        content: Callable[[Any, int], Any] | None = None,
        on_change: Callable[[list[Any]], Any] | None = None,
        *,
        new_item: Callable[[], Any] | None = None,
        **traits: Any,
    ) -> None:
        traits.setdefault("can_add", new_item is not None)
        super().__init__(on_change=on_change, **traits)
        self._content = content or (lambda item, _: _v.v.Html(tag="span", children=[str(item)]))
        self._new_item = new_item
        self.set_items(items)

    def set_items(self, items: Sequence[Any]) -> None:
        """Show these items."""
        self._items = list(items)
        self.value = [item if _is_json(item) else repr(item) for item in self._items]
        rows = [_as_widget(self._content(item, i)) for i, item in enumerate(self._items)]
        revive(rows)
        before, self.rows = self.rows, rows
        dispose(before, keep=[*rows, *self.bottom])

    @property
    def items(self) -> list[Any]:
        """The items in their order."""
        return list(self._items)

    @items.setter
    def items(self, items: Sequence[Any]) -> None:
        """Show other items."""
        self.set_items(items)

    def _told(self) -> None:
        self.emit("on_change", self.items)

    def vue_move(self, pair: list[int]) -> None:
        """The viewer moved an item from the first place to the second."""
        now = self.items
        now.insert(pair[1], now.pop(pair[0]))
        self.set_items(now)
        self._told()

    def vue_remove(self, index: int) -> None:
        """The viewer removed the item at ``index``."""
        self.set_items([item for i, item in enumerate(self.items) if i != index])
        self._told()

    def vue_add(self, *_: Any) -> None:
        """The viewer wants a new item."""
        if self._new_item is not None:
            self.set_items([*self.items, self._new_item()])
            self._told()

    def vue_activate(self, index: int) -> None:
        """The viewer pressed the item at ``index``."""
        self.active = index


def _is_json(item: Any) -> bool:
    return item is None or isinstance(item, (bool, int, float, str))


def _as_widget(content: Any) -> Any:
    if isinstance(content, (list, tuple)):
        return _v.v.Html(tag="div", class_="vois-wrap", children=list(content))
    return content
