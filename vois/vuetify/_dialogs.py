"""Windows and messages of the older spelling, all shown by the one host."""

# ruff: noqa: ARG002, N801, PLR0917 - the older spelling
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from vois import _v, ui
from vois.vuetify._base import Facade, color_first, show_in

__all__ = ["dialogGeneric", "dialogMessage", "dialogWait", "dialogYesNo", "snackbar"]


class dialogGeneric(Facade, ui.Dialog):
    """A window with any widgets; see `vois.ui.Dialog`."""

    SAME: ClassVar[dict[str, str]] = {
        "title": "label",
        "okdisabled": "ok_disabled",
        "custom_icon_onclick": "on_extra",
    }

    def __init__(
        self,
        title: str = "",
        text: str = "",
        color: Any = None,
        dark: Any = None,
        show: bool = False,
        content: Sequence[Any] = (),
        width: Any = 500,
        fullscreen: bool = False,
        persistent: bool = False,
        no_click_animation: bool = False,
        addclosebuttons: bool = True,
        addokcancelbuttons: bool = False,
        on_ok: Callable[..., Any] | None = None,
        on_cancel: Callable[..., Any] | None = None,
        on_close: Callable[..., Any] | None = None,
        transition: str = "dialog-fade-transition",
        output: Any = None,
        titleheight: float | str = "dense",
        customclass: str = "",
        custom_icon: str = "",
        custom_tooltip: str = "",
        custom_icon_onclick: Any = None,
    ) -> None:
        self.keep({**locals(), "show": None})
        self.start(
            {},
            label=title,
            text=text,
            color=color_first(color),
            content=[*content],
            width=_v.css_size(width),
            fullscreen=fullscreen,
            persistent=persistent,
            still=no_click_animation,
            closable=addclosebuttons,
            ok="OK" if addokcancelbuttons else None,
            cancel="Cancel" if addokcancelbuttons else None,
            transition=transition,
            height=_v.css_size(titleheight) if isinstance(titleheight, (int, float)) else None,
            class_=customclass,
            extra_icon=custom_icon,
            extra_tooltip=custom_tooltip,
            dark=dark or None,
            value=False,
        )
        self.on_ok, self.on_cancel, self.on_close = on_ok, on_cancel, on_close
        self.on_extra = custom_icon_onclick
        self.dialog = self
        self._output = output
        show_in(output)
        if show:
            self.show()

    def show(self) -> None:
        """Open it."""
        show_in(self._output) if self._output is not None else None
        super().show()

    def close(self, *_: Any) -> None:
        """Close it; `show` brings it back."""
        if getattr(self, "comm", None) is not None:
            self.hide()

    def _answer(self, handler: str) -> None:
        # OK and Cancel are no closing here.
        self._leave()
        self.emit(handler)

    def oncustomicon(self, *_: Any) -> None:
        """Press the additional button."""
        self.vue_extra()


class dialogMessage(dialogGeneric):
    """A window with a text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ok = self.ok or "OK"


class dialogYesNo(dialogGeneric):
    """A question with two answers."""

    def __init__(
        self,
        on_yes: Callable[[], Any] | None = None,
        on_no: Callable[[], Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self.on_yes, self.on_no = on_yes, on_no
        super().__init__(*args, **kwargs)
        self.ok, self.cancel = "Yes", "No"
        self.on_ok, self.on_cancel = on_yes, on_no


class dialogWait(Facade, ui.Dialog):
    """Covers the page until `close`; ``value`` from 0 to 100 moves its line."""

    def __init__(
        self,
        output: Any = None,
        text: str = "Please wait...",
        indeterminate: bool = True,
        height: Any = 4,
        linecolor: Any = None,
        showtext: bool = False,
        textcolor: str = "#cccccc",
        color: Any = None,
        dark: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self.keep(locals())
        self.start(
            {},
            text=text,
            waiting=True,
            persistent=True,
            closable=False,
            still=True,
            width="320px",
            bar_color=linecolor or color_first(color),
            bar_height=int(height),
            progress=None if indeterminate else 0.0,
            dark=dark or None,
            value=False,
        )
        self.observe(self._moved, "value")
        show_in(output)
        self.show()

    def _moved(self, change: Any) -> None:
        if not isinstance(change["new"], bool):
            self.progress = float(change["new"])
            self.value = True

    def close(self, *_: Any) -> None:
        """Uncover the page."""
        if getattr(self, "comm", None) is not None:
            self.hide()


class snackbar(Facade):
    """A short message; see `vois.ui.notify`."""

    def __init__(
        self,
        title: str = "",
        text: str = "",
        show: bool = False,
        color: Any = None,
        dark: Any = None,
        wrapwidth: float = 80,
        timeout: float = 10000,
        output: Any = None,
    ) -> None:
        self.title, self.text, self.timeout = title, text, timeout
        self._color = color_first(color)
        self._number = 0
        self.snack = self
        show_in(output)
        if show:
            self.show()

    def draw(self) -> _v.VoisWidget:
        """Return the widget that shows messages."""
        return ui.host()

    def show(self) -> None:
        """Show it."""
        seconds = self.timeout / 1000
        self._number = ui.notify(self.text, title=self.title, kind=self._color, seconds=seconds)

    def close(self) -> None:
        """Take it away before its time."""
        ui.host().vue_gone(self._number)
