"""Dates, colours and calendars of the older spelling."""

# ruff: noqa: N801, N802, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from vois import _v, ui
from vois.ui.pickers import iso
from vois.vuetify._base import Facade, color_first

__all__ = ["ColorPicker", "DatePicker", "DayCalendar", "colorTheoryPopup", "number_of_weeks"]


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the viewer's day


class DatePicker(Facade, ui.DatePicker):
    """A day as ISO text; see `vois.ui.DatePicker`. ``on_change`` takes no argument."""

    ALIASES: ClassVar[dict[str, str]] = {
        "mindate": "min_date",
        "maxdate": "max_date",
        "onchange": "on_change",
    }
    SAME: ClassVar[dict[str, str]] = {"date": "value", "min_date": "minimum", "max_date": "maximum"}

    def __init__(
        self,
        date: Any = None,
        label: str = "",
        dark: Any = None,
        width: Any = 88,
        color: Any = None,
        show_week: bool = False,
        on_change: Callable[..., Any] | None = None,
        offset_x: bool = False,
        offset_y: bool = True,
        disabled: bool = False,
        min_date: Any = None,
        max_date: Any = None,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            value=iso(_today() if date is None else date),
            label=label,
            dark=dark,
            color=color_first(color),
            show_week=show_week,
            disabled=disabled,
            minimum=iso(min_date),
            maximum=iso(max_date),
            style_=f"width: {max(_number(width), 170)}px; max-width: 100%",
        )
        self.on_change = on_change

    def emit(self, handler: str, *_: Any) -> None:
        """The older callback takes no argument."""
        super().emit(handler)


def _day(day: date | str) -> date:
    return date.fromisoformat(str(iso(day))[:10])


def _number(size: Any) -> float:
    return float(size) if isinstance(size, (int, float)) else 0.0


class ColorPicker(Facade, ui.ColorPicker):
    """A colour; see `vois.ui.ColorPicker`. ``on_change`` gets the argument, if there is one."""

    ALIASES: ClassVar[dict[str, str]] = {"textweight": "text_weight", "onchange": "on_change"}
    SAME: ClassVar[dict[str, str]] = {"color": "value"}

    def __init__(
        self,
        color: str = "#FF0000",
        dark: Any = None,
        dark_text: Any = None,
        width: Any = 40,
        height: Any = 30,
        rounded: bool = False,
        canvas_height: int = 100,
        show_canvas: bool = True,
        show_mode_switch: bool = True,
        show_inputs: bool = True,
        show_swatches: bool = True,
        swatches_max_height: int = 164,
        text: str = "",
        text_weight: int = 400,
        on_change: Callable[..., Any] | None = None,
        argument: Any = None,
        offset_x: bool = False,
        offset_y: bool = True,
        disabled: bool = False,
        color_theory_popup: bool = False,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            value=color,
            text=text,
            width=_v.css_size(width),
            height=_v.css_size(height),
            rounded="pill" if rounded else None,
            canvas=show_canvas,
            inputs=show_inputs,
            swatches=show_swatches,
            canvas_height=int(canvas_height),
            text_style=f"font-weight: {text_weight}",
            disabled=disabled,
            tooltip="Choose a colour",
        )
        self.on_change = on_change
        self.ctpopup = colorTheoryPopup(self) if color_theory_popup else None

    def hex2rgb(self, color: str) -> tuple[int, int, int]:
        """Return ``#rrggbb`` as three channels."""
        from vois import colors  # noqa: PLC0415 - only where asked for

        return colors.hex2rgb(color)

    def textDark(self, color: str) -> bool:
        """Whether black text reads better on the colour than white."""
        from vois import colors  # noqa: PLC0415 - only where asked for

        return not colors.isColorDark(colors.hex2rgb(color))

    def emit(self, handler: str, *_: Any) -> None:
        """The older callback gets the argument or nothing."""
        super().emit(handler, *(() if self.argument is None else (self.argument,)))


