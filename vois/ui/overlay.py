"""The one place of a page for dialogs and short messages."""

from __future__ import annotations

import base64
import itertools
import time
from typing import Any

from vois import _report, _v

__all__ = ["TRAP", "Host", "host", "notify", "show_in"]

# What opens keeps the focus until it is closed, and then gives it back to where it was.
TRAP = """<script>export default {
 created() { this.keep(this.value); }, unmounted() { this.keep(false); },
 watch: { value(now) { this.keep(now); } },
 methods: {
 keep(open) { if (open) this.from = this.from || document.activeElement;
  else if (this.from) { const to = this.from; this.from = null;
   setTimeout(() => to.isConnected && to.focus()); } },
 wrap(e) {
  const all = [...e.currentTarget.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')]
   .filter(one => !one.disabled && one.offsetParent !== null && one.tabIndex >= 0);
  if (!all.length) { e.preventDefault(); return; }
  const ends = [all[0], all[all.length - 1]], now = document.activeElement;
  if (now === ends[e.shiftKey ? 0 : 1] || !all.includes(now)) {
   e.preventDefault(); ends[e.shiftKey ? 1 : 0].focus(); } } } };</script>"""

# Of several views of the host only the first that is on the page draws. Vuetify listens for
# Escape at the window, but no key that is pressed in a dialog or menu comes as far.
_CLAIM = """<script>export default {
 data() { return { active: false }; },
 mounted() { const all = (window.__voisHosts = window.__voisHosts || []); all.push(this);
  all[0].active = true; this.work(this.task);
  if (!window.__voisEscape) { window.__voisEscape = true; window.addEventListener('keydown', e => {
   if (e.key === 'Escape' && e.target.closest && e.target.closest('.v-overlay-container'))
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })); }, true); } },
 watch: { task(one) { this.work(one); } },
 methods: { work(one) { const done = (window.__voisDone = window.__voisDone || {});
   if (!one || !one.number || done[one.number] || Date.now() - one.at > 30000) return;
   done[one.number] = true; this.did(one.number); this[one.kind](one); },
  save(one) { const bytes = Uint8Array.from(atob(one.data), c => c.charCodeAt(0));
   const link = document.createElement('a');
   link.href = URL.createObjectURL(new Blob([bytes], {type: one.mime})); link.download = one.name;
   document.body.appendChild(link); link.click(); link.remove(); },
  visit(one) { const url = new URL(one.url, window.location.href);
   if (['http:', 'https:', 'mailto:'].includes(url.protocol)) window.open(url.href,
   one.target, one.target === '_blank' ? 'noopener' : ''); },
  address(one) { const url = new URL(one.url, window.location.href);
   if (url.origin === window.location.origin) history.replaceState(null, '', url.href); },
  copy(one) { navigator.clipboard && navigator.clipboard.writeText(one.text); } },
 unmounted() { const all = window.__voisHosts || []; const at = all.indexOf(this);
  if (at >= 0) all.splice(at, 1); if (all.length) all[0].active = true; } };</script>"""


class Host(_v.VoisWidget):
    """Shows open dialogs and queued messages, whatever number of them there was before."""

    markup = """<div class="vois-hidden"><template v-if="active">
 <jupyter-widget v-for="one in dialogs" :key="one" :widget="one" />
 <v-snackbar v-for="one in messages.slice(0, 1)" :key="one.id" :model-value="true"
 :timeout="one.timeout" :color="one.color || undefined" location="bottom" role="status"
 @update:model-value="gone(one.id)"><div class="d-flex align-center">
 <v-icon v-if="one.icon" class="mr-3" :icon="one.icon" />
 <div class="vois-text"><strong v-if="one.title">{{ one.title }}<br></strong>
 <span style="white-space: pre-line">{{ one.text }}</span></div></div>
 <template v-slot:actions><v-btn variant="text" icon aria-label="Close" @click="gone(one.id)">
 <v-icon icon="mdi-close" /></v-btn></template></v-snackbar></template></div>"""
    script = _CLAIM

    dialogs: list[Any] = _v.widgets()
    messages: list[dict[str, Any]] = _v.items()
    task: dict[str, Any] = _v.some({})

    def __init__(self) -> None:
        super().__init__()
        self._ids: itertools.count[int] = itertools.count(1)

    def push(self, text: str, *, title: str, color: str, icon: str, seconds: float) -> int:
        """Queue a message and return its number."""
        number = next(self._ids)
        one = {"id": number, "text": text, "title": title, "color": color, "icon": icon}
        one = {**one, "timeout": round(seconds * 1000) if seconds > 0 else -1}
        self.messages = [*self.messages, one]
        return number

    def run(self, kind: str, **what: Any) -> None:
        """Have the page do something once: ``save``, ``visit``, ``address`` or ``copy``."""
        now = round(time.time() * 1000)
        self.task = {"number": next(self._ids), "at": now, "kind": kind, **what}

    def save(self, data: str | bytes, name: str) -> None:
        """Save ``data`` as a file on the viewer's machine; text becomes UTF-8."""
        mime = "text/plain;charset=utf-8" if isinstance(data, str) else "application/octet-stream"
        raw = data.encode() if isinstance(data, str) else bytes(data)
        self.run("save", name=name, mime=mime, data=base64.b64encode(raw).decode())

    def vue_did(self, number: int) -> None:
        """The page has done the task of that number; a file need not be kept here."""
        if self.task.get("number") == number:
            self.task = {}

    def vue_gone(self, number: int) -> None:
        """The message of that number has been seen."""
        self.messages = [one for one in self.messages if one["id"] != number]

    def add(self, dialog: Any) -> None:
        """Show ``dialog``."""
        if not any(one is dialog for one in self.dialogs):
            self.dialogs = [*self.dialogs, dialog]

    def remove(self, dialog: Any) -> None:
        """Take ``dialog`` away."""
        self.dialogs = [one for one in self.dialogs if one is not dialog]


_hosts: list[Host] = []


def host() -> Host:
    """The kernel's one host."""
    if not _hosts or _hosts[0].comm is None:
        _hosts[:] = [Host()]
        _report.show_with(_tell)
    return _hosts[0]


def show_in(output: Any = None) -> None:
    """Make sure the page has the host.

    Args:
        output: an ``ipywidgets.Output`` to show it in; without one it is shown
            where the running cell writes, unless an `App` carries it already.
    """
    one = host()
    if output is None:
        from IPython.display import display  # noqa: PLC0415 - only where a page is

        if not getattr(one, "placed", False):
            display(one)  # type: ignore[no-untyped-call]
        return
    mark = getattr(one, "model_id", "")
    if mark not in str(getattr(output, "outputs", ())):
        output.append_display_data(one)


def notify(
    text: str,
    *,
    title: str = "",
    kind: str = "",
    seconds: float = 5.0,
) -> int:
    """Show a short message.

    Args:
        text: what there is to say.
        title: a bold first line.
        kind: ``"success"``, ``"info"``, ``"warning"``, ``"error"`` or a CSS colour.
        seconds: how long; 0 until the viewer closes it.

    Returns:
        The message's number, for ``host().vue_gone(number)``.
    """
    icons = {
        "success": "mdi-check-circle",
        "info": "mdi-information",
        "warning": "mdi-alert",
        "error": "mdi-alert-circle",
    }
    icon = icons.get(kind, "")
    return host().push(text, title=title, color=kind, icon=icon, seconds=seconds)


def _tell(error: Exception) -> None:
    notify(f"{type(error).__name__}: {error}", title="That did not work", kind="error", seconds=0)
