"""By which names a browser may call the service.

A page of a stranger can point its own name at a private address and then read,
as its own, what answers there (DNS rebinding). A browser tells by ``Host``
under which name it came: an address, this machine's name and that of the
public URL are ours, any other is not.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit


def own_names(*addresses: str) -> frozenset[str]:
    """The names that are ours.

    Args:
        addresses: URLs or host names from the settings; empty ones are passed over.
    """
    named = {(urlsplit(one if "//" in one else f"//{one}").hostname or "") for one in addresses}
    return frozenset({*named, socket.gethostname().lower()} - {""})


def is_ours(host: str, names: frozenset[str]) -> bool:
    """Whether a ``Host`` header names us.

    Args:
        host: the header's value, with or without a port.
        names: as of ``own_names``.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    loopback = name == "localhost" or name.endswith(".localhost")
    return name in names or loopback or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


__all__ = ["is_ours", "own_names"]
