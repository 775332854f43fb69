"""Who sent a message, and how often they may.

A signature is checked wherever there is one. Without one a message is worth what
the secret in it is worth, which is for the desk to find out; a peer that must
sign is refused then.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vaas.errors import OutboundError, SenderUnproven, ShareError, TooManyShares
from vaas.mesh import cavage, signatures
from vaas.mesh.addresses import authority
from vaas.mesh.peers import Peers
from vaas.mesh.signatures import FRESH, Message

PER_MINUTE = 120
"""Messages of one peer that are looked at in a minute."""

_SEEN = 20_000
_PEERS = 1_024


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a message.

    Attributes:
        peer: ``host[:port]``; empty if nothing in the message tells.
        proven: whether its signature says so.
    """

    peer: str
    proven: bool = False


class Senders:
    """Finds out who sent a message; belongs to one event loop."""

    def __init__(self, peers: Peers, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing seen.

        Args:
            peers: asks for keys.
            clock: seconds that only grow.
        """
        self._peers, self._clock = peers, clock
        self._seen: OrderedDict[bytes, float] = OrderedDict()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    async def of(self, message: Message, *claimed: str) -> Sender:
        """Who sent a message.

        Args:
            message: what came.
            claimed: hosts for which it claims to speak, the likeliest first;
                none where only a signature can tell.

        Raises:
            PeerNotTrusted: nothing is taken from that cloud.
            SenderUnproven: its signature does not hold, or it must have one; or this very
                message was sent before, by whomever.
            TooManyShares: it sends too many messages.
        """
        signed = message.header("Signature-Input")
        old = {} if signed else cavage.parts_of(message)
        if signed:
            keyid, moment = signatures.key_of(message)
            return await self._proven(message, _host(keyid), claimed, (keyid, moment))
        if old:
            peer = _host(old["keyId"])
            if self._peers.directory.rule(peer).cavage:
                return await self._proven(message, peer, claimed, ("", message.header("Date")))
        if not claimed:
            return Sender("")
        if self._peers.directory.rule(claimed[0]).signed:
            raise SenderUnproven(f"{claimed[0]}: must sign, and did not")
        self._count(claimed[0], "unsigned")
        return Sender(claimed[0])

    async def _proven(
        self, message: Message, peer: str, claimed: Sequence[str], made: tuple[str, str]
    ) -> Sender:
        keyid, moment = made
        if claimed and peer not in claimed:
            raise SenderUnproven(f"{peer}: signed in the name of another cloud")
        self._peers.directory.rule(peer)
        try:
            if keyid:
                signatures.verify(message, keyid, await self._peers.key(peer, keyid))
            else:
                name = cavage.parts_of(message)["keyId"]
                keys = (await self._peers.profile(peer)).old_keys
                cavage.verify(message, keys.get(name, ""))
        except (OutboundError, ShareError) as error:
            raise SenderUnproven(f"{peer}: its keys cannot be had: {error.detail}") from None
        self._count(peer, "signed")
        self._require_new(peer, moment, message)
        return Sender(peer, proven=True)

    def _count(self, peer: str, kind: str) -> None:
        """Count a message; what anybody can send in a peer's name takes nothing from its own."""
        now, times = (
            self._clock(),
            self._times.setdefault(f"{kind} {peer}", deque(maxlen=PER_MINUTE)),
        )
        self._times.move_to_end(f"{kind} {peer}")
        while len(self._times) > _PEERS:
            self._times.popitem(last=False)
        if len(times) == PER_MINUTE and now - times[0] < 60:  # noqa: PLR2004
            raise TooManyShares(f"{peer}: more than {PER_MINUTE} messages in a minute")
        times.append(now)

    def _require_new(self, peer: str, moment: str, message: Message) -> None:
        """Refuse what was sent before; by what is signed, as a signature can be spelt anew.

        Raises:
            SenderUnproven: just that.
        """
        said = f"{peer}\n{moment}\n{message.method} {message.url}\n".encode() + message.body
        mark, now = hashlib.sha256(said).digest(), self._clock()
        while self._seen and (next(iter(self._seen.values())) < now or len(self._seen) >= _SEEN):
            self._seen.popitem(last=False)
        if mark in self._seen:
            raise SenderUnproven(f"{peer}: this message was sent before")
        self._seen[mark] = now + 2 * FRESH.total_seconds()


def _host(keyid: str) -> str:
    """The cloud whose key it is: a web address, or ``host#name``."""
    try:
        scheme, _, rest = keyid.rpartition("://")
        host = rest.partition("#")[0].partition("/")[0]
        return authority(f"{scheme}://{host}" if scheme else host)
    except ValueError:
        raise SenderUnproven("the key's name tells no cloud") from None


__all__ = ["PER_MINUTE", "Sender", "Senders"]
