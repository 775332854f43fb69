"""Values that an address gives a notebook: their types, and how the notebook gets them."""

from __future__ import annotations

import math
from datetime import date
from typing import Any
from urllib.parse import urlencode

import nbformat.v4 as nb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vaas.errors import ParameterWrong
from vaas.rendering.parameters import (
    LONGEST,
    Declared,
    Parameter,
    Value,
    answers,
    is_all,
    query_of,
    refuse_wrong,
    text_of,
)
from vaas.rendering.tagged import assignment, declared
from vaas.rendering.tidy import notebook_metadata

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    "integer": st.integers(-(10**18) + 1, 10**18 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "date": st.dates(),
    "choice": st.sampled_from(["a", "ü & b", "1", " "]),
}
CHOICES = ("a", "ü & b", "1", " ")


def parameter(kind: Any, **told: Any) -> Parameter:
    return Parameter(type=kind, choices=CHOICES if kind == "choice" else (), **told)


def node(*cells: str, tagged: int | None = None, language: str = "") -> Any:
    found = nb.new_notebook(cells=[nb.new_code_cell(one) for one in cells])
    if tagged is not None:
        found.cells[tagged].metadata["tags"] = ["parameters"]
    told = {"kernelspec": {"language": language}} if language else {}
    found.metadata = type(found)(notebook_metadata(told))
    for name in ("kernelspec", "language_info"):
        found.metadata[name] = type(found)(found.metadata[name])
    return found


def values(query: str, **parameters: Parameter) -> dict[str, Value | None]:
    told = answers(declared(node("x = 1"), parameters), query)
    refuse_wrong(told)
    return {one.of.name: one.value for one in told}


@given(st.data(), st.sampled_from(sorted(VALUES)))
def test_every_value_survives_the_way_through_an_address(data: Any, kind: str) -> None:
    value = data.draw(VALUES[kind])
    one = parameter(kind)
    found = values(urlencode({"x": text_of(value)}), x=one)["x"]
    assert found == value
    assert type(found) is type(value)
    told = answers(declared(node("1"), {"x": one}), urlencode({"x": text_of(value)}))
    (again,) = answers([told[0].of], query_of(told))
    assert again.value == value
    code = assignment(node("1"), told)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code.code, names)  # noqa: S102 - what the kernel does
    assert names["x"] == value
    assert type(names["x"]) is type(value)


@given(st.text(), st.sampled_from(sorted(VALUES)))
def test_any_text_is_a_value_of_the_type_or_refused(text: str, kind: str) -> None:
    value = parameter(kind).read(text)
    if value is None:
        return
    types = {"integer": int, "number": float, "boolean": bool, "date": date}
    assert type(value) is types.get(kind, str)
    assert value != math.inf
    assert parameter(kind).read(text_of(value)) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "1.0"),
        ("integer", "1_000"),
        ("integer", "٣"),
        ("integer", "9" * 19),
        ("number", "nan"),
        ("number", "1e999"),
        ("number", "0x10"),
        ("number", "9" * 9_000),
        ("boolean", "maybe"),
        ("date", "20260101"),
        ("date", "2026-W01-1"),
        ("date", "2026-02-30"),
        ("choice", "A"),
        ("text", "a" * (LONGEST + 1)),
    ],
)
def test_what_is_none_of_the_type_is_refused_with_what_is(kind: str, text: str) -> None:
    with pytest.raises(ParameterWrong, match="x: expected ") as raised:
        values(urlencode({"x": text}), x=parameter(kind))
    assert text not in raised.value.detail


def test_empty_fields_are_not_filled_in_but_texts_may_be_empty() -> None:
    whole = parameter("integer", default=4)
    assert values("x=&y=", x=whole, y=parameter("text", default="a")) == {"x": 4, "y": ""}


def test_the_last_of_several_counts_and_others_are_passed_over() -> None:
    assert values("x=1&zoom=5&x=2", x=parameter("integer")) == {"x": 2}


