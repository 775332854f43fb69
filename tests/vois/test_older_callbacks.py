"""How often, and with what, callbacks of the older spelling are called."""

import datetime as dt
import importlib
import json

import ipywidgets
import pytest

from vois import testing, ui
from vois.ui.overlay import host

pd = pytest.importorskip("pandas")


def make(module, *args, **kwargs):  # noqa: ANN002, ANN003
    return getattr(importlib.import_module(f"vois.vuetify.{module}"), module)(*args, **kwargs)


# Arguments, the callback's name, another value, and what is told of it.
TELLING = {
    "menu": ((0, "t", ["a", "b"]), "onchange", 1, (1,)),
    "multiSwitch": (([True, False], ["a", "b"], ["", ""]), "onchange", [False, True], ([False, True],)),
    "rangeSliderFloat": ((0.1, 0.3), "onchange", [0.2, 0.3], ([0.2, 0.3],)),
    "selectMultiple": (("t", ["a", "b"]), "onchange", ["b"], ()),
    "selectSingle": (("t", ["a", "b"]), "onchange", "b", ()),
    "slider": ((5, 0, 10), "onchange", 7, (7,)),
    "sliderFloat": ((0.5,), "onchange", 0.7, (0.7,)),
    "switch": ((True, "t"), "onchange", False, (False,)),
    "tabs": ((0, ["a", "b"]), "onchange", 1, (1,)),
    "toggle": ((0, ["a", "b"]), "onchange", 1, (1,)),
}  # fmt: skip


def told(module):
    seen = []
    args, name, value, _ = TELLING[module]
    return make(module, *args, **{name: lambda *given: seen.append(given)}), value, seen


@pytest.mark.parametrize("module", TELLING)
def test_the_program_is_heard_once(module):
    widget, value, seen = told(module)
    widget.value = value
    assert seen == [TELLING[module][3]]


@pytest.mark.parametrize("module", TELLING)
def test_the_viewer_is_heard_once_although_the_page_also_sends_the_state(module):
    widget, value, seen = told(module)
    widget.set_state({"value": value})
    assert seen == []
    widget.vue_change(value)
    widget.set_state({"value": value})
    assert seen == [TELLING[module][3]]
    assert widget.value == value


def test_a_choice_that_is_no_longer_offered_does_not_stop_another():
    seen = []
    select = make("selectMultiple", "t", ["a", "b"], ["gone"], onchange=lambda: seen.append(1))
    testing.set_value(select, ["gone", "b", "a"])
    assert (select.value, seen) == (["a", "b", "gone"], [1])


def test_one_choice_must_be_among_the_values():
    with pytest.raises(ValueError, match="value is 'q'; expected one of 'a', 'b'"):
        make("selectSingle", "t", ["a", "b"], selection="q")
    select = make("selectSingle", "t", ["a", "b"], selection="a")
    with pytest.raises(ValueError, match="value is 'q'"):
        select.value = "q"
    assert select.value == "a"
    select.value = ""
    assert select.value == ""
    assert make("selectSingle", "t", ["a"], selection="q", newvalues_enabled=True).value == "q"
    assert make("selectSingle", "t", [1, 2], selection=2).value == 2


def test_an_unknown_panel_is_left_alone():
    app = make("app")
    app.contentSetPanel("nobody", "10vw", "10vh", 0, 0)
    assert app.panels == []


def chosen(data):
    return [{"name": "x", "size": 1, "type": "x", "data": data}]


def test_a_file_that_is_no_good_cannot_be_confirmed_in_place_of_the_one_before():
    seen = []
    window = make("UploadJson", ipywidgets.Output(), required_attributes=["a"], onOK=seen.append)
    for bad in ([], chosen(b"{"), chosen(b'{"b": 1}'), chosen(b"5"), chosen(b"null")):
        window.onFileUpload(chosen(json.dumps({"a": 1}).encode()))
        assert (window.dialog.ok_disabled, window.u.error) == (False, "")
        window.onFileUpload(bad)
        assert (window.dialog.ok_disabled, window.json) == (True, None)
        assert bool(window.u.error) == bool(bad)


def test_the_kind_of_a_picture_is_no_way_into_the_page():
    window = make("UploadImage", ipywidgets.Output())
    window.onFileUpload([{**chosen(b"x")[0], "type": 'x"onerror="alert(1)'}])
    assert window.imageurl == "data:image/png;base64,eA=="
    window.onFileUpload([{**chosen(b"x")[0], "type": "image/svg+xml"}])
    assert window.imageurl == "data:image/svg+xml;base64,eA=="


