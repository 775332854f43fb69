from __future__ import annotations

from vaas.kernels.backlog import Backlog


def drained(backlog: Backlog) -> list[bytes]:
    frames = []
    while backlog:
        number, frame = backlog.after(0)[0]
        frames.append(frame)
        backlog.taken(number)
    return frames


def test_what_is_on_its_way_stays_until_it_is_delivered() -> None:
    backlog = Backlog()
    for frame in (b"a", b"b", b"c"):
        backlog.put(frame)
    numbers = [number for number, _ in backlog.after(0)]
    assert backlog.after(numbers[1]) == [(numbers[2], b"c")]
    backlog.taken(numbers[1])
    backlog.put(b"d")
    assert [frame for _, frame in backlog.after(0)] == [b"c", b"d"]
    assert backlog.size == 2


def test_frames_come_in_order() -> None:
    backlog = Backlog()
    assert not backlog
    assert [backlog.put(frame) for frame in (b"a", b"bb", b"c")] == [0, 0, 0]
    assert backlog.size == 4
    assert drained(backlog) == [b"a", b"bb", b"c"]
    assert backlog.size == 0


def test_the_oldest_of_the_kernel_goes_first() -> None:
    backlog = Backlog(limit=6)
    for frame, own in ((b"11", False), (b"OO", True), (b"22", False)):
        assert backlog.put(frame, own=own) == 0
    assert backlog.put(b"333", own=False) == 2
    assert drained(backlog) == [b"OO", b"333"]


def test_our_own_go_when_nothing_else_is_left() -> None:
    backlog = Backlog(limit=4)
    assert [backlog.put(bytes([n] * 3), own=True) for n in (1, 2)] == [0, 1]
    assert drained(backlog) == [b"\x02\x02\x02"]


def test_a_frame_over_the_limit_is_kept_alone() -> None:
    backlog = Backlog(limit=4)
    backlog.put(b"a")
    assert backlog.put(b"too long") == 1
    assert drained(backlog) == [b"too long"]


def test_a_frame_that_was_dropped_while_it_was_sent() -> None:
    backlog = Backlog(limit=4)
    backlog.put(b"aaaa")
    [(number, _)] = backlog.after(0)
    backlog.put(b"bbbb")
    backlog.taken(number)
    assert drained(backlog) == [b"bbbb"]
