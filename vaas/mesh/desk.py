"""The desk that takes other clouds' messages: shares, notifications, acceptances.

An unsigned message proves nothing but that its sender knows the secret in it. So
it may announce a share, whose peer is asked before anybody sees it; it changes and
ends only what it knows the secret of. Without that, it makes us look.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from vaas.errors import (
    AddressRefused,
    InvitationTaken,
    MessageInvalid,
    PeerNotTrusted,
    SenderUnproven,
    SiteNotAllowed,
    TooManyShares,
)
from vaas.mesh import forms
from vaas.mesh.access import Access
from vaas.mesh.addresses import authority, parse_address
from vaas.mesh.directory import Directory
from vaas.mesh.forms import Acceptance, Notification, Offer
from vaas.mesh.keeper import Keeper
from vaas.mesh.senders import Sender, Senders
from vaas.mesh.signatures import Message
from vaas.observability import logger
from vaas.state import Store
from vaas.state.contacts import Contact
from vaas.state.values import Received

UNSEEN = 100
"""Shares of one peer that may wait to be seen: anybody can announce those."""

HINTED_EVERY = 30.0
"""Seconds between two looks at a share that nobody proves to be over."""

_ENDS = frozenset({"SHARE_UNSHARED", "SHARE_DELETED"})
_CHANGES = frozenset({"RESHARE_CHANGE_PERMISSION", "SHARE_CHANGE_PERMISSION"})

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to other clouds.

    Attributes:
        user: the part of our address before the ``@``.
        host: the part after it.
        name: what people call us.
        most: shares taken of one cloud.
        asks: whether who shared something has to accept it here.
    """

    user: str
    host: str
    name: str
    most: int
    asks: bool = False


