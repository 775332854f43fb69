"""Windows over the page: Dialog, confirm, message, wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from vois import _v
from vois.ui.overlay import TRAP, host

__all__ = ["Dialog", "busy", "confirm", "message"]


class Dialog(_v.VoisWidget):
    """A window with a title, text, widgets and buttons; ``value`` is whether it is open.

    Args:
        label: the title.
        text: some text above the widgets; line ends count.
        content: widgets to show.
        ok: text of the confirming button, or nothing for none.
        cancel: text of the refusing button, or nothing for none.
        on_ok: called when confirmed.
        on_cancel: called when refused.
        on_close: called whenever it closes.
        traits: any trait by name.
    """

    script = TRAP
    markup = """<v-dialog v-model="value" @keydown.tab="wrap($event)" :width="fullscreen ? undefined : width" max-width="100vw"
 :fullscreen="fullscreen" :persistent="persistent" :scrollable="true" :theme="theme || undefined"
 :no-click-animation="still" :aria-label="label || aria_label || 'Dialog'" :transition="transition"
 @update:model-value="$event || dismiss()">
 <v-card :class="class_" :style="style_"><v-toolbar v-if="label || closable" :color="color || 'surface'"
 :density="density" :height="height || undefined"><v-toolbar-title class="text-h6">{{ label }}
 </v-toolbar-title><v-btn v-if="extra_icon" icon :aria-label="extra_tooltip || extra_icon"
 @click="extra()"><v-icon :icon="extra_icon" /></v-btn><v-btn v-if="closable" icon aria-label="Close"
 @click="dismiss()"><v-icon icon="mdi-close" /></v-btn></v-toolbar>
 <v-progress-linear v-if="waiting" :indeterminate="progress === null" :model-value="progress"
 :color="bar_color" :height="bar_height" aria-label="Please wait" />
 <v-card-text :class="fullscreen ? 'pa-0' : 'pa-4'"><p v-if="text" class="vois-text"
 :class="{'mb-3': content.length}" style="white-space: pre-line">{{ text }}</p>
 <jupyter-widget v-for="one in content" :key="one" :widget="one" /></v-card-text>
 <v-card-actions v-if="ok || cancel"><v-spacer /><v-btn v-if="cancel" variant="text"
 @click="refuse()">{{ cancel }}</v-btn><v-btn v-if="ok" variant="flat" color="primary"
 :disabled="ok_disabled" @click="confirm()">{{ ok }}</v-btn></v-card-actions></v-card></v-dialog>"""

    text: str = _v.text()
    content: list[Any] = _v.widgets()
    ok: str = _v.text()
    cancel: str = _v.text()
    ok_disabled: bool = _v.flag()
    width: str = _v.text("500px")
    height: str = _v.text()
    density: str = _v.text("compact")
    color: str = _v.text()
    fullscreen: bool = _v.flag()
    persistent: bool = _v.flag()
    still: bool = _v.flag()
    closable: bool = _v.flag(default=True)
    transition: str = _v.text("dialog-transition")
    extra_icon: str = _v.text()
    extra_tooltip: str = _v.text()
    waiting: bool = _v.flag()
    progress: float | None = _v.number(None)
    bar_color: str = _v.text("primary")
    bar_height: int = _v.integer(4)
    _shown = False
    on_ok: Callable[[], Any] | None = None
    on_cancel: Callable[[], Any] | None = None
    on_close: Callable[[], Any] | None = None
    on_extra: Callable[[], Any] | None = None

    def __init__(
        self,
        label: str = "",
        text: str = "",
        content: Sequence[Any] = (),
        *,
        ok: str = "",
        cancel: str = "",
        **traits: Any,
    ) -> None:
        super().__init__(
            label=label,
            text=text,
            content=[*content],
            ok=ok,
            cancel=cancel,
            value=False,
            **traits,
        )

    def show(self) -> None:
        """Open it."""
        if self.comm is None:
            self.open()
        self.value = self._shown = True
        host().add(self)

    def hide(self) -> None:
        """Close it and free what it held in the page; `show` brings it back."""
        if self._leave():
            self.emit("on_close")

    def _leave(self) -> bool:
        """Take it off the page, and return whether it was there."""
        was, self._shown, self.value = self._shown, False, False
        host().remove(self)
        _v.VoisWidget.close(self)
        return was

    def vue_dismiss(self, *_: Any) -> None:
        """The viewer closed it."""
        self.hide()

    def vue_confirm(self, *_: Any) -> None:
        """The viewer confirmed."""
        self._answer("on_ok")

    def vue_refuse(self, *_: Any) -> None:
        """The viewer refused."""
        self._answer("on_cancel")

    def _answer(self, handler: str) -> None:
        self.hide()
        self.emit(handler)

    def vue_extra(self, *_: Any) -> None:
        """The viewer pressed the additional button of the title."""
        self.emit("on_extra")


def confirm(
    question: str,
    on_yes: Callable[[], Any] | None = None,
    on_no: Callable[[], Any] | None = None,
    *,
    title: str = "Please confirm",
) -> Dialog:
    """Ask yes or no; the answer arrives by callback.

    Args:
        question: the text.
        on_yes: called after yes.
        on_no: called after no.
        title: of the window.
    """
    dialog = Dialog(title, question, ok="Yes", cancel="No", on_ok=on_yes, on_cancel=on_no)
    dialog.show()
    return dialog


def message(text: str, title: str = "") -> Dialog:
    """Show a text until the viewer has read it."""
    dialog = Dialog(title, text, ok="OK")
    dialog.show()
    return dialog


@contextmanager
def busy(text: str = "Please wait …") -> Iterator[Dialog]:
    """Cover the page while the block runs; the dialog's ``progress`` may be set meanwhile."""
    dialog = Dialog("", text, waiting=True, persistent=True, closable=False, still=True)
    dialog.show()
    try:
        yield dialog
    finally:
        dialog.hide()
