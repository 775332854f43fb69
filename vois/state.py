"""State of a dashboard: values that widgets, computations and the address share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl

from traitlets import Any as AnyTrait
from traitlets import HasTraits

from vois import _report, _v
from vois._address import as_text, can_be_typed, typed

__all__ = ["State", "UrlSync"]


class State(HasTraits):
    """Named values that can be observed, bound to widgets, computed, and kept in the address.

    >>> state = State(year=2020, country="Italy")
    >>> state.year = 2021
    >>> state.year
    2021

    Args:
        values: name and first value of each.
    """

    def __init__(self, **values: Any) -> None:
        super().__init__()
        self._firsts = dict(values)
        self._computed: list[str] = []
        for name, value in values.items():
            self._add(name, value)

    def _add(self, name: str, value: Any) -> None:
        if hasattr(type(self), name) or name.startswith("_"):
            raise ValueError(f"a value cannot be called {name!r}: the name is in use")
        self.add_traits(**{name: AnyTrait(value)})

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            self._known(name)
            if name in self._computed:
                raise AttributeError(f"{name!r} is computed; set what it is computed from")
        super().__setattr__(name, value)

    def _known(self, *names: str) -> None:
        for name in names:
            if name not in self.names():
                raise AttributeError(f"the state has no {name!r}; it has {', '.join(self.names())}")

    def names(self) -> list[str]:
        """The values' names in the order they were given, computed ones last."""
        return [*self._firsts, *self._computed]

    def as_dict(self) -> dict[str, Any]:
        """All values by name."""
        return {name: getattr(self, name) for name in self.names()}

    def _values(self, names: Collection[str]) -> list[Any]:
        return [getattr(self, name) for name in names]

    def bind(self, widget: Any, name: str, trait: str = "value") -> Any:
        """Keep ``widget.<trait>`` and the state's ``name`` equal: both ways, unless it is computed.

        Args:
            widget: any widget; the state's value is given to it first.
            name: which value of the state.
            trait: which trait of the widget.

        Returns:
            The widget, so that binding and placing is one expression.

        Raises:
            AttributeError: the state has no such value.
        """
        self._known(name)
        setattr(widget, trait, getattr(self, name))
        if name not in self._computed:
            widget.observe(lambda change: setattr(self, name, change["new"]), trait)
        self.observe(lambda change: setattr(widget, trait, change["new"]), name)
        return widget

    def compute(self, name: str, function: Callable[..., Any], *needs: str) -> None:
        """Add a value that follows others.

        When ``function`` fails later, the viewer is told and the last good value stays.

        Args:
            name: of the new value.
            function: called with the needed values, in their order.
            needs: names of the values it needs; computed ones may be among them.

        Raises:
            AttributeError: the state lacks one of ``needs``.
            ValueError: the name is in use.
        """
        self._known(*needs)

        def follow() -> None:
            """Compute the value anew."""
            super(State, self).__setattr__(name, function(*self._values(needs)))

        self._add(name, function(*self._values(needs)))
        self._computed.append(name)
        self.observe(lambda _: _report.guarded(follow), list(needs))

    def effect(
        self, function: Callable[..., Any], *needs: str, wait: float = 0.0, now: bool = False
    ) -> None:
        """Call ``function`` with the needed values whenever one of them changes.

        Args:
            function: called with the values in the order of ``needs``; if it fails, the viewer is told.
            needs: names of the values.
            wait: seconds of quiet to wait for; several changes then make one call.
            now: call it at once too.

        Raises:
            AttributeError: the state lacks one of ``needs``.
            ValueError: ``wait`` is negative.
        """
        self._known(*needs)
        if wait < 0:
            raise ValueError(f"wait is {wait}; expected seconds, 0 or more")
        last: list[Any] = [] if now else self._values(needs)

        def call() -> None:
            """Call the function if anything that it needs is another."""
            # A computed value changes with what it needs: one call is enough for both.
            values = self._values(needs)
            if len(last) != len(values) or any(
                a is not b for a, b in zip(last, values, strict=True)
            ):
                last[:] = values
                _report.guarded(function, *values)

        run = _debounced(call, wait) if wait else call
        self.observe(lambda _: run(), list(needs))
        if now:
            call()

    def url(self, *allowed: str, **choices: Collection[Any]) -> UrlSync:
        """Tie values to the page's address: show the returned widget once.

        Args:
            allowed: names that may stand in the address; without any, all that are not
                computed and that text can tell.
            choices: names that may stand in it with these values only; for a list, its items.

        Raises:
            AttributeError: the state has no such value.
            ValueError: it is computed, or of a type that no text can tell, such as a table.
        """
        plain = [name for name, first in self._firsts.items() if can_be_typed(first)]
        names = [*allowed, *choices] or plain
        self._known(*names)
        for name in names:
            if name in self._computed:
                raise ValueError(f"{name!r} is computed and cannot stand in the address")
            if name not in plain:
                kind = type(self.first(name)).__name__
                raise ValueError(f"{name!r} is a {kind} and cannot stand in the address")
        return UrlSync(self, names, choices)

    def first(self, name: str) -> Any:
        """The value that ``name`` had at first; of a computed one, None."""
        return self._firsts.get(name)

    def from_text(self, name: str, raw: str) -> Any:
        """Turn text of an address into the type of the first value.

        Raises:
            AttributeError: the state has no such value.
            ValueError: the text does not fit that type.
        """
        self._known(name)
        return typed(raw, self.first(name))


