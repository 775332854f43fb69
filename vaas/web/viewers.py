"""Who is looking: a cookie that says nothing, and the passwords its owner gave.

Share passwords stay in this process's memory, for as long as the viewer's
cookie is fresh, and are never written anywhere.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from vaas.model import Secret, ShareLink

_KEPT = 12 * 3600.0
_MOST = 10_000


@dataclass(slots=True)
class _Viewer:
    since: float
    passwords: dict[str, Secret] = field(default_factory=dict)


class Viewers:
    """Passwords by viewer and share; the oldest viewers are forgotten first."""

    def __init__(
        self,
        given: Iterable[tuple[ShareLink, Secret]] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with what was given on the command line, usually nothing.

        Args:
            given: passwords that hold for every viewer.
            clock: seconds, for tests.
        """
        self._given = {link.fingerprint: password for link, password in given}
        self._clock = clock
        self._viewers: OrderedDict[str, _Viewer] = OrderedDict()

    def password(self, viewer: str, link: ShareLink) -> Secret | None:
        """The password this viewer gave for a share, if any."""
        known = self._viewers.get(viewer)
        if known is None or self._clock() - known.since > _KEPT:
            return self._given.get(link.fingerprint)
        return known.passwords.get(link.fingerprint, self._given.get(link.fingerprint))

    def remember(self, viewer: str, link: ShareLink, password: Secret) -> str:
        """Keep a password that opened a share.

        Args:
            viewer: the cookie's value, or empty for somebody new.
            link: the share.
            password: what opened it.

        Returns:
            the value for the viewer's cookie.
        """
        if viewer not in self._viewers:
            viewer = secrets.token_urlsafe(24)
        entry = self._viewers.pop(viewer, None) or _Viewer(self._clock())
        entry.since = self._clock()
        entry.passwords[link.fingerprint] = password
        self._viewers[viewer] = entry
        while len(self._viewers) > _MOST:
            self._viewers.popitem(last=False)
        return viewer

    def forget(self, viewer: str, link: ShareLink) -> None:
        """Drop a password that no longer opens its share."""
        if known := self._viewers.get(viewer):
            known.passwords.pop(link.fingerprint, None)


__all__ = ["Viewers"]
