"""Where a cloud sends its viewers in (OCM-IP): the front channel.

A viewer's browser posts a token that their cloud gave them. It comes from another
site by design, so the token alone counts: whoever could make somebody's browser
post one shows them a share of their own, and learns nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict, deque
from dataclasses import replace

from pydantic import ValidationError

from vaas.errors import (
    EntryRefused,
    MessageInvalid,
    NotSupported,
    PeerNotTrusted,
    SenderUnproven,
    ShareThrottled,
    VisitOver,
)
from vaas.mesh import jwts
from vaas.mesh.addresses import authority, parse_address
from vaas.mesh.bearers import Bearers
from vaas.mesh.hosted import told_by_token, told_share
from vaas.mesh.jwts import Claims
from vaas.mesh.keeper import Keeper
from vaas.mesh.objects import read_object
from vaas.mesh.peers import Peers
from vaas.mesh.visits import Visit, Visits, way_back
from vaas.model import Secret
from vaas.observability import logger
from vaas.state import Vault
from vaas.state.hosted import HostedShares
from vaas.state.values import Hosted

QUESTIONS = 120
"""Questions about tokens that we ask in a minute; anybody can post one."""

_AGREES = 60.0
"""Seconds by which a form's end of a token may differ from the token's own."""

_REFUSED_FOR = 30.0
_REFUSALS = 1_000
_OK = 200

log = logger(__name__)


class Asker:
    """Asks a cloud about tokens that it alone can judge (RFC 7662)."""

    def __init__(self, peers: Peers, url: str) -> None:
        """Ask nothing yet.

        Args:
            peers: asks, signed.
            url: where; empty if no such tokens are taken.
        """
        self._peers, self._url = peers, url
        self._peer = authority("://".join(_parts(url))) if url else ""
        self._times: deque[float] = deque(maxlen=QUESTIONS)
        self._refused: OrderedDict[str, float] = OrderedDict()

    async def ask(self, token: Secret) -> Claims:
        """What a token is good for.

        Raises:
            EntryRefused: for nothing.
            ShareThrottled: too much is asked.
            OutboundError: the cloud cannot be asked.
        """
        digest, now = hashlib.sha256(token.value.encode()).hexdigest(), time.monotonic()
        if not self._url or self._refused.get(digest, 0.0) > now:
            raise EntryRefused("a token of a kind that is not taken" if not self._url else "again")
        if len(self._times) == QUESTIONS and now - self._times[0] < 60:  # noqa: PLR2004
            raise ShareThrottled(f"{self._peer}: is asked about too many tokens")
        self._times.append(now)
        answer = await self._peers.exchange(self._peer, self._url, {"token": token.value})
        try:
            told = read_object(answer.body) if answer.status == _OK else {}
            if told.get("active") is True and self._is_its_own(str(told.get("iss", ""))):
                return jwts.claims_of(self._peer, told)
        except ValueError:
            pass
        self._refused[digest] = now + _REFUSED_FOR
        while len(self._refused) > _REFUSALS:
            self._refused.popitem(last=False)
        raise EntryRefused(f"{self._peer}: says that the token is not good")

    def _is_its_own(self, told: str) -> bool:
        insecure = self._peers.directory.rule(self._peer).insecure
        return jwts.issuer(told, insecure=lambda _: insecure) == self._peer


class Gate:
    """Lets viewers in; belongs to one event loop."""

    def __init__(
        self,
        hosted: HostedShares,
        peers: Peers,
        bearers: Bearers,
        keeper: Keeper,
        vault: Vault,
        *,
        asker: Asker,
    ) -> None:
        """Take what it works with.

        Args:
            hosted: what clouds told us of their shares.
            peers: gives their keys.
            bearers: holds viewers' tokens.
            keeper: is told who came.
            vault: signs passes.
            asker: asks about tokens that say nothing.
        """
        self._hosted, self._peers, self._bearers = hosted, peers, bearers
        self._keeper, self._vault, self._asker = keeper, vault, asker
        self._visits = Visits(vault)

    async def enter(self, _name: str, token: str, ends: str, back: str) -> tuple[Visit, str]:
        """Let a viewer in.

        Args:
            token: what their cloud gave them.
            ends: when it ends, if the form says so.
            back: where to go then, if the form says so.

        Returns:
            their pass, and what their browser keeps.

        Raises:
            EntryRefused, VisitOver: the token opens nothing.
            OutboundError, ShareError: their cloud cannot be asked.
        """
        known = jwts.is_jwt(token)
        claims = await (self._read(token) if known else self._asker.ask(Secret(token)))
        frames = self._frames(claims)
        try:
            if known:
                _require_agreement(ends, claims.expires)
            share, passing = await self._share(claims)
        except (EntryRefused, VisitOver) as error:
            raise type(error)(error.detail, frames=frames) from None
        if passing:
            await self._hosted.note(share)
        self._keeper.welcome(self._bearers.link(share))
        until = self._bearers.take(
            share,
            Secret(token),
            claims,
            passing=passing,
            again=None if known else self._asker.ask,
        )
        insecure = self._peers.directory.rule(claims.peer).insecure
        home = way_back(back, frames, insecure=insecure)
        visit = Visit(share.id, "", until, home, frames)
        log.info("viewer_came", peer=share.peer, share=share.id[:8])
        return visit, self._visits.write(visit)

    async def knock(self, _name: str, _key: str) -> tuple[Visit, str]:
        """Refuse who comes without a token.

        Raises:
            EntryRefused: always.
        """
        raise EntryRefused("no token was posted")

    async def _read(self, token: str) -> Claims:
        directory = self._peers.directory

        def admit(text: str) -> str:
            """The issuer, if a rule names it."""
            peer = jwts.issuer(text, insecure=lambda host: directory.named(host).insecure)
            directory.named(peer)
            return peer

        try:
            claims = await jwts.read(token, admit, self._peers.key)
        except (PeerNotTrusted, SenderUnproven) as error:
            raise EntryRefused(error.detail) from None
        if not claims.client:
            raise EntryRefused(f"{claims.peer}: the token lacks what it is for")
        return claims

    async def _share(self, claims: Claims) -> tuple[Hosted, bool]:
        """The share that a token opens, and whether it alone tells of it."""
        known = await self._hosted.called(claims.peer, claims.client) if claims.client else None
        if known is None and claims.share is not None:
            return self._passing(claims), True
        if known is None or not known.owner:
            raise EntryRefused(f"{claims.peer}: no share of that name, or no longer")
        if known.expires is not None and known.expires <= time.time():
            raise VisitOver(f"{claims.peer}: the share's time is over")
        if not _same(claims, known):
            raise EntryRefused(f"{claims.peer}: the token is of another owner, or for another")
        return known, False

    def _passing(self, claims: Claims) -> Hosted:
        """The share that a token tells of."""
        try:
            told = told_by_token(claims.peer, claims.owner, claims.to, claims.share or {})
            share = told_share(told, claims.peer, self._peers.directory)
        except (MessageInvalid, NotSupported, ValidationError):
            raise EntryRefused(
                f"{claims.peer}: what the token tells of its share is wrong"
            ) from None
        if share.expires is not None and share.expires <= time.time():
            raise VisitOver(f"{claims.peer}: the share's time is over")
        whole = f"share {share.peer} {told.providerId} {share.owner} {share.to}"
        name = hashlib.sha256(self._vault.sign(whole).encode()).hexdigest()[:32]
        return replace(share, id=name, client=claims.client)

    def _frames(self, claims: Claims) -> tuple[str, ...]:
        """Whose pages may show the share: the cloud's own, and those of whom it is for."""
        also = self._peers.directory.rule(claims.peer).also
        return tuple(dict.fromkeys([claims.peer, *also, *jwts.hosts_of(claims.to)]))


def _same(claims: Claims, share: Hosted) -> bool:
    """Whether a token is of the share's owner, and for whom it is shared with."""
    try:
        owner = parse_address(f"{claims.owner}@{claims.peer}")
        return (str(owner), str(parse_address(claims.to))) == (share.owner, share.to)
    except ValueError:
        return False


def _require_agreement(told: str, expires: float) -> None:
    """Refuse a form that names another end than its token; in any of the units in use.

    Raises:
        EntryRefused: just that.
    """
    if told in {"", "0"}:
        return
    try:
        number = float(told)
    except ValueError:
        raise EntryRefused("the form's end of the token is no number") from None
    meant = (number / 1000, number, number + time.time())
    if not any(abs(one - expires) <= _AGREES for one in meant):
        raise EntryRefused("the form and the token disagree on its end")


def _parts(url: str) -> tuple[str, str]:
    scheme, _, rest = url.partition("://")
    return scheme, rest.partition("/")[0]


__all__ = ["Asker", "Gate"]
