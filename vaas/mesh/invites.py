"""Invitations, both ways: for clouds whose users share with contacts only.

Ours: somebody types their cloud, and its accept dialog, or the code to be pasted
there, makes us their contact. Theirs: the code that their cloud made is accepted
here. Nothing is opened by it: what counts is what they share afterwards.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from vaas.errors import (
    InvitationTaken,
    MessageInvalid,
    OutboundError,
    PeerNotTrusted,
    ShareError,
    TooManyShares,
)
from vaas.mesh.addresses import authority
from vaas.mesh.desk import Identity
from vaas.mesh.objects import read_object
from vaas.mesh.peers import Peers
from vaas.observability import logger
from vaas.state.contacts import Contact, Contacts

LASTS = 86_400.0
"""Seconds for which an invitation of ours can be accepted."""

MOST = 1_000
"""Invitations that wait to be accepted."""

_TAKEN, _REFUSED = 409, 400
_LONGEST = 2_048

log = logger(__name__)


class Inviter:
    """Gives and accepts invitations.

    Attributes:
        us: our address, for people.
    """

    def __init__(self, identity: Identity, contacts: Contacts, peers: Peers) -> None:
        """Take what it works with.

        Args:
            identity: who we are.
            contacts: keeps invitations, and who accepted.
            peers: asks other clouds.
        """
        self.us = f"{identity.user}@{identity.host}"
        self._identity, self._contacts, self._peers = identity, contacts, peers

    @property
    def clouds(self) -> Sequence[tuple[str, str]]:
        """Name and host of clouds that directories name, by their names."""
        listed = self._peers.directory.listed
        named = ((one.name, host) for host, one in listed.items())
        return sorted(named, key=lambda one: one[0].casefold())

    async def invite(self, cloud: str) -> tuple[str, str]:
        """Invite whoever sits before us, who is at home at some cloud.

        Returns:
            a code to be pasted there, and the address of its accept dialog with
            the invitation in it, empty if it has none.

        Raises:
            PeerNotTrusted: nothing is taken from that cloud.
            TooManyShares: too many invitations wait.
        """
        peer = _host(cloud)
        self._peers.directory.rule(peer)
        if await self._contacts.waiting() >= MOST:
            raise TooManyShares(f"{MOST} invitations wait to be accepted")
        token = secrets.token_urlsafe(24)
        await self._contacts.invite(token, time.time() + LASTS)
        code = base64.b64encode(f"{token}@{self._identity.host}".encode()).decode()
        query = urlencode({"token": token, "providerDomain": self._identity.host})
        dialog = await self._dialog(peer)
        between = "&" if "?" in dialog else "?"
        return code, f"{dialog}{between}{query}" if dialog else ""

    async def accept(self, code: str, cloud: str = "") -> str:
        """Accept an invitation that another cloud made.

        Args:
            code: as it was pasted, or the bare token where ``cloud`` says whose.
            cloud: who made it.

        Returns:
            the address of whose contact we are now.

        Raises:
            MessageInvalid: it is none, or that cloud does not know it.
            InvitationTaken: it was accepted before.
            PeerNotTrusted: nothing is taken from that cloud.
            OutboundError, ShareError: it cannot be asked.
        """
        token, host = _parts(code.strip(), cloud.strip())
        us = self._identity
        end_point = (await self._peers.profile(host)).end_point
        message = {
            "recipientProvider": us.host,
            "token": token,
            "userID": us.user,
            "email": "",
            "name": us.name,
        }
        answer = await self._peers.post(host, f"{end_point}/invite-accepted", message)
        if answer.status == _TAKEN:
            raise InvitationTaken(f"{host}: this invitation was accepted before")
        if answer.status >= _REFUSED:
            raise MessageInvalid(f"{host}: status {answer.status} for an invitation")
        contact = _contact(answer.body, host)
        await self._contacts.add(contact)
        log.info("invitation_accepted", peer=host)
        return contact.address

    async def _dialog(self, peer: str) -> str:
        try:
            return (await self._peers.profile(peer)).invite_dialog
        except (OutboundError, ShareError):
            return ""  # the code still can be pasted


def _host(text: str) -> str:
    """The host of what somebody types: an address, or a name."""
    parts = urlsplit(text.strip()) if "://" in text else None
    try:
        return authority(f"{parts.scheme}://{parts.netloc}" if parts else text.strip().strip("/"))
    except ValueError:
        raise PeerNotTrusted("no host that could be trusted") from None


def _parts(code: str, cloud: str) -> tuple[str, str]:
    """Token and host of an invitation."""
    if len(code) > _LONGEST or not code:
        raise MessageInvalid("no invitation")
    if cloud:
        return code, _host(cloud)
    try:
        text = base64.b64decode(code, validate=True).decode()
    except ValueError:  # not base64, or not of ASCII, or no text in it
        text = code
    token, at, host = text.rpartition("@")
    if not at or not token:
        raise MessageInvalid("no invitation: it names no cloud")
    return token, _host(host)


def _contact(body: bytes, host: str) -> Contact:
    try:
        told = read_object(body)
        found = [_short(told.get(name)) for name in ("userID", "name", "email")]
    except ValueError:
        raise MessageInvalid(f"{host}: says not whose contact we are") from None
    return Contact(f"{found[0]}@{host}", found[1], found[2])


def _short(told: object) -> str:
    return str(told or "")[:320].replace("\0", "")


__all__ = ["Inviter"]
