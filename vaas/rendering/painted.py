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

MAX_BYTES = 2 << 20
"""Of one cell; a larger one is worth no delay of the page."""

# What begins to act or to load by itself, and formulas, which a script sets.
_ACTS = re.compile(
    r"<\s*(script|iframe|object|embed|link|meta|base|form|video|audio|template)\b"
    r"|[\s/]on\w+\s*=|javascript:|\$.*\$|\\\(|\\\[",
    re.IGNORECASE | re.DOTALL,
)
# As live outputs find them in texts.
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s\x00-\x1f\"]{2,}[^\s\x00-\x1f\"'(){}\[\],:;.!?<>]")
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")

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
    """One output; ``None`` if it needs a script."""
    if output["output_type"] == "stream":
        return _text(str(output["text"]))
    data = output.get("data", {})
    if any(kind.startswith("application/") for kind in data):
        return None
    for kind in ("text/html", "image/svg+xml"):
        if kind in data:
            html = str(data[kind])
            return None if _ACTS.search(html) else _child("jp-RenderedHTML", html)
    for kind in _PICTURES:
        if kind in data:
            source = f"data:{kind};base64,{escape(str(data[kind]).strip())}"
            return _child("jp-RenderedImage", f'<img src="{source}" alt="">')
    if set(data) <= {"text/plain"}:
        return _text(str(data.get("text/plain", "")))
    return None


def _text(text: str) -> str | None:
    if "\x1b" in text:  # colours of a terminal
        return None
    return _child("jp-RenderedText", f"<pre>{_linked(text)}</pre>") if text else ""


def _linked(text: str) -> str:
    pieces, end = [], 0
    for found in _ADDRESS.finditer(text):
        pieces.append(escape(text[end : found.start()], quote=False))
        address = found[0] if found[0].startswith("http") else f"https://{found[0]}"
        label = escape(found[0], quote=False)
        pieces.append(f'<a href="{escape(address)}" rel="noopener" target="_blank">{label}</a>')
        end = found.end()
    return "".join(pieces) + escape(text[end:], quote=False)


def _child(kind: str, html: str) -> str:
    return (
        '<div class="jp-OutputArea-child">'
        f'<div class="jp-OutputArea-output jp-RenderedHTMLCommon {kind}">{html}</div></div>'
    )


__all__ = ["MAX_BYTES", "PAINTED", "WIDTHS", "Still", "painted"]
