"""Dashboards shared with people of other clouds, as web applications.

Their cloud shows the dashboard among what was shared with them. It exchanges the
secret that came with it for a token, and has their browser post that to us. One
that knows only how to open an address gets a signed one. Either is good for as
long as the dashboard is shared with them, and not a moment longer.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from vaas.errors import (
    EntryRefused,
    MessageInvalid,
    SenderUnproven,
    ShareUnknown,
    ShareWithdrawn,
)
from vaas.mesh import forms, jwts
from vaas.mesh.addresses import authority, parse_address
from vaas.mesh.desk import Identity
from vaas.mesh.dialects import announcement, require_taken
from vaas.mesh.forms import Notification
from vaas.mesh.keys import Signer
from vaas.mesh.peers import Peers, Profile
from vaas.mesh.senders import Senders
from vaas.mesh.shown import Shown
from vaas.mesh.signatures import Message
from vaas.mesh.visits import Visit, Visits, way_back
from vaas.model import Secret
from vaas.observability import logger
from vaas.state import Store, Vault
from vaas.state.values import Received, Sent

SENT = r"/ocm/open/([0-9a-f]{32})"
"""Where people of other clouds come in."""

LASTS = 3600
"""Seconds for which a token of ours is good, and the visit that it opens."""

VISIT = 12 * 3600.0
"""Seconds of a visit by a signed address."""

_GRANTS = {"authorization_code", "ocm_share"}
_TARGETS = ("iframe", "blank")

log = logger(__name__)


class Sharing:
    """Shares dashboards, lets in whom they are shared with; belongs to one event loop.

    Attributes:
        senders: find out who sent a message, once there is a service that takes any.
        shown: what people whom we shared something with look at.
    """

    senders: Senders

    def __init__(
        self,
        identity: Identity,
        store: Store,
        peers: Peers,
        vault: Vault,
        signer: Signer,
        *,
        url: str,
        framed: bool,
    ) -> None:
        """Take what it works with.

        Args:
            identity: who we are.
            store: keeps what was sent.
            peers: asks other clouds, and tells them.
            vault: signs addresses and passes.
            signer: signs tokens.
            url: ours.
            framed: whether dashboards may be shown in other sites' pages.
        """
        self._identity, self._store, self._peers = identity, store, peers
        self._vault, self._signer, self._url = vault, signer, url
        self._visits, self._framed = Visits(vault), framed
        self.shown = Shown(store.sent)

    async def send(self, share_id: str, to: str) -> Sent:
        """Share a received share's dashboards with somebody; again, if their cloud lost it.

        Args:
            share_id: the received share.
            to: their address, ``id@host``.

        Raises:
            ShareUnknown, ShareWithdrawn: there is no such share.
            MessageInvalid: the address is none.
            PeerNotTrusted: their cloud is none that we deal with.
            NotTaken: it does not take this.
            OutboundError, ShareError: it cannot be asked.
        """
        share = await self._share(share_id)
        try:
            address = parse_address(to)
        except ValueError:
            raise MessageInvalid("no address such as id@cloud.example.org") from None
        profile = await self._peers.profile(address.host)
        known = [one for one in await self.sent(share_id) if one.to == str(address)]
        sent = known[0] if known else _new(share_id, str(address), profile)
        if not known:
            await self._store.sent.add(sent)  # its cloud may exchange the secret at once
        try:
            await self._announce(share, sent, profile)
        except Exception:
            if not known:
                await self._store.sent.remove(sent.id)
            raise
        log.info("dashboard_shared", peer=sent.peer, share=share_id[:8])
        return sent

    async def sent(self, share_id: str) -> Sequence[Sent]:
        """With whom a received share's dashboards are shared, the latest first."""
        return await self._store.sent.of(share_id)

    async def revoke(self, sent_id: str) -> bool:
        """Take one back; its cloud is told, if it can be.

        Returns:
            whether there was one.
        """
        sent = await self._store.sent.find(sent_id)
        if sent is None or not await self._store.sent.remove(sent_id):
            return False
        self.shown.look()
        about = {"grantee": sent.to, "message": "It is no longer shared with you."}
        told = await self._peers.notify(sent.peer, "SHARE_UNSHARED", sent.id, sent.secret, about)
        log.info("dashboard_unshared", peer=sent.peer, share=sent.share[:8], told=told)
        return True

    async def end(self, share_id: str) -> None:
        """Take back all of a share that is gone."""
        for sent in await self.sent(share_id):
            await self.revoke(sent.id)

    async def notified(self, message: Message) -> bool:
        """Take note of what became of something that we sent.

        Returns:
            whether the message was about that.

        Raises:
            SenderUnproven, PeerNotTrusted, TooManyShares: it is not believed.
        """
        told = forms.read(Notification, message.body)
        sent = await self._store.sent.find(told.providerId)
        if sent is None:
            return False
        sender = await self.senders.of(message, sent.peer)
        knows = told.secret is not None and secrets.compare_digest(
            told.secret.value.encode(), sent.secret.value.encode()
        )
        if not sender.proven and not knows:
            raise SenderUnproven(f"{sent.peer}: neither signed, nor with the secret")
        log.info("dashboard_notified", peer=sent.peer, kind=told.notificationType[:40])
        if told.notificationType == "SHARE_ACCEPTED":
            await self._store.sent.accept(sent.id)
        elif told.notificationType == "SHARE_DECLINED":
            await self._store.sent.remove(sent.id)
            self.shown.look()
        return True

    async def exchange(self, message: Message) -> Mapping[str, Any]:
        """Give a token for the secret of something that we sent.

        Returns:
            the token, or an ``error`` as OAuth words it.

        Raises:
            SenderUnproven: it must be signed by the cloud that we sent it to, and is not.
            PeerNotTrusted, TooManyShares: that cloud asks too often, or is no longer trusted.
        """
        asked = _form(message.body)
        if asked.get("grant_type", "") not in _GRANTS:
            return {"error": "unsupported_grant_type"}
        if not asked.get("client_id") or not asked.get("code"):
            return {"error": "invalid_request"}
        sent = await self._store.sent.by_secret(asked["code"])
        if sent is None or not _is_client(asked["client_id"], sent.peer):
            return {"error": "invalid_grant"}
        await self.senders.of(message, sent.peer)
        us = self._identity
        claims = {"iss": self._url, "sub": us.user, "aud": sent.to, "client_id": sent.id}
        token = self._signer.token(claims, LASTS)
        return {"access_token": token, "token_type": "Bearer", "expires_in": LASTS}

    async def enter(self, name: str, token: str, _ends: str, back: str) -> tuple[Visit, str]:
        """Let somebody in who comes with a token of ours; see ``vaas.mesh.gate.Gate.enter``."""
        try:
            claims = await jwts.read(token, self._own_host, self._own_key)
        except SenderUnproven as error:
            raise EntryRefused(error.detail) from None
        sent = await self._store.sent.find(name)
        if sent is None or (claims.client, claims.to) != (sent.id, sent.to):
            raise EntryRefused("the token is for something else, or it was taken back")
        return self._let_in(sent, claims.expires, back)

    async def knock(self, name: str, key: str) -> tuple[Visit, str]:
        """Let somebody in who comes by a signed address.

        Raises:
            EntryRefused: it is not signed, or taken back.
        """
        sent = await self._store.sent.find(name)
        if sent is None or sent.modern or not self._vault.verifies(f"open {name}", key):
            raise EntryRefused("the address lacks the signature, or it was taken back")
        return self._let_in(sent, time.time() + VISIT, "")

    def _let_in(self, sent: Sent, until: float, back: str) -> tuple[Visit, str]:
        rule = self._peers.directory.rule(sent.peer)
        hosts = (sent.peer, *rule.also)
        home = way_back(back, hosts, insecure=rule.insecure)
        visit = Visit(sent.share, sent.id, until, home, hosts)
        log.info("dashboard_visited", peer=sent.peer, share=sent.share[:8])
        return visit, self._visits.write(visit)

    def _own_host(self, issuer: str) -> str:
        if issuer != self._url:
            raise EntryRefused("the token is none of ours")
        return self._identity.host

    async def _own_key(self, _host: str, keyid: str) -> object:
        if keyid != self._signer.keyid:
            raise EntryRefused("the token is signed with another key")
        return self._signer.public

    async def _announce(self, share: Received, sent: Sent, profile: Profile) -> None:
        where = f"{self._url}/ocm/open/{sent.id}"
        if not sent.modern:
            where += f"?key={self._vault.sign(f'open {sent.id}')}"
        kind, targets = profile.app_kind, self._targets(profile)
        told = announcement(self._identity, share, sent, where, kind=kind, targets=targets)
        answer = await self._peers.post(sent.peer, f"{profile.end_point}/shares", told)
        require_taken(sent.peer, answer.status)

    def _targets(self, profile: Profile) -> Sequence[str]:
        """Where a cloud shows applications, of what we are ready for."""
        ours = [one for one in _TARGETS if one != "iframe" or self._framed]
        return [one for one in ours if one in profile.app_targets] or ["blank"]

    async def _share(self, share_id: str) -> Received:
        share = await self._store.received.find(share_id)
        if share is None:
            raise ShareUnknown("no share of that id was received")
        if not share.secret.value:
            raise ShareWithdrawn("it was withdrawn")
        return share


def _new(share_id: str, to: str, profile: Profile) -> Sent:
    secret, modern = Secret(secrets.token_urlsafe(32)), bool(profile.app_kind)
    peer = parse_address(to).host
    return Sent(secrets.token_hex(16), share_id, to, peer, secret, modern, made=time.time())


def _is_client(told: str, peer: str) -> bool:
    """Whether a client calls itself by a peer's name; some leave the port out."""
    try:
        host = authority(told.rstrip("/"))
    except ValueError:
        return False
    return host in {peer, peer.rpartition(":")[0]}


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form that stand in it once."""
    try:
        found = parse_qs(body.decode("ascii"), max_num_fields=20)
    except (UnicodeDecodeError, ValueError):
        return {}
    return {name: values[0] for name, values in found.items() if len(values) == 1}


__all__ = ["LASTS", "SENT", "Sharing"]
