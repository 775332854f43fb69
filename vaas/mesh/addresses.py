"""Open Cloud Mesh addresses, ``id@host[:port]``, in the one spelling used here.

Products write more than that: ``id@https://host``, ``id@host/``, even
``id@host@https://host/``. The last ``@`` divides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from vaas.shares.addresses import normal_host

_LONGEST = 320
_UNSEEN = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody at some cloud.

    Attributes:
        user: their id there.
        host: ``host[:port]``, in lower case, without the usual port.
    """

    user: str
    host: str

    def __str__(self) -> str:
        """``id@host``."""
        return f"{self.user}@{self.host}"


def parse_address(text: str) -> Address:
    """Take an address apart.

    Raises:
        ValueError: it is none.
    """
    user, at, host = text.strip().rpartition("@")
    if not at or not user or len(text) > _LONGEST or _UNSEEN.search(user):
        raise ValueError("no address such as id@cloud.example.org")
    found = authority(host)
    # Some repeat the host: "id@host@https://host/".
    again = user.rpartition("@")
    if again[0] and _same(again[2], found):
        user = again[0]
    return Address(user, found)


def authority(text: str) -> str:
    """A host as peers are called here; with or without scheme, without path.

    Raises:
        ValueError: it is none.
    """
    scheme, _, rest = text.strip().rpartition("://")
    if scheme.lower() not in {"", "http", "https"}:
        raise ValueError("no host")
    parts = urlsplit(f"//{rest}")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("a host without a path is wanted")
    host = normal_host(parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80}.get(scheme.lower(), 443)
    return host if parts.port in {None, usual} else f"{host}:{parts.port}"


def _same(text: str, host: str) -> bool:
    try:
        return authority(text) == host
    except ValueError:
        return False


__all__ = ["Address", "authority", "parse_address"]
