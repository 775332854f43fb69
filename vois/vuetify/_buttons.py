"""Buttons and labels of the older spelling."""

# ruff: noqa: ARG002, N801, N802, PLR0917, RUF012 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vois import _v, ui
from vois.vuetify import settings
from vois.vuetify._base import Facade, color_first, color_second, show_in, size_name, unless_none

__all__ = ["Button", "IconClipboard", "Label", "fab", "iconButton", "menu", "popup", "tooltip"]


def _given(argument: Any) -> tuple[Any, ...]:
    return () if argument is None else (argument,)


class Button(Facade, ui.Button):
    """A button of the older spelling; see `vois.ui.Button`.

    ``on_click`` is called without arguments when ``argument`` is None, else with it.
    """

    ALIASES = {
        "onclick": "on_click",
        "xlarge": "x_large",
        "xsmall": "x_small",
        "textweight": "text_weight",
        "onlytext": "only_text",
        "textcolor": "text_color",
        "iconlarge": "icon_large",
        "iconsmall": "icon_small",
        "iconleft": "icon_left",
        "iconcolor": "icon_color",
        "autoselect": "auto_select",
        "colorselected": "color_selected",
        "colorunselected": "color_unselected",
        "ondblclick": "on_dblclick",
    }
    SAME = {"text": "label"}

    def __init__(
        self,
        text: str,
        on_click: Callable[..., Any] | None = None,
        argument: Any = None,
        width: Any = 100,
        height: Any = 36,
        selected: bool = False,
        disabled: bool = False,
        tooltip: str = "",
        large: bool = False,
        x_large: bool = False,
        small: bool = False,
        x_small: bool = False,
        outlined: bool = False,
        text_weight: int = 500,
        href: Any = None,
        target: Any = None,
        only_text: bool = False,
        text_color: Any = None,
        class_: str = "pa-0 ma-0",
        icon: Any = None,
        icon_large: bool = False,
        icon_small: bool = False,
        icon_left: bool = False,
        icon_color: Any = None,
        auto_select: bool = False,
        dark: Any = None,
        rounded: Any = None,
        tile: bool = False,
        color_selected: Any = None,
        color_unselected: Any = None,
        on_dblclick: Callable[..., Any] | None = None,
        style_: str = "",
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        self._selected = bool(selected)
        self._on = color_first(color_selected)
        self._off = color_second(color_unselected)
        round_ = unless_none(rounded, settings.button_rounded) and not tile
        size = size_name(x_small, small, large, x_large)
        text_style = f"font-weight: {text_weight};" + (
            f" color: {text_color}" if text_color else ""
        )
        self.start(
            kwargs,
            label=text,
            icon=icon,
            disabled=disabled,
            tooltip=tooltip,
            size=size,
            variant=self._variant(),
            color=self._color(),
            rounded="pill" if round_ else "0" if tile else "",
            href=href,
            target=target,
            width=_v.css_size(width),
            height=_v.css_size(height),
            icon_right=not icon_left,
            icon_color=icon_color,
            icon_size="large" if icon_large else "small" if icon_small else None,
            text_style=text_style,
            class_=class_,
            style_=style_,
            dark=dark,
            value=0,
        )
        self.on_click, self.on_dblclick = on_click, on_dblclick

    def _variant(self) -> str:
        if self.only_text:
            return "text"
        return "outlined" if self.outlined else "flat"

    def _color(self) -> str:
        if self.only_text:
            return self.text_color or ""
        return self._on if self._selected or self.outlined else self._off

    def _paint(self) -> None:
        self.color, self.variant = self._color(), self._variant()

    def _arguments(self) -> tuple[Any, ...]:
        return _given(self.argument)

    def vue_click(self, *args: Any) -> None:
        """The viewer pressed it."""
        if self.auto_select:
            self.selected = True
        super().vue_click(*args)

    @property
    def selected(self) -> bool:
        """Whether it has the colour of a chosen button."""
        return self._selected

    @selected.setter
    def selected(self, selected: bool) -> None:
        self._selected = bool(selected)
        self._paint()

    @property
    def color_selected(self) -> str:
        """Colour while it is selected."""
        return self._on

    @color_selected.setter
    def color_selected(self, color: str) -> None:
        self._on = color
        self._paint()

    @property
    def color_unselected(self) -> str:
        """Colour while it is not selected."""
        return self._off

    @color_unselected.setter
    def color_unselected(self, color: str) -> None:
        self._off = color
        self._paint()

    def setText(self, newtext: str) -> None:
        """Change the text."""
        self.label = newtext

    def setIcon(self, iconname: str | None) -> None:
        """Change the icon."""
        self.icon = iconname or ""


class Label(Facade, ui.Label):
    """A line of text of the older spelling; see `vois.ui.Label`."""

    ALIASES = {
        "textweight": "text_weight",
        "margintop": "margin_top",
        "iconlarge": "icon_large",
        "iconsmall": "icon_small",
        "iconleft": "icon_left",
        "iconcolor": "icon_color",
        "textcolor": "text_color",
        "onclick": "on_click",
        "backcolor": "back_color",
    }
    SAME = {"text": "label", "labeltext": "label"}

    def __init__(
        self,
        text: str,
        on_click: Callable[..., Any] | None = None,
        argument: Any = None,
        disabled: bool = False,
        text_weight: int = 350,
        height: Any = 20,
        margins: int = 0,
        margin_top: Any = None,
        icon: Any = None,
        icon_large: bool = False,
        icon_small: bool = False,
        icon_left: bool = False,
        icon_color: str = "black",
        tooltip_text: Any = None,
        text_color: Any = None,
        back_color: Any = None,
        dark: Any = None,
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        style = f"font-weight: {text_weight};" + (f" color: {text_color};" if text_color else "")
        top = unless_none(margin_top, margins)
        box = f"min-height: {height}px; margin: {_gap(top)} {_gap(margins)} {_gap(margins)};"
        box += (
            f" background: {back_color}; padding: 0 8px; border-radius: 4px;" if back_color else ""
        )
        box += " cursor: pointer;" if on_click else ""
        self.start(
            kwargs,
            label=str(text),
            icon=icon,
            icon_right=not icon_left,
            icon_color=icon_color if icon_color != "black" else None,
            icon_size="large" if icon_large else None,
            tooltip=tooltip_text,
            disabled=disabled,
            text_style=style,
            style_=box,
            clickable=on_click is not None,
            dark=dark,
        )
        self.on_click = on_click

    def _arguments(self) -> tuple[Any, ...]:
        return _given(self.argument)


def _gap(steps: Any) -> str:
    return f"{4 * steps}px" if isinstance(steps, (int, float)) else str(steps)


class iconButton(Facade, ui.IconButton):
    """A round button of the older spelling; see `vois.ui.IconButton`."""

    def __init__(
        self,
        icon: str = "mdi-alert-outline",
        tooltip: str = "",
        color: Any = None,
        outlined: bool = False,
        rounded: bool = True,
        width: Any = None,
        large: bool = False,
        small: bool = False,
        x_large: bool = False,
        x_small: bool = False,
        margins: str = "pa-0 ma-0",
        onclick: Callable[..., Any] | None = None,
        argument: Any = None,
        disabled: bool = False,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            icon=icon,
            tooltip=tooltip,
            aria_label=tooltip or icon.removeprefix("mdi-").replace("-", " "),
            color=color_first(color),
            variant="outlined" if outlined else "text",
            rounded=None if rounded else "0",
            width=_v.css_size(width),
            size=size_name(x_small, small, large, x_large),
            class_=margins,
            disabled=disabled,
            value=0,
        )
        self.on_click = onclick

    SAME = {"onclick": "on_click"}

    def _arguments(self) -> tuple[Any, ...]:
        return _given(self.argument)


class IconClipboard(Facade, ui.Clipboard):
    """A button that copies its text; see `vois.ui.Clipboard`."""

    SAME = {"text": "value"}

    def __init__(
        self,
        output: Any,
        text: str = "",
        color: Any = None,
        outlined: bool = False,
        rounded: bool = True,
        width: Any = None,
        large: bool = False,
        small: bool = False,
        x_large: bool = False,
        x_small: bool = False,
        margins: str = "pa-0 ma-0",
        tooltip: str = "",
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        self.start(
            kwargs,
            value=text,
            tooltip=tooltip or "Copy to the clipboard",
            color=color_first(color),
            variant="outlined" if outlined else "text",
            width=_v.css_size(width),
            size=size_name(x_small, small, large, x_large),
            class_=margins,
        )

    def onclick(self) -> None:
        """Say that the text was copied."""
        self.vue_copied()


class fab(Facade, _v.VoisWidget):
    """A floating button with more buttons behind it, placed in pixels of the page."""

    markup = """<div class="vois-hidden"><div :style="{position: 'fixed', left: left + 'px',
 top: top + 'px', zIndex: zindex, display: shown ? 'flex' : 'none', flexDirection: 'column',
 gap: '8px'}"><v-btn v-if="menumode" icon :color="color" :size="size" :disabled="disabled"
 :aria-label="tips[0] || 'Actions'"><v-icon :icon="icon" /><v-menu activator="parent"><v-list>
 <v-list-item v-for="(text, i) in names" :key="i" :title="text" @click="press(i)" /></v-list></v-menu>
 </v-btn><template v-else><v-btn v-for="(one, i) in icons" :key="i" icon :color="color" :size="size"
 :disabled="disabled" :aria-label="tips[i] || names[i] || 'Action'" @click="press(i)">
 <v-icon :icon="one" /><v-tooltip v-if="tips[i]" activator="parent" location="bottom"
 :text="tips[i]" /></v-btn></template></div></div>"""

    left = _v.some(100)
    top = _v.some(100)
    zindex: int = _v.integer(9999)
    shown: bool = _v.flag()
    menumode: bool = _v.flag(default=True)
    icon: str = _v.text()
    icons: list[str] = _v.items()
    names: list[str] = _v.items()
    tips: list[str] = _v.items()
    color: str = _v.text()
    size: str = _v.text()

    def __init__(
        self,
        left: float = 100,
        top: float = 100,
        items: Sequence[Any] = (),
        onclick: Any = (),
        icon: str = "mdi-arrow-down-thick",
        tooltipitems: Sequence[Any] = (),
        iconsmall: bool = True,
        menumode: bool = True,
        width: Any = 200,
        height: Any = 36,
        textcolor: Any = None,
        selected: bool = False,
        disabled: bool = False,
        dark: Any = None,
        large: bool = False,
        small: bool = False,
        xsmall: bool = False,
        outlined: bool = False,
        textweight: float = 500,
        zindex: float = 9999,
        output: Any = None,
    ) -> None:
        self.keep(locals())
        self.onclick = list(onclick) if isinstance(onclick, (list, tuple)) else [onclick]
        names = [str(one) for one in items] if menumode else []
        self.start(
            {},
            left=left,
            top=top,
            zindex=zindex,
            menumode=menumode,
            icon=icon,
            icons=[str(one) for one in items] or [icon],
            names=names,
            tips=[str(one) for one in tooltipitems],
            color=color_first(),
            size=size_name(xsmall, small, large, x_large=False),
            disabled=disabled,
        )
        self._output = output
        self.nav = self

    def vue_press(self, index: int) -> None:
        """The viewer pressed the button of that index."""
        if index < len(self.onclick) and self.onclick[index] is not None:
            self._pressed = self.onclick[index]
            self.emit("_pressed")

    def seticon(self, iconname: str, index: int = 0) -> None:
        """Change the icon of one button."""
        self.icons = [iconname if i == index else one for i, one in enumerate(self.icons)]
        if index == 0:
            self.icon = iconname

    def settooltip(self, text: str, index: int = 0) -> None:
        """Change the help of one button."""
        tips = [*self.tips, *[""] * (index + 1 - len(self.tips))]
        tips[index] = text
        self.tips = tips

    def show(self, flag: bool = True) -> None:
        """Show it, or hide it."""
        self.shown = bool(flag)
        if flag:
            show_in(self._output)
            ui.host().add(self)

    def close(self) -> None:
        """Take it off the page."""
        self.shown = False
        ui.host().remove(self)


class menu(Facade, ui.Menu):
    """A button with a list of choices; ``value`` is the index of the chosen one."""

    markup = ui.Menu.markup.replace("option === value", "i === value").replace(
        "change(option)", "change(i)"
    )
    SAME = {"index": "value", "labels": "options", "onchange": "on_change", "title": "label"}

    def __init__(
        self,
        index: Any,
        title: Any,
        labels: Any,
        color: Any = None,
        onchange: Callable[..., Any] | None = None,
        width: Any = 150,
        highliteselection: bool = True,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            value=index,
            label=title,
            options=[*labels],
            color=color_first(color),
            on_change=onchange,
            width=_v.css_size(width),
            highlight=highliteselection,
        )


class popup(Facade, ui.Popup):
    """A button that opens a small window with one widget; see `vois.ui.Popup`."""

    SAME = {"text": "label", "buttontext": "label", "on_input": "on_change"}

    def __init__(
        self,
        widget: Any,
        buttontext: Any,
        buttonwidth: float = 140,
        buttonheight: float = 40,
        icon: Any = None,
        icon_small: bool = True,
        icon_large: bool = False,
        margins: float = 0,
        margintop: Any = None,
        color: Any = None,
        rounded: Any = None,
        outlined: bool = True,
        text: bool = False,
        popupwidth: float = 160,
        popupheight: float = 250,
        open_on_hover: bool = True,
        close_on_click: bool = True,
        close_on_content_click: bool = True,
        title: str = "",
        show_close_button: bool = False,
        on_input: Callable[..., Any] | None = None,
    ) -> None:
        self.start(
            {},
            label=buttontext,
            children=[widget],
            width=_v.css_size(buttonwidth),
            height=_v.css_size(buttonheight),
            icon=icon,
            color=color_first(color),
            variant="text" if text else "outlined" if outlined else "flat",
            rounded="pill" if unless_none(rounded, settings.button_rounded) else None,
            popup_width=_v.css_size(popupwidth),
            popup_height=_v.css_size(popupheight),
            hover=open_on_hover,
            close_inside=close_on_content_click,
            title=title,
            closable=show_close_button,
            class_=f"ma-{margins}" + (f" mt-{margintop}" if margintop is not None else ""),
            value=False,
        )
        self.on_change = on_input
        self.btn = self.menu = self


def tooltip(text: str, widget: Any) -> Any:
    """Give ``widget`` a short help and return it.

    Args:
        text: the help.
        widget: any widget; one of another library is wrapped.
    """
    if isinstance(widget, _v.VoisWidget):
        widget.tooltip = text
        return widget
    return Tip(text, widget)


class Tip(_v.VoisWidget):
    """Any widget with a short help on it."""

    markup = """<div @root style="display: inline-block; max-width: 100%">
 <jupyter-widget v-for="one in children" :key="one" :widget="one" />@tip</div>"""
    children: list[Any] = _v.widgets()

    def __init__(self, text: str, widget: Any) -> None:
        super().__init__(tooltip=text, children=[widget])
