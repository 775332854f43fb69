"""The three pages: what of each a viewer must see, what its viewer does, and when either happened.

``benchmarks/notebooks`` has them as notebooks, ``apps`` as each peer's own community would
write them. All show the same numbers, computed on the server:

- **slider**: a slider, and its number's square.
- **chart**: a select of three stations, the chosen one's weekly means as a Plotly chart.
- **map**: a button that steps through twelve scenes, their vegetation index on a map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import ElementHandle, Error, Locator, Page

ATTEMPT = 1000.0
"""Milliseconds until a viewer whom nothing answers tries again."""

RESULT = ".bench-result"
SELECT = ".v-select .v-field, .dash-dropdown, [data-testid=stSelectbox] [role=combobox]"
OPTION = ".v-overlay .v-list-item:visible, [role=option]:visible"

# Looks once per frame, which is how often a viewer can see something new, also into
# shadow roots, where Panel keeps its elements.
MARKS = """(contents) => {
  const marks = (window.benchMarks = {});
  const visible = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getBoundingClientRect().height > 0;
  const roots = (root) =>
    [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  const seen = (selector) =>
    roots(document).flatMap((root) => [...root.querySelectorAll(selector)]).filter(visible);
  const answers = () => seen("RESULT").map((e) => e.textContent.trim()).filter(Boolean);
  const look = () => {
    if (!("paint" in marks)) {
      if (answers().length && contents.every((content) => seen(content).length)) {
        marks.paint = performance.now();
        marks.before = answers()[0];
      }
    } else if (answers().some((answer) => answer !== marks.before)) {
      marks.interactive = performance.now();
    }
    if (!("interactive" in marks)) requestAnimationFrame(look);
  };
  look();
}""".replace("RESULT", RESULT)

# Until the page has answered, or what was acted on is gone: it was there to look at only.
ANSWERED = """([control, patience]) => new Promise((resolve) => {
  const end = performance.now() + patience;
  const look = () => {
    if ("interactive" in benchMarks) resolve(true);
    else if (!control.isConnected || performance.now() > end) resolve(false);
    else requestAnimationFrame(look);
  };
  look();
})"""


@dataclass(frozen=True, slots=True)
class Example:
    """A page: the selectors of what it must show, and what its viewer does.

    ``act`` returns what was acted on; it raises playwright's error if that is not to be had.
    """

    name: str
    contents: tuple[str, ...]
    act: Callable[[Page], ElementHandle]


def _press(page: Page) -> ElementHandle:
    control = _first(page.locator("[role=slider], input[type=range]"))
    control.press("ArrowRight", timeout=ATTEMPT)
    return control


def _choose(page: Page) -> ElementHandle:
    if page.locator("select:visible").count():
        control = _first(page.locator("select"))
        control.select_option("Birch", timeout=ATTEMPT)
        return control
    control = _first(page.locator(SELECT))
    option = page.locator(OPTION, has_text="Birch").first
    if not option.is_visible():
        control.click(timeout=ATTEMPT)
    option.click(timeout=ATTEMPT)
    return control


def _click(page: Page) -> ElementHandle:
    control = _first(page.get_by_role("button", name="Next scene"))
    control.click(timeout=ATTEMPT)
    return control


def _first(found: Locator) -> ElementHandle:
    """The first that can be seen."""
    control = found.locator("visible=true").first.element_handle(timeout=ATTEMPT)
    assert control is not None
    return control


EXAMPLES = (
    Example("slider", ("[role=slider], input[type=range]",), _press),
    Example("chart", (f"select, {SELECT}", ".scatterlayer .js-line"), _choose),
    Example("map", (".leaflet-image-layer, canvas",), _click),
)


def use(page: Page, example: Example) -> None:
    """Act as soon as the page shows what it must, and again until it answers."""
    page.wait_for_function("window.benchMarks.paint")
    while not page.evaluate("'interactive' in benchMarks"):
        try:
            control = example.act(page)
        except Error:
            continue
        if page.evaluate(ANSWERED, [control, ATTEMPT]):
            return
