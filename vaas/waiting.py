"""Places for viewers, as many as there may be kernels, and the line before a full house.

First come, first served. A place is held from the moment at which it is given
until whoever holds it lets go; who leaves the line lets the others move up. Who
has to come by another door, in the line or at its end, is given a ticket.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from vaas.errors import ServerFull
from vaas.observability import metrics

_TRY_AGAIN = 30.0
"""Seconds after which who was turned away may ask again."""


def _nobody() -> None:
    """Nobody wants to know yet."""


@dataclass(slots=True, eq=False)
class Place:
    """One viewer's place.

    Attributes:
        number: in the line, from 1; 0 once it is given.
        passed: how many that stood before them are gone from there.
        since: ``time.monotonic()`` at which they came.
        given: done when it is given.
        moved: called when ``number`` has changed.
        left: whether somebody else holds it now.
    """

    number: int = 0
    passed: int = 0
    since: float = field(default_factory=time.monotonic)
    given: asyncio.Future[None] = field(default_factory=asyncio.Future)
    moved: Callable[[], None] = _nobody
    left: bool = False

    def move_to(self, number: int) -> None:
        """Stand further ahead, or be given the place.

        Args:
            number: the new one.
        """
        if number == self.number:
            return
        self.passed += self.number - max(number, 1)
        self.number = number
        if not number:
            self.given.set_result(None)
            metrics.waited.observe(time.monotonic() - self.since)
        self.moved()


class WaitingRoom:
    """Gives places, and owns the line."""

    def __init__(self, places: int, line: int, grace: float = 20.0) -> None:
        """Begin with an empty house.

        Args:
            places: to be given at a time.
            line: how many may wait for one.
            grace: seconds for which a ticket holds.
        """
        self._places, self._longest, self._grace = places, line, grace
        self._taken = 0
        self._line: list[Place] = []
        self._kept: dict[str, tuple[Place, asyncio.TimerHandle]] = {}

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._line)

    @contextmanager
    def enter(self, ticket: str = "") -> Iterator[Place]:
        """A place, or one in the line; given up at the context's end.

        Args:
            ticket: what ``hand_on`` gave; one that holds no more is as none.

        Raises:
            ServerFull: all are taken, and nobody more can wait.
        """
        if not (place := self._claim(ticket)):
            if self._taken < self._places and not self._line:
                with self.sit() as place:
                    yield place
                return
            place = self._stand()
        try:
            yield place
        finally:
            self._leave(place)

    def close(self) -> None:
        """Give no more places: who waits is let in by another server."""
        self._places = 0

    def hand_on(self, place: Place) -> str:
        """Let somebody else have a place, as it is; its holder has it no more.

        Returns:
            the ticket by which they ``enter`` soon; empty if the place is left already.
        """
        if place.left:
            return ""
        place.left, place.moved = True, _nobody
        heir = Place(place.number, place.passed, place.since)
        if place.number:
            self._line[self._line.index(place)] = heir
        else:
            heir.given.set_result(None)
        ticket = secrets.token_hex(16)
        timer = asyncio.get_running_loop().call_later(self._grace, self._expire, ticket)
        self._kept[ticket] = heir, timer
        return ticket

    @contextmanager
    def sit(self) -> Iterator[Place]:
        """A place for somebody who has a kernel already, whether one is free or not."""
        place = Place()
        place.given.set_result(None)
        self._taken += 1
        try:
            yield place
        finally:
            self._leave(place)

    def _claim(self, ticket: str) -> Place | None:
        if (kept := self._kept.pop(ticket, None)) is None:
            return None
        place, timer = kept
        timer.cancel()
        return place

    def _expire(self, ticket: str) -> None:
        if place := self._claim(ticket):
            self._leave(place)

    def _stand(self) -> Place:
        """A place at the line's end."""
        if len(self._line) >= self._longest:
            raise ServerFull("as many kernels run as are allowed", retry_after=_TRY_AGAIN)
        place = Place(len(self._line) + 1)
        self._line.append(place)
        metrics.waiting.set(len(self._line))
        return place

    def _leave(self, place: Place) -> None:
        if place.left:
            return
        place.left = True
        if place.number:
            self._line.remove(place)
        else:
            self._taken -= 1
        place.moved = _nobody
        while self._line and self._taken < self._places:
            self._taken += 1
            self._line.pop(0).move_to(0)
        for number, one in enumerate(self._line, 1):
            one.move_to(number)
        metrics.waiting.set(len(self._line))


__all__ = ["Place", "WaitingRoom"]
