"""Who may see a received share: as the operator says, for all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

from vaas.errors import (
    LoginNeeded,
    NotAGuest,
    ShareHidden,
    ShareUnknown,
    ShareWaiting,
    ShareWithdrawn,
    VisitOver,
)
from vaas.mesh.access import Access
from vaas.mesh.bearers import Bearers
from vaas.mesh.guests import is_listed
from vaas.mesh.passes import Holder, Passes, packed, unpacked
from vaas.mesh.visits import Visit, Visits
from vaas.model import ShareLink
from vaas.state import Store, Vault
from vaas.state.values import Received

Visible = Literal["sender", "people", "address", "listed"]

SHOWN = 200
"""Shares on the home page, the latest."""


class Entry:
    """Leads viewers to received shares.

    Attributes:
        passes: tell who somebody is.
        showing: is called with a session, and by which of our shares its viewer came.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        access: Access,
        visible: Visible,
        url: str,
        *,
        bearers: Bearers,
        people: Sequence[str] = (),
    ) -> None:
        """Take the policy.

        Args:
            store: has the shares.
            vault: signs addresses.
            access: turns a share into a link.
            visible: ``sender``: who has the signed address, which its sender alone
                is told; ``people``: who is listed, and proves to be that; ``address``:
                who knows the address; ``listed``: everybody, and the home page names
                them.
            url: ours.
            bearers: turns a share into a link that a viewer's token opens.
            people: who may see all of them, where people are listed.
        """
        self.passes = Passes(vault)
        self._store, self._vault, self._access = store, vault, access
        self._bearers, self._visits = bearers, Visits(vault)
        self._visible, self._url, self._people = visible, url, people
        self.showing: Callable[[str, str], None] = lambda _session, _sent: None

    @property
    def by_list(self) -> bool:
        """Whether who shared something says who may see it."""
        return self._visible == "people"

    @property
    def _is_free(self) -> bool:
        """Whether who knows a share's address may see it."""
        return self._visible in {"address", "listed"}

    def address(self, share: Received) -> str:
        """Where a share's dashboards are, for its sender."""
        key = self.key(share)
        return f"{self._url}/ocm/s/{share.id}/{f'?key={key}' if key else ''}"

    def guest_address(self, share: Received, guest: str) -> str:
        """Where they are for somebody who is listed; empty for all of a cloud."""
        if guest.startswith("*@"):
            return ""
        return f"{self._url}/ocm/s/{share.id}/?key={self._guest_key(share, guest)}"

    def key(self, share: Received) -> str:
        """What opens a share to its sender; empty where nothing is needed."""
        if self._visible == "sender":
            return self._vault.sign(_signed(share))
        return self._guest_key(share, share.sender) if self.by_list else ""

    async def admits(self, share_id: str, key: str) -> bool:
        """Whether an address is signed as it must be."""
        share = await self._store.received.find(share_id) or Received(share_id, "")
        if self.by_list:
            return bool(self._guest(share, key))
        return self._vault.verifies(_signed(share), key)

    def frames(self, share_id: str, visit: str) -> tuple[str, ...]:
        """Whose pages may show a share to a viewer, besides those that it names itself."""
        found = self._visits.read(share_id, visit)
        return found.frames if found else ()

    def way_back(self, share_id: str, visit: str) -> str:
        """Where the cloud that sent a viewer begins anew; empty if it did not say."""
        found = self._visits.read(share_id, visit)
        return found.back if found else ""

    async def came_by(self, share_id: str, key: str, visit: str) -> str:
        """The share of ours by which alone a viewer comes, if they come by one."""
        found = self._visits.read(share_id, visit)
        if not found or self._is_free or await self.admits(share_id, key):
            return ""
        return found.sent

    def shown(self, session_id: str, sent: str) -> None:
        """A session shows a share to somebody who came by what we sent."""
        self.showing(session_id, sent)

    async def link(
        self, share_id: str, path: str, key: str, passes: str = "", *, visit: str = ""
    ) -> ShareLink:
        """The share at an address.

        Args:
            share_id: as in the address.
            path: likewise, inside the share.
            key: the address's signature, if the viewer came with one.
            passes: of the viewer, if they have any.
            visit: the pass of a viewer whom another cloud sent.

        Raises:
            ShareHidden: this viewer may not see it, or not yet.
            ShareUnknown: there never was one.
            ShareWithdrawn: it is gone.
            VisitOver: the pass has run out, or nothing opens the share any more.
        """
        found = self._visits.read(share_id, visit)
        if found is not None and not found.sent:
            return await self._hosted(found, path)
        share = await self._store.received.find(share_id)
        await self._require(share or Received(share_id, ""), key, passes, found)
        if share is None:
            raise ShareUnknown("no share of that id was received")
        if not share.secret.value:
            raise ShareWithdrawn("it was withdrawn")
        if not share.accepted:
            raise ShareWaiting("its sender has not accepted it")
        return self._access.link(share, path)

    async def _hosted(self, visit: Visit, path: str) -> ShareLink:
        """A share that viewers' own tokens open."""
        known = await self._store.hosted.find(visit.share)
        if known is not None and not (known.owner or known.passing):
            raise ShareWithdrawn("its cloud took it back")
        share = self._bearers.share(visit.share)
        if share is None or visit.expires <= time.time():
            raise VisitOver("no token is good any more", visit.back, visit.frames)
        return self._bearers.link(share, path)

    async def _require(self, share: Received, key: str, passes: str, visit: Visit | None) -> None:
        """Let nobody pass who may not see a share.

        Raises:
            ShareHidden, VisitOver: this viewer may not.
        """
        admitted = self._is_free or await self.admits(share.id, key)
        if visit is not None and not admitted:
            await self._require_visit(visit)
        elif self.by_list:
            await self._require_guest(share, key, passes)
        elif not admitted:
            raise ShareHidden("its address lacks the signature")

    async def _require_visit(self, visit: Visit) -> None:
        """Refuse a visit that is over, or whose share was taken back."""
        sent = await self._store.sent.find(visit.sent)
        if sent is None or sent.share != visit.share:
            raise ShareHidden("it is no longer shared with them")
        if visit.expires <= time.time():
            raise VisitOver("the pass has run out", visit.back, visit.frames)

    async def listed(self) -> Sequence[tuple[str, str, str]]:
        """Name, sender and address of each share that everybody may know of."""
        if self._visible != "listed":
            return []
        found = await self._store.received.all("open", most=SHOWN)
        shares = [one for one in found if one.accepted]
        return [(one.name, one.sender, f"/ocm/s/{one.id}/") for one in shares]

    def who(self, passes: str) -> Holder:
        """Who holds these passes."""
        return self.passes.read(passes)

    async def _require_guest(self, share: Received, key: str, passes: str) -> None:
        """Let nobody pass who is not listed; of what is gone nobody is any more.

        Raises:
            LoginNeeded: nobody knows who this is.
            NotAGuest: it is somebody else.
        """
        holder = self.who(passes)
        who = {holder.address, self._guest(share, key)} - {""}
        sent = share.id in holder.shares
        if not who and not sent:
            raise LoginNeeded("no pass, and no signed address")
        if sent or not share.secret.value:
            return
        guests = {share.sender, *self._people, *await self._store.received.guests(share.id)}
        if not any(is_listed(one, guests) for one in who):
            raise NotAGuest("this viewer is not listed")

    def _guest_key(self, share: Received, guest: str) -> str:
        return f"{packed(guest)}.{self._vault.sign(f'{_signed(share)} {guest}')}"

    def _guest(self, share: Received, key: str) -> str:
        """For whom an address was signed; empty if it was not."""
        name, _, signature = key.partition(".")
        guest = unpacked(name)
        return guest if self._vault.verifies(f"{_signed(share)} {guest}", signature) else ""


def _signed(share: Received) -> str:
    """What the signature of a share's address signs; another text since it was renewed."""
    return f"{share.id} {share.edition}" if share.edition else share.id


__all__ = ["Entry", "Visible"]