class Desk:
    """Takes messages; belongs to one event loop."""

    def __init__(
        self,
        identity: Identity,
        store: Store,
        directory: Directory,
        senders: Senders,
        access: Access,
        *,
        keeper: Keeper,
        words: Callable[[Received, Sender], str],
    ) -> None:
        """Take what it works with.

        Args:
            identity: who we are.
            store: keeps shares and contacts.
            directory: which clouds are trusted.
            senders: find out who sent a message.
            access: is told what changed.
            keeper: follows shares.
            words: what is told to who sent a share.
        """
        self._identity, self._store, self._directory = identity, store, directory
        self._senders, self._access, self._keeper = senders, access, keeper
        self._words = words
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._hinted: dict[str, float] = {}

    async def receive(self, message: Message) -> tuple[Received, Mapping[str, str]]:
        """Take a share; ``follow`` comes once its sender has our answer.

        Returns:
            the share, and what its sender is told.

        Raises:
            MeshError: it is not taken.
        """
        offer = forms.offer(message.body)
        sender = await self._senders.of(message, *_claims(offer))
        self._check(offer, sender.peer)
        async with self._turns.setdefault(sender.peer, asyncio.Lock()):
            share = await self._keep(offer, sender)
        log.info("share_received", peer=sender.peer, share=share.id[:8], signed=sender.proven)
        told = self._words(share, sender)
        return share, {"recipientDisplayName": self._identity.name, "message": told}

    def follow(self, share: Received) -> None:
        """See whether a share that was taken is there."""
        self._keeper.look(share)

    async def notified(self, message: Message) -> None:
        """Take note of what became of a share.

        Raises:
            MeshError: it is not believed, or no share is called so.
        """
        told = forms.read(Notification, message.body)
        sender = await self._senders.of(message)
        kind, secret = told.notificationType, told.secret
        found = await self._store.received.called(told.providerId)
        if sender.proven:
            known = [share for share in found if share.peer == sender.peer]
        else:
            found = [one for one in found if self._may_be_unsigned(one.peer)]
            known = [one for one in found if secret and _same(secret.value, one.secret.value)]
        if not known:
            self._hint(found, kind)
            return
        about = kind if kind in _ENDS | _CHANGES else "other"
        log.info("share_notified", kind=about, share=known[0].id[:8], signed=sender.proven)
        for share in known:
            if kind in _ENDS:
                self._keeper.erase(share)
            elif kind in _CHANGES:
                self._keeper.look(share)

    async def accepted(self, message: Message) -> Mapping[str, str]:
        """Take the acceptance of an invitation that we gave.

        Raises:
            MessageInvalid: no such invitation.
            InvitationTaken: it was accepted before.
            MeshError: it is not taken.
        """
        told = forms.read(Acceptance, message.body)
        try:
            host = authority(told.recipientProvider)
            contact = parse_address(f"{told.userID}@{host}")
        except ValueError:
            wrong = {"recipientProvider": "no host"}
            raise MessageInvalid("fields are missing or wrong", wrong) from None
        await self._senders.of(message, host)
        kept = Contact(str(contact), told.name, told.email)
        outcome = await self._store.contacts.accept(told.token, kept)
        if outcome == "unknown":
            raise MessageInvalid("no such invitation", {"token": "unknown, or its time is over"})
        if outcome == "taken":
            raise InvitationTaken("this invitation was accepted before")
        return {"userID": self._identity.user, "email": "", "name": self._identity.name}

    def _may_be_unsigned(self, peer: str) -> bool:
        try:
            return not self._directory.rule(peer).signed
        except PeerNotTrusted:
            return False

    def _check(self, offer: Offer, peer: str) -> None:
        """Refuse a share that is not for us, or lies elsewhere.

        Raises:
            MessageInvalid: with what is wrong.
        """
        wrong = {}
        if not self._is_ours(offer.to):
            wrong["shareWith"] = "nobody of that name is here"
        if offer.expires is not None and offer.expires <= time.time():
            wrong["expiration"] = "its time is over"
        try:
            if "://" in offer.uri:
                self._directory.belonging(peer, offer.uri)
        except (AddressRefused, SiteNotAllowed, PeerNotTrusted):
            wrong["protocol.webdav.uri"] = "not an address of the sender's"
        if wrong:
            raise MessageInvalid("fields are missing or wrong", wrong)

    def _is_ours(self, to: str) -> bool:
        try:
            address = parse_address(to if "@" in to else f"{to}@{self._identity.host}")
        except ValueError:
            return False
        return (address.user.lower(), address.host) == (self._identity.user, self._identity.host)

    async def _keep(self, offer: Offer, sender: Sender) -> Received:
        """Make or change the share that the peer calls so.

        Raises:
            SenderUnproven: an unsigned message with another secret.
            TooManyShares: the peer has as many as it may have.
        """
        peer = sender.peer
        called = await self._store.received.of_peer(peer, offer.provider_id)
        known = _meant(called, offer, sender)
        if known is None:
            await self._require_room(peer)
        share = Received(
            id=known.id if known else secrets.token_hex(16),
            peer=peer,
            provider_id=offer.provider_id,
            owner=str(offer.owner),
            sender=str(offer.sender),
            to=offer.to,
            name=offer.name,
            secret=offer.secret,
            uri=offer.uri,
            modern=offer.modern,
            exchange=offer.exchange,
            expires=offer.expires,
            state=known.state if known else "pending",
            proven=sender.proven,
            accepted=known.accepted if known else not self._identity.asks,
            edition=known.edition if known else 0,
        )
        await self._store.received.put(share)
        self._access.forget(share.id)
        return share

    async def _require_room(self, peer: str) -> None:
        received = self._store.received
        if await received.count(peer, "pending") >= UNSEEN:
            raise TooManyShares(f"{peer}: {UNSEEN} shares have not been seen yet")
        if await received.count(peer, "pending", "open", "missing") >= self._identity.most:
            raise TooManyShares(f"{peer}: has {self._identity.most} shares here")

    def _hint(self, found: list[Received], kind: str) -> None:
        """Look at what is said to be over without proof, not too often."""
        if not found:
            raise MessageInvalid("no such share", {"providerId": "unknown"})
        for share in found[:5]:
            lately = self._hinted.get(share.id, 0.0) > time.monotonic() - HINTED_EVERY
            if kind in _ENDS | _CHANGES and not lately:
                self._hinted[share.id] = time.monotonic()
                self._keeper.look(share)


def _meant(called: Sequence[Received], offer: Offer, sender: Sender) -> Received | None:
    """Which of the shares that are called so a message is about; ``None`` for a new one.

    As long as none was seen there may be several, by whoever guessed what the next
    would be called: the first that opens is the one, and the others go.

    Raises:
        SenderUnproven: one was seen, and this is another.
    """
    same = [one for one in called if _same(one.secret.value, offer.secret.value)]
    seen = [one for one in called if one.state != "pending"]
    if same:
        return same[0]
    if seen and not sender.proven:
        raise SenderUnproven(f"{sender.peer}: another secret for a share that is known")
    return next(iter(seen), None)


def _claims(offer: Offer) -> list[str]:
    """For which clouds a share speaks: where it lies first, then its owner's, its sender's."""
    hosts = [offer.owner.host, offer.sender.host]
    try:
        parts = urlsplit(offer.uri)
        where = authority(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return hosts
    return sorted(hosts, key=lambda host: host != where)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


__all__ = ["Desk", "Identity"]
