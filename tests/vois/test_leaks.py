"""What is done again and again leaves no widget behind."""

import itertools

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from vois import testing, ui
from vois.ui.overlay import host
from vois.vuetify import ColorPicker, UploadImage, app, fab, paletteEditor, sortableList

COUNT = itertools.count(1)


def moves(rows):
    def go():
        rows.vue_move([0, 1])
        rows.vue_remove(0)
        rows.vue_add()

    return go


def sortable():
    return moves(ui.SortableList(["a", "b"], lambda item, _: ui.Row(ui.Label(item)), new_item=str))


def older_sortable():
    content = lambda item, _: [ipywidgets.Label(item), ui.Label(item)]  # noqa: E731
    return moves(sortableList.sortableList(["a", "b"], itemNew=str, itemContent=content))


def palette():
    editor = paletteEditor.paletteEditor(
        items=paletteEditor.colorlist2Items(["#ff0000", "#0000ff"])
    )
    return lambda: testing.click(editor.tools.children[0])


def harmonies():
    picker = ColorPicker("#ff0000", color_theory_popup=True)
    return lambda: testing.set_value(picker, f"#00ff{next(COUNT) % 250:02x}")


def panels():
    shown = app.app()

    def go():
        for name in "ab":
            shown.contentAddPanel("10vw", "10vh", 0, 0, name=name, title="T")
        shown.contentResetPanels()

    return go


def notices():
    shown = app.app()

    def go():
        shown.snackbar("T", "x")
        host().vue_gone(host().messages[-1]["id"])
        shown.dialogWaitOpen(text="wait")
        shown.dialogWaitClose()
        shown.dialogYesNo(title="T")
        host().dialogs[-1].vue_confirm()

    return go


def floating():
    def go():
        button = fab.fab(items=["a"])
        button.show()
        button.close()

    return go


def uploads():
    output = ipywidgets.Output()

    def go():
        window = UploadImage.UploadImage(output)
        window.show()
        window.dialog.vue_dismiss()

    return go


def picture():
    from vois.templates.Image import Image

    image = Image(ipywidgets.Output())

    def go():
        image.onSelectImage()
        host().dialogs[-1].vue_refuse()

    return go


def chart():
    graph = pytest.importorskip("plotly.graph_objects")
    from vois.templates.PlotlyChart import PlotlyChart

    shown = PlotlyChart()
    shown.fig = graph.Figure()
    return lambda: shown.changeW(400 + next(COUNT))


def popups():
    leaflet = pytest.importorskip("ipyleaflet")
    from vois.textpopup import textpopup

    shown = leaflet.Map()
    return lambda: textpopup(shown, titles=["a"], texts=["b"], autoremovedelay=0).remove()


def configurator():
    from vois.templates.MainConfigurator import MainConfigurator

    return MainConfigurator(ipywidgets.Output()).onReset


@pytest.mark.parametrize(
    "begin",
    [
        *(sortable, older_sortable, palette, harmonies, panels, notices, floating, uploads),
        *(picture, chart, popups, configurator),
    ],
)
def test_widgets_do_not_grow_in_number(begin):
    go = begin()
    go()
    before = len(_instances)
    for _ in range(10):
        go()
    assert len(_instances) == before


def test_a_row_of_the_authors_that_comes_back_is_alive():
    made = {name: ui.Row(ui.Label(name)) for name in "ab"}
    rows = ui.SortableList(["a", "b"], lambda item, _: made[item])
    rows.set_items(["b"])
    assert made["a"].comm is None
    rows.set_items(["b", "a"])
    assert None not in [one.comm for one in (*rows.rows, *made["a"].children)]
    assert rows.rows == [made["b"], made["a"]]


def test_a_window_can_be_opened_again_with_all_that_is_in_it():
    window = UploadImage.UploadImage(ipywidgets.Output())
    window.show()
    window.dialog.vue_dismiss()
    window.show()
    assert None not in [
        one.comm for one in (window.dialog, window.content, window.u, window.preview)
    ]
    window.dialog.vue_dismiss()


def test_a_file_that_was_saved_is_kept_no_longer():
    button = ui.Download("Save", b"x" * 1000, "a.bin")
    testing.click(button)
    first = button.parcel["number"]
    button.vue_saved(first)
    assert (button.parcel, button.value) == ({"number": first}, "a.bin")
    testing.click(button)
    assert button.parcel["number"] > first
    button.vue_saved(first)
    assert button.parcel["data"]

    host().save(b"x" * 1000, "a.bin")
    done = host().task["number"]
    host().save(b"y", "b.bin")
    host().vue_did(done)
    assert host().task["name"] == "b.bin"
    host().vue_did(host().task["number"])
    assert host().task == {}
