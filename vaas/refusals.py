"""Notebooks that could not be forked, and why; so that it is not tried at every visit."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from math import inf

from vaas.shelf import Key, to_let_go

FIRST_WAIT, LONGEST_WAIT = 60.0, 3600.0
"""Seconds until what may pass is tried again; twice as many each time, up to so many."""

_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class _Refusal:
    why: str
    until: float
    wait: float = FIRST_WAIT / 2


class Refusals:
    """What is known of those notebooks."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: OrderedDict[Key, _Refusal] = OrderedDict()

    def why(self, key: Key) -> str:
        """Why there is no use in trying now; empty if there may be."""
        found = self._known.get(key)
        return found.why if found and time.monotonic() < found.until else ""

    def add(self, key: Key, why: str, life: float, *, passes: bool) -> None:
        """Remember one.

        Args:
            key: of the run.
            why: in words for the author.
            life: seconds for which it is true at most; 0 for ever.
            passes: it may be the machine's fault, or the moment's, and not the notebook's.
        """
        before = self._known.get(key)
        for one in to_let_go(tuple(self._known), key, _REMEMBERED):
            del self._known[one]
        life, now = life or inf, time.monotonic()
        if passes:
            wait = min(2 * before.wait if before else FIRST_WAIT, LONGEST_WAIT)
            self._known[key] = _Refusal(why, now + min(life, wait), wait)
        else:
            self._known[key] = _Refusal(why, now + life)


__all__ = ["Refusals"]
