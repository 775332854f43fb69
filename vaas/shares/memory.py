"""What the clouds said no to, so that they are not asked again at once.

To a cloud all viewers of this service are one client. Its protection against
guessing counts wrong passwords, missing ones and unknown tokens alike, and ends
with locking out the whole service (Nextcloud's throttler does so after ten in half
an hour). Therefore a refusal is remembered and answered from here:

- an unknown, expired or upload-only link, for that link;
- a throttled or maintained cloud, for all links of that host;
- a wrong or missing password, for that link and password. After some wrong ones
  the link as a whole waits, without the cloud hearing of it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from vaas.errors import (
    EfssMaintenance,
    FileDrop,
    PasswordNeeded,
    PasswordWrong,
    ShareError,
    ShareExpired,
    ShareThrottled,
    ShareUnknown,
)
from vaas.model import Secret, ShareLink

CAPACITY = 10_000
"""Links, and hosts, remembered at most; the least recently used go first."""

HOST_PAUSE = 60.0
"""Seconds for which a cloud is left alone when it does not say how long."""

LONGEST_PAUSE = 3600.0
"""Seconds at most, whatever a cloud says."""

_OF_LINK = (ShareUnknown, ShareExpired, FileDrop)
_OF_HOST = (ShareThrottled, EfssMaintenance)
_OF_PASSWORD = (PasswordWrong, PasswordNeeded)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A remembered error: its class and detail, not the object with its traceback."""

    kind: type[ShareError]
    detail: str
    until: float

    def again(self, now: float) -> ShareError:
        """The error anew, with the seconds that remain."""
        return self.kind(self.detail, retry_after=self.until - now)


@dataclass(slots=True)
class _Record:
    """What is known of one link.

    ``answers`` holds refusals by password digest; ``tried`` the passwords that were
    let through to the cloud, answered or not.
    """

    until: float
    refusal: _Refusal | None = None
    answers: dict[bytes, _Refusal] = field(default_factory=dict)
    tried: set[bytes] = field(default_factory=set)

    @property
    def wrong(self) -> int:
        """How many different passwords were wrong."""
        return sum(answer.kind is PasswordWrong for answer in self.answers.values())


class _Recent(Generic[Value]):
    """A bounded mapping that forgets what was not looked at for longest."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: OrderedDict[str, Value] = OrderedDict()

    def get(self, key: str) -> Value | None:
        """What is kept of a key, which now counts as looked at."""
        if key in self._items:
            self._items.move_to_end(key)
        return self._items.get(key)

    def put(self, key: str, value: Value) -> None:
        """Keep a value, and drop what there is no room for."""
        self._items[key] = value
        self._items.move_to_end(key)
        while len(self._items) > self._capacity:
            self._items.popitem(last=False)

    def drop(self, key: str) -> None:
        """Forget a key, known or not."""
        self._items.pop(key, None)

    def __len__(self) -> int:
        return len(self._items)


class FailureMemory:
    """Remembers refusals for a while; belongs to one event loop, needs no closing."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        keep: float = 600.0,
        attempts: int = 5,
    ) -> None:
        """Start with nothing remembered.

        Args:
            clock: seconds that only grow.
            keep: seconds for which a link's refusals are remembered.
            attempts: wrong passwords after which a link waits.
        """
        self._clock = clock
        self._keep = keep
        self._attempts = attempts
        self._salt = secrets.token_bytes(32)
        self._links: _Recent[_Record] = _Recent(CAPACITY)
        self._hosts: _Recent[_Refusal] = _Recent(CAPACITY)

    def check(self, link: ShareLink, password: Secret | None) -> None:
        """Answer from memory, if it is known what the cloud would say.

        Who is let pass asks the cloud and then calls ``remember`` or ``forget``.

        Args:
            link: what is about to be asked for.
            password: the one that would be sent, if any.

        Raises:
            ShareError: the remembered refusal, of the same class, with the seconds
                that remain; ``ShareThrottled`` after too many wrong passwords.
        """
        now = self._clock()
        self._answer(link, password, now)
        if password is not None:
            self._let_through(link, self._digest(password), now)

    def remember(self, link: ShareLink, password: Secret | None, error: Exception) -> None:
        """Keep a refusal.

        What ``check`` raised may be given back: it neither renews nor widens. After
        any other error, such as an unreachable host, the password counts as not tried.

        Args:
            link: what was asked for.
            password: the one that was sent, if any.
            error: what came of it.
        """
        now = self._clock()
        try:
            self._answer(link, password, now)
        except ShareError:
            return
        if isinstance(error, _OF_HOST):
            self._remember_host(link, error, now)
        elif isinstance(error, (*_OF_LINK, *_OF_PASSWORD)):
            self._remember_link(link, password, error, now)
        elif record := self._record(link, now):
            record.tried.discard(self._digest(password))

    def forget(self, link: ShareLink) -> None:
        """Drop all that is known of a link, as after it opened."""
        self._links.drop(link.fingerprint)

    def _answer(self, link: ShareLink, password: Secret | None, now: float) -> None:
        host = self._hosts.get(link.host)
        if host is not None and host.until > now:
            raise host.again(now)
        record = self._record(link, now)
        if record is None:
            return
        if record.refusal is not None:
            raise record.refusal.again(now)
        if record.wrong >= self._attempts:
            raise self._too_many(link, record, now)
        answer = record.answers.get(self._digest(password))
        if answer is not None:
            raise answer.again(now)

    def _let_through(self, link: ShareLink, password: bytes, now: float) -> None:
        """Count a password before its answer is known, so that a volley is counted too."""
        record = self._record(link, now) or self._new_record(link, now)
        if password not in record.tried and len(record.tried) >= self._attempts:
            raise self._too_many(link, record, now)
        record.tried.add(password)

    def _remember_host(self, link: ShareLink, error: ShareError, now: float) -> None:
        pause = min(error.retry_after or HOST_PAUSE, LONGEST_PAUSE)
        self._hosts.put(link.host, _Refusal(type(error), error.detail, now + pause))

    def _remember_link(
        self, link: ShareLink, password: Secret | None, error: ShareError, now: float
    ) -> None:
        record = self._record(link, now) or self._new_record(link, now)
        refusal = _Refusal(type(error), error.detail, record.until)
        if isinstance(error, _OF_LINK):
            record.refusal = refusal
        else:
            record.answers[self._digest(password)] = refusal

    def _too_many(self, link: ShareLink, record: _Record, now: float) -> ShareThrottled:
        return ShareThrottled(
            f"{link.host}: too many wrong passwords for share {link.fingerprint}",
            retry_after=record.until - now,
        )

    def _new_record(self, link: ShareLink, now: float) -> _Record:
        record = _Record(until=now + self._keep)
        self._links.put(link.fingerprint, record)
        return record

    def _record(self, link: ShareLink, now: float) -> _Record | None:
        record = self._links.get(link.fingerprint)
        if record is not None and record.until <= now:
            self._links.drop(link.fingerprint)
            return None
        return record

    def _digest(self, password: Secret | None) -> bytes:
        text = b"" if password is None else b"=" + password.value.encode()
        return hashlib.blake2b(text, key=self._salt, digest_size=16).digest()


__all__ = ["FailureMemory"]
