"""For how long it is remembered that a notebook could not be forked."""

from __future__ import annotations

import time

import pytest

from tests.unit.test_shelf import key
from vaas.refusals import FIRST_WAIT, LONGEST_WAIT, Refusals

DAY = 24 * 3600.0


class Clock:
    """The time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(time, "monotonic", found)
    return found


def held(refusals: Refusals, clock: Clock) -> float:
    """Seconds for which one is remembered, to the next half minute."""
    began = clock.now
    while refusals.why(key("a")) and clock.now - began < DAY:
        clock.now += 30
    return clock.now - began


def test_what_the_notebook_did_stands(clock: Clock) -> None:
    refusals = Refusals()
    refusals.add(key("a"), "a thread still runs", 0.0, passes=False)
    assert refusals.why(key("a")) == "a thread still runs"
    assert refusals.why(key("b")) == ""
    assert held(refusals, clock) >= DAY


def test_what_the_moment_did_is_tried_again_more_and_more_seldom(clock: Clock) -> None:
    refusals, waits = Refusals(), []
    for _ in range(8):
        refusals.add(key("a"), "no answer", 0.0, passes=True)
        waits.append(held(refusals, clock))
    assert waits == [min(FIRST_WAIT * 2**n, LONGEST_WAIT) for n in range(8)]


@pytest.mark.parametrize("passes", [True, False])
def test_nothing_is_remembered_for_longer_than_a_run_may_be_old(
    clock: Clock, *, passes: bool
) -> None:
    refusals = Refusals()
    refusals.add(key("a"), "why", 30.0, passes=passes)
    assert held(refusals, clock) == 30


def test_a_newer_version_is_tried(clock: Clock) -> None:
    refusals = Refusals()
    refusals.add(key("a"), "why", 0.0, passes=False)
    refusals.add(key("a", version="2"), "another", 0.0, passes=False)
    assert refusals.why(key("a")) == ""
    assert refusals.why(key("a", version="2")) == "another"
