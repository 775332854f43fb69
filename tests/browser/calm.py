"""An eye on what a viewer sees of a page, frame by frame: what stands where, and what moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from playwright.sync_api import Page

NEAR = 1.0
"""Pixels by which what is drawn anew may differ, as of fractions of them."""

# Looks after all callbacks and the layout of each frame: what then stands is what is painted.
WATCH = """(() => {
  const calm = (window.calm = { frames: [], shifts: [] });
  new PerformanceObserver((list) => {
    for (const { value, startTime, sources } of list.getEntries()) {
      const nodes = sources.map(({ node, previousRect: a, currentRect: b }) =>
        [node?.nodeName, node?.className, a.x, a.y, a.width, a.height, b.x, b.y, b.width, b.height].join(" "));
      calm.shifts.push({ value, at: startTime, nodes });
    }
  }).observe({ type: "layout-shift", buffered: true });
  const seen = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const box = ({ x, y, width, height }) => [x + scrollX, y + scrollY, width, height];
  const texts = (root) => {
    const found = {}, range = document.createRange();
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.data.trim().slice(0, 40);
      if (!text || !seen(walker.currentNode.parentElement)) continue;
      range.selectNodeContents(walker.currentNode);
      const place = box(range.getBoundingClientRect());
      if (place[2] && place[3]) (found[text] ??= []).push(place);
    }
    return found;
  };
  const parts = (root) => [...root.querySelectorAll(window.calmParts ?? "none")].filter(seen)
    .map((one) => box(one.getBoundingClientRect()));
  const look = () => {
    const root = document.getElementById("dashboard");
    if (!document.getElementById("vaas-config")) return;
    calm.frames.push({
      at: performance.now(),
      scroll: scrollY,
      height: document.documentElement.scrollHeight,
      cells: [...root.querySelectorAll(".jp-Cell")].map((one) => box(one.getBoundingClientRect())),
      texts: texts(root),
      parts: parts(root),
    });
  };
  const observer = new ResizeObserver(look);
  const frame = () => {
    observer.unobserve(document.documentElement);
    observer.observe(document.documentElement);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()"""

Box = list[float]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is seen in one frame.

    Attributes:
        at: milliseconds since the page's begin.
        scroll: of the page.
        height: of all that can be scrolled to.
        cells: the boxes of the notebook's cells.
        texts: boxes of each text that is seen.
        parts: boxes of what else is looked for.
    """

    at: float
    scroll: float
    height: float
    cells: list[Box]
    texts: dict[str, list[Box]]
    parts: list[Box]


@dataclass(frozen=True, slots=True)
class Eye:
    """What was seen, from the dashboard's first frame on."""

    frames: list[Frame]
    shifts: list[dict[str, Any]] = field(default_factory=list)

    @staticmethod
    def open(page: Page, parts: Iterable[str] = ()) -> None:
        """Look from the next page's begin on."""
        page.add_init_script(f"window.calmParts = {', '.join(parts)!r} || undefined")
        page.add_init_script(WATCH)

    @classmethod
    def close(cls, page: Page) -> Self:
        """All that was seen so far."""
        told = page.evaluate("calm")
        return cls([Frame(**one) for one in told["frames"]], told["shifts"])

    def moved(self) -> list[str]:
        """What was seen at first and then, in any frame, was not there or elsewhere."""
        first = self.frames[0]
        found: dict[str, None] = {}
        for frame in self.frames[1:]:
            for name, before, now in _pairs(first, frame):
                if not now:
                    found.setdefault(f"{name} is gone")
                elif not all(any(_near(one, other) for other in now) for one in before):
                    found.setdefault(f"{name} was at {before}, is at {now}")
        return list(found)


def _pairs(first: Frame, frame: Frame) -> Iterable[tuple[str, list[Box], list[Box]]]:
    for text, before in first.texts.items():
        yield f"text {text!r}", before, frame.texts.get(text, [])
    for place, cell in enumerate(first.cells):
        yield f"cell {place}", [cell], frame.cells[place : place + 1]
    if first.parts:
        yield "parts", first.parts, frame.parts
    yield "scroll", [[first.scroll]], [[frame.scroll]]
    yield "height", [[first.height]], [[frame.height]]


def _near(one: Box, other: Box) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


__all__ = ["Eye", "Frame"]