def _debounced(call: Callable[[], None], wait: float) -> Callable[[], None]:
    pending: list[asyncio.TimerHandle] = []

    def run() -> None:
        """Call the function, once for all changes that are waiting."""
        for handle in pending:
            handle.cancel()
        pending.clear()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            call()
            return
        pending.append(loop.call_later(wait, call))

    return run


class UrlSync(_v.VoisWidget):
    """The invisible widget that reads and writes the page's query.

    Values that equal their first value are left out of the address, so a fresh
    page keeps a short one. What does not fit a value's type or choices is ignored.
    """

    markup = '<span class="vois-hidden" style="display:none"></span>'
    script = """<script>
export default {
  mounted() { this.seen = () => this.back(window.location.search);
    window.addEventListener('popstate', this.seen); this.query(window.location.search); },
  unmounted() { window.removeEventListener('popstate', this.seen); },
  watch: { params(now) {
    const query = new URLSearchParams(window.location.search);
    for (const key of this.allowed) query.delete(key);
    for (const key of Object.keys(now)) query.set(key, now[key]);
    const text = query.toString();
    history.replaceState(null, '', window.location.pathname + (text ? '?' + text : '')
      + window.location.hash);
  } } };
</script>"""
    params: dict[str, str] = _v.some({})
    allowed: list[str] = _v.items()

    def __init__(
        self,
        state: State,
        allowed: Collection[str],
        choices: Mapping[str, Collection[Any]] | None = None,
    ) -> None:
        super().__init__(allowed=list(allowed))
        self._state = state
        self._choices = dict(choices or {})
        state.observe(lambda _: self._write(), self.allowed)
        self._write()

    def _write(self) -> None:
        values = {name: getattr(self._state, name) for name in self.allowed}
        self.params = {
            name: as_text(value)
            for name, value in values.items()
            if value != self._state.first(name)
        }

    def vue_query(self, search: str) -> None:
        """The page was opened with this query, as ``?year=2020&country=Italy``."""
        for name, value in self._read(search).items():
            setattr(self._state, name, value)

    def vue_back(self, search: str) -> None:
        """The viewer went back or forth: what is not in the query has its first value again."""
        found = self._read(search)
        for name in self.allowed:
            setattr(self._state, name, found.get(name, self._state.first(name)))

    def _read(self, search: str) -> dict[str, Any]:
        found = {}
        for name, raw in parse_qsl(search.lstrip("?"), keep_blank_values=True):
            if name in self.allowed:
                try:
                    value = self._state.from_text(name, raw)
                except ValueError:
                    continue
                if self._may_be(name, value):
                    found[name] = value
        return found

    def _may_be(self, name: str, value: Any) -> bool:
        items = value if isinstance(value, (list, tuple)) else [value]
        choices = self._choices.get(name)
        return choices is None or all(item in choices for item in items)
