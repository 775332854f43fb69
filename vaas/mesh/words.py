"""What senders are told, through the channel by which their share came."""

from __future__ import annotations

from vaas.mesh.addresses import parse_address
from vaas.mesh.entry import Entry
from vaas.mesh.senders import Sender
from vaas.state.values import Received


class Words:
    """Tells addresses: of dashboards, and of the page of who shared them."""

    def __init__(self, entry: Entry, url: str) -> None:
        """Take what knows the addresses.

        Args:
            entry: of dashboards.
            url: ours.
        """
        self._entry, self._url = entry, url

    def page(self, share: Received, *, proven: bool | None = None) -> str:
        """The page of who sent a share: theirs if their own cloud signed it, else the share's.

        Args:
            share: which.
            proven: whether the message that is answered was signed; what the share
                says if not given.
        """
        passes, sender = self._entry.passes, parse_address(share.sender)
        speaks = share.proven if proven is None else proven
        if speaks and sender.host == share.peer:
            return f"{self._url}/ocm/mine?key={passes.of_person(str(sender))}"
        return f"{self._url}/ocm/mine?key={passes.of_share(share.id)}"

    def accepted(self, share: Received) -> str:
        """In the notification to its cloud that a share is shown."""
        return (
            f"Its dashboards: {self._entry.address(share)}\n"
            f"All that you shared here: {self.page(share)}"
        )

    def received(self, share: Received, sender: Sender) -> str:
        """In the answer to who announced a share."""
        if share.accepted:
            return f"Its dashboards: {self._entry.address(share)}"
        return f"It is shown when you accept it: {self.page(share, proven=sender.proven)}"


__all__ = ["Words"]
