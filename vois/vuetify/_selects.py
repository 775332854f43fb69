"""Choices from lists in the older spelling."""

# ruff: noqa: N801, N802, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import traitlets

from vois import _v, ui
from vois.ui._checks import checked_option
from vois.ui.selects import as_options
from vois.vuetify._base import Fires, color_first

__all__ = ["selectImage", "selectMultiple", "selectSingle"]


class _Select(Fires):
    """What the two selects share: names that are shown, and codes that are told.

    ``mapping(name)`` gives the code that ``value`` has; without it the names are told.
    """

    def _named(self, values: Sequence[Any], mapping: Any) -> list[dict[str, Any]]:
        pairs = [(one, mapping(one) if callable(mapping) else one) for one in values]
        return as_options(pairs)

    def _code(self, told: Any) -> Any:
        """Return the code of what is told by code or, where codes are not names, by name."""
        options: list[dict[str, Any]] = self.options  # type: ignore[attr-defined]
        if self.mapping is None or told in [one["value"] for one in options]:  # type: ignore[attr-defined]
            return told
        return next((one["value"] for one in options if one["title"] == told), told)

    def emit(self, handler: str, *args: Any) -> None:
        """The older callbacks take no argument."""
        super().emit(handler, *(() if handler == "on_change" else args))  # type: ignore[misc]


class selectSingle(_Select, ui.SelectSingle):
    """One of many; see `vois.ui.SelectSingle`. ``onchange`` takes no argument.

    Without a choice ``value`` is an empty text, which the page knows as null. A value that is not
    among ``values`` raises ValueError, unless new ones may be written.
    """

    # Not ``Any``, which lets None pass by the validator.
    value: Any = traitlets.TraitType("").tag(
        sync=True, to_json=lambda value, _: value if value != "" else None
    )
    SAME: ClassVar[dict[str, str]] = {"onchange": "on_change"}

    def __init__(
        self,
        label: Any,
        values: Any,
        selection: str = "",
        mapping: Any = None,
        reverse_mapping: Any = None,
        width: Any = 300,
        onchange: Callable[..., Any] | None = None,
        clearable: bool = True,
        marginy: float = 1,
        newvalues_enabled: bool = False,
        newvalues_type: str = "text",
        colorbackground: bool = False,
        color: Any = None,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=label,
            options=self._named(values, mapping),
            value=selection,
            color=color_first(color),
            clearable=clearable,
            combo=newvalues_enabled,
            background=color_first(color) if colorbackground else None,
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
            class_=f"my-{marginy}",
        )
        self.on_change = onchange
        self.select = self
        self.fire_on_program_change()

    @traitlets.validate("value")
    def _listed(self, proposal: dict[str, Any]) -> Any:
        """Return an empty text for None; refuse what is not offered, as the older library does."""
        value = proposal["value"]
        if value is None or value == "" or self.combo:
            return "" if value is None else value
        return checked_option(self._code(value), self.options)

    @property
    def selection(self) -> Any:
        """The chosen value."""
        return self.value

    @selection.setter
    def selection(self, selection: Any) -> None:
        """Choose what is given."""
        self.value = selection


class selectMultiple(_Select, ui.SelectMultiple):
    """Several of many; see `vois.ui.SelectMultiple`. ``onchange`` takes no argument."""

    SAME: ClassVar[dict[str, str]] = {"onchange": "on_change"}

    def __init__(
        self,
        label: Any,
        values: Any,
        selected: Sequence[Any] = (),
        mapping: Any = None,
        reverse_mapping: Any = None,
        width: Any = 300,
        onchange: Callable[..., Any] | None = None,
        marginy: float = 1,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=label,
            options=self._named(values, mapping),
            value=list(selected),
            color=color_first(),
            multiple=True,
            chips=True,
            clearable=True,
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
            class_=f"my-{marginy}",
        )
        self.on_change = onchange
        self.select = self
        self.fire_on_program_change()

    @traitlets.validate("value")
    def _coded(self, proposal: dict[str, Any]) -> list[Any]:
        return [self._code(one) for one in proposal["value"]]


class selectImage(Fires, ui.SelectImage):
    """One of several pictures; ``value`` is its index, -1 for none, which the page knows as null."""

    value: Any = traitlets.TraitType(-1).tag(
        sync=True,
        to_json=lambda value, _: None if value < 0 else value,
        from_json=lambda value, _: -1 if value is None else value,
    )
    SAME: ClassVar[dict[str, str]] = {"onchange": "on_change", "selection": "value"}

    def __init__(
        self,
        images: Sequence[Any] = (),
        label: str = "",
        selection: float = -1,
        onchange: Callable[..., Any] | None = None,
        color: Any = None,
        width: Any = "100%",
        dense: bool = True,
        outlined: bool = True,
        clearable: bool = True,
        max_width: float = 100,
        max_height: float = 100,
        margins: str = "ma-0 mr-1 mb-1",
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            label=label,
            images=[dict(one) for one in images],
            value=int(selection),
            color=color_first(color),
            clearable=clearable,
            max_width=_v.css_size(max_width),
            max_height=_v.css_size(max_height),
            style_=f"width: {_v.css_size(width)}; max-width: 100%",
            class_=margins,
        )
        self.on_change = onchange
        self.fire_on_program_change()

    def emit(self, handler: str, *args: Any) -> None:
        """The older callback takes no argument."""
        super().emit(handler, *(() if handler == "on_change" else args))

    @traitlets.validate("value")
    def _numbered(self, proposal: dict[str, Any]) -> int:
        value = proposal["value"]
        return -1 if value is None else int(value)

    def setImages(self, images: Sequence[dict[str, str]]) -> None:
        """Show other pictures; none is chosen then."""
        self.value = -1
        self.images = [dict(one) for one in images]
