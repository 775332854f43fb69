"""Drawings as pure functions: sound SVG, what each part tells, what is refused."""

import plotly.graph_objects as go
import pytest
from defusedxml import ElementTree

from vois import charts, testing, theme, ui
from vois._tokens import best_ink, tokens

PEOPLE = {"Germany": 83.2, "France": 67.3, "<Italy & co>": 59.6, "Spain": 47.3}
DRAWINGS = [charts.bars, charts.ranking, charts.ring]
SVG = "{http://www.w3.org/2000/svg}"


def parts(svg):
    """Key and spoken name of each part that can be pressed."""
    found = [one for one in ElementTree.fromstring(svg).iter() if one.get("data-key")]
    return {one.get("data-key"): one.get("aria-label") for one in found}


@pytest.mark.parametrize("draw", DRAWINGS)
def test_each_number_is_a_part_with_key_and_spoken_name(draw):
    svg = draw(PEOPLE, title="People", unit="million")
    assert ElementTree.fromstring(svg).get("aria-label") == "People"
    assert set(parts(svg)) == set(PEOPLE)
    assert parts(svg)["France"].endswith("France: 67.3 million")


@pytest.mark.parametrize("draw", DRAWINGS)
def test_the_same_data_give_the_same_drawing(draw):
    assert draw(PEOPLE) == draw(dict(PEOPLE))


@pytest.mark.parametrize("draw", DRAWINGS)
def test_it_can_be_empty(draw):
    assert parts(draw({})) == {}


@pytest.mark.parametrize("draw", DRAWINGS)
def test_what_cannot_be_drawn_is_refused_by_name(draw):
    with pytest.raises(ValueError, match=r"values\['Italy'\] is nan; expected a finite number"):
        draw({"Italy": float("nan")})
    with pytest.raises(ValueError, match="colors is empty"):
        draw(PEOPLE, colors=())


def test_a_ring_has_no_negative_part():
    with pytest.raises(ValueError, match="none below 0"):
        charts.ring({"Italy": -1.0})


def test_a_ranking_begins_with_the_highest():
    assert list(parts(charts.ranking({"b": 1, "a": 3, "c": 2}))) == ["a", "c", "b"]


@pytest.mark.parametrize(
    ("numbers", "ends"),
    [
        ([83.2], (0, 100)),
        ([0.3, 0.11], (0, 0.5)),
        ([-3, 8], (-5, 20)),
        ([-3], (-3, 2)),
        ([0], (0, 5)),
        ([], (0, 5)),
        ([1000], (0, 1000)),
    ],
)
def test_the_axis_ends_at_round_numbers(numbers, ends):
    assert charts._ends(numbers) == pytest.approx(ends)


def test_bars_below_zero_hang_from_it():
    root = ElementTree.fromstring(charts.bars({"up": 2.0, "down": -2.0}))
    up, down = (one for one in root.iter(f"{SVG}rect"))
    edge = float(up.get("y")) + float(up.get("height"))
    assert edge == pytest.approx(float(down.get("y")), abs=0.2)


def test_the_widget_tells_which_part_was_chosen_or_pointed_at():
    chosen, seen = [], []
    widget = ui.Svg(charts.bars(PEOPLE), chosen.append, seen.append)
    testing.set_value(widget, "France")
    widget.vue_hover("Spain")
    assert (chosen, widget.value, seen, widget.hovered) == (
        ["France"],
        "France",
        ["Spain"],
        "Spain",
    )


def fills(svg):
    """Fill of each part."""
    found = [one for one in ElementTree.fromstring(svg).iter() if one.get("data-key")]
    return {one.get("data-key"): one.get("fill") or one[0].get("fill") for one in found}


def test_colours_are_the_themes_unless_the_author_has_others():
    found = fills(charts.bars(PEOPLE, chosen="France"))
    assert found["Germany"].startswith("rgb(var(--v-theme-ramp-7, ")
    assert found["Spain"].startswith("rgb(var(--v-theme-ramp-1, ")
    assert found["France"] == theme.token("chosen")
    assert fills(charts.ring(PEOPLE))["France"] == theme.token("series-2")
    own = fills(charts.ranking(PEOPLE, colors=("#000000", "#ffffff")))
    assert (own["Spain"], own["Germany"]) == ("#000000", "#ffffff")


