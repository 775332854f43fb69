"""Map, table and charts that choose the same thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from vois import ui

__all__ = ["Linked"]


class Linked(traitlets.HasTraits):
    """Parts of a page that show the same choice: what is chosen in one is marked in all.

    ``value`` is the key of the chosen thing, or None; bind it to a `State` like a
    widget's. A `Choropleth` gives its region's key, a `DataTable` the cell of its
    column ``key``, and every other widget (`ui.Svg` with ``data-key``, `SelectSingle`)
    its ``value``.

    Args:
        parts: what belongs together.
        key: column of tables that holds the key.
        on_change: called with the new key, whoever chose.
        value: first choice.

    Raises:
        ValueError: a table has no column of that name.
    """

    value = traitlets.Any(None)

    def __init__(
        self,
        *parts: Any,
        key: str = "id",
        on_change: Callable[[Any], Any] | None = None,
        value: Any = None,
    ) -> None:
        super().__init__()
        self._key, self._parts = key, parts
        for part in parts:
            if isinstance(part, ui.DataTable):
                self._check(part)
            part.observe(lambda change, part=part: self._heard(part, change["new"]), "value")
        self.observe(lambda _: self._tell(), "value")
        if on_change is not None:
            self.observe(lambda change: on_change(change["new"]), "value")
        self.value = value

    def _check(self, table: ui.DataTable) -> None:
        columns = [one["key"] for one in table.headers]
        if table.rows and self._key not in columns:
            raise ValueError(f"key is {self._key!r}; the table has the columns {columns}")

    def _heard(self, part: Any, value: Any) -> None:
        if isinstance(part, ui.DataTable):
            value = value.get(self._key) if value else None
        self.value = value or None

    def _tell(self) -> None:
        for part in self._parts:
            wanted = self._row(part) if isinstance(part, ui.DataTable) else self.value
            if part.value != wanted:
                part.value = wanted

    def _row(self, table: ui.DataTable) -> dict[str, Any] | None:
        return next((row for row in table.rows if row.get(self._key) == self.value), None)
