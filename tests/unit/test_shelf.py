"""What is let go so that one more notebook that has run can be kept."""

from __future__ import annotations

from collections import OrderedDict

from vaas.model import BASE, Version
from vaas.shelf import Key, may_be_made, to_let_go


def key(notebook: str, query: str = "", *, version: str = "1", language: str = "") -> Key:
    told = {"QUERY_STRING": query} | ({"VAAS_LANGUAGE": language} if language else {})
    return Version("share", version), notebook, "python3", BASE, tuple(sorted(told.items()))


def put(kept: OrderedDict[Key, None], new: Key, most: int = 8) -> None:
    for one in to_let_go(tuple(kept), new, most):
        del kept[one]
    kept[new] = None


def test_combinations_of_one_notebook_leave_the_others_alone() -> None:
    kept: OrderedDict[Key, None] = OrderedDict()
    for name in "abcd":
        put(kept, key(name))
    for number in range(50):
        put(kept, key("a", f"x={number}"))
        assert len(kept) <= 8
    assert set(kept) >= {key(name) for name in "abcd"}
    assert [one for one in kept if one[4] != key("a")[4]] == [
        key("a", f"x={number}") for number in (47, 48, 49)
    ]


def test_a_further_notebook_takes_the_place_of_the_least_used() -> None:
    kept: OrderedDict[Key, None] = OrderedDict()
    for name in "abcdefgh":
        put(kept, key(name))
    put(kept, key("i"))
    assert len(kept) == 8
    assert key("a") not in kept


def test_a_newer_version_sends_all_older_ones() -> None:
    kept: OrderedDict[Key, None] = OrderedDict()
    for one in (key("a"), key("a", "x=1"), key("b")):
        put(kept, one)
    put(kept, key("a", version="2"))
    assert list(kept) == [key("b"), key("a", version="2")]


def test_languages_go_after_combinations() -> None:
    kept: OrderedDict[Key, None] = OrderedDict()
    for one in (key("a", language="en"), key("a", language="de"), key("a", "x=1"), key("a", "x=2")):
        put(kept, one)
    put(kept, key("a", "x=3"))
    assert list(kept) == [
        key("a", language="en"),
        key("a", language="de"),
        key("a", "x=2"),
        key("a", "x=3"),
    ]


def test_where_there_is_room_for_one() -> None:
    kept: OrderedDict[Key, None] = OrderedDict()
    for one in (key("a"), key("b"), key("b", "x=1")):
        put(kept, one, most=1)
        assert list(kept) == [one]


def test_few_runs_of_one_notebook_at_a_time() -> None:
    making = [key("a", f"x={number}") for number in range(4)]
    assert not may_be_made(making, key("a", "x=9"), 8)
    assert may_be_made(making, key("a"), 8)
    assert may_be_made(making, key("b", "x=9"), 8)
    assert may_be_made(making[:3], key("a", "x=9"), 8)
