"""What a viewer's hand does is told to Python once, when it rests; what data say stays text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Share, Visit
from tests.browser.notebooks import notebook
from tests.browser.service import Service

pytestmark = pytest.mark.browser

HANDS = """
import json
from vois import ui
from vois.vuetify import fab, selectMultiple, slider
from vois.ui import Label, Page, TextField

parts = {
    "Older": slider.slider(5, 0, 50, aria_label="Older"),
    "Newer": ui.Slider("Newer", 5, 0, 50),
    "Range": ui.SliderFloat("Range", 0.5),
    "Words": TextField("Words"),
    "Several": ui.SelectMultiple("Several", ["first", "second", "third"]),
    "Many": selectMultiple.selectMultiple("Many", ["first", "second", "third"]),
}
notes = {name: Label("{}") for name in parts}
heard = {name: {"seen": [], "told": []} for name in parts}

def note(name, kind):
    def noted(*_):
        heard[name][kind].append(parts[name].value)
        notes[name].label = json.dumps(heard[name])
    return noted

for name, one in parts.items():
    one.observe(note(name, "seen"), "value")
    one.on_change = note(name, "told")
    notes[name].class_ = "note-" + name
tree = ui.Tree([
    {"id": "a", "name": "Shut", "disabled": True},
    {"id": "b", "name": "Sly", "innerHTML": "<b id='sly'>sly</b>", "onclick": "document.title = 1"},
])
save, send = ui.Download("Save", b"saved", "a.txt"), ui.Button("Send")
send.on_click = lambda: ui.host().save("sent", "b.txt")
row = fab.fab(left="70%", top=20, items=["Up", "Down"], menumode=False, width=90)
row.onclick = [lambda: None, lambda: setattr(row, "names", ["Up", "Went"])]
row.show()
kept = Label("")
kept.class_ = "kept"

def count(_):
    kept.label = f"{save.parcel} {ui.host().task}"

save.observe(count, "parcel")
ui.host().observe(count, "task")
Page(ui.host(), tree, save, send, kept, *[both for name in parts for both in (parts[name], notes[name])])
"""


def heard(page: Page, name: str) -> dict[str, list[Any]]:
    said = page.locator(f".note-{name}").inner_text()
    found: dict[str, list[Any]] = json.loads(said)
    return found


def test_value_and_callback_follow_the_resting_hand(
    service: Service, visit: Visit, share: Share
) -> None:
    page = visit(service).open(share({"hands.ipynb": notebook(HANDS)}))
    for name, last in {"Older": "15", "Newer": "15", "Range": "0.6"}.items():
        knob = page.get_by_role("slider", name=name)
        for _ in range(10):
            knob.press("ArrowRight")
        expect(knob).to_have_attribute("aria-valuenow", last)
        expect(page.locator(f".note-{name}")).to_contain_text('"told": [')
        expect(page.locator(f".note-{name}")).to_contain_text(f"{last}]}}")
    page.get_by_label("Words").first.press_sequentially("rain")
    expect(page.locator(".note-Words")).to_contain_text('"rain"]}')
    for name in ("Several", "Many"):
        page.get_by_role("combobox", name=name).click()
        for word in ("third", "first"):
            listed = page.get_by_role("listbox", name=name)
            listed.get_by_role("option", name=word).click()
        page.keyboard.press("Escape")
        expect(page.locator(f".note-{name}")).to_contain_text('["first", "third"]]}')
    # The page's word and its state come on their own; both must be there before they are compared.
    page.get_by_role("slider", name="Newer").press("End")
    expect(page.locator(".note-Newer")).to_contain_text("50]}")
    for name in ("Older", "Newer", "Range", "Words", "Several", "Many"):
        assert heard(page, name)["told"] == heard(page, name)["seen"], name
    expect(page.locator(".v-treeview-item", has_text="Sly")).to_be_visible()
    assert page.locator("#sly, .v-treeview [onclick]").count() == 0
    expect(page.locator(".v-treeview-item.v-list-item--disabled")).to_have_text("Shut")
    down = page.get_by_role("button", name="Down")
    assert (down.bounding_box() or {"x": 0})["x"] > 0.7 * 1280
    down.click()
    expect(page.get_by_role("button", name="Went")).to_be_visible()
    for button, words in {"Save": "saved", "Send": "sent"}.items():
        with page.expect_download() as file:
            page.get_by_role("button", name=button).click()
        assert file.value.path().read_text() == words
    expect(page.locator(".kept")).to_have_text("{'number': 1} {}")
    assert heard(page, "Many")["told"] == [["third"], ["first", "third"]]
