"""Who may see a received share: as the operator says, for all of them alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vaas.errors import ShareHidden, ShareUnknown, ShareWithdrawn
from vaas.mesh.access import Access
from vaas.model import ShareLink
from vaas.state import Store, Vault
from vaas.state.values import Received

Visible = Literal["sender", "address", "listed"]

SHOWN = 200
"""Shares on the home page, the latest."""


class Entry:
    """Leads viewers to received shares."""

    def __init__(
        self, store: Store, vault: Vault, access: Access, visible: Visible, url: str
    ) -> None:
        """Take the policy.

        Args:
            store: has the shares.
            vault: signs addresses.
            access: turns a share into a link.
            visible: ``sender``: who has the signed address, which its sender alone
                is told; ``address``: who knows the address; ``listed``: everybody,
                and the home page names them.
            url: ours.
        """
        self._store, self._vault, self._access = store, vault, access
        self._visible, self._url = visible, url

    def address(self, share: Received) -> str:
        """Where a share's dashboards are, for its sender."""
        plain = f"{self._url}/ocm/s/{share.id}/"
        signed = self._visible == "sender"
        return f"{plain}?key={self._vault.sign(share.id)}" if signed else plain

    def admits(self, share_id: str, key: str) -> bool:
        """Whether an address is signed as it must be."""
        return self._visible != "sender" or self._vault.verifies(share_id, key)

    async def link(self, share_id: str, path: str, key: str) -> ShareLink:
        """The share at an address.

        Args:
            share_id: as in the address.
            path: likewise, inside the share.
            key: the address's signature, if the viewer came with one.

        Raises:
            ShareHidden: this viewer may not see it.
            ShareUnknown: there never was one.
            ShareWithdrawn: it is gone.
        """
        if not self.admits(share_id, key):
            raise ShareHidden("its address lacks the signature")
        share = await self._store.received.find(share_id)
        if share is None:
            raise ShareUnknown("no share of that id was received")
        if not share.secret.value:
            raise ShareWithdrawn("it was withdrawn")
        return self._access.link(share, path)

    async def listed(self) -> Sequence[tuple[str, str, str]]:
        """Name, sender and address of each share that everybody may know of."""
        if self._visible != "listed":
            return []
        shares = await self._store.received.all("open", most=SHOWN)
        return [(one.name, one.sender, f"/ocm/s/{one.id}/") for one in shares]


__all__ = ["Entry", "Visible"]
