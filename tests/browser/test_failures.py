"""Notebooks that fail: calm for viewers, complete for authors."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious
from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service, eventually

pytestmark = pytest.mark.browser


def test_a_failing_cell(service: Service, share: Share, visit: Visit) -> None:
    body = notebook(
        "#%% # Harvest",
        "print('sown')",
        """
        import ipywidgets, sys
        slider = ipywidgets.IntSlider(value=3, max=9, description="Rows")
        told = ipywidgets.Label()
        slider.observe(lambda change: setattr(told, "value", f"{change.new} rows"), "value")
        ipywidgets.HBox([slider, told])
        """,
        """
        print("half grown")
        def reap():
            hidden = "secret barn"
            raise RuntimeError("no scythe")
        reap()
        """,
        "#%% Words below.",
        "print('never reached')",
    )
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": body}))
    expect(viewer.cell(1)).to_have_text("sown")
    expect(viewer.cell(3)).to_contain_text("half grown")
    card = page.locator(".vaas-card--error")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("could not be shown")
    expect(page.get_by_text("Words below.")).to_be_visible()
    expect(viewer.cell(5)).to_have_count(0)
    # What was there before the failure still answers.
    page.get_by_role("slider").press("ArrowRight")
    expect(page.locator(".widget-label").get_by_text("4 rows")).to_be_visible()
    for words in ("Traceback", "RuntimeError", "no scythe", "secret barn", "never reached"):
        assert words not in page.content()
        assert words.encode() not in viewer.received()
    log = service.written()
    assert "RuntimeError: no scythe" in log
    assert 'hidden = "secret barn"' in log
    assert "INFO:vaas" not in log
    assert viewer.fits()
    assert serious(page) == []
    viewer.picture("cell-failed")


def test_words_that_are_no_python(service: Service, share: Share, visit: Visit) -> None:
    viewer = visit(service)
    page = viewer.open(share({"a.ipynb": notebook("print('fine')", "this is no python")}))
    expect(viewer.cell(0)).to_have_text("fine")
    expect(page.locator(".vaas-card--error")).to_have_count(1)
    assert "SyntaxError" not in page.content()
    assert b"SyntaxError" not in viewer.received()
    assert eventually(lambda: "SyntaxError" in service.written())


@pytest.mark.parametrize("when", ["in a cell", "in a callback"])
def test_a_kernel_that_dies(service: Service, share: Share, visit: Visit, when: str) -> None:
    start = """
        import ipywidgets, os
        button = ipywidgets.Button(description="End")
        button.on_click(lambda _: os._exit(1))
        display(button)
        print("alive")
    """
    end = ["os._exit(1)"] if when == "in a cell" else []
    viewer = visit(service)
    viewer.expects("WebSocket|status of 404")
    page = viewer.page
    page.goto(viewer.address(share({"a.ipynb": notebook(start, *end)})), wait_until="commit")
    if not end:
        viewer.ready()
        page.get_by_role("button", name="End").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    expect(page.get_by_role("button", name="Start again")).to_be_focused()
    expect(page.get_by_text("alive")).to_be_visible()
    assert serious(page) == []
    # Whose kernel has ended does not ask for it again and again.
    assert len([one for one in viewer.urls if "/channels" in one]) == 1
    viewer.picture(f"died-{when.replace(' ', '-')}")
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("alive")).to_be_visible()
    expect(dialog).to_have_count(1 if end else 0)