class colorTheoryPopup(ui.Popup):
    """A small window with the colours that go well with a picker's colour."""

    def __init__(self, picker: Any) -> None:
        super().__init__("Harmonies", icon="mdi-palette", variant="text")
        self.picker = picker
        self.color = color_first()
        self.card = self
        picker.observe(lambda _: self.updateCard(), "value")
        self.updateCard()

    def updateCard(self) -> None:
        """Show the harmonies of the picker's colour."""
        from vois import colors  # noqa: PLC0415 - only for this window

        try:
            rgb, known = colors.string2rgb(self.picker.value), True
        except ValueError:  # a colour whose channels only the page knows
            rgb, known = (0, 0, 0), False
        found = [colors.complementaryColor(rgb), *colors.triadicColor(rgb)]
        found += [*colors.analogousColor(rgb), *colors.monochromaticColor(rgb)]
        if not self.children:
            self.children = [ui.Row(*[self._patch() for _ in found], gap="4px")]
        for patch, color in zip(self.children[0].children, found, strict=True):
            patch.color = patch.aria_label = colors.rgb2hex(color)
            patch.style_ = "" if known else "display: none"

    def _patch(self) -> ui.Button:
        patch = ui.Button("", width="40px", height="28px")
        patch.on_click = lambda: self.picker.vue_change(patch.color)
        return patch


def number_of_weeks(start: date | str, end: date | str) -> int:
    """Return how many calendar weeks two days span, as dates or ISO text."""
    start, end = _day(start), _day(end)
    first, last = start - timedelta(start.weekday()), end - timedelta(end.weekday())
    return (last - first).days // 7 + 1


class DayCalendar(Facade, _v.VoisWidget):
    """Months with marked days; ``value`` is the day pressed last, as ISO text.

    ``on_click(data)`` gets a dict with ``date``; ``on_click_event(day)`` the marked day.
    """

    markup = """<v-card @root border variant="flat" :width="width || undefined" max-width="100%"
 :style="{maxHeight: height || undefined, overflow: 'auto'}" class="pa-2"><table
 style="border-collapse: collapse; width: 100%" @name><thead><tr><th v-for="d in ['Mo', 'Tu', 'We',
 'Th', 'Fr', 'Sa', 'Su']" :key="d" scope="col" class="text-caption">{{ d }}</th></tr></thead><tbody>
 <tr v-for="(week, w) in weeks" :key="w"><td v-for="day in week" :key="day.date" style="padding: 1px;
 text-align: center"><v-btn size="x-small" style="min-width: 36px" :disabled="!day.inside"
 :variant="day.marked ? 'flat' : 'text'" :color="day.marked ? color : undefined"
 :aria-label="day.date" @click="press(day.date)">{{ day.text }}</v-btn></td></tr></tbody></table>
 </v-card>"""

    weeks: list[list[dict[str, Any]]] = _v.items()
    width: str = _v.text()
    height: str = _v.text()
    color: str = _v.text()

    def __init__(
        self,
        start: Any = None,
        end: Any = None,
        color: Any = None,
        dark: Any = None,
        days: Sequence[Any] = (),
        show_count: bool = False,
        width: Any = 340,
        height: Any = None,
        on_click: Callable[..., Any] | None = None,
        on_click_event: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.keep({**locals(), "days": None})
        self.start(
            kwargs,
            width=_v.css_size(width),
            height=_v.css_size(height),
            color=color_first(color),
            dark=dark,
            aria_label="Days",
        )
        self.start_day = _day(start) if start else _today() - timedelta(30)
        self.end_day = _day(end) if end else _today()
        self.on_click, self.on_click_event = on_click, on_click_event
        self.days = days

    @property
    def days(self) -> list[Any]:
        """The marked days: dates, ISO texts, or dicts with ``day``."""
        return self._days

    @days.setter
    def days(self, days: Sequence[Any]) -> None:
        """Show other days."""
        self._days = list(days)
        self.weeks = self._weeks()

    def _marked(self) -> dict[str, Any]:
        return {
            str(one.get("day", "") if isinstance(one, dict) else one)[:10]: one
            for one in self._days
        }

    def days2events(self) -> list[dict[str, str]]:
        """Return the marked days as dicts with ``start``."""
        return [{"start": day} for day in self._marked()]

    def _weeks(self) -> list[list[dict[str, Any]]]:
        first = self.start_day - timedelta(self.start_day.weekday())
        marked, weeks = self._marked(), []
        for week in range(number_of_weeks(self.start_day, self.end_day)):
            days = [first + timedelta(7 * week + i) for i in range(7)]
            weeks.append([self._cell(day, marked) for day in days])
        return weeks

    def _cell(self, day: date, marked: dict[str, Any]) -> dict[str, Any]:
        text = day.strftime("%-d %b") if day.day == 1 else str(day.day)
        inside = self.start_day <= day <= self.end_day
        return {"date": str(day), "text": text, "inside": inside, "marked": str(day) in marked}

    def vue_press(self, day: str) -> None:
        """The viewer pressed a day."""
        self.value = day
        marked = self._marked()
        if day in marked:
            self.emit("on_click_event", marked[day])
        self.emit("on_click", {"date": day})
