"""State: bound, computed, with effects, and in the address both ways."""

import asyncio
from datetime import date

import pytest

from vois import State, testing, ui
from vois._address import as_text, typed


def test_a_bound_widget_and_its_value_are_equal_both_ways():
    state = State(year=2020)
    slider = state.bind(ui.Slider("Year", 0, 2000, 2024), "year")
    assert slider.value == 2020
    testing.set_value(slider, 2021)
    assert state.year == 2021
    state.year = 2022
    assert slider.value == 2022


def test_any_trait_can_be_bound():
    state = State(shown=False)
    button = state.bind(ui.Button("Save"), "shown", "disabled")
    state.shown = True
    assert button.disabled is True


def test_a_computed_value_follows_and_can_be_bound_but_not_set():
    state = State(year=2020, factor=2)
    state.compute("product", lambda year, factor: year * factor, "year", "factor")
    state.compute("said", "{} in all".format, "product")
    label = state.bind(ui.Label(), "said", "label")
    state.factor = 3
    assert (state.product, label.label) == (6060, "6060 in all")
    with pytest.raises(AttributeError, match="'product' is computed"):
        state.product = 1
    assert state.names() == ["year", "factor", "product", "said"]


def test_a_computation_that_fails_is_told_and_keeps_the_last_value():
    state = State(part=2)
    state.compute("share", lambda part: 10 / part, "part")
    state.part = 0
    assert state.share == 5
    assert "division" in ui.host().messages[-1]["text"]
    state.part = 5
    assert state.share == 2


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda state: setattr(state, "yaer", 1), "no 'yaer'; it has year, twice"),
        (lambda state: state.bind(ui.Label(), "yaer"), "no 'yaer'"),
        (lambda state: state.compute("x", int, "yaer"), "no 'yaer'"),
        (lambda state: state.effect(int, "yaer"), "no 'yaer'"),
        (lambda state: state.url("yaer"), "no 'yaer'"),
        (lambda state: state.url(yaer=[1]), "no 'yaer'"),
    ],
)
def test_unknown_names_are_told_with_the_known_ones(act, message):
    state = State(year=2020)
    state.compute("twice", lambda year: 2 * year, "year")
    with pytest.raises(AttributeError, match=message):
        act(state)


@pytest.mark.parametrize("name", ["names", "observe", "_year"])
def test_names_in_use_are_refused(name):
    with pytest.raises(ValueError, match=f"cannot be called '{name}'"):
        State(**{name: 1})
    state = State(year=1)
    with pytest.raises(ValueError, match="cannot be called 'year'"):
        state.compute("year", int, "year")


def test_an_effect_runs_once_for_each_change():
    state, seen = State(year=2020), []
    state.compute("next", lambda year: year + 1, "year")
    state.effect(lambda *values: seen.append(values), "year", "next")
    assert seen == []
    state.year = 2021
    assert seen == [(2021, 2022)]


def test_an_effect_can_run_at_once():
    state, seen = State(year=2020), []
    state.effect(seen.append, "year", now=True)
    state.year = 2021
    assert seen == [2020, 2021]
    with pytest.raises(ValueError, match="wait is -1"):
        state.effect(seen.append, "year", wait=-1)


async def test_effects_wait_for_quiet():
    state, seen = State(year=2020), []
    done = asyncio.Event()
    state.effect(lambda year: (seen.append(year), done.set()), "year", wait=0.01)
    state.year = 2021
    state.year = 2022
    await asyncio.wait_for(done.wait(), 5)
    assert seen == [2022]


def test_an_effect_that_fails_is_told():
    state = State(year=2020)
    state.effect(lambda year: 1 / (year - 2021), "year")
    state.year = 2021
    assert "division" in ui.host().messages[-1]["text"]


@pytest.mark.parametrize(
    ("first", "value", "text"),
    [
        (2020, 2021, "2021"),
        (0.5, 0.25, "0.25"),
        (False, True, "1"),
        ("Italy", "a,b&c=%2C", "a,b&c=%2C"),
        (date(2024, 1, 1), date(2024, 5, 31), "2024-05-31"),
        ([1], [2, 3], "2,3"),
        (["a"], ["b,c", "100%", "%2C"], "b%2Cc,100%25,%252C"),
        ([2020], [], ""),
        ((1.0, 2.0), (0.5, 4.0), "0.5,4.0"),
    ],
)
def test_values_come_back_from_text_with_their_type(first, value, text):
    assert as_text(value) == text
    back = typed(text, first)
    assert back == value
    assert type(back) is type(first)


@pytest.mark.parametrize(
    ("first", "raw"),
    [
        (1, "1.5"),
        (1, ""),
        (1.0, "nan"),
        (1.0, "inf"),
        (True, "maybe"),
        ([1], "1,x"),
        (date(2024, 1, 1), "soon"),
    ],
)
def test_text_that_does_not_fit_is_refused(first, raw):
    with pytest.raises(ValueError, match=r"."):
        typed(raw, first)


def test_the_address_is_typed_and_allow_listed():
    state = State(year=2020, countries=["Italy"], relative=False, secret="x")
    sync = state.url("year", "countries", "relative")
    sync.vue_query("?year=2021&countries=Italy,Spain&relative=1&secret=y&other=z")
    assert state.as_dict() == {
        "year": 2021,
        "countries": ["Italy", "Spain"],
        "relative": True,
        "secret": "x",
    }
    assert sync.params == {"year": "2021", "countries": "Italy,Spain", "relative": "1"}
    sync.vue_query("?year=soon")
    assert state.year == 2021
    state.year = 2020
    assert "year" not in sync.params


def test_a_copied_address_reopens_the_view():
    def page():
        state = State(year=2020, countries=["Italy"])
        return state, state.url()

    state, sync = page()
    state.year, state.countries = 2023, ["a,b", "c"]
    again, other = page()
    query = "&".join(f"{name}={text.replace('%', '%25')}" for name, text in sync.params.items())
    other.vue_query(f"?{query}")
    assert again.as_dict() == state.as_dict()


def test_the_address_takes_only_what_may_be_chosen():
    state = State(year=2020, countries=["Italy"])
    sync = state.url(year=range(2015, 2025), countries={"Italy", "Spain"})
    sync.vue_query("?year=1900&countries=Spain,Mordor")
    assert state.as_dict() == {"year": 2020, "countries": ["Italy"]}
    sync.vue_query("?year=2015&countries=Spain")
    assert state.as_dict() == {"year": 2015, "countries": ["Spain"]}


def test_going_back_gives_first_values_back():
    state = State(year=2020, country="Italy")
    sync = state.url()
    state.year, state.country = 2021, "Spain"
    sync.vue_back("?country=France")
    assert (state.year, state.country) == (2020, "France")


def test_what_was_set_before_stands_in_the_address_and_computed_values_never():
    state = State(year=2020)
    state.compute("next", lambda year: year + 1, "year")
    state.year = 2021
    assert state.url().params == {"year": "2021"}
    with pytest.raises(ValueError, match="'next' is computed"):
        state.url("next")
