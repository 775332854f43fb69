"""Shares that a cloud tells us of, to send its viewers here (OCM-IP): the back channel.

Only clouds that a rule names may do so, and only signed. No secret is in what they
say: the files are opened by the tokens that viewers bring.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from vaas.errors import (
    AddressRefused,
    MessageInvalid,
    NotSupported,
    PeerNotTrusted,
    SenderUnproven,
    ShareWithdrawn,
    SiteNotAllowed,
    TooManyShares,
)
from vaas.mesh.addresses import parse_address
from vaas.mesh.bearers import Bearers
from vaas.mesh.directory import Directory
from vaas.mesh.forms import Lenient, Text, is_plain, read, shown_name
from vaas.mesh.keeper import Keeper
from vaas.mesh.senders import Senders
from vaas.mesh.signatures import Message
from vaas.observability import logger
from vaas.state.hosted import HostedShares
from vaas.state.values import Hosted

EVERY = 60.0
"""Seconds between two looks for shares whose time is over."""

_LONGEST_URI = 2_048
_KINDS = frozenset({"file", "folder"})

log = logger(__name__)


class Told(Lenient):
    """The body of ``POST {prefix}/shares``: a share's announcement without its secret."""

    sender: Text
    owner: Text
    shareWith: Text  # noqa: N815 (the wire's own names)
    providerId: Text  # noqa: N815
    resourceType: Text  # noqa: N815
    name: Text = "shared"
    expiration: float | None = None
    protocol: dict[str, Any]

    @property
    def client(self) -> str:
        """What tokens call the share: the app's own name for it, or the cloud's."""
        entries = (self.protocol.get("webapp"), self.protocol.get("webdav"))
        named = [one.get("clientId") for one in entries if isinstance(one, dict)]
        found = next((one for one in named if isinstance(one, str) and one), self.providerId)
        return found[:1024]


class Ended(Lenient):
    """The body of ``POST {prefix}/revoke`` and ``/close``."""

    sender: Text
    clientId: Text = ""  # noqa: N815
    providerId: Text = ""  # noqa: N815


class Provisions:
    """Takes what clouds tell us of their shares; belongs to one event loop."""

    def __init__(
        self,
        hosted: HostedShares,
        directory: Directory,
        senders: Senders,
        bearers: Bearers,
        keeper: Keeper,
        *,
        most: int,
    ) -> None:
        """Take what it works with.

        Args:
            hosted: keeps them.
            directory: which clouds are trusted.
            senders: find out who sent a message.
            bearers: holds the tokens of viewers.
            keeper: ends pages, and erases copies.
            most: shares taken of one cloud.
        """
        self._hosted, self._directory, self._senders = hosted, directory, senders
        self._bearers, self._keeper, self._most = bearers, keeper, most
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, message: Message) -> None:
        """Keep a share, new or changed.

        Raises:
            MeshError: it is not taken.
        """
        told = read(Told, message.body)
        peer = self._peer(told.sender)
        sender = await self._senders.of(message, peer)
        if not sender.proven:
            raise SenderUnproven(f"{peer}: must sign, and did not")
        share = told_share(told, peer, self._directory)
        async with self._turns.setdefault(peer, asyncio.Lock()):
            known = await self._hosted.called(peer, share.client)
            fresh = known is None or not known.owner
            if fresh and await self._hosted.count(peer) >= self._most:
                raise TooManyShares(f"{peer}: has {self._most} shares here")
            share = replace(share, id=known.id if known else share.id)
            await self._hosted.put(share)
            if known and _is_another(known, share):
                self._forget(share)
        log.info("share_told", peer=peer, share=share.id[:8])

    async def revoke(self, message: Message) -> str:
        """End a share.

        Returns:
            ``revoked``, or ``gone`` if there is none.

        Raises:
            MeshError: the message is not believed.
        """
        told = read(Ended, message.body)
        peer = self._peer(told.sender)
        sender = await self._senders.of(message, peer)
        if not sender.proven:
            raise SenderUnproven(f"{peer}: must sign, and did not")
        if not (told.clientId or told.providerId):
            raise MessageInvalid("fields are missing or wrong", {"clientId": "required"})
        async with self._turns.setdefault(peer, asyncio.Lock()):
            share = await self._hosted.called(peer, told.clientId or told.providerId)
            if share is None or not share.owner:
                return "gone"
            await self._end(share)
        return "revoked"

    async def run(self) -> None:
        """End shares whose time is over, until cancelled; first those of the last service."""
        while True:
            try:
                for share in await self._hosted.over(time.time()):
                    await self._end(share)
                for share in await self._hosted.noted():
                    if not self._bearers.holds(share.id):
                        self._forget(share)
            except Exception:  # the task's last line: told, not raised
                log.exception("hosted_failed")
            await asyncio.sleep(EVERY)

    async def _end(self, share: Hosted) -> None:
        await self._hosted.end(share)
        self._forget(share)
        log.info("share_ended", peer=share.peer, share=share.id[:8])

    def _forget(self, share: Hosted) -> None:
        """Drop the token, the pages and the copies."""
        self._bearers.drop(share.id)
        self._keeper.withdraw(self._bearers.link(share), ShareWithdrawn("its cloud took it back"))

    def _peer(self, sender: str) -> str:
        """The cloud that a message says to be from, before anything is asked of it."""
        try:
            peer = parse_address(sender).host
            self._directory.named(peer)
        except ValueError:
            raise MessageInvalid("fields are missing or wrong", {"sender": "no address"}) from None
        except PeerNotTrusted as error:
            raise SenderUnproven(error.detail) from None
        return peer


