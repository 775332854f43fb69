"""Rows and branches: DataTable, Tree."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from vois import _v

__all__ = ["DataTable", "Tree", "table_items"]

_MISSING = {"<NA>", "NaT"}  # how pandas, which need not be there, writes them
_SIGNED = re.compile(r"[-+−±][\d.,]+").fullmatch


class DataTable(_v.VoisWidget):
    """A table to sort and search; ``value`` is the row that was chosen last, as dict.

    Args:
        data: a pandas DataFrame or a list of dicts.
        on_change: called with the chosen row.
        label: title over the table.
        height: CSS height of the rows' part.
        search_box: whether the viewer may filter by text.
        traits: any trait by name.
    """

    markup = """<v-card @root variant="flat" border><div v-if="label || search_box || icon"
 class="d-flex align-center px-4 py-2 ga-2"><span class="font-weight-medium vois-text"
 :style="{fontSize: title_size}">{{ label }}</span><v-btn v-if="icon" icon variant="text" size="small"
 :disabled="icon_disabled" :aria-label="icon_tooltip || icon" @click="icon_pressed()">
 <v-icon :icon="icon" :color="icon_color || undefined" /><v-tooltip v-if="icon_tooltip"
 activator="parent" location="bottom" :text="icon_tooltip" /></v-btn><v-spacer />
 <v-text-field v-if="search_box" v-model="search" label="Search" density="compact" variant="outlined"
 hide-details prepend-inner-icon="mdi-magnify" clearable style="max-width: 260px" /></div>
 <v-data-table :headers="headers" :items="rows" :search="search || ''" density="compact" fixed-header
 :height="height || undefined" :items-per-page="per_page" :hide-default-footer="per_page < 0"
 :style="{fontSize: size}" :loading="busy" hover :row-props="look" :no-data-text="empty"
 @click:row="(event, row) => pick(row.item)" />@error</v-card>"""
    script = """<script>export default { methods: {
 plain(item) { return item && item.raw !== undefined ? item.raw : item; },
 pick(item) { this.change(JSON.parse(JSON.stringify(this.plain(item)))); },
 look({ item }) { const row = this.plain(item);
  const on = this.value && row._row === this.value._row;
  return { style: 'cursor: pointer', tabindex: 0,
   onKeydown: (event) => { if (event.key === 'Enter') this.pick(item); }, class: on ? 'vois-row-on' : '',
   'aria-selected': on ? 'true' : undefined }; } } };</script>
<style id="vois-table-style">.vois .vois-row-on { background: rgba(var(--v-theme-primary), .16);
 box-shadow: inset 3px 0 rgb(var(--v-theme-primary)); }
@media (max-width: 599px) {
 .vois .v-data-table :is(th, td):not(:first-child) { padding: 0 8px 0 4px !important; }
 .vois th:not(.v-data-table__th--sorted) .v-data-table-header__sort-icon { display: none; } }
.vois .v-data-table td.v-data-table-column--align-end { font-variant-numeric: tabular-nums; }
</style>"""

    headers: list[dict[str, Any]] = _v.items()
    rows: list[dict[str, Any]] = _v.items()
    height: str = _v.text("400px")
    search: str = _v.text()
    search_box: bool = _v.flag()
    per_page: int = _v.integer(-1)
    size: str = _v.text("14px")
    title_size: str = _v.text("16px")
    empty: str = _v.text("Nothing to show")
    icon: str = _v.text()
    icon_tooltip: str = _v.text()
    icon_color: str = _v.text()
    icon_disabled: bool = _v.flag()
    on_icon: Callable[[], Any] | None = None

    def __init__(
        self,
        data: Any = (),
        on_change: Callable[[dict[str, Any]], Any] | None = None,
        *,
        widths: dict[str, Any] | None = None,
        unsortable: Sequence[str] = (),
        **traits: Any,
    ) -> None:
        super().__init__(on_change=on_change, **traits)
        self.set_data(data, widths=widths, unsortable=unsortable)

    def set_data(
        self, data: Any, *, widths: dict[str, Any] | None = None, unsortable: Sequence[str] = ()
    ) -> None:
        """Show other rows; columns of numbers are aligned at the right.

        Args:
            data: a pandas DataFrame or a list of dicts.
            widths: CSS width by column.
            unsortable: columns that cannot be sorted by.
        """
        columns, self.rows = table_items(data)
        self.headers = [
            {
                "title": name,
                "key": name,
                "sortable": name not in unsortable,
                "align": "end" if _numeric(self.rows, name) else "start",
                **({"width": _v.css_size((widths or {})[name])} if name in (widths or {}) else {}),
            }
            for name in columns
        ]

    def vue_icon_pressed(self, *_: Any) -> None:
        """The viewer pressed the title's button."""
        self.emit("on_icon")


