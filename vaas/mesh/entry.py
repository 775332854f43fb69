"""Who may see a received share: as the operator says, for all of them alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vaas.errors import (
    LoginNeeded,
    NotAGuest,
    ShareHidden,
    ShareUnknown,
    ShareWaiting,
    ShareWithdrawn,
)
from vaas.mesh.access import Access
from vaas.mesh.guests import is_listed
from vaas.mesh.passes import Holder, Passes, packed, unpacked
from vaas.model import ShareLink
from vaas.state import Store, Vault
from vaas.state.values import Received

Visible = Literal["sender", "people", "address", "listed"]


class Entry:
    """Leads viewers to received shares.

    Attributes:
        passes: tell who somebody is.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        access: Access,
        visible: Visible,
        url: str,
        *,
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
            people: who may see all of them, where people are listed.
        """
        self.passes = Passes(vault)
        self._store, self._vault, self._access = store, vault, access
        self._visible, self._url, self._people = visible, url, people

    @property
    def by_list(self) -> bool:
        """Whether who shared something says who may see it."""
        return self._visible == "people"

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

    async def link(self, share_id: str, path: str, key: str, passes: str = "") -> ShareLink:
        """The share at an address.

        Args:
            share_id: as in the address.
            path: likewise, inside the share.
            key: the address's signature, if the viewer came with one.
            passes: of the viewer, if they have any.

        Raises:
            ShareHidden: this viewer may not see it, or not yet.
            ShareUnknown: there never was one.
            ShareWithdrawn: it is gone.
        """
        share = await self._store.received.find(share_id)
        if self.by_list:
            await self._require_guest(share or Received(share_id, ""), key, passes)
        elif self._visible == "sender" and not await self.admits(share_id, key):
            raise ShareHidden("its address lacks the signature")
        if share is None:
            raise ShareUnknown("no share of that id was received")
        if not share.secret.value:
            raise ShareWithdrawn("it was withdrawn")
        if not share.accepted:
            raise ShareWaiting("its sender has not accepted it")
        return self._access.link(share, path)

    async def listed(self) -> Sequence[tuple[str, str, str]]:
        """Name, sender and address of each share that everybody may know of."""
        if self._visible != "listed":
            return []
        shares = [one for one in await self._store.received.all("open") if one.accepted]
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
