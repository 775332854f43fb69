"""Who is editing a file, as its lock says. Locks are read here, and never set."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from cs3.identity.user.v1beta1.user_api_pb2 import GetUserRequest
from cs3.storage.provider.v1beta1.provider_api_pb2 import GetLockRequest
from cs3.storage.provider.v1beta1.resources_pb2 import LockType

from vaas.shares.cs3.gateway import Refused

K = TypeVar("K")
V = TypeVar("V")
Ask = Callable[[str, object], Awaitable[Any]]

AGAIN = 600.0
"""Seconds in which a storage that said to have no locks is not asked for those of a share."""

_LONGEST = 60
_SOMEBODY = "somebody"
_REMEMBERED = 1_000


class Locks:
    """What is known of the locks of one kind of share at one site."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Know nothing.

        Args:
            clock: seconds that only grow.
        """
        self._clock = clock
        self._without: dict[str, float] = {}
        self._people: dict[tuple[str, str], str] = {}

    async def editor(self, ask: Ask, share: str, ref: Any) -> str:
        """Who edits a file, in words for viewers; empty if nobody does, or nobody knows.

        Args:
            ask: asks the gateway.
            share: whose file it is.
            ref: of the file.

        Raises:
            VaasError: there is no answer.
        """
        if self._clock() < self._without.get(share, 0.0):
            return ""
        try:
            lock = (await ask("GetLock", GetLockRequest(ref=ref))).lock
        except Refused as refused:
            if refused.code == "UNIMPLEMENTED":
                _keep(self._without, share, self._clock() + AGAIN)
            return ""
        over = 0 < lock.expiration.seconds <= time.time()
        if over or lock.type == LockType.LOCK_TYPE_INVALID:
            return ""
        return await self._name(ask, lock.user) or _plain(lock.app_name) or _SOMEBODY

    async def _name(self, ask: Ask, user: Any) -> str:
        """What people call a user; empty if the gateway does not say."""
        key = (user.idp, user.opaque_id)
        if not user.opaque_id:
            return ""
        if key not in self._people:
            try:
                told = (await ask("GetUser", GetUserRequest(user_id=user))).user
            except Refused:
                return ""
            _keep(self._people, key, _plain(told.display_name) or _plain(told.username))
        return self._people[key]


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Remember something, with not too much else."""
    if len(kept) >= _REMEMBERED:
        kept.clear()
    kept[key] = value


def _plain(text: str) -> str:
    """A name as a line of a page can hold it."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(shown.split())[:_LONGEST]


__all__ = ["AGAIN", "Locks"]
