"""The live dashboard takes over without a flicker, and what its viewer did meanwhile goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.calm import Eye
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import ROOT, Service
from tests.browser.stills import live, painted, visited
from tests.browser.viewer import Viewer

pytestmark = pytest.mark.browser

FORK = {"vaas": {"launch": "fork"}}
UNSEEN = 0.0001
"""As browsers count shifts: letters of a chart that is drawn anew stand fractions of a pixel off."""

WIDGETS = """
import ipywidgets as w
size, text = w.IntSlider(value=4, description="Size"), w.Text(value="a", description="Name")
check, pick = w.Checkbox(description="Check"), w.Dropdown(options=["one", "two"], description="Pick")
button, told, presses = w.Button(description="Press"), w.Label("nothing"), []
def tell(*_):
    told.value = f"{size.value} {text.value} {check.value} {pick.value} {len(presses)}"
for one in (size, text, check, pick):
    one.observe(tell, "value")
button.on_click(lambda _: (presses.append(1), tell()))
print("Of this page")
display(w.VBox([size, text, check, pick, button, told]))
"""
RECORDED = (
    "#%% # Rain\nWords, [a link](https://example.org).\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "import pandas as pd\npd.DataFrame({'wind': [3.5, 4.5], 'rain': [1, 2]})",
    """
    from IPython.display import HTML
    fold = "<details><summary>Fold</summary><p>folded words</p></details>"
    HTML(fold + "<a href='https://example.org'>Out</a><input id='note' aria-label='Note'>")
    """,
    """
    lines = "".join(f"<p>line {one}</p>" for one in range(60))
    HTML(f'<div id="box" tabindex="0" style="height: 6rem; overflow: auto">{lines}</div>')
    """,
    "print('see https://example.org/x?a=1&b=2, <there>')",
    r"print('\n'.join(f'row {one}' for one in range(20)))",
)
MIXED = (RECORDED[0], WIDGETS, *RECORDED[1:])


def slide(page: Page) -> None:
    page.locator(".noUi-handle").press("ArrowRight")


def choose(page: Page) -> None:
    # By its first letter: the menu would scroll the page.
    page.locator(".v-select input").press("b")


def step(page: Page) -> None:
    page.get_by_role("button", name="Next scene").click()


def bench(name: str) -> bytes:
    return Path(ROOT, f"benchmarks/notebooks/{name}/{name}.ipynb").read_bytes()


Use = tuple[bytes, Callable[[Page], None], str]
PAGES: dict[str, Use] = {
    "slider": (bench("slider"), slide, "16"),
    "chart": (bench("chart"), choose, "Birch: "),
    "map": (bench("map"), step, "scene 2: "),
    "mixed": (notebook(*MIXED, **FORK), slide, "5 a False one 0"),
}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_until_the_kernel_has_answered(
    forking: Service, share: Share, visit: Visit, name: str
) -> None:
    body, use, answer = PAGES[name]
    address = visited(body, forking, share, visit)
    viewer = visit(forking, viewport={"width": 1280, "height": 400})
    page = viewer.page
    Eye.open(page)
    waiting = painted(viewer, address)
    page.evaluate("scrollTo(0, 40)")
    page.wait_for_function("calm.frames.at(-1)?.scroll === scrollY")
    Eye.begin(page)
    live(viewer, waiting)
    eye = Eye.look(page)
    assert eye.frames[0].texts
    assert eye.moved() == []
    assert eye.shift() < UNSEEN
    use(page)
    expect(page.get_by_text(answer).locator("visible=true").first).to_be_visible()
    eye = Eye.look(page)
    assert eye.moved(texts=False) == []
    assert eye.shift() < UNSEEN


def test_nothing_moves_of_what_needs_no_widgets(
    forking: Service, share: Share, visit: Visit
) -> None:
    address = visited(notebook(*RECORDED, **FORK), forking, share, visit, still=False)
    viewer = visit(forking, viewport={"width": 390, "height": 400})
    page = viewer.page
    Eye.open(page)
    waiting = painted(viewer, address)
    Eye.begin(page)
    page.evaluate("window.painted = [...document.querySelectorAll('.vaas-painted')]")
    live(viewer, waiting)
    eye = Eye.look(page)
    assert eye.moved() == []
    assert eye.shift() < UNSEEN
    assert page.evaluate("painted.map((one) => one.isConnected)") == [True] * 5
    assert page.locator(".vaas-cell > *").count() == 5


def test_the_eye_sees_what_is_there_for_one_frame(browser: Browser) -> None:
    page = browser.new_page()
    Eye.open(page)
    page.goto(
        "data:text/html,<main id=dashboard><div class=jp-Cell>words</div></main>"
        "<script id=vaas-config></script>"
    )
    Eye.begin(page)
    assert Eye.look(page).moved() == []
    page.evaluate(
        """() => new Promise((done) => requestAnimationFrame(() => {
          document.querySelector("main").style.paddingTop = "9px";
          requestAnimationFrame(() => done(document.querySelector("main").style.paddingTop = ""));
        }))"""
    )
    eye = Eye.look(page)
    assert any(one.startswith("text 'words' was at") for one in eye.moved())
    assert eye.shift() > UNSEEN
    page.close()


def click(page: Page, found: Locator) -> None:
    """As with a mouse, whatever the page says of the place."""
    box = found.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def mixed(
    forking: Service, share: Share, visit: Visit, *, height: int
) -> tuple[Viewer, list[Route]]:
    """A viewer who sees what is painted of all kinds of outputs, and what the script waits for."""
    address = visited(notebook(*MIXED, **FORK), forking, share, visit)
    viewer = visit(forking, viewport={"width": 1280, "height": height})
    return viewer, painted(viewer, address)


def test_what_was_done_with_a_still_is_done_with_its_widgets(
    forking: Service, share: Share, visit: Visit
) -> None:
    viewer, waiting = mixed(forking, share, visit, height=1600)
    page = viewer.page
    still = page.locator(".vaas-still:visible").first
    still.get_by_role("combobox").select_option("two")
    click(page, still.get_by_role("button", name="Press"))
    click(page, still.get_by_role("button", name="Press"))
    click(page, still.get_by_role("checkbox"))
    click(page, still.get_by_role("textbox").first)
    page.keyboard.press("End")
    page.keyboard.type("nn")
    live(viewer, waiting)
    expect(page.get_by_text("4 ann True two 2")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.type("e")
    expect(page.get_by_text("4 anne True two 2")).to_be_visible()


def test_what_was_done_with_recorded_outputs_stays(
    forking: Service, share: Share, visit: Visit
) -> None:
    viewer, waiting = mixed(forking, share, visit, height=400)
    page = viewer.page
    page.get_by_text("Fold", exact=True).click()
    page.locator("#box").evaluate("one => one.scrollTo(0, 200)")
    page.get_by_label("Note").click()
    page.keyboard.type("mine")
    page.evaluate(
        """() => {
          const texts = [...document.querySelectorAll(".vaas-still pre")];
          const words = texts.find((one) => one.checkVisibility()).firstChild;
          getSelection().setBaseAndExtent(words, 3, words, 7);
        }"""
    )
    scroll = page.evaluate("scrollY")
    live(viewer, waiting)
    expect(page.get_by_text("folded words")).to_be_visible()
    assert page.locator("#box").evaluate("one => one.scrollTop") == 200
    expect(page.get_by_label("Note")).to_have_value("mine")
    expect(page.get_by_label("Note")).to_be_focused()
    assert page.evaluate("String(getSelection())") == "this"
    assert page.evaluate("scrollY") == scroll


def test_what_is_kept_is_updated(forking: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        """
        import ipywidgets as w
        from IPython.display import HTML
        line = display(HTML("<details><summary>first</summary>words</details>"), display_id=True)
        """,
        """
        button = w.Button(description="On")
        button.on_click(lambda _: line.update(HTML("<b>second</b>")))
        button
        """,
        **FORK,
    )
    address = visited(body, forking, share, visit)
    viewer = visit(forking)
    page = viewer.open(address)
    expect(page.get_by_text("first")).to_have_count(1)
    page.get_by_role("button", name="On").click()
    expect(page.get_by_text("second")).to_be_visible()
    expect(page.get_by_text("first")).to_have_count(0)
