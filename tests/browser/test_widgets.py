"""Controls and their callbacks, through the kernel and back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service, eventually

pytestmark = pytest.mark.browser

COUNTER = """
import ipywidgets
told, count = ipywidgets.Label("not yet"), 0
def press(_):
    global count
    count += 1
    told.value = f"pressed {count}"
button = ipywidgets.Button(description="Press")
button.on_click(press)
ipywidgets.HBox([button, told])
"""


def test_output_captures_prints(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        """
        import ipywidgets
        out, other = ipywidgets.Output(), ipywidgets.Output()
        with out:
            print("while the cell ran")
        button = ipywidgets.Button(description="Press")
        def press(_):
            with out:
                print("pressed")
        button.on_click(press)
        @other.capture(clear_output=True)
        def again(_):
            print("only the last")
        button.on_click(again)
        display(button, out, other)
        """,
        "print('not captured')",
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    first, second = (page.locator(".widget-output").nth(index) for index in (0, 1))
    expect(first).to_have_text("while the cell ran", use_inner_text=True)
    expect(viewer.cell(1)).to_have_text("not captured")
    page.get_by_role("button", name="Press").click()
    expect(first).to_have_text("while the cell ran\npressed", use_inner_text=True)
    page.get_by_role("button", name="Press").click()
    expect(first).to_have_text("while the cell ran\npressed\npressed", use_inner_text=True)
    expect(second).to_have_text("only the last", use_inner_text=True)


def test_interact_prints(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        """
        from ipywidgets import interact
        @interact(n=(0, 9))
        def tell(n=3):
            print("n is", n)
        """
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    expect(page.get_by_text("n is 3")).to_be_visible()
    page.get_by_role("slider").press("ArrowRight")
    expect(page.get_by_text("n is 4")).to_be_visible()
    expect(page.get_by_text("n is 3")).to_have_count(0)


def test_a_failing_callback_stays_with_its_author(
    service: Service, share: Share, visit: Visit
) -> None:
    body = notebook(
        """
        import ipywidgets
        out = ipywidgets.Output()
        def bare(_):
            raise KeyError("bare inside")
        def caught(_):
            with out:
                print("before")
                raise ValueError("caught inside")
        one, two = (ipywidgets.Button(description=name) for name in ("Bare", "Caught"))
        one.on_click(bare)
        two.on_click(caught)
        display(one, two, out)
        """
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    page.get_by_role("button", name="Bare").click()
    expect(page.get_by_text("That did not work.")).to_be_visible()
    page.get_by_role("button", name="Caught").click()
    expect(page.locator(".widget-output")).to_contain_text("before")
    expect(page.locator(".widget-output .vaas-card--error")).to_be_visible()
    for words in ("bare inside", "caught inside", "Traceback", "KeyError", "ValueError"):
        assert words not in page.content()
        assert words.encode() not in viewer.received()
    assert eventually(lambda: "bare inside" in service.written())
    assert eventually(lambda: "caught inside" in service.written())
    viewer.picture("callback-failed")


def test_what_has_no_words_has_a_name(service: Service, share: Share, visit: Visit) -> None:
    viewer = visit(service)
    play = "import ipywidgets; ipywidgets.Play()"
    page = viewer.open(share({"a.ipynb": notebook(play, "#%% Of $x^2$")}))
    for name in ("Play or pause", "Stop", "Repeat"):
        expect(page.get_by_role("button", name=name)).to_be_visible()
    spoken = page.locator("#dashboard mjx-assistive-mml")
    expect(spoken.locator("math")).to_have_text("x2")
    expect(spoken).to_have_css("position", "absolute")
    assert serious(page) == []


def test_viewers_do_not_meet(service: Service, share: Share, visit: Visit) -> None:
    link = share({"a.ipynb": notebook(COUNTER)})
    first, second = visit(service), visit(service)
    for viewer in (first, second):
        viewer.open(link)
        expect(viewer.page.locator(".widget-label")).to_have_text("not yet")
    for number in (1, 2):
        first.page.get_by_role("button", name="Press").click()
        expect(first.page.locator(".widget-label")).to_have_text(f"pressed {number}")
    expect(second.page.locator(".widget-label")).to_have_text("not yet")
    second.page.get_by_role("button", name="Press").click()
    expect(second.page.locator(".widget-label")).to_have_text("pressed 1")
    expect(first.page.locator(".widget-label")).to_have_text("pressed 2")


def test_a_query_reaches_the_notebook(service: Service, share: Share, visit: Visit) -> None:
    body = notebook("import os; print(os.environ['QUERY_STRING'])")
    viewer = visit(service)
    viewer.open(share({"a.ipynb": body}), query="place=K%C3%B8ge&n=3")
    expect(viewer.cell(0)).to_have_text("place=K%C3%B8ge&n=3")
