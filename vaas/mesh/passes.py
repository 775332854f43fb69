"""Signed addresses of persons: who holds one is who it names, until its end.

A pass names either a person, where their cloud signed that it speaks for them, or
one share, where nobody proved more than to know it. One cookie may hold several.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import dataclass

from vaas.state import Vault

LASTS = 30 * 86_400.0
"""Seconds for which an address that was sent is good."""

BETWEEN = "~"
_MOST, _LONGEST = 20, 640
"""Passes of one holder, and characters of one of them."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who somebody has proved to be.

    Attributes:
        address: ``id@host``, or empty.
        shares: ids of those that they sent.
        until: seconds since 1970 at which the first of this ends; 0 if there is nothing.
    """

    address: str = ""
    shares: frozenset[str] = frozenset()
    until: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.address or self.shares)


class Passes:
    """Makes and reads passes."""

    def __init__(self, vault: Vault, clock: Callable[[], float] = time.time) -> None:
        """Take what signs them.

        Args:
            vault: signs.
            clock: seconds since 1970.
        """
        self._vault, self._clock = vault, clock

    def of_person(self, address: str, lasts: float = LASTS) -> str:
        """A pass for a person."""
        return self._made(f"person {address}", lasts)

    def of_share(self, share_id: str, lasts: float = LASTS) -> str:
        """A pass for who sent a share."""
        return self._made(f"share {share_id}", lasts)

    def read(self, text: str) -> Holder:
        """Who holds these passes; what is wrong or over counts for nothing."""
        read = [self._read(one) for one in text.split(BETWEEN)[:_MOST]]
        good = [one for one in read if one is not None]
        persons = [what for _, kind, what in good if kind == "person"]
        shares = frozenset(what for _, kind, what in good if kind == "share")
        until = min((until for until, _, _ in good), default=0.0)
        return Holder(persons[-1] if persons else "", shares, until)

    def joined(self, old: str, new: str) -> str:
        """What is kept of older passes when another comes: a person's own stands alone."""
        found = self._read(new)
        if found is None or found[1] == "person":
            return new
        good = [one for one in old.split(BETWEEN) if one != new and self._read(one)]
        return BETWEEN.join([*good[1 - _MOST :], new])

    def _made(self, what: str, lasts: float) -> str:
        told = f"{int(self._clock() + lasts)} {what}"
        signature = self._vault.sign(f"pass {told}")
        return f"{packed(told)}.{signature}"

    def _read(self, text: str) -> tuple[float, str, str] | None:
        """Its end, its kind and what it names; ``None`` if it is none of ours, or over."""
        told, _, signature = text.partition(".")
        plain = unpacked(told)
        if (
            len(text) > _LONGEST
            or not plain
            or not self._vault.verifies(f"pass {plain}", signature)
        ):
            return None
        until, kind, what = plain.split(" ", 2)
        return (float(until), kind, what) if float(until) > self._clock() else None


def packed(text: str) -> str:
    """A text as addresses and cookies take it."""
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def unpacked(text: str) -> str:
    """What ``packed`` packed; empty if it did not."""
    try:
        return base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
        ).decode()
    except (binascii.Error, ValueError):
        return ""


__all__ = ["BETWEEN", "LASTS", "Holder", "Passes", "packed", "unpacked"]
