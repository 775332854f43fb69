"""What is kept between restarts, as the rest of VaaS has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from vaas.model import Secret

GATHERED = "cs3:"
"""What the names of shares begin with that an account of ours received."""

ReceivedState = Literal["pending", "open", "missing", "gone"]


@dataclass(frozen=True, slots=True)
class Received:
    """A share that another cloud sent us by Open Cloud Mesh.

    Attributes:
        id: random, unguessable; part of its address here.
        peer: ``host[:port]`` of the cloud that holds it.
        provider_id: what that cloud calls it; empty once it is gone.
        owner: who owns the files, an address ``id@host``.
        sender: who shared them.
        to: our own address, as it was shared with.
        name: of the file or folder.
        secret: what opens it.
        uri: where it lies: absolute, relative to the peer's root, or empty for that root.
        modern: whether it came in the newer form, whose secret is a bearer's.
        exchange: whether the secret must be exchanged for a token.
        expires: seconds since 1970 at which it ends, if ever.
        state: ``pending`` before it was seen, ``open``, ``missing`` since its
            cloud no longer shows it, ``gone`` when all of it was erased.
        proven: whether its cloud signed the message that says all this.
        accepted: whether it may be shown; who shared it may be asked first.
        edition: of its signed address; the ones before it are no longer good.
        changed: seconds since 1970 of the last change of state.
    """

    id: str
    peer: str
    provider_id: str = ""
    owner: str = ""
    sender: str = ""
    to: str = ""
    name: str = ""
    secret: Secret = field(default=Secret(""), repr=False)
    uri: str = ""
    modern: bool = False
    exchange: bool = False
    expires: float | None = None
    state: ReceivedState = "pending"
    proven: bool = False
    accepted: bool = True
    edition: int = 0
    changed: float = 0.0

    @property
    def gathered(self) -> bool:
        """Whether an account of ours at a site received it, and not we ourselves."""
        return self.uri == GATHERED


@dataclass(frozen=True, slots=True)
class Hosted:
    """A share that a cloud sends its viewers here with, each with a token that opens the files.

    Attributes:
        id: random, unguessable; part of its address here.
        peer: ``host[:port]`` of the cloud.
        client: what that cloud's tokens call it.
        owner: who owns the files, an address ``id@host``; empty once it is over.
        to: with whom they are shared, likewise.
        name: of the file or folder.
        uri: where it lies, as in ``Received``.
        expires: seconds since 1970 at which it ends, if ever.
        passing: whether it is known by a token alone, and is to be erased with it.
        changed: seconds since 1970 at which it came, or ended.
    """

    id: str
    peer: str
    client: str
    owner: str = ""
    to: str = ""
    name: str = ""
    uri: str = ""
    expires: float | None = None
    passing: bool = False
    changed: float = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A received share's dashboards, shared by us with somebody at another cloud.

    Attributes:
        id: random; what that cloud calls it too.
        share: the received share.
        to: with whom, an address ``id@host``.
        peer: ``host[:port]`` of that cloud.
        secret: what it exchanges for tokens.
        modern: whether it posts them; else its people come by a signed address.
        accepted: whether they said that they take it.
        made: seconds since 1970.
    """

    id: str
    share: str
    to: str
    peer: str
    secret: Secret = field(repr=False)
    modern: bool = True
    accepted: bool = False
    made: float = 0.0


__all__ = ["GATHERED", "Hosted", "Received", "ReceivedState", "Sent"]