@pytest.mark.parametrize("name", theme.PRESETS)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_on_each_colour_of_a_theme_can_be_read(name, mode):
    from vois._tokens import _light

    preset = theme.PRESETS[name]
    palette = getattr(preset, mode)
    ink = {"light": "#22262b", "dark": "#e8eaed"}[mode]
    found = tokens(palette.primary, palette.surface, ink, preset.series)
    for one in [one for one in found if not one.startswith("on-")]:
        light = sorted((_light(found[one]) + 0.05, _light(found[f"on-{one}"]) + 0.05))
        assert light[1] / light[0] >= 4.5, one
    assert (best_ink("#ffffff"), best_ink("#000000")) == ("#000000", "#ffffff")


def test_vuetify_gets_the_colours_of_the_preset_and_of_both_modes():
    from vois import _v

    themes = _v.theme_model().themes
    try:
        theme.use("forest", "auto")
        first = [one.custom_theme_colors["ramp-7"] for one in (themes.light, themes.dark)]
        theme.use("clay", "auto")
        second = [one.custom_theme_colors["ramp-7"] for one in (themes.light, themes.dark)]
        assert len({*first, *second}) == 4
    finally:
        theme.use("slate", "light")


def test_a_figure_follows_the_theme_until_it_is_closed():
    usual = go.Scatter(x=[1, 2], y=[3, 4], line={"color": "#EF553B"})
    own = go.Bar(x=[1], y=[1], marker={"color": "#123456"})
    shown = ui.Figure(go.Figure([usual, own], {"title": {"text": "Two"}}))
    assert shown.label == "Two"
    try:
        seen = [(shown.figure.layout.template.layout.font.color, shown.figure.data[0].line.color)]
        theme.use("slate", "dark")
        seen.append(
            (shown.figure.layout.template.layout.font.color, shown.figure.data[0].line.color)
        )
        assert seen == [("#22262b", "#d9822b"), ("#e8eaed", "#f0a35e")]
        assert shown.figure.data[1].marker.color == "#123456"
        before, figure = len(theme._listeners), shown.figure
        shown.close()
        theme.use("slate", "light")
        assert len(theme._listeners) == before - 1
        assert figure.comm is None
    finally:
        theme.use("slate", "light")


@pytest.mark.parametrize(("ends", "digits"), [((0, 100), 0), ((0, 0.5), 1), ((-0.1, 0.15), 2)])
def test_an_axis_has_no_more_decimals_than_it_needs(ends, digits):
    assert charts._decimals(*ends) == digits


def test_europe_has_a_part_for_each_number_and_a_legend():
    svg = charts.europe({"SE": 61.0, "MT": 5.0, "EL": 24.6}, unit="%", chosen="MT", title="Wind")
    assert set(parts(svg)) == {"SE", "MT", "EL"}
    assert parts(svg)["EL"] == "Greece: 24.6 %"
    assert list(parts(svg))[-1] == "MT"  # over all others
    assert fills(svg)["MT"] == theme.token("chosen")
    assert [
        one.get("tabindex") for one in ElementTree.fromstring(svg).iter() if one.get("data-key")
    ] == [
        "-1",
        "-1",
        "0",
    ]
    told = ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert told == ["Wind", "5.0", "61.0 %"]
    assert parts(charts.europe({"GR": 1.0, "UK": 2.0}))["GR"] == "Greece: 1.0"
    assert parts(charts.europe({})) == {}
    with pytest.raises(ValueError, match="values has 'US'; expected two-letter codes"):
        charts.europe({"US": 1.0})


def test_columns_of_numbers_stand_at_their_right_ends():
    table = ui.DataTable([{"name": "a", "n": None, "x": "1"}, {"name": "b", "n": 2.5, "x": 1}])
    assert [one["align"] for one in table.headers] == ["start", "end", "start"]
    signed = ui.DataTable([{"change": "+1,200", "flag": True}, {"change": "-34", "flag": False}])
    assert [one["align"] for one in signed.headers] == ["end", "start"]


def test_a_page_without_an_app_is_watched_once(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    monkeypatch.setattr(theme, "_watchers", [])
    label = ui.Label("a")
    label._repr_mimebundle_()
    assert shown == []
    try:
        theme.use("slate", "auto")
        label._repr_mimebundle_()
        label._repr_mimebundle_()
        assert [type(one).__name__ for one in shown] == ["_Watcher"]
        shown[0].vue_system(True)
        assert theme.is_dark()
    finally:
        theme.use("slate", "light")
