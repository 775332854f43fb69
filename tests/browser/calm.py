"""An eye on what a viewer sees of a page, frame by frame: what stands where, and what moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from playwright.sync_api import Page

NEAR = 1.0
"""Pixels by which what is drawn anew may differ, as of fractions of them."""

# Looks after all callbacks and the layout of each frame: what then stands is what is painted.
WATCH = """(() => {
  const calm = (window.calm = { frames: [], shifts: [] });
  const note = (entries) => calm.shifts.push(...entries.map(({ value }) => value));
  const shifts = new PerformanceObserver((list) => note(list.getEntries()));
  shifts.observe({ type: "layout-shift" });
  calm.told = () => (note(shifts.takeRecords()), calm);
  calm.begin = () => (calm.told(), (calm.frames.length = calm.shifts.length = 0));
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
  const look = () => {
    const root = document.getElementById("dashboard");
    if (!document.getElementById("vaas-config")) return;
    calm.frames.push({
      at: performance.now(),
      scroll: scrollY,
      height: document.documentElement.scrollHeight,
      cells: [...root.querySelectorAll(".jp-Cell")].map((one) => box(one.getBoundingClientRect())),
      texts: texts(root),
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
    """

    at: float
    scroll: float
    height: float
    cells: list[Box]
    texts: dict[str, list[Box]]


@dataclass(frozen=True, slots=True)
class Eye:
    """What was seen, from the begin on; ``shifts`` as browsers measure them."""

    frames: list[Frame]
    shifts: list[float]

    @staticmethod
    def open(page: Page) -> None:
        """Look at what this page shows next."""
        page.add_init_script(WATCH)

    @staticmethod
    def begin(page: Page) -> None:
        """Forget what was seen, and see how the page is now."""
        page.wait_for_function("window.calm?.frames.at(-1)?.scroll === scrollY")
        page.evaluate("calm.begin()")
        page.wait_for_function("calm.frames.length > 3")

    @classmethod
    def look(cls, page: Page) -> Self:
        """All that was seen since, and in a few frames more."""
        seen = page.evaluate("calm.frames.length")
        page.wait_for_function(f"calm.frames.length > {seen + 10}")
        told = page.evaluate("(({ frames, shifts }) => ({ frames, shifts }))(calm.told())")
        return cls([Frame(**one) for one in told["frames"]], told["shifts"])

    def shift(self) -> float:
        """How much moved in all."""
        return sum(self.shifts)

    def moved(self, *, texts: bool = True) -> list[str]:
        """What was seen at first and then, in any frame, was not there or elsewhere.

        Args:
            texts: whether it is about them as well, or of cells and the page alone.
        """
        first = self.frames[0]
        found: dict[str, None] = {}
        for frame in self.frames[1:]:
            for name, before, now in _pairs(first, frame, texts=texts):
                if not now:
                    found.setdefault(f"{name} is gone")
                elif not all(any(_near(one, other) for other in now) for one in before):
                    found.setdefault(f"{name} was at {before}, is at {now}")
        return list(found)


def _pairs(
    first: Frame, frame: Frame, *, texts: bool
) -> Iterable[tuple[str, list[Box], list[Box]]]:
    for text, before in first.texts.items() if texts else ():
        yield f"text {text!r}", before, frame.texts.get(text, [])
    for place, cell in enumerate(first.cells):
        yield f"cell {place}", [cell], frame.cells[place : place + 1]
    yield "scroll", [[first.scroll]], [[frame.scroll]]
    yield "height", [[first.height]], [[frame.height]]


def _near(one: Box, other: Box) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


__all__ = ["Eye", "Frame"]
