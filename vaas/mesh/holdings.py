"""What people shared with us, as their own page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vaas.mesh.notes import Trouble
from vaas.state.contacts import Contact

State = Literal["looking", "asked", "open", "missing", "gone"]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who may see a share, and the address that lets them; empty for all of a cloud."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Held:
    """A share as its sender sees it.

    Attributes:
        id: of the share.
        name: what they call it.
        cloud: that holds it.
        state: what became of it.
        since: seconds since 1970 of the last change of that.
        expires: likewise, at which it ends, if ever.
        address: of its dashboards, to be passed on.
        why: it is gone: ``vaas.mesh.notes.Why``.
        trouble: what went wrong last.
        dashboards: path and address of each; ``None`` where its cloud did not say.
        guests: who may see it, where people are listed.
        sent: with whom of other clouds its dashboards are shared: number, address, and
            whether they have taken it.
    """

    id: str
    name: str
    cloud: str
    state: State
    since: float
    expires: float | None = None
    address: str = ""
    why: str = ""
    trouble: Trouble | None = None
    dashboards: Sequence[tuple[str, str]] | None = None
    guests: Sequence[Guest] = ()
    sent: Sequence[tuple[str, str, bool]] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """One page of what somebody shared.

    Attributes:
        address: theirs, if they proved it.
        until: seconds since 1970 at which their pass ends.
        shares: on this page; first those that were erased lately.
        pages: how many there are.
        by_list: whether they say who may see them.
        contact: what we keep of them since they connected their cloud.
    """

    address: str
    until: float
    shares: Sequence[Held]
    pages: int
    by_list: bool
    contact: Contact | None


__all__ = ["Guest", "Held", "Overview", "State"]
