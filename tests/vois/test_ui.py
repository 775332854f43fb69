"""Widgets, driven without a browser."""

import pytest
from ipywidgets.widgets.widget import _instances

from vois import testing, theme, ui
from vois.ui.overlay import host


def test_a_choice_of_the_viewer_reaches_value_observer_and_callback():
    seen, observed = [], []
    switch = ui.Switch("Relative", on_change=seen.append)
    switch.observe(lambda change: observed.append(change["new"]), "value")
    testing.set_value(switch, True)
    assert switch.value is True
    assert seen == observed == [True]


def test_the_program_changes_a_value_without_the_callback():
    seen = []
    slider = ui.Slider("Year", 2020, 2000, 2024, on_change=seen.append)
    slider.value = 2021
    assert seen == []
    testing.set_value(slider, 2022.0)
    assert seen == [2022]
    assert isinstance(slider.value, int)


def test_an_unknown_argument_is_named_with_its_neighbour():
    with pytest.raises(TypeError, match="did you mean 'tooltip'"):
        ui.Button("Go", tooltipp="x")


def test_a_failing_callback_becomes_a_message_and_in_tests_an_error():
    host().messages = []
    button = ui.Button("Go", lambda: 1 / 0)
    button.click()
    assert "division by zero" in host().messages[0]["text"]
    host().messages = []
    with pytest.raises(ZeroDivisionError):
        testing.click(button)


def hear(widget, said):
    """Give a widget a message of the page."""
    data = {"method": "custom", "content": said}
    widget._handle_msg({"content": {"data": data}, "buffers": []})


def test_whatever_of_the_authors_fails_becomes_a_message():
    host().messages = []
    rows = ui.SortableList(["a"], new_item=lambda: 1 / 0)
    for widget, event in ((ui.Download("Save", lambda: 1 / 0), "pressed"), (rows, "add")):
        hear(widget, {"event": event})
    assert [one["text"] for one in host().messages] == ["ZeroDivisionError: division by zero"] * 2
    host().messages = []


@pytest.mark.parametrize(
    "said",
    [
        {"create_widget": ["ipywidgets", "Label"], "props": {"value": "x"}, "id": "1"},
        {"update_ref": {"objectRef": "__class__"}, "prop": "value", "id": "1"},
        {"event": "__init__", "data": {}},
        {"event": "close"},
        {},
    ],
)
def test_the_page_calls_what_is_made_for_it_and_builds_nothing(said):
    widget = ui.Label("x")
    before = len(_instances)
    hear(widget, said)
    assert (len(_instances), widget.label, widget.comm is None) == (before, "x", False)


def test_select_multiple_keeps_the_order_of_its_options():
    select = ui.SelectMultiple("Years", [2019, 2020, 2021])
    testing.set_value(select, [2021, 2019])
    assert select.value == [2019, 2021]


def test_multi_switch_flips_one():
    switch = ui.MultiSwitch(["A", "B"], [True])
    switch.vue_press(1)
    assert switch.value == [True, True]
    switch.vue_press(0)
    assert switch.value == [False, True]


def test_pages_are_built_when_first_seen_and_a_failure_is_a_card():
    built = []
    app = ui.App("Demo", {"One": lambda: built.append(1) or ui.Label("one"), "Two": lambda: 1 / 0})
    assert built == [1]
    assert not testing.find_all(app, ui.ErrorCard)
    testing.set_value(app, 1)
    assert "division by zero" in testing.find(app, ui.ErrorCard).value
    testing.set_value(app, 0)
    assert built == [1]


def test_messages_and_dialogs_leave_no_widget_behind():
    def round_trip():
        number = ui.notify("done")
        host().vue_gone(number)
        dialog = ui.message("read this")
        dialog.vue_confirm()

    round_trip()
    before = len(_instances)
    for _ in range(100):
        round_trip()
    assert len(_instances) == before


def test_a_dialog_answers_and_can_be_shown_again():
    answers = []
    dialog = ui.confirm("Sure?", lambda: answers.append("yes"), lambda: answers.append("no"))
    dialog.vue_confirm()
    assert dialog.value is False
    dialog.show()
    assert host().dialogs == [dialog]
    dialog.vue_refuse()
    assert answers == ["yes", "no"]
    assert host().dialogs == []


def test_find_says_what_there_is():
    page = ui.Row(ui.Switch("Relative"))
    with pytest.raises(LookupError, match="Relative"):
        testing.find(page, ui.Slider)


def test_a_disabled_widget_cannot_be_used():
    with pytest.raises(ValueError, match="disabled"):
        testing.set_value(ui.Switch("Relative", disabled=True), True)


def test_table_takes_frames_and_dicts():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"name": ["a", "b"], "n": [1, float("nan")]})
    table = ui.DataTable(frame, widths={"name": 80}, unsortable=["n"])
    assert table.rows[1] == {"name": "b", "n": None, "_row": 1}
    assert table.headers[0]["width"] == "80px"
    assert table.headers[1]["sortable"] is False
    assert ui.DataTable([{"x": 1}]).headers[0]["key"] == "x"


def test_sortable_list_moves_removes_and_adds():
    seen = []
    rows = ui.SortableList(["a", "b"], on_change=seen.append, new_item=lambda: "c")
    rows.vue_move([0, 1])
    rows.vue_add()
    rows.vue_remove(0)
    assert seen == [["b", "a"], ["b", "a", "c"], ["a", "c"]]


def test_download_sends_text_as_utf8():
    button = ui.Download("Save", lambda: "Grüße", "a.txt")
    testing.click(button)
    assert button.parcel["data"] == "R3LDvMOfZQ=="


def test_a_listener_that_fails_keeps_no_other_from_hearing(caplog):
    seen = []
    stops = [theme.on_mode(lambda _: 1 / 0), theme.on_mode(seen.append)]
    theme.set_mode("dark")
    for stop in stops:
        stop()
    theme.set_mode("light")
    assert seen == [True]
    assert "a callback failed" in caplog.text


def test_theme_modes_reach_listeners_and_charts():
    seen = []
    stop = theme.on_mode(seen.append)
    try:
        theme.use("ocean", "dark")
        assert theme.is_dark()
        assert theme.plotly_template()["layout"]["paper_bgcolor"] == "#1d2026"
        theme.set_mode("auto")
        theme.system_prefers(False)
        assert seen == [True, False]
        with pytest.raises(ValueError, match="slate"):
            theme.use("pink")
    finally:
        stop()
        theme.use("slate", "light")


@pytest.mark.parametrize("name", sorted(set(ui.__all__) - {"busy", "confirm", "message", "notify"}))
def test_every_widget_is_importable_by_name(name):
    assert getattr(ui, name) is not None