def told_share(told: Told, peer: str, directory: Directory) -> Hosted:
    """A share as its cloud tells of it.

    Args:
        told: the announcement, or what a token says of itself.
        peer: the cloud.
        directory: which addresses are its own.

    Raises:
        MessageInvalid: with what is wrong.
        NotSupported: a kind that no dashboard can be of.
    """
    webdav = told.protocol.get("webdav")
    entry = webdav if isinstance(webdav, dict) else {}
    uri, permissions = entry.get("uri", ""), entry.get("permissions")
    wrong = {} if entry else {"protocol.webdav": "required: it is how files are read"}
    if not isinstance(uri, str) or len(uri) > _LONGEST_URI or not is_plain(uri):
        wrong["protocol.webdav.uri"] = "no address or path"
    elif not _is_own(directory, peer, uri):
        wrong["protocol.webdav.uri"] = "not an address of the sender's"
    owner, to = _address(told.owner), _address(told.shareWith)
    wrong |= {"owner": "no address of the sender's"} if not owner.endswith(f"@{peer}") else {}
    wrong |= {} if to else {"shareWith": "no address such as id@cloud.example.org"}
    if told.expiration is not None and not 0 < told.expiration < 1e12:  # noqa: PLR2004
        wrong["expiration"] = "no time in seconds"
    if wrong:
        raise MessageInvalid("fields are missing or wrong", wrong)
    if told.resourceType not in _KINDS or (
        isinstance(permissions, list) and permissions and "read" not in permissions
    ):
        raise NotSupported("only files and folders that may be read can be shown")
    name = shown_name(told.name)
    return Hosted(
        secrets.token_hex(16), peer, told.client, owner, to, name, str(uri), told.expiration
    )


def _address(text: str) -> str:
    """An address in the one spelling; empty if it is none."""
    try:
        return str(parse_address(text))
    except ValueError:
        return ""


def _is_own(directory: Directory, peer: str, uri: str) -> bool:
    try:
        if "://" in uri:
            directory.belonging(peer, uri)
    except (AddressRefused, SiteNotAllowed, PeerNotTrusted):
        return False
    return True


def _is_another(one: Hosted, other: Hosted) -> bool:
    return (one.owner, one.to, one.uri) != (other.owner, other.to, other.uri)


def told_by_token(claims_peer: str, owner: str, to: str, told: Mapping[str, Any]) -> Told:
    """What a token says of its share, as an announcement says it.

    Raises:
        MessageInvalid: it lacks something.
    """
    parties = {"sender": f"{owner}@{claims_peer}", "owner": f"{owner}@{claims_peer}"}
    return Told.model_validate({**told, **parties, "shareWith": to})


__all__ = ["Ended", "Provisions", "Told", "told_by_token", "told_share"]