def test_a_calendar_takes_days_as_text():
    from vois.vuetify import DayCalendar

    calendar = DayCalendar("2024-02-26", dt.date(2024, 3, 10), days=["2024-03-01"])
    days = [one for week in calendar.weeks for one in week]
    assert [one["date"] for one in (days[0], days[-1])] == ["2024-02-26", "2024-03-10"]
    assert [one["date"] for one in days if one["marked"]] == ["2024-03-01"]


def areas(content):
    return content.areas.replace("'", "").split() if content.areas else []


def test_a_content_lies_as_in_the_older_library_and_tells_of_its_state_once():
    from vois.templates.Content import Content

    seen = []
    content = Content(ipywidgets.Output(), onStateChanged=lambda: seen.append(1))
    assert seen == []
    found = []
    for mode in range(5):
        content.splitmode = mode
        found.append(content.areas)
    # The left column is filled first; with three areas the third has the right side alone.
    assert found == ["'a'", "'a b'", "'a' 'b'", "'a c' 'b c'", "'a c' 'b d'"]
    content.set1(ui.Label("one widget"))
    content.set2([ui.Label("or a list")])
    assert [len(part) for part in (content.part1, content.part2)] == [1, 1]
    content.set1()
    assert content.part1 == []
    assert seen == []
    content.state = {**content.state, "splitmode": 1, "leftwidthperc": 30}
    assert (seen, content.leftwidthperc) == ([1], 30)


def test_a_cell_with_the_separator_is_one_node():
    from vois.vuetify import treeview

    rows = pd.DataFrame({"a": ["St. Lucia", "St. Kitts"], "b": [1.5, 2.5]})
    tree = treeview.createTreeviewFromDF2Columns(rows, "a", "b", rootName="R")
    (root,) = tree.nodes
    assert [one["name"] for one in root["children"]] == ["St. Lucia", "St. Kitts"]
    assert [one["id"] for one in root["children"][0]["children"]] == ["R.St. Lucia.1.5"]


def test_what_an_app_shows_in_callbacks_reaches_its_host():
    app = make("app")
    host().messages = []
    app.snackbar("T", "x")
    assert [one["title"] for one in host().messages] == ["T"]
    host().messages = []


IMAGES = [{"name": "a", "image": "data:,"}, {"name": "b", "image": "data:,"}]


def test_no_picture_is_minus_one_and_null_in_the_page():
    seen = []
    select = make("selectImage", IMAGES, onchange=lambda: seen.append(select.value))
    assert (select.value, select.get_state("value")) == (-1, {"value": None})
    select.vue_change(1)
    select.set_state({"value": 1})
    select.vue_change(None)
    select.set_state({"value": None})
    select.value = 0
    select.value = None
    assert (seen, select.selection) == ([1, -1, 0, -1], -1)
    assert make("selectImage", IMAGES, selection=1).value == 1


def test_a_palette_is_known_by_its_name_and_by_its_place_in_the_page():
    seen = []
    picker = make("palettePicker", onchange=lambda: seen.append(picker.value))
    assert (picker.value, picker.colors, picker.name) == ("", [], None)
    picker.vue_change(1)
    picker.set_state({"value": 1})
    picker.value = "Viridis"
    assert (seen, picker.get_state("value")) == (["Plasma", "Viridis"], {"value": 0})
    assert picker.colors[0] == "#440154"
    picker.vue_change(None)
    picker.updatePalettes("diverging")
    assert (seen[-1], len(seen), picker.value) == ("", 3, "")


def test_yes_and_no_are_no_closing():
    heard = []
    names = ("on_ok", "on_cancel", "on_close")
    handlers = {name: lambda name=name: heard.append(name) for name in names}
    for press in ("vue_confirm", "vue_refuse", "vue_dismiss", "close"):
        window = make("dialogGeneric", title="T", addokcancelbuttons=True, show=True, **handlers)
        getattr(window, press)()
        assert window not in host().dialogs
    assert heard == ["on_ok", "on_cancel", "on_close", "on_close"]


def test_a_first_page_is_saved_as_it_is_now_and_comes_back_whole():
    first = make("mainPage", title="T", text_color="red", titlebox_opacity=0.4)
    first.addButton("a", "b", "c", "d", argument=0)
    saved = first.toJson()
    first.label, first.ink, first.disclaimer = "Other", "blue", "None of it"
    first.fromJson({**first.toJson(), "titlebox_opacity": 0.9, "background_image": "x.png"})
    assert (first.label, first.ink, first.disclaimer) == ("Other", "blue", "None of it")
    assert (first.box, first.picture) == ("rgba(255, 255, 255, 0.9)", "url(x.png)")
    assert first.toJson() == {
        **saved,
        "title": "Other",
        "text_color": "blue",
        "disclaimer": "None of it",
        "titlebox_opacity": 0.9,
        "background_image": "x.png",
    }
    first.fromJson(json.loads(json.dumps(saved)))
    assert (first.toJson(), first.ink) == (saved, "red")