def test_the_shortest_query_of_the_same_meaning() -> None:
    found = declared(
        node("1"), {"x": parameter("integer", default=4), "y": parameter("boolean", default=True)}
    )
    for query, short in (
        ("x=4", ""),
        ("y=no&x=%2B4", "y=false"),
        ("y=1&x=05", "x=5"),
        ("zoom=3&x=5", "x=5"),
    ):
        assert query_of(answers(found, query)) == short
        assert is_all(found, query) == ("zoom" not in query)


CELL = """
%matplotlib inline
year = 2026  # of the data
share: float = -0.5
place, other = "Bern", 2
title = label = "Rain"
verbose = True
start = date.today()
later = 3
later += 1
_hidden = vaas = 1
half = "\\ud800"
huge = 10**30
none = None
big = 1234567890123456789012
bigger = -0x{hexes}
endless = 1e999
raw = b"x"
""".replace("{hexes}", "f" * 9_000)


def test_a_tagged_cell_declares_what_it_assigns_plainly() -> None:
    found = declared(node("1", CELL, tagged=1), {})
    assert {one.name: (one.parameter.type, one.default) for one in found} == {
        "year": ("integer", 2026),
        "share": ("number", -0.5),
        "title": ("text", "Rain"),
        "label": ("text", "Rain"),
        "verbose": ("boolean", True),
    }
    assert not any(one.required for one in found)


@pytest.mark.parametrize(
    "source", ["x = (", "x = 1\0", "x = 1\n" * 9_000, "(" * 10_000, "x = " + "-" * 9_000 + "1"]
)
def test_a_cell_that_python_cannot_read_declares_nothing(source: str) -> None:
    assert declared(node(source, tagged=0), {}) == ()


def test_the_manifest_goes_before_the_cell_which_gives_the_defaults() -> None:
    manifest = {
        "year": parameter("number"),
        "day": parameter("date"),
        "kind": parameter("choice"),
        "start": parameter("date"),
    }
    found = declared(
        node("year = 2026\nday = '2026-05-31'\nother = 1\nstart = f()", tagged=0), manifest
    )
    assert [(one.name, one.default, one.required) for one in found] == [
        ("year", 2026.0, False),
        ("day", date(2026, 5, 31), False),
        ("kind", "a", False),
        ("start", None, False),
    ]


def test_what_nobody_gives_a_value_must_be_asked_for() -> None:
    found = declared(node("x + 1"), {"x": parameter("integer")})
    assert found == (Declared("x", parameter("integer"), None, required=True),)
    with pytest.raises(ParameterWrong):
        refuse_wrong(answers(found, "zoom=1"))


def test_where_the_values_come_in() -> None:
    manifest = {"x": parameter("integer", default=1)}
    for cells, tagged, place in (
        (("x", "y"), None, (0, False)),
        (("x = 1", "y"), 0, (0, True)),
        (("1", "x = 1"), 1, (1, True)),
    ):
        book = node(*cells, tagged=tagged)
        told = assignment(book, answers(declared(book, manifest), "x=7"))
        assert told is not None
        assert (told.code, (told.cell, told.after)) == ("x = 7", place)


def test_other_languages_read_the_address_themselves() -> None:
    book = node("x <- 1", tagged=0, language="R")
    assert declared(book, {}) == ()
    told = answers(declared(book, {"x": parameter("integer")}), "x=7")
    refuse_wrong(told)
    assert (query_of(told), assignment(book, told)) == ("x=7", None)


@pytest.mark.parametrize(
    ("kind", "default"),
    [("integer", True), ("integer", 1.5), ("boolean", 1), ("text", 5), ("number", "1")],
)
def test_a_default_is_of_the_type(kind: str, default: Any) -> None:
    with pytest.raises(ValidationError, match="the default is none of type"):
        parameter(kind, default=default)
