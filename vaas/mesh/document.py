"""What we say of ourselves (discovery), for peers of all ages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VERSION = "1.4.0"
_OLD, _OLDER = "1.1.0", "1.1"
_CRAWLER = "nextcloud server crawler"


def document(url: str, name: str, *, agent: str, well_known: bool, closed: bool) -> dict[str, Any]:
    """The discovery document.

    Args:
        url: ours, without a path.
        name: what people call us.
        agent: who asks: Nextcloud takes none but the versions that it knows.
        well_known: whether it was asked for at the newer place; Nextclouds that
            know it also know of three-part versions.
        closed: whether only listed clouds are trusted.
    """
    version = VERSION
    if _CRAWLER in agent.lower():
        version = _OLD if well_known else _OLDER
    return {
        "enabled": True,
        "apiVersion": version,
        "endPoint": f"{url}/ocm",
        "provider": name,
        "resourceTypes": [_kind("file"), _kind("folder")],
        "capabilities": [
            "exchange-token",
            "http-sig",
            "invites",
            "invite-wayf",
            "notifications",
            "protocol-object",
        ],
        "criteria": ["allowlist"] if closed else ["denylist"],
        "inviteAcceptDialog": f"{url}/ocm/connect",
        "tokenEndPoint": f"{url}/ocm/token",
        "jwksUri": f"{url}/ocm/jwks",
    }


def _kind(name: str) -> Mapping[str, Any]:
    protocols = {
        "webdav": "/ocm/webdav/",
        "webdav-receive": {"uri": "absolute"},
        "webapp": {},  # sent, not received
    }
    return {"name": name, "shareTypes": ["user"], "protocols": protocols}


__all__ = ["VERSION", "document"]
