"""How received shares are reached: where they lie, and which key opens them now.

A share has one owner of its token, here: peers revoke the one before with each
exchange, so that two who exchange by themselves would lock each other out.
Tokens live in memory alone.
"""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from vaas.errors import (
    EfssFailed,
    OutboundError,
    ShareError,
    ShareThrottled,
    ShareUnknown,
    ShareWithdrawn,
)
from vaas.mesh.objects import read_object
from vaas.mesh.peers import Peers, Profile
from vaas.model import Secret, ShareLink
from vaas.shares.client import Answer
from vaas.shares.ocm import Door
from vaas.state.received import ReceivedShares
from vaas.state.values import GATHERED, Received, ReceivedState

LEGACY_DAV = "/public.php/webdav"
"""Where shares lie at peers that do not say so."""

_TOKEN = re.compile(r"[!-~]{1,8192}")
_GRANTS = ("authorization_code", "ocm_share")
_SHORTEST, _USUAL, _LONGEST = 30.0, 300.0, 86_400.0
_RENEWED_LATELY = 2.0
_HELD = 4_096
_OK, _BUSY, _FAILED = 200, 429, 500


@dataclass(slots=True, eq=False)
class _Held:
    """A share that was asked for.

    Attributes:
        share: as the store has it.
        left: kinds of keys that were not refused yet, the one in use first.
        door: the way in use.
        since: when its key was had.
        until: when it runs out.
        opened: whether it was seen to open the share.
    """

    share: Received
    left: list[str] = field(default_factory=list)
    door: Door | None = None
    since: float = 0.0
    until: float = 0.0
    opened: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Access:
    """``vaas.shares.ocm.Doors``; belongs to one event loop, needs no closing.

    Attributes:
        told: is called with a share whose state has changed.
    """

    def __init__(self, received: ReceivedShares, peers: Peers, host: str) -> None:
        """Hold nothing yet.

        Args:
            received: the shares.
            peers: asks their clouds.
            host: ours, as peers know it.
        """
        self.told: Callable[[Received], None] = lambda _: None
        self._received, self._peers, self._host = received, peers, host
        self._held: OrderedDict[str, _Held] = OrderedDict()

    def link(self, share: Received, path: str = "") -> ShareLink:
        """A received share as all rooms know shares; the same one whatever rules say of its cloud."""
        hint = "gathered" if share.gathered else "ocm"
        return ShareLink(f"https://{share.peer}", share.id, path, hint)

    def forget(self, share_id: str) -> None:
        """Read a share anew when it is next asked for."""
        self._held.pop(share_id, None)

    async def place(self, share: Received) -> str:
        """Where a share lies."""
        return self._url(share, await self._profile(share))

    async def called(self, link: ShareLink) -> tuple[str, str]:
        """See ``vaas.shares.cs3.account.Doors.called``."""
        share = (await self._hold(link)).share
        return share.provider_id.removeprefix(GATHERED), share.name

    async def door(self, link: ShareLink) -> Door:
        """See ``Doors.door``."""
        held = await self._hold(link)
        async with held.turn:
            if held.door is None or held.until < time.monotonic():
                return await self._open(held)
            return held.door

    async def another(self, link: ShareLink, refused: Door) -> Door:
        """See ``Doors.another``."""
        held = await self._hold(link)
        async with held.turn:
            if held.door is not None and held.door != refused:
                return held.door  # somebody else was here before
            # A token may be revoked at any time; one that never was good was none.
            good = held.opened or time.monotonic() - held.since > _RENEWED_LATELY
            if held.left and not (held.left[0] == "token" and good):
                held.left.pop(0)
            held.door = None
            if not held.left:
                raise ShareWithdrawn("no key opens it any more")
            return await self._open(held)

    async def seen(self, link: ShareLink) -> None:
        """See ``Doors.seen``."""
        await self._change(link, "open")

    async def missed(self, link: ShareLink) -> None:
        """See ``Doors.missed``."""
        await self._change(link, "missing")

    async def _change(self, link: ShareLink, state: ReceivedState) -> None:
        held = await self._hold(link)
        held.opened = state == "open"
        if state == "missing" and held.share.state == "pending":
            return  # nobody has seen it yet: perhaps its cloud is slow, perhaps it never was
        if held.share.state != state and await self._received.mark(held.share.id, state):
            held.share = replace(held.share, state=state)
            self.told(held.share)

    async def _hold(self, link: ShareLink) -> _Held:
        held = self._held.get(link.token)
        if held is None:
            share = await self._received.find(link.token)
            if share is None:
                raise ShareUnknown("no share of that id was received")
            held = self._held.setdefault(link.token, _Held(share))
        self._held.move_to_end(link.token)
        while len(self._held) > _HELD:
            self._held.popitem(last=False)
        over = held.share.expires is not None and held.share.expires <= time.time()
        if not held.share.secret.value or over:
            raise ShareWithdrawn("its time is over" if over else "it was withdrawn")
        return held

    async def _open(self, held: _Held) -> Door:
        """Find the way, with the first kind of key that can be had."""
        profile = await self._profile(held.share)
        url = self._url(held.share, profile)
        if not held.left:
            held.left = _kinds(held.share, profile, url)
        while held.left:
            kind = held.left[0]
            key, lasts = await self._key(held.share, profile, kind)
            if key is not None:
                held.since, held.opened = time.monotonic(), False
                held.until = held.since + lasts
                held.door = Door(url, key, held.share.name, kind)
                return held.door
            held.left.pop(0)
        raise ShareWithdrawn("its secret is no longer exchanged")

    async def _profile(self, share: Received) -> Profile:
        """What its cloud says; nothing, if the share says all that is needed."""
        try:
            return await self._peers.profile(share.peer)
        except (OutboundError, ShareError):
            if share.exchange or (share.uri and "://" not in share.uri):
                raise
            return Profile("", "", frozenset())

    def _url(self, share: Received, profile: Profile) -> str:
        root = (profile.dav or LEGACY_DAV).rstrip("/")
        inside = share.uri.strip("/")
        if "://" in share.uri:
            url = share.uri
        elif not inside or f"/{inside}/".startswith(f"{urlsplit(root).path}/"):
            url = f"/{inside}" if inside else root
        else:
            url = f"{root}/{inside}"
        return self._peers.directory.belonging(share.peer, url).rstrip("/")

    async def _key(
        self, share: Received, profile: Profile, kind: str
    ) -> tuple[Secret | None, float]:
        """A key of one kind, and for how long it is good; ``None`` if it is not to be had."""
        if kind == "token":
            return await self._exchange(share, profile)
        if kind == "bearer":
            return Secret(f"Bearer {share.secret.value}"), _LONGEST
        pair = base64.b64encode(f"{share.secret.value}:".encode()).decode()
        return Secret(f"Basic {pair}"), _LONGEST

    async def _exchange(self, share: Received, profile: Profile) -> tuple[Secret | None, float]:
        """A token for the secret, and for how long it is good; ``None`` if it is refused."""
        if not profile.token_url:
            raise EfssFailed(f"{share.peer}: says nowhere to exchange the secret")
        for grant in _GRANTS:
            form = {"grant_type": grant, "client_id": self._host, "code": share.secret.value}
            answer = await self._peers.exchange(share.peer, profile.token_url, form)
            told = _told(answer)
            token = told.get("access_token")
            if answer.status == _OK and isinstance(token, str) and _TOKEN.fullmatch(token):
                return Secret(f"Bearer {token}"), _lasts(told.get("expires_in"))
            if answer.status == _BUSY:
                raise ShareThrottled(f"{share.peer}: exchanges no token now")
            if answer.status >= _FAILED or answer.status < 400:  # noqa: PLR2004
                raise EfssFailed(f"{share.peer}: status {answer.status} for a token")
            if told.get("error") != "unsupported_grant_type":
                break
        return None, 0.0


def _kinds(share: Received, profile: Profile, url: str) -> list[str]:
    """Keys in the order in which they are tried; Nextcloud counts a wrong try."""
    if share.exchange:
        return ["token"]
    plain = ["bearer", "basic"] if share.modern else ["basic", "bearer"]
    if url.endswith(LEGACY_DAV):
        plain = ["basic"]  # it knows no other, and counts what it does not know
    return ["token", *plain] if profile.exchanges else plain


def _lasts(told: object) -> float:
    """Seconds for which a token is used: not up to its very end."""
    seconds = float(told) if isinstance(told, int | float) and told > 0 else _USUAL
    return max(min(0.9 * seconds, _LONGEST), min(_SHORTEST, 0.5 * seconds))


def _told(answer: Answer) -> Mapping[str, Any]:
    try:
        return read_object(answer.body)
    except ValueError:
        return {}


__all__ = ["LEGACY_DAV", "Access"]
