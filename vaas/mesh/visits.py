"""What lets one browser see one share for a while: signed, kept by the browser as a cookie.

It says where to go when it has run out, and in whose pages it holds, so that
nothing of it must be remembered here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vaas.mesh.addresses import authority
from vaas.state import Vault

_LONGEST_ADDRESS = 1_500


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser's right to see a share.

    Attributes:
        share: its id, as in its address here.
        sent: which of our own shares it came by; empty for a viewer whom another cloud sent.
        expires: seconds since 1970.
        back: where to go then; empty if nobody said.
        frames: whose pages may show the share.
    """

    share: str
    sent: str
    expires: float
    back: str = ""
    frames: tuple[str, ...] = ()


class Visits:
    """Makes and reads them."""

    def __init__(self, vault: Vault) -> None:
        """Sign with the keys of the house."""
        self._vault = vault

    def write(self, one: Visit) -> str:
        """A pass as a cookie's value."""
        told = [one.sent, one.expires, one.back, one.frames]
        body = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
        return f"{body}.{self._vault.sign(_signed(one.share, body))}"

    def read(self, share_id: str, text: str) -> Visit | None:
        """The pass that a cookie holds, run out or not; ``None`` if it is none for this share."""
        body, _, signature = text.partition(".")
        if not signature or not self._vault.verifies(_signed(share_id, body), signature):
            return None
        told: Any = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        sent, expires, back, frames = told
        return Visit(share_id, sent, expires, back, tuple(frames))


def _signed(share_id: str, body: str) -> str:
    return f"pass {share_id} {body}"


def way_back(address: str, hosts: Sequence[str], *, insecure: bool) -> str:
    """Where an expired visit may lead: to one of the clouds that made it, or nowhere.

    Args:
        address: as the form says, which anybody's page may have posted.
        hosts: of these clouds.
        insecure: whether they are reached by plain http.
    """
    try:
        parts = urlsplit(address)
        host = authority(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return ""
    scheme = parts.scheme == "https" or (insecure and parts.scheme == "http")
    plain = address.isascii() and address.isprintable() and not set(address) & set("\\ \"'<>")
    fits = len(address) <= _LONGEST_ADDRESS and plain
    return address if fits and scheme and host in hosts else ""


__all__ = ["Visit", "Visits", "way_back"]