def test_an_older_tree_does_not_break_a_cell():
    from vois import ipytrees

    seen = []
    rows = pd.DataFrame({"a": ["St. Lucia"], "b": ["1.5"], "v": [7.0]})
    tree = ipytrees.createIpytreeFromDF2Columns(
        rows, 0, 1, 2, "R", lambda event: seen.append((event["new"].name, event["new"].value))
    )
    (root,) = tree.nodes
    (lucia,) = root["children"]
    assert (lucia["name"], lucia["children"][0]["id"]) == ("St. Lucia", "St. Lucia.1.5")
    tree.vue_activate(["St. Lucia.1.5"])
    assert seen == [("St. Lucia.1.5", 7.0)]


def test_a_repeated_branch_is_asked_and_changed_by_its_full_name():
    from vois.vuetify import treeview

    names = ["A", "A/a", "A/b"]
    tree = treeview.createTreeviewFromList(
        names, rootName="R", separator="/", repeat_parent_as_first_child=True
    )
    operations = treeview.treeviewOperations(tree)
    assert operations.getChildren("A") == ["A", "A/a", "A/b"]
    assert operations.getFirstChildFullname("A") == "A"
    operations.setChildren("A", ["A/x"])
    assert operations.getChildren("A") == ["A/x"]
    assert operations.getChildren("A/x") == []
    (branch,) = tree.nodes[0]["children"]
    assert [one["name"] for one in branch["children"]] == ["x"]
    with pytest.raises(KeyError, match="no node 'B'"):
        operations.setChildren("B", [])


NAMES = {"Italy": "IT", "France": "FR"}
CODES = {code: name for name, code in NAMES.items()}


@pytest.mark.parametrize("back", [None, CODES.__getitem__])
def test_names_are_shown_and_codes_are_told(back):
    seen = []
    given = {"mapping": NAMES.__getitem__, "reverse_mapping": back}
    first = "IT" if back else "Italy"
    one = make(
        "selectSingle", "t", [*NAMES], first, onchange=lambda: seen.append(one.value), **given
    )
    assert [option["title"] for option in one.options] == ["Italy", "France"]
    assert one.value == "IT"
    one.vue_change("FR")
    one.value = "IT" if back else "Italy"
    assert (one.value, seen) == ("IT", ["FR", "IT"])
    with pytest.raises(ValueError, match="expected one of 'IT', 'FR'"):
        one.value = "Spain"

    many = make(
        "selectMultiple", "t", [*NAMES], [first], onchange=lambda: seen.append(many.value), **given
    )
    assert many.value == ["IT"]
    many.vue_change(["FR", "IT"])
    many.value = ["FR"] if back else ["France"]
    assert (many.value, seen[2:]) == (["FR"], [["IT", "FR"], ["FR"]])


def test_a_floating_row_shows_its_texts_and_calls_one_function_for_each():
    seen = []
    presses = [lambda i=i: seen.append(i) for i in range(2)]
    given = {"left": "70%", "top": 150, "onclick": presses, "icon": ["", "mdi-star"], "width": 180}
    row = make("fab", items=["One", "Two"], menumode=False, output=ipywidgets.Output(), **given)
    assert (row.names, row.icons, row.width, row.left, row.shown) == (
        *(["One", "Two"], ["", "mdi-star"], "180px"),
        *("70%", True),
    )
    row.vue_press(1)
    row.vue_press(2)
    row.seticon("mdi-home")
    row.settooltip("Help", 1)
    assert (seen, row.icons, row.tips) == ([1], ["mdi-home", "mdi-star"], ["", "Help"])
    row.close()
    menu = make("fab", items=["One"], icon="mdi-menu")
    menu.seticon("mdi-close")
    assert (menu.names, menu.icon, menu.shown) == (["One"], "mdi-close", False)


def test_bold_titles_have_bold_texts():
    rows = make("textlist", ["a", "b"], ["x", "y"], titlesbold=["b"])
    assert (rows.bold_texts, rows.bold) == ([False, True], [])
    rows.update(["c"], ["z"])
    assert rows.bold_texts == [False]


@pytest.mark.parametrize("module", ["cardsGrid", "svgsGrid"])
@pytest.mark.parametrize(("span", "columns"), [(12, 1), (6, 2), (4, 3), (1, 12)])
def test_a_card_spans_so_many_of_twelve_columns(module, span, columns):
    grid = make(module, cols=span)
    assert (grid.cols, grid.columns) == (span, columns)
    grid.cols = 3
    assert (grid.cols, grid.columns) == (3, 4)
