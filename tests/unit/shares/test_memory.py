"""What the clouds said no to is answered from memory, and no longer than that."""

from __future__ import annotations

import gc
import pickle

import pytest

from vaas.errors import (
    EfssFailed,
    EfssMaintenance,
    EfssUnreachable,
    FileDrop,
    NotAnEfss,
    PasswordNeeded,
    PasswordWrong,
    ShareError,
    ShareExpired,
    ShareThrottled,
    ShareUnknown,
)
from vaas.model import Secret, ShareLink
from vaas.shares import memory as memory_module
from vaas.shares.memory import FailureMemory

LINK = ShareLink("https://c.org", "TheToken")
SIBLING = ShareLink("https://c.org", "Another")
ELSEWHERE = ShareLink("https://d.org", "TheToken")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def memory(clock):
    return FailureMemory(clock, keep=600.0, attempts=5)


def attempt(memory, link, text, error=None):
    """What a caller does: check, ask, then remember or forget."""
    password = None if text is None else Secret(text)
    memory.check(link, password)
    if error is None:
        memory.forget(link)
    else:
        memory.remember(link, password, error)


@pytest.mark.parametrize("kind", [ShareUnknown, ShareExpired, FileDrop])
def test_a_dead_link_is_not_asked_for_again(memory, clock, kind):
    attempt(memory, LINK, None, kind("gone"))
    clock.now += 200
    for password in (None, Secret("x")):
        with pytest.raises(kind) as caught:
            memory.check(LINK, password)
        assert caught.value.detail == "gone"
        assert caught.value.retry_after == 400
    memory.check(SIBLING, None)
    memory.check(ELSEWHERE, None)


def test_a_path_inside_the_share_is_the_same_link(memory):
    attempt(memory, LINK, None, ShareUnknown())
    with pytest.raises(ShareUnknown):
        memory.check(ShareLink("https://c.org", "TheToken", "sub/nb.ipynb"), None)


def test_a_refusal_ends_with_its_window(memory, clock):
    attempt(memory, LINK, None, ShareUnknown())
    clock.now += 600
    memory.check(LINK, None)


def test_a_refusal_ends_when_forgotten(memory):
    attempt(memory, LINK, None, ShareUnknown())
    memory.forget(LINK)
    memory.check(LINK, None)


@pytest.mark.parametrize("kind", [ShareThrottled, EfssMaintenance])
def test_a_cloud_that_asks_to_wait_is_left_alone_as_a_whole(memory, clock, kind):
    attempt(memory, LINK, None, kind("busy", retry_after=90))
    clock.now += 30
    for link in (LINK, SIBLING):
        with pytest.raises(kind) as caught:
            memory.check(link, None)
        assert caught.value.retry_after == 60
    memory.check(ELSEWHERE, None)
    clock.now += 60
    memory.check(LINK, None)


@pytest.mark.parametrize("said", [None, 0, 10**9])
def test_a_cloud_never_pauses_for_no_time_or_for_ever(memory, clock, said):
    attempt(memory, LINK, None, ShareThrottled(retry_after=said))
    with pytest.raises(ShareThrottled):
        memory.check(SIBLING, None)
    clock.now += memory_module.LONGEST_PAUSE
    memory.check(SIBLING, None)


@pytest.mark.parametrize("error", [EfssFailed(), NotAnEfss(), EfssUnreachable(), ValueError()])
def test_what_may_be_better_in_a_moment_is_not_remembered(memory, error):
    attempt(memory, LINK, "x", error)
    memory.check(LINK, Secret("x"))


def test_a_missing_password_is_asked_for_from_memory(memory):
    attempt(memory, LINK, None, PasswordNeeded())
    with pytest.raises(PasswordNeeded):
        memory.check(LINK, None)
    memory.check(LINK, Secret("x"))


def test_a_wrong_password_is_known_and_another_may_be_tried(memory):
    attempt(memory, LINK, "wrong", PasswordWrong())
    for _ in range(20):
        with pytest.raises(PasswordWrong):
            memory.check(LINK, Secret("wrong"))
    memory.check(LINK, Secret("right"))
    memory.check(SIBLING, Secret("wrong"))


def test_after_some_wrong_passwords_the_link_waits(memory, clock):
    for number in range(5):
        attempt(memory, LINK, f"guess {number}", PasswordWrong())
        clock.now += 10
    for password in (Secret("guess 0"), Secret("guess 5"), None):
        with pytest.raises(ShareThrottled) as caught:
            memory.check(LINK, password)
        assert caught.value.retry_after == 550
    memory.check(SIBLING, Secret("guess 5"))
    clock.now += 550
    memory.check(LINK, Secret("guess 5"))


def test_the_right_password_ends_the_count(memory):
    for number in range(4):
        attempt(memory, LINK, f"guess {number}", PasswordWrong())
    attempt(memory, LINK, "right")
    for number in range(5):
        attempt(memory, LINK, f"other {number}", PasswordWrong())


def test_a_volley_of_passwords_is_counted_before_the_first_answer(memory):
    let_through = 0
    for number in range(50):
        try:
            memory.check(LINK, Secret(f"guess {number}"))
            let_through += 1
        except ShareThrottled:
            pass
    assert let_through == 5


def test_many_viewers_with_the_same_password_count_once(memory):
    for _ in range(100):
        memory.check(LINK, Secret("right"))


def test_a_password_that_never_reached_the_cloud_does_not_count(memory):
    for number in range(50):
        attempt(memory, LINK, f"guess {number}", EfssUnreachable())


def test_what_check_raised_may_be_given_back(memory, clock):
    for number in range(5):
        attempt(memory, LINK, f"guess {number}", PasswordWrong())
    attempt(memory, ELSEWHERE, None, ShareUnknown())
    for _ in range(3):
        clock.now += 100
        for link in (LINK, ELSEWHERE):
            with pytest.raises(ShareError) as caught:
                memory.check(link, None)
            memory.remember(link, None, caught.value)
    memory.check(SIBLING, None)  # our own throttle has not become the cloud's
    clock.now += 300
    memory.check(LINK, None)
    memory.check(ELSEWHERE, None)


def test_each_raise_is_a_fresh_error(memory):
    first = ShareUnknown("gone")
    attempt(memory, LINK, None, first)
    with pytest.raises(ShareUnknown) as caught:
        memory.check(LINK, None)
    assert caught.value is not first


def test_the_memory_is_bounded_and_keeps_what_is_used(monkeypatch, clock):
    monkeypatch.setattr(memory_module, "CAPACITY", 100)
    memory = FailureMemory(clock)
    attempt(memory, LINK, None, ShareUnknown())
    for number in range(1000):
        attempt(memory, ShareLink(f"https://h{number}.org", "T"), None, ShareUnknown())
        attempt(memory, ShareLink(f"https://h{number}.org", "T"[:0] + "U"), None, ShareThrottled())
        with pytest.raises(ShareUnknown):
            memory.check(LINK, None)
    assert len(memory._links) == 100
    assert len(memory._hosts) == 100


def test_no_password_and_no_token_is_kept(memory):
    attempt(memory, LINK, "hunter2-hunter2", PasswordWrong())
    memory.check(LINK, Secret("another-secret"))
    memory._clock = None
    kept = pickle.dumps(vars(memory))
    for secret in (b"hunter2", b"another-secret", b"TheToken"):
        assert secret not in kept
    other = FailureMemory()
    assert memory._digest(Secret("x")) != other._digest(Secret("x"))
    gc.collect()
