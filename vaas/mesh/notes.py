"""What is worth telling who shared something, kept in memory: troubles, and ends.

The store forgets all of a share that is gone; its sender may still want to read,
for a day, that it is.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from vaas.state.values import Received

Why = Literal["cloud", "lost", "over", "owner"]
"""Its cloud said so, shows it no longer, its time was over, or its sender wanted it."""

T = TypeVar("T")

TOLD_FOR = 86_400.0
_MOST, _LONGEST = 4_096, 500


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong last.

    Attributes:
        title: in plain words.
        detail: for who can do something about it; without secrets.
        when: seconds since 1970.
    """

    title: str
    detail: str
    when: float


@dataclass(frozen=True, slots=True)
class Gone:
    """A share that was erased lately."""

    id: str
    name: str
    sender: str
    peer: str
    why: Why
    when: float


class Notes:
    """Remembers; the oldest goes first."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Remember nothing yet.

        Args:
            clock: seconds since 1970.
        """
        self._clock = clock
        self._troubles: OrderedDict[str, Trouble] = OrderedDict()
        self._gone: OrderedDict[str, Gone] = OrderedDict()

    def trouble(self, share_id: str, title: str, detail: str) -> None:
        """Note what went wrong with a share."""
        _keep(self._troubles, share_id, Trouble(title, detail[:_LONGEST], self._clock()))

    def trouble_of(self, share_id: str) -> Trouble | None:
        """What went wrong last."""
        return self._troubles.get(share_id)

    def gone(self, share: Received, why: Why) -> None:
        """Note that a share goes; the first reason is the true one."""
        self._troubles.pop(share.id, None)
        if share.name and share.id not in self._gone:
            about = share.id, share.name, share.sender, share.peer
            _keep(self._gone, share.id, Gone(*about, why, self._clock()))

    def gone_lately(self) -> list[Gone]:
        """Shares that went, the last first."""
        oldest = self._clock() - TOLD_FOR
        while self._gone and next(iter(self._gone.values())).when < oldest:
            self._gone.popitem(last=False)
        return list(reversed(self._gone.values()))


def _keep(known: OrderedDict[str, T], key: str, value: T) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > _MOST:
        known.popitem(last=False)


__all__ = ["Gone", "Notes", "Trouble", "Why"]
