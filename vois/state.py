"""State of a dashboard: values that widgets, computations and the address share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from traitlets import Any as AnyTrait
from traitlets import HasTraits

from vois import _report, _v

__all__ = ["State", "UrlSync"]


class State(HasTraits):
    """Named values, each with the type of its first value.

    >>> state = State(year=2020, country="Italy")
    >>> state.year = 2021
    >>> state.year
    2021

    Args:
        values: name and first value of each.
    """

    def __init__(self, **values: Any) -> None:
        super().__init__()
        self.add_traits(**{name: AnyTrait(value) for name, value in values.items()})
        self._names = list(values)
        self._firsts = dict(values)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and not self.has_trait(name):
            names = ", ".join(self._names)
            raise AttributeError(f"the state has no {name!r}; it has {names}")
        super().__setattr__(name, value)

    def names(self) -> list[str]:
        """The values' names, in the order they were given."""
        return list(self._names)

    def as_dict(self) -> dict[str, Any]:
        """All values by name."""
        return {name: getattr(self, name) for name in self._names}

    def bind(self, widget: Any, name: str, trait: str = "value") -> Any:
        """Keep ``widget.<trait>`` and the state's ``name`` equal, both ways.

        Args:
            widget: any widget; the state's value is given to it first.
            name: which value of the state.
            trait: which trait of the widget.

        Returns:
            The widget, so that binding and placing is one expression.
        """
        setattr(widget, trait, getattr(self, name))
        widget.observe(lambda change: setattr(self, name, change["new"]), trait)
        self.observe(lambda change: setattr(widget, trait, change["new"]), name)
        return widget

    def compute(self, name: str, function: Callable[..., Any], *needs: str) -> None:
        """Add a value that follows others.

        Args:
            name: of the new value.
            function: called with the needed values, in their order.
            needs: names of the values it needs.
        """

        def values() -> list[Any]:
            return [getattr(self, need) for need in needs]

        self.add_traits(**{name: AnyTrait(function(*values()))})
        self._names.append(name)
        self.observe(lambda _: setattr(self, name, function(*values())), list(needs))

    def effect(self, function: Callable[..., Any], *needs: str, wait: float = 0.0) -> None:
        """Call ``function`` with the needed values whenever one of them changes.

        Args:
            function: called with the values in the order of ``needs``.
            needs: names of the values.
            wait: seconds of quiet to wait for; several changes then make one call.
        """

        def call() -> None:
            _report.guarded(function, *[getattr(self, need) for need in needs])

        run = _debounced(call, wait) if wait > 0 else call
        self.observe(lambda _: run(), list(needs))

    def url(self, *allowed: str) -> UrlSync:
        """Tie values to the page's address: show the returned widget once.

        Args:
            allowed: the names that may stand in the address; none means all.
        """
        return UrlSync(self, allowed or self._names)

    def from_text(self, name: str, raw: str) -> Any:
        """Turn text of an address into the type of the first value.

        Raises:
            ValueError: the text does not fit that type.
        """
        return _typed(raw, self._firsts[name])


def _debounced(call: Callable[[], None], wait: float) -> Callable[[], None]:
    pending: list[asyncio.TimerHandle] = []

    def run() -> None:
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


def _typed(raw: str, first: Any) -> Any:
    if isinstance(first, bool):
        return raw.lower() in {"1", "true", "yes", "on"}
    if isinstance(first, (list, tuple)):
        parts = [part for part in raw.split(",") if part]
        kind = type(first[0]) if first else str
        return [_typed(part, kind()) for part in parts]
    if isinstance(first, (int, float)):
        return type(first)(raw)
    return raw


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (list, tuple)):
        return ",".join(_as_text(part) for part in value)
    return str(value)


class UrlSync(_v.VoisWidget):
    """The invisible widget that reads and writes the page's query.

    Values that equal their first value are left out of the address, so a fresh
    page keeps a short one. Text that does not fit the value's type is ignored.
    """

    markup = '<span class="vois-hidden" style="display:none"></span>'
    script = """<script>
export default {
  mounted() { this.read = () => this.query(window.location.search);
    window.addEventListener('popstate', this.read); this.read(); },
  unmounted() { window.removeEventListener('popstate', this.read); },
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

    def __init__(self, state: State, allowed: Iterable[str]) -> None:
        super().__init__(allowed=list(allowed))
        self._state = state
        state.observe(lambda _: self._write(), self.allowed)

    def _write(self) -> None:
        first = self._state._firsts  # noqa: SLF001 - the state's own other half
        values = {name: getattr(self._state, name) for name in self.allowed}
        self.params = {
            name: _as_text(value) for name, value in values.items() if value != first.get(name)
        }

    def vue_query(self, search: str) -> None:
        """The page's query, as ``?year=2020&country=Italy``."""
        from urllib.parse import parse_qsl  # noqa: PLC0415 - small, and rarely needed

        for name, raw in parse_qsl(search.lstrip("?")):
            if name in self.allowed:
                try:
                    setattr(self._state, name, self._state.from_text(name, raw))
                except ValueError:
                    continue
