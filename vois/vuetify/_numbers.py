"""Numbers of the older spelling."""

# ruff: noqa: N801, N803, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from vois import _v, ui
from vois.ui.sliders import decimals_of
from vois.vuetify._base import Facade, Fires, color_first

__all__ = ["RangeSlider", "Slider", "SliderFloat", "rangeSliderFloat"]


class Slider(Fires, ui.Slider):
    """A number between two others; see `vois.ui.Slider`."""

    ALIASES: ClassVar[dict[str, str]] = {
        "selectedvalue": "selected_value",
        "minvalue": "min_value",
        "maxvalue": "max_value",
        "onchange": "on_change",
    }
    SAME: ClassVar[dict[str, str]] = {
        "selected_value": "value",
        "min_value": "minimum",
        "max_value": "maximum",
    }

    def __init__(
        self,
        selected_value: Any,
        min_value: Any,
        max_value: Any,
        vertical: bool = False,
        color: Any = None,
        on_change: Callable[..., Any] | None = None,
        height: Any = 120,
        width: Any = None,
        step: float = 1.0,
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        long = height if vertical else width
        size = (
            f"min-height: {height}px; width: max-content"
            if vertical
            else f"width: {_v.css_size(width) or '100%'}"
        )
        self.start(
            kwargs,
            value=selected_value,
            minimum=float(min_value),
            maximum=float(max_value),
            step=float(step),
            decimals=decimals_of(step),
            vertical=vertical,
            color=color_first(color),
            length=_v.css_size(long),
            style_=f"{size}; max-width: 100%",
        )
        self.on_change = on_change
        self.fire_on_program_change()


class RangeSlider(Facade, ui.RangeSlider):
    """Two numbers between two others; ``on_change(low, high)``."""

    ALIASES: ClassVar[dict[str, str]] = {
        "selectedminvalue": "selected_min_value",
        "selectedmaxvalue": "selected_max_value",
        "minvalue": "min_value",
        "maxvalue": "max_value",
        "onchange": "on_change",
    }
    SAME: ClassVar[dict[str, str]] = {"min_value": "minimum", "max_value": "maximum"}

    def __init__(
        self,
        selected_min_value: int,
        selected_max_value: int,
        min_value: int,
        max_value: int,
        color: Any = None,
        on_change: Callable[..., Any] | None = None,
        height: Any = 250,
        vertical: bool = True,
    ) -> None:
        self.start(
            {},
            value=[selected_min_value, selected_max_value],
            minimum=float(min_value),
            maximum=float(max_value),
            step=1.0,
            vertical=vertical,
            color=color_first(color),
            length=_v.css_size(height),
            style_=f"min-height: {height}px; width: max-content" if vertical else "",
        )
        self.on_change = on_change

    @property
    def selected_min_value(self) -> float:
        """The lower number."""
        low: float = self.value[0]
        return low

    @selected_min_value.setter
    def selected_min_value(self, low: float) -> None:
        """Move the lower handle."""
        self.value = [low, self.value[1]]

    @property
    def selected_max_value(self) -> float:
        """The upper number."""
        high: float = self.value[1]
        return high

    @selected_max_value.setter
    def selected_max_value(self, high: float) -> None:
        """Move the upper handle."""
        self.value = [self.value[0], high]

    def emit(self, handler: str, *args: Any) -> None:
        """The older callback takes the two numbers apart."""
        super().emit(handler, *(self.value if handler == "on_change" else args))


class _Steps:
    """Whole numbers of steps and the fractions they stand for."""

    def float2integer(self, value: float) -> int:
        """Return the number of steps at ``value``."""
        span = self.maximum - self.minimum  # type: ignore[attr-defined]
        return round((value - self.minimum) * self.max_int / span) if span else 0  # type: ignore[attr-defined]

    def integer2float(self, value: int) -> float:
        """Return the fraction at that number of steps."""
        span = self.maximum - self.minimum  # type: ignore[attr-defined]
        return float(self.minimum + span * value / self.max_int)  # type: ignore[attr-defined]


def _steps(low: float, high: float, decimals: float, max_int: int | None) -> int:
    return max_int or max(1, min(100_000, round((high - low) * 10**decimals)))


class SliderFloat(_Steps, Fires, ui.SliderFloat):
    """A slider for fractions; see `vois.ui.SliderFloat`."""

    ALIASES: ClassVar[dict[str, str]] = {
        "showpercentage": "show_percentage",
        "minvalue": "min_value",
        "maxvalue": "max_value",
        "onchange": "on_change",
        "maxint": "max_int",
        "labelwidth": "label_width",
        "sliderwidth": "slider_width",
        "resetbutton": "reset_button",
        "showtooltip": "show_tooltip",
        "editableWidth": "editable_width",
    }
    SAME: ClassVar[dict[str, str]] = {
        "min_value": "minimum",
        "max_value": "maximum",
        "show_percentage": "percent",
    }

    def __init__(
        self,
        value: float = 1.0,
        min_value: float = 0.0,
        max_value: float = 1.0,
        text: str = "Select",
        show_percentage: bool = True,
        decimals: int = 2,
        max_int: Any = None,
        label_width: int = 0,
        slider_width: int = 200,
        reset_button: bool = False,
        show_tooltip: bool = False,
        on_change: Callable[..., Any] | None = None,
        color: Any = None,
        editable: bool = False,
        editable_width: int = 90,
        **kwargs: Any,
    ) -> None:
        steps = _steps(min_value, max_value, decimals, max_int)
        self.max_int = steps
        self.keep({**locals(), "max_int": steps})
        self.start(
            kwargs,
            value=float(value),
            minimum=float(min_value),
            maximum=float(max_value),
            label=text,
            step=(max_value - min_value) / steps or 0.01,
            percent=show_percentage,
            decimals=decimals,
            reset_button=reset_button,
            tooltip=text if show_tooltip else None,
            length=_v.css_size(slider_width),
            color=color_first(color),
        )
        self._first = float(value)
        self.on_change = on_change
        self.fire_on_program_change()

    def on_up(self, *_: Any) -> None:
        """One step up."""
        self.vue_nudge(1)

    def on_dn(self, *_: Any) -> None:
        """One step down."""
        self.vue_nudge(-1)

    def on_reset(self, *_: Any) -> None:
        """The first value again."""
        self.vue_reset()


class rangeSliderFloat(_Steps, Fires, ui.RangeSlider):
    """Two fractions between two others; ``onchange([low, high])``."""

    SAME: ClassVar[dict[str, str]] = {
        "onchange": "on_change",
        "minvalue": "minimum",
        "maxvalue": "maximum",
        "showpercentage": "percent",
        "maxint": "max_int",
    }

    def __init__(
        self,
        selectedminvalue: Any,
        selectedmaxvalue: Any,
        minvalue: float = 0.0,
        maxvalue: float = 1.0,
        text: str = "Select",
        showpercentage: bool = True,
        decimals: float = 2,
        maxint: Any = None,
        labelwidth: float = 0,
        sliderwidth: float = 200,
        resetbutton: bool = False,
        showtooltip: bool = False,
        onchange: Callable[..., Any] | None = None,
        editable: bool = False,
        editableWidth: float = 90,
    ) -> None:
        self.max_int = _steps(minvalue, maxvalue, decimals, maxint)
        self.keep(locals())
        self.start(
            {},
            value=[float(selectedminvalue), float(selectedmaxvalue)],
            minimum=float(minvalue),
            maximum=float(maxvalue),
            label=text,
            step=(maxvalue - minvalue) / self.max_int or 0.01,
            percent=showpercentage,
            decimals=decimals,
            tooltip=text if showtooltip else None,
            color=color_first(),
            style_=f"width: {sliderwidth + 150}px; max-width: 100%",
        )
        self.on_change = onchange
        self.slider = self
        self.fire_on_program_change()

    def oninput(self, *_: Any) -> None:
        """Nothing to do: the texts follow the slider by themselves."""

    def onsliderchange(self, *_: Any) -> None:
        """Tell the callback the values anew."""
        self.emit("on_change", self.value)
