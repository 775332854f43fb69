"""Places that are handed on, and a house that closes."""

from __future__ import annotations

from contextlib import ExitStack

from tests.unit.storage.readers import until
from vaas.waiting import Place, WaitingRoom


def entered(room: WaitingRoom, ticket: str = "") -> tuple[Place, ExitStack]:
    """A place, and what leaves it."""
    stack = ExitStack()
    return stack.enter_context(room.enter(ticket)), stack


async def test_a_place_is_handed_on_as_it_is() -> None:
    room = WaitingRoom(1, 3)
    (first, leave_first), (second, leave_second), (third, _) = [entered(room) for _ in range(3)]
    ticket = room.hand_on(second)
    leave_second.close()
    assert third.number == 2
    heir, leave_heir = entered(room, ticket)
    assert (heir.number, third.number) == (1, 2)
    ticket = room.hand_on(first)
    leave_first.close()
    assert (heir.number, room.waiting) == (1, 2)
    taken, leave_taken = entered(room, ticket)
    assert taken.given.done()
    leave_taken.close()
    assert (heir.given.done(), third.number) == (True, 1)
    leave_heir.close()
    assert third.given.done()


async def test_a_ticket_is_for_once_and_not_for_long() -> None:
    room = WaitingRoom(1, 3, grace=0.05)
    first, leave_first = entered(room)
    second, leave_second = entered(room)
    ticket = room.hand_on(first)
    assert room.hand_on(first) == ""
    leave_first.close()
    assert not second.given.done()
    await until(second.given.done)
    late, leave_late = entered(room, ticket)
    assert late.number == 1
    leave_second.close()
    assert late.given.done()
    leave_late.close()


async def test_a_house_that_closes_lets_nobody_in() -> None:
    room = WaitingRoom(1, 3)
    (_, leave), (waiting, _) = entered(room), entered(room)
    room.close()
    leave.close()
    assert (waiting.number, waiting.given.done()) == (1, False)
