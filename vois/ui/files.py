"""Files in and out: Upload, Download, Clipboard."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from vois import _v

__all__ = ["Clipboard", "Download", "Upload"]

_SAVE = """<script>export default { watch: { parcel(one) { if (one && one.data !== undefined)
 this.save(one); } }, methods: { save(one) { this.saved(one.number); const raw = atob(one.data);
 const bytes = Uint8Array.from(raw, c => c.charCodeAt(0));
 const link = document.createElement('a');
 link.href = URL.createObjectURL(new Blob([bytes], {type: one.kind}));
 link.download = one.name; document.body.appendChild(link); link.click(); link.remove();
 setTimeout(() => URL.revokeObjectURL(link.href), 10000); } } };</script>"""


class Download(_v.VoisWidget):
    """A button that saves a file on the viewer's machine.

    Args:
        label: text of the button.
        data: text, bytes, or a function that makes one of them when pressed.
        name: file name.
        traits: any trait by name.
    """

    markup = """<v-btn @root @name :color="color" :variant="variant" :disabled="disabled"
 :elevation="0" @click="pressed()"><v-icon start icon="mdi-download" />{{ label }}@tip</v-btn>"""
    script = _SAVE
    parcel: dict[str, Any] = _v.some({})
    color: str = _v.text("primary")
    variant: str = _v.text("tonal")

    def __init__(
        self,
        label: str = "Download",
        data: str | bytes | Callable[[], str | bytes] = "",
        name: str = "download.txt",
        **traits: Any,
    ) -> None:
        super().__init__(label=label, **traits)
        self._data = data
        self._name = name

    def vue_pressed(self, *_: Any) -> None:
        """The viewer wants the file."""
        data = self._data() if callable(self._data) else self._data
        self.send_file(data, self._name)

    def vue_saved(self, number: int) -> None:
        """The page has the file of that number, so it need not be kept here."""
        if self.parcel.get("number") == number:
            self.parcel = {"number": number}

    def send_file(self, data: str | bytes, name: str) -> None:
        """Save ``data`` under ``name`` on the viewer's machine; text becomes UTF-8."""
        kind = "text/plain;charset=utf-8" if isinstance(data, str) else "application/octet-stream"
        raw = data.encode() if isinstance(data, str) else bytes(data)
        number = self.parcel.get("number", 0) + 1
        parcel = {"name": name, "kind": kind, "number": number}
        self.parcel = {**parcel, "data": base64.b64encode(raw).decode()}
        self.value = name


class Upload(_v.VoisWidget):
    """Files from the viewer; ``value`` is a list of dicts with ``name``, ``size``, ``data`` (bytes).

    Args:
        label: visible name.
        on_change: called with that list.
        accept: kinds of file, as in HTML: ``".csv,.json"``.
        multiple: more than one at a time.
        limit: largest size of one file, in bytes.
        traits: any trait by name.
    """

    markup = """<div @root><v-file-input :label="label" :accept="accept" :multiple="multiple"
 :disabled="disabled" :placeholder="placeholder" variant="outlined" density="compact" hide-details
 :loading="busy" :error="!!error" :color="color" prepend-icon="" prepend-inner-icon="mdi-paperclip"
 clearable show-size :key="round" @name
 @update:model-value="read($event)" />@tip@error</div>"""
    script = """<script>export default { methods: { async read(chosen) {
 const files = !chosen ? [] : Array.isArray(chosen) ? chosen : [chosen];
 this.error = ''; const out = [];
 for (const file of files) {
  if (file.size > this.limit) { this.error = file.name + ' is too large'; continue; }
  const url = await new Promise(done => { const r = new FileReader();
   r.onload = () => done(r.result); r.readAsDataURL(file); });
  out.push({name: file.name, size: file.size, type: file.type,
   data: String(url).split(',')[1] || ''}); }
 this.files(out); } } };</script>"""

    accept: str = _v.text()
    placeholder: str = _v.text()
    multiple: bool = _v.flag()
    color: str = _v.text("primary")
    limit: int = _v.integer(50_000_000)
    round: int = _v.integer(0)

    def __init__(
        self,
        label: str = "File",
        on_change: Callable[[list[dict[str, Any]]], Any] | None = None,
        *,
        accept: str = "",
        multiple: bool = False,
        **traits: Any,
    ) -> None:
        super().__init__(
            label=label, on_change=on_change, accept=accept, multiple=multiple, **traits
        )
        self.files: list[dict[str, Any]] = []

    def vue_files(self, files: list[dict[str, Any]]) -> None:
        """The viewer chose files; their bytes come as Base64."""
        self.files = [{**one, "data": base64.b64decode(one["data"])} for one in files]
        self.value = [one["name"] for one in self.files]
        self.emit("on_change", self.files)

    @property
    def problem(self) -> str:
        """The same as ``error``."""
        return self.error

    @problem.setter
    def problem(self, problem: str) -> None:
        """Set the words that are shown under the field."""
        self.error = problem

    def clear(self) -> None:
        """Forget the chosen files."""
        self.files, self.value = [], []
        self.round += 1


class Clipboard(_v.VoisWidget):
    """A button that copies ``value`` to the viewer's clipboard."""

    markup = """<v-btn @root icon :variant="variant" :color="color || undefined" :size="size"
 :width="width || undefined" :aria-label="aria_label || tip || 'Copy'" @click="copy()">
 <v-icon :icon="icon" />@tip</v-btn>"""
    script = """<script>export default { methods: { copy() {
 navigator.clipboard && navigator.clipboard.writeText(String(this.value || '')); this.copied(); } } };
</script>"""
    color: str = _v.text()
    variant: str = _v.text("text")
    size: str = _v.text("small")
    width: str = _v.text()
    icon: str = _v.text("mdi-content-copy")

    def __init__(self, value: str = "", tooltip: str = "Copy", **traits: Any) -> None:
        super().__init__(value=value, tooltip=tooltip, **traits)

    def vue_copied(self, *_: Any) -> None:
        """The viewer copied the text."""
        self.emit("on_change", self.value)
