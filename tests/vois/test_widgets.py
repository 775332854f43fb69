"""What every widget of `vois.ui` promises: value, names, help, states, and errors that help."""

import inspect

import pytest

from vois import testing, ui
from vois._v import VoisWidget

KINDS = {
    name: kind
    for name, kind in ((name, getattr(ui, name)) for name in ui.__all__)
    if isinstance(kind, type)
}
NEEDS = {
    "App": ("Rain",),
    "ErrorCard": ("Failed",),
    "Fab": ("mdi-help",),
    "IconButton": ("mdi-help",),
    "Menu": ("Format", ["CSV", "JSON"]),
    "MultiSwitch": (["a", "b"],),
    "Popup": ("More",),
    "Radio": (["a", "b"],),
    "SelectImage": ("Shape", [{"name": "a", "image": "data:,"}]),
    "SelectMultiple": ("Years", [2019, 2020]),
    "SelectSingle": ("Country", ["France", "Italy"]),
    "Tabs": (["a", "b"],),
    "Title": ("Rain",),
    "Toggle": (["a", "b"],),
}
CHOSEN = {
    "CardsGrid": 0,
    "ColorPicker": "#112233",
    "DataTable": {"a": 1, "_row": 0},
    "DatePicker": "2024-05-31",
    "Footer": "About",
    "Menu": "JSON",
    "MultiSwitch": [True, False],
    "Popup": True,
    "Radio": 1,
    "RangeSlider": [1, 2],
    "SelectImage": 0,
    "SelectMultiple": [2020],
    "SelectSingle": "Italy",
    "SidePanel": True,
    "Slider": 5,
    "SliderFloat": 0.5,
    "Svg": "IT",
    "Switch": True,
    "Tabs": 1,
    "TextField": "Ada",
    "Toggle": 1,
    "Tree": ["it"],
}


def made(name, **traits: object):
    return KINDS[name](*NEEDS.get(name, ()), **traits)


@pytest.mark.parametrize("name", KINDS)
def test_it_is_a_widget_that_is_told_what_it_is(name):
    widget = made(name, tooltip="Help", aria_label="Name", disabled=True, busy=True, error="Wrong")
    assert isinstance(widget, VoisWidget)
    assert (widget.tip, widget.aria_label, widget.disabled) == ("Help", "Name", True)
    assert (widget.busy, widget.error) == (True, "Wrong")
    assert widget.draw() is widget


@pytest.mark.parametrize("name", KINDS)
def test_a_mistyped_argument_is_told_with_the_nearest(name):
    with pytest.raises(TypeError, match="has no argument 'tooltipp'; did you mean 'tooltip'"):
        made(name, tooltipp="Help")


@pytest.mark.parametrize("name", KINDS)
def test_its_words_and_types_are_complete(name):
    kind = KINDS[name]
    assert inspect.getdoc(kind)
    init = inspect.signature(kind.__init__)
    bare = [one for one in list(init.parameters.values())[1:] if one.annotation is one.empty]
    assert bare == []


@pytest.mark.parametrize("name", KINDS)
def test_it_shares_no_list_with_another_of_its_kind(name):
    one, other = made(name), made(name)
    held = {trait: getattr(one, trait) for trait in one.keys if not trait.startswith("_")}
    lists = [trait for trait, value in held.items() if isinstance(value, (list, dict))]
    assert [trait for trait in lists if held[trait] is getattr(other, trait)] == []


@pytest.mark.parametrize("name", CHOSEN)
def test_its_value_can_be_observed_and_told(name):
    seen, told = [], []
    widget = made(name, on_change=told.append)
    widget.observe(lambda change: seen.append(change["new"]), "value")
    testing.set_value(widget, CHOSEN[name])
    assert widget.value == CHOSEN[name]
    assert seen == told == [CHOSEN[name]]


@pytest.mark.parametrize("name", CHOSEN)
def test_the_program_changes_it_without_a_callback(name):
    told = []
    widget = made(name, on_change=told.append)
    widget.value = CHOSEN[name]
    assert told == []


@pytest.mark.parametrize("name", ["CardsGrid", "DataTable", "SortableList", "TextList", "Tree"])
def test_emptiness_has_words(name):
    assert made(name).empty == "Nothing to show"
    assert made(name, empty="Choose a year").empty == "Choose a year"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ui.Slider("x", minimum=5, maximum=1),
            "minimum is 5; expected no more than maximum",
        ),
        (lambda: ui.Toggle(["a"], 1), "value is 1; expected an index of the 1 labels"),
        (lambda: ui.Radio(["a"], "a"), "value is 'a'; expected an index"),
        (lambda: ui.Tabs(["a"], value=-1), "value is -1; expected an index"),
        (lambda: ui.SelectSingle("x", ["a"], "b"), "value is 'b'; expected one of 'a'"),
        (lambda: ui.SelectMultiple("x", [], ["b"]), "value is 'b'; expected one of no options"),
        (lambda: ui.DatePicker("x", "soon"), "value is 'soon'; expected a day as 2024-05-31"),
        (lambda: ui.DatePicker("x", maximum="3000"), "maximum is '3000'; expected a day"),
        (lambda: ui.TextField(kind="colour"), "kind is 'colour'; expected one of text, number"),
    ],
)
def test_wrong_values_are_told_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("data", [5, "rows", [1, 2]])
def test_a_table_is_made_of_rows(data):
    with pytest.raises(TypeError, match=r"data is a .*; expected a DataFrame or a list of dicts"):
        ui.DataTable(data)


def test_a_slider_begins_at_its_left_end():
    assert ui.Slider("Year", minimum=2010, maximum=2024).value == 2010


def test_other_values_may_be_written_where_that_is_wanted():
    assert ui.SelectSingle("x", ["a"], "b", combo=True).value == "b"