def table_items(data: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Return column names and rows of plain values.

    Args:
        data: a pandas DataFrame, whose index is left out, or a list of dicts.

    Raises:
        TypeError: it is neither.
    """
    if hasattr(data, "to_dict"):
        columns = [str(name) for name in data.columns]
        records = [dict(zip(columns, row, strict=True)) for row in data.itertuples(index=False)]
    else:
        try:
            records = [dict(row) for row in data]
        except (TypeError, ValueError):
            kind = type(data).__name__
            raise TypeError(f"data is a {kind}; expected a DataFrame or a list of dicts") from None
        columns = list(dict.fromkeys(name for one in records for name in one))
    rows = [{name: _plain(cell) for name, cell in row.items()} for row in records]
    return columns, [{**row, "_row": number} for number, row in enumerate(rows)]


def _numeric(rows: Sequence[dict[str, Any]], name: str) -> bool:
    """Whether a column holds numbers only, or texts such as ``+1,200``."""
    cells = [one for row in rows if (one := row.get(name)) is not None]
    return bool(cells) and all(type(one) in {int, float} or _SIGNED(str(one)) for one in cells)


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell
    if getattr(cell, "shape", None) == ():  # numpy's single values
        cell = cell.item()
    if isinstance(cell, Decimal):
        cell = float(cell)
    if (isinstance(cell, float) and not math.isfinite(cell)) or str(cell) in _MISSING:
        return None
    return cell if cell is None or isinstance(cell, (bool, int, float, str)) else str(cell)


class Tree(_v.VoisWidget):
    """Branches to open and tick; ``value`` is the list of ticked ids.

    Args:
        nodes: dicts with ``id``, ``name`` and perhaps ``children``, ``icon``, ``disabled``.
        on_change: called with the ticked ids.
        traits: any trait by name.
    """

    markup = """<v-card @root variant="flat" :color="background || undefined" :width="width || undefined"
 :style="{overflow: 'auto', maxHeight: height || undefined}"><v-treeview v-model:selected="value"
 v-model:opened="opened" v-model:activated="active" :items="nodes" item-title="name" item-value="id"
 :selectable="selectable" :activatable="activatable" :open-on-click="open_on_click" :color="color"
 :select-strategy="strategy" density="compact" :search="search || undefined" :disabled="disabled"
 :item-props="known" :open-all="opened_all" active-strategy="single-independent"
 @update:selected="change($event)" @update:activated="activate($event)">
 <template v-slot:toggle="{ props, item, isOpen }"><v-btn v-bind="props" icon variant="text"
 density="compact" :aria-label="(isOpen ? 'Close ' : 'Open ') + (item.raw || item).name">
 <v-icon :icon="isOpen ? 'mdi-menu-down' : 'mdi-menu-right'" /></v-btn></template>
 <template v-slot:prepend="{ item, isOpen }"><v-icon v-if="icon(item, isOpen)" size="small"
 :icon="icon(item, isOpen)" :color="icons_color || undefined" /></template></v-treeview>
 <template v-if="!nodes.length">@empty</template>@error</v-card>"""
    script = """<script>export default { mounted() { const name = () => {
 // Vuetify gives its boxes no name.
 for (const box of this.$el.querySelectorAll('input[type=checkbox]:not([aria-label])')) {
  const row = box.closest('.v-list-item'); const text = row && row.querySelector('.v-list-item-title');
  if (text) box.setAttribute('aria-label', text.textContent.trim()); } };
 name(); this.naming = new MutationObserver(name);
 this.naming.observe(this.$el, {childList: true, subtree: true}); },
 unmounted() { this.naming.disconnect(); }, methods: {
 // Of a node's own words only these become part of the page.
 known(node) { return { disabled: !!node.disabled }; }, icon(item, open) { const n = item.raw || item;
 if (n.icon) return n.icon; if (!this.icons) return '';
 return n.children ? (open ? this.icon_open : this.icon_closed) : ''; } } };</script>"""

    nodes: list[dict[str, Any]] = _v.items()
    empty: str = _v.text("Nothing to show")
    opened: list[Any] = _v.items()
    active: list[Any] = _v.items()
    selectable: bool = _v.flag(default=True)
    activatable: bool = _v.flag()
    open_on_click: bool = _v.flag()
    opened_all: bool = _v.flag()
    strategy: str = _v.text("classic")
    color: str = _v.text("primary")
    background: str = _v.text()
    width: str = _v.text()
    height: str = _v.text()
    search: str = _v.text()
    icons: bool = _v.flag()
    icons_color: str = _v.text()
    icon_open: str = _v.text("mdi-folder-open")
    icon_closed: str = _v.text("mdi-folder")
    on_activate: Callable[[Any], Any] | None = None

    def __init__(
        self,
        nodes: Sequence[dict[str, Any]] = (),
        on_change: Callable[[list[Any]], Any] | None = None,
        **traits: Any,
    ) -> None:
        traits.setdefault("value", [])
        super().__init__(nodes=[*nodes], on_change=on_change, **traits)

    def vue_activate(self, ids: list[Any]) -> None:
        """The viewer pressed a node's name; none is left when it was pressed again."""
        self.active = list(ids)
        self.emit("on_activate", ids[0] if ids else None)
