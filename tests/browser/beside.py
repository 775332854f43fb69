"""Two pages of one notebook beside each other: what their cells are made of, and look like."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

NEAR = 1.0
"""Pixels by which a place or a size may differ: lines of text end at fractions of one."""
SEEN = 32
"""Steps of 255 by which a colour must differ to be another; smoothed edges differ by less."""
MOST = 0.005
"""The share of what is drawn that may differ. Mostly it is nothing at all; a word moved by a
fraction of a pixel stays below, an icon or a border that is missing does not."""

# Nothing has changed, been fetched or moved for so many frames.
CALM = """async (frames) => {
  let calm = 0, fetched = 0
  const seen = new MutationObserver(() => (calm = 0))
  seen.observe(document, { attributes: true, characterData: true, childList: true, subtree: true })
  while (calm < frames) {
    await new Promise(requestAnimationFrame)
    const before = fetched
    fetched = performance.getEntriesByType("resource").length
    calm = before === fetched ? calm + 1 : 0
  }
  seen.disconnect()
  await document.fonts.ready
  await Promise.allSettled([...document.images].map((one) => one.decode()))
}"""

# The cells' outputs, as far as an author or a viewer can tell them apart: without what libraries
# number as they go, JupyterLab's marks of state and both front ends' wrappers.
TOLD = r"""([cells, without]) => {
  const OURS = /^(lm-|jp-mod-|jp-Cell-|jp-OutputArea-executeResult$|vaas-)/
  const KEPT = ["alt", "colspan", "disabled", "href", "placeholder", "role", "rowspan", "src", "title", "type"]
  const UNSEEN = `script, style, link, meta, template, ${without}`
  const plain = (text) => text.replaceAll(location.origin, "").replace(/[0-9a-f-]*\d[0-9a-f-]*/g, "0")
  const box = (node, from) => {
    const { x, y, width, height } = node.getBoundingClientRect()
    return width && height ? [x - from.x, y - from.y, width, height] : null
  }
  const told = (node, from) => {
    const classes = [...node.classList].filter((name) => !OURS.test(name)).map(plain).sort()
    const kept = KEPT.filter((name) => node.hasAttribute(name))
    const values = kept.map((name) => `${name}=${plain(node.getAttribute(name))}`)
    if (node.matches("input, textarea, select")) values.push(`value=${node.value}`, `checked=${node.checked}`)
    const text = [...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data)
    const name = [node.localName, ...classes].join(".") + ` ${values.join(" ")} ${text.join(" ")}`
    const parts = [...node.children].filter((one) => !one.matches(UNSEEN)).map((one) => told(one, from))
    return { name: name.replace(/\s+/g, " ").trim(), box: box(node, from), parts }
  }
  return [...document.querySelectorAll(cells)].map((cell) => {
    const shown = cell.querySelector(".jp-MarkdownOutput, .jp-OutputArea")
    const seen = shown?.querySelector(".vois-app") ?? shown
    return shown && { box: box(seen, { x: 0, y: 0 }), told: told(seen, seen.getBoundingClientRect()) }
  })
}"""


@dataclass(frozen=True)
class Part:
    """An element: how deep it lies in its cell, what it is, and its place in it, if it is seen."""

    depth: int
    name: str
    box: tuple[float, ...] | None


@dataclass(frozen=True)
class Cell:
    """A cell's outputs: their place in the page, their parts and their picture."""

    box: tuple[float, ...]
    parts: tuple[Part, ...]
    picture: Image.Image


def look(page: Page, cells: str, *, without: str, frames: int = 30) -> list[Cell | None]:
    """What a page shows when it has come to rest; nothing for cells without outputs.

    Args:
        page: whose window is as high as what it shows.
        cells: selector of its cells.
        without: selector of what is left out.
        frames: in which nothing may happen.
    """
    page.add_style_tag(content=f":is({without}) {{ display: none !important }}")
    page.evaluate(CALM, frames)
    # Charts that were drawn before their place was as wide as it is.
    page.evaluate("dispatchEvent(new Event('resize'))")
    page.evaluate(CALM, 5)
    told = page.evaluate(TOLD, [cells, without])
    whole = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    return [_cell(one, whole) for one in told]


def drawings(page: Page) -> int:
    """How many charts and maps a page has drawn so far."""
    return page.locator(".main-svg, .leaflet-pane, .bqplot").count()


def differences(some: list[Cell | None], others: list[Cell | None]) -> list[str]:
    """What differs between two pages, in words; nothing if they look the same."""
    pairs = list(zip_longest(some, others))
    only = [
        f"cell {i} is shown by one of them" for i, (a, b) in enumerate(pairs) if bool(a) != bool(b)
    ]
    both = [(i, a, b) for i, (a, b) in enumerate(pairs) if a and b]
    found = [f"cell {i}: {what}" for i, a, b in both for what in _apart(a, b)]
    gaps = [
        f"between cells {i} and {j}: {_gap(a, c):.1f} and {_gap(b, d):.1f} pixels"
        for (i, a, b), (j, c, d) in pairwise(both)
        if abs(_gap(a, c) - _gap(b, d)) > NEAR
    ]
    return only + found + gaps


def _cell(told: dict[str, Any] | None, whole: Image.Image) -> Cell | None:
    if not told or not told["box"]:
        return None
    x, y, width, height = told["box"]
    picture = whole.crop((round(x), round(y), round(x + width), round(y + height)))
    return Cell((x, y, width, height), tuple(_parts(told["told"])), picture)


def _parts(told: dict[str, Any], depth: int = 0) -> list[Part]:
    own = Part(depth, told["name"], told["box"] and tuple(told["box"]))
    return [own] + [part for one in told["parts"] for part in _parts(one, depth + 1)]


def _apart(one: Cell, other: Cell) -> list[str]:
    """How two cells differ: the first part that does, or what of their pictures."""
    for a, b in zip_longest(one.parts, other.parts):
        if a is None or b is None or (a.depth, a.name) != (b.depth, b.name):
            return [f"{a} is not {b}"]
        if not _near(a.box, b.box):
            return [f"{a.name} is at {a.box}, not {b.box}"]
    if not _near(one.box[2:], other.box[2:]):
        return [f"of {one.box[2:]} pixels, not {other.box[2:]}"]
    share = _differs(one.picture, other.picture)
    return [f"{share:.2%} of what is drawn differs"] if share > MOST else []


def _near(some: tuple[float, ...] | None, others: tuple[float, ...] | None) -> bool:
    if some is None or others is None:
        return some is others
    return all(abs(a - b) <= NEAR for a, b in zip(some, others, strict=True))


def _gap(above: Cell, below: Cell) -> float:
    return below.box[1] - above.box[1] - above.box[3]


def _differs(some: Image.Image, others: Image.Image) -> float:
    """The share of pixels that differ, of those that are not of the ground's colour in both."""
    wide, high = min(some.width, others.width), min(some.height, others.height)
    a, b = (np.asarray(one.crop((0, 0, wide, high)), dtype=int) for one in (some, others))
    colours, counts = np.unique(a.reshape(-1, 3), axis=0, return_counts=True)
    ground = colours[counts.argmax()]
    drawn = (a != ground).any(axis=2) | (b != ground).any(axis=2)
    other = (np.abs(a - b) > SEEN).any(axis=2)
    return float(other.sum() / max(drawn.sum(), 1))


__all__ = ["Cell", "Part", "differences", "look"]
