"""Who may see a received share: as the operator says, for all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

from vaas.errors import ShareHidden, ShareUnknown, ShareWithdrawn, VisitOver
from vaas.mesh.access import Access
from vaas.mesh.bearers import Bearers
from vaas.mesh.visits import Visit, Visits
from vaas.model import ShareLink
from vaas.state import Store, Vault
from vaas.state.values import Received

Visible = Literal["sender", "address", "listed"]


class Entry:
    """Leads viewers to received shares.

    Attributes:
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
            bearers: turns a share into a link that a viewer's token opens.
        """
        self._store, self._vault, self._access = store, vault, access
        self._bearers, self._visits = bearers, Visits(vault)
        self._visible, self._url = visible, url
        self.showing: Callable[[str, str], None] = lambda _session, _sent: None

    def address(self, share: Received) -> str:
        """Where a share's dashboards are, for its sender."""
        plain = f"{self._url}/ocm/s/{share.id}/"
        signed = self._visible == "sender"
        return f"{plain}?key={self._vault.sign(share.id)}" if signed else plain

    def admits(self, share_id: str, key: str) -> bool:
        """Whether an address is signed as it must be."""
        return self._visible != "sender" or self._vault.verifies(share_id, key)

    def frames(self, share_id: str, visit: str) -> tuple[str, ...]:
        """Whose pages may show a share to a viewer, besides those that it names itself."""
        found = self._visits.read(share_id, visit)
        return found.frames if found else ()

    def shown(self, share_id: str, key: str, visit: str, session_id: str) -> None:
        """A session shows a share to a viewer; that of one whom another cloud sent is noted."""
        found = self._visits.read(share_id, visit)
        if found and found.sent and not self.admits(share_id, key):
            self.showing(session_id, found.sent)

    async def link(self, share_id: str, path: str, key: str, *, visit: str = "") -> ShareLink:
        """The share at an address.

        Args:
            share_id: as in the address.
            path: likewise, inside the share.
            key: the address's signature, if the viewer came with one.
            visit: the pass of a viewer whom another cloud sent.

        Raises:
            ShareHidden: this viewer may not see it.
            ShareUnknown: there never was one.
            ShareWithdrawn: it is gone.
            VisitOver: the pass has run out, or nothing opens the share any more.
        """
        found = self._visits.read(share_id, visit)
        if not self.admits(share_id, key) and found is None:
            raise ShareHidden("its address lacks the signature")
        if found is not None and not found.sent:
            return await self._share(found, path)
        if found is not None and not self.admits(share_id, key):
            await self._require(found)
        share = await self._store.received.find(share_id)
        if share is None:
            raise ShareUnknown("no share of that id was received")
        if not share.secret.value:
            raise ShareWithdrawn("it was withdrawn")
        return self._access.link(share, path)

    async def _share(self, visit: Visit, path: str) -> ShareLink:
        """A share that viewers' own tokens open."""
        known = await self._store.hosted.find(visit.share)
        if known is not None and not (known.owner or known.passing):
            raise ShareWithdrawn("its cloud took it back")
        share = self._bearers.share(visit.share)
        if share is None or visit.expires <= time.time():
            raise VisitOver("no token is good any more", visit.back, visit.frames)
        return self._bearers.link(share, path)

    async def _require(self, visit: Visit) -> None:
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
        shares = await self._store.received.all("open")
        return [(one.name, one.sender, f"/ocm/s/{one.id}/") for one in shares]


__all__ = ["Entry", "Visible"]
