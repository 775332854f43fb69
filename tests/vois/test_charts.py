"""Drawings as pure functions: sound SVG, what each part tells, what is refused."""

import pytest
from defusedxml import ElementTree

from vois import charts, testing, ui

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
