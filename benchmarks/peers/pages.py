"""The three pages: what of each a viewer must see, what its viewer does, and when either happened.

``benchmarks/notebooks`` has them as notebooks, ``apps`` as each peer's own community would
write them. All show the same numbers, computed on the server:

- **slider**: a slider, and its number's square.
- **chart**: a select of three stations, the chosen one's weekly means as a Plotly chart.
- **map**: a button that steps through twelve scenes, their vegetation index on a map.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page

from benchmarks.servers import PATIENCE

ATTEMPT = 1000.0
"""Milliseconds until a viewer whom nothing answers tries again."""

RESULT = ".bench-result"
SLIDER = "[role=slider], input[type=range]"
SELECT = ".v-select .v-field, .dash-dropdown, [data-testid=stSelectbox] [role=combobox]"
OPTION = ".v-overlay .v-list-item, [role=option]"
BUTTON = "button, [role=button]"

# Eyes in the page, which look once per frame, as often as a viewer can see something new,
# also into shadow roots, where Panel keeps its elements. They are made to weigh little: what
# playwright brings for the same takes 0.06 s from a page that answers in 0.4.
EYES = """(contents) => {
  const roots = [document];
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    roots.push(root);
    return root;
  };
  const visible = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getBoundingClientRect().height > 0;
  const seen = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]).filter(visible);
  const find = (selector, text) => seen(selector).find((one) => one.textContent.includes(text));
  const answers = () => seen("RESULT").map((one) => one.textContent.trim()).filter(Boolean);

  /** Look until something is there, but not for ever. */
  const until = (look, patience = Infinity) => new Promise((resolve) => {
    const end = performance.now() + patience;
    const again = () => {
      const found = look();
      if (found || performance.now() > end) resolve(found);
      else requestAnimationFrame(again);
    };
    again();
  });

  /** Where a viewer can click: what is there rests there, and nothing lies over it. */
  const centre = (selector, text, patience) => {
    let before = "";
    return until(() => {
      const control = find(selector, text);
      if (!control) return undefined;
      control.scrollIntoViewIfNeeded();
      const { x, y, width, height } = control.getBoundingClientRect();
      const place = [x + width / 2, y + height / 2];
      const steady = before === (before = [x, y, width, height].join());
      let hit = document.elementFromPoint(...place);
      while (hit && hit !== control && !control.contains(hit)) {
        const inside = hit.shadowRoot?.elementFromPoint(...place);
        hit = inside === hit ? undefined : inside;
      }
      if (!steady || !hit) return undefined;
      acted = control;
      return place;
    }, patience);
  };

  const focus = (selector) => {
    acted = find(selector, "");
    acted?.focus();
    return Boolean(acted);
  };

  /** As browsers do when something of a list of their own is chosen. */
  const choose = (text) => {
    acted = find("select", text);
    if (!acted) return false;
    acted.value = [...acted.options].find((one) => one.text === text).value;
    for (const name of ["input", "change"]) acted.dispatchEvent(new Event(name, { bubbles: true }));
    return true;
  };

  const marks = {};
  let acted;
  const within = (coming, patience) => Promise.race([coming, new Promise((resolve) => setTimeout(resolve, patience))]);
  const painted = until(() => answers().length && contents.every((content) => seen(content).length)).then(() => {
    marks.paint = performance.now();
    const [before] = answers();
    const changed = () => answers().some((answer) => answer !== before);
    void until(changed).then(() => (marks.interactive = performance.now()));
    return true;
  });

  /** Whether the page has answered; what was acted on may go, if it was there to look at only. */
  const answered = (patience) =>
    until(() => marks.interactive || !acted?.isConnected, patience).then(() => "interactive" in marks);
  window.bench = { marks, within, painted, answered, centre, focus, choose };
}""".replace("RESULT", RESULT)


class Eyes:
    """A page as its viewer has it: what is asked of it, and what is done to it."""

    def __init__(self, context: BrowserContext, contents: tuple[str, ...]) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(f"({EYES})({json.dumps(contents)})")
        self.session = context.new_cdp_session(self.page)

    def ask(self, expression: str) -> Any:
        """What an expression is, in the end; nothing if the page went meanwhile."""
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        try:
            return self.session.send("Runtime.evaluate", asked)["result"].get("value")
        except Error:
            return None

    def click(self, selector: str, text: str = "", patience: float = ATTEMPT) -> bool:
        """Click something, if it is to be had."""
        told = f"{json.dumps(selector)}, {json.dumps(text)}, {patience}"
        place = self.ask(f"bench.centre({told})")
        if place:
            self.page.mouse.click(*place)
        return bool(place)


@dataclass(frozen=True, slots=True)
class Example:
    """A page: the selectors of what it must show, and what its viewer does."""

    name: str
    contents: tuple[str, ...]
    act: Callable[[Eyes], object]


def _press(eyes: Eyes) -> None:
    if eyes.ask(f"bench.focus({json.dumps(SLIDER)})"):
        eyes.page.keyboard.press("ArrowRight")


def _choose(eyes: Eyes) -> None:
    if not eyes.ask("bench.choose('Birch')") and not eyes.click(OPTION, "Birch", 0):
        eyes.click(SELECT)
        eyes.click(OPTION, "Birch")


def _click(eyes: Eyes) -> None:
    eyes.click(BUTTON, "Next scene")


EXAMPLES = (
    Example("slider", (SLIDER,), _press),
    Example("chart", (f"select, {SELECT}", ".scatterlayer .js-line"), _choose),
    Example("map", (".leaflet-image-layer, canvas",), _click),
)


def use(eyes: Eyes, example: Example) -> None:
    """Act as soon as the page shows what it must, and again until it answers.

    Raises:
        TimeoutError: it does not.
    """
    latest = time.monotonic() + PATIENCE
    while not eyes.ask(f"bench.within(bench.painted, {ATTEMPT})"):
        _no_later_than(latest, f"{example.name} shows nothing")
    while not eyes.ask("'interactive' in bench.marks"):
        _no_later_than(latest, f"{example.name} does not answer")
        example.act(eyes)
        if eyes.ask(f"bench.answered({ATTEMPT})"):
            return


def _no_later_than(latest: float, otherwise: str) -> None:
    if time.monotonic() > latest:
        raise TimeoutError(otherwise)
