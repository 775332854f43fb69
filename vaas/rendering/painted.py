"""Outputs as plain HTML, painted with the page before any script of it runs.

A notebook that has run already need not keep its viewers waiting for what it
shows: text, tables and pictures stand in the page's first bytes. The page's
script later puts the live output in their place. Whatever acts (widgets,
charts, scripts) waits for the script, as it would act twice; where the server
has a browser, a still of it stands in its place meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Self
from urllib.parse import quote

MAX_BYTES = 2 << 20
"""Of one cell; a larger one is worth no delay of the page."""

# What begins to act or to load by itself, and formulas, which a script sets.
_ACTS = re.compile(
    r"<\s*(script|iframe|object|embed|link|meta|base|form|video|audio|template)\b"
    r"|[\s/]on\w+\s*=|javascript:|\$.*\$|\\\(|\\\[",
    re.IGNORECASE | re.DOTALL,
)
_DRAWING = "image/svg+xml"
_PICTURES = (_DRAWING, "image/png", "image/jpeg", "image/gif", "image/webp")

_NAMED = re.compile(r"<svg[^>]+xmlns=[^>]+svg")
"""Of drawings: only such are pictures to a browser; the page's script makes all others so, too."""

# As live outputs find them in texts.
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s\x00-\x1f\"]{2,}[^\s\x00-\x1f\"'(){}\[\],:;.!?<>]")

PAINTED = "vaas-painted"
"""Class of what is seen of a dashboard before its script runs."""

WIDTHS = {390: "narrow", 1280: "wide"}
"""Pixels of the windows of which stills are taken, and what they are called in styles."""

_MEDIA = {"narrow": "(max-width: 40rem)", "wide": "not all and (max-width: 40rem)"}


@dataclass(frozen=True, slots=True)
class Still:
    """What a run's cells look like when all is drawn.

    Attributes:
        cells: HTML by place in the notebook, all widths one after the other.
        style: the elements with the styles that it needs.
    """

    cells: Mapping[int, str] = field(repr=False)
    style: str = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes that it adds to a page."""
        return len("".join([self.style, *self.cells.values()]).encode("utf-8", "replace"))

    @classmethod
    def of(cls, taken: Sequence[Mapping[str, Any]]) -> Self:
        """Join what pages handed back.

        Args:
            taken: ``{cells: {place: HTML}, style: CSS}`` for each of ``WIDTHS``.
        """
        cells: dict[int, str] = {}
        style = ""
        for one, name in zip(taken, WIDTHS.values(), strict=True):
            kind = f"{PAINTED} vaas-still vaas-still--{name} jp-OutputArea"
            for place, html in one["cells"].items():
                before = cells.get(int(place), "")
                cells[int(place)] = f'{before}<div class="{kind}">{html!s}</div>'
            css = str(one["style"]).replace("</", "<\\/")
            style += f'<style class="vaas-still-style" media="{_MEDIA[name]}">{css}</style>'
        return cls(cells, style)


def painted(outputs: Sequence[Mapping[str, Any]]) -> str:
    """HTML that shows a cell's outputs without scripts.

    Args:
        outputs: nbformat outputs, safe to show to a viewer.

    Returns:
        empty if there is nothing to show, or if any of it needs a script.
    """
    pieces = [_piece(output) for output in outputs]
    whole = "".join(piece for piece in pieces if piece is not None)
    if None in pieces or not whole or len(whole) > MAX_BYTES:
        return ""
    return f'<div class="{PAINTED} jp-OutputArea">{whole}</div>'


def _piece(output: Mapping[str, Any]) -> str | None:
    """One output, as high as the page's script will make it; ``None`` if it needs that."""
    shown = _shown(output)
    if not shown:
        return shown
    result = " jp-OutputArea-executeResult" if output["output_type"] == "execute_result" else ""
    return f'<div class="jp-OutputArea-child{result}">{shown}</div>'


def _shown(output: Mapping[str, Any]) -> str | None:
    if output["output_type"] == "stream":
        return _text(str(output["text"]))
    data = output.get("data", {})
    if any(kind.startswith("application/") for kind in data):
        return None
    if "text/html" in data:
        html = str(data["text/html"])
        return None if _ACTS.search(html) else _box("jp-RenderedHTMLCommon jp-RenderedHTML", html)
    for kind in _PICTURES:
        if kind in data:
            return _picture(kind, str(data[kind]).strip(), _size(output, kind))
    if set(data) <= {"text/plain"}:
        return _text(str(data.get("text/plain", "")))
    return None


def _size(output: Mapping[str, Any], kind: str) -> str:
    """A picture's size as its author has it: that of a sharp one is half of what it holds."""
    told = output.get("metadata", {}).get(kind)
    sides = {side: told.get(side) for side in ("width", "height")} if isinstance(told, dict) else {}
    return "".join(f' {k}="{v:.0f}"' for k, v in sides.items() if type(v) in (int, float))


def _text(text: str) -> str | None:
    if "\x1b" in text:  # colours of a terminal
        return None
    return _box("jp-RenderedText", f"<pre>{_linked(text)}</pre>") if text else ""


def _linked(text: str) -> str:
    pieces, end = [], 0
    for found in _ADDRESS.finditer(text):
        pieces.append(escape(text[end : found.start()], quote=False))
        address = found[0] if found[0].startswith("http") else f"https://{found[0]}"
        label = escape(found[0], quote=False)
        pieces.append(f'<a href="{escape(address)}" rel="noopener" target="_blank">{label}</a>')
        end = found.end()
    return "".join(pieces) + escape(text[end:], quote=False)


def _picture(kind: str, data: str, size: str) -> str:
    if kind != _DRAWING:
        source = f"data:{kind};base64,{escape(data)}"
        return _box("jp-RenderedImage", f'<img src="{source}" alt=""{size}>')
    if not _NAMED.search(data):
        data = data.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return _box("jp-RenderedSVG", f'<img src="data:{kind},{quote(data)}" alt=""{size}>')


def _box(kind: str, html: str) -> str:
    return f'<div class="jp-OutputArea-output {kind}">{html}</div>'


__all__ = ["MAX_BYTES", "PAINTED", "WIDTHS", "Still", "painted"]
