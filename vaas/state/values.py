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
    changed: float = 0.0

    @property
    def gathered(self) -> bool:
        """Whether an account of ours at a site received it, and not we ourselves."""
        return self.uri == GATHERED


__all__ = ["GATHERED", "Received", "ReceivedState"]
