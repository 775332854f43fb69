"""How we announce a dashboard to another cloud: as a web application, in two dialects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vaas.errors import NotTaken
from vaas.mesh.desk import Identity
from vaas.state.values import Received, Sent

_TAKEN, _NOT_SUPPORTED = 300, 501


def announcement(
    us: Identity, share: Received, sent: Sent, address: str, *, kind: str, targets: Sequence[str]
) -> dict[str, Any]:
    """The body of ``POST /shares``.

    Args:
        us: who sends it.
        share: what is shown.
        sent: with whom it is shared, and the secret.
        address: where they come in.
        kind: which kind of share their cloud takes applications as; may be empty.
        targets: where their cloud shows it, in the newer dialect.
    """
    told = {
        "shareWith": sent.to,
        "name": share.name,
        "providerId": sent.id,
        "owner": f"{us.user}@{us.host}",
        "sender": f"{us.user}@{us.host}",
        "ownerDisplayName": us.name,
        "senderDisplayName": share.sender,
        "shareType": "user",
        "resourceType": kind or "folder",
        "protocol": _newer(us, sent, address, targets) if sent.modern else _older(sent, address),
    }
    return told | ({"expiration": int(share.expires)} if share.expires else {})


def _newer(us: Identity, sent: Sent, address: str, targets: Sequence[str]) -> dict[str, Any]:
    """A token is posted to the address. Nextcloud demands the secret where it always was, too."""
    app = {
        "uri": address,
        "sharedSecret": sent.secret.value,
        "targets": list(targets),
        "permissions": ["view", "read"],
        "requirements": ["must-exchange-token"],
        "appName": us.name,
        "mediaTypes": ["application/x-ipynb+json"],
    }
    return {"name": "multi", "options": {"sharedSecret": sent.secret.value}, "webapp": app}


def _older(sent: Sent, address: str) -> dict[str, Any]:
    """An address that opens by itself, under both of its names.

    Reva takes a secret among the options for that of files, which there are none of.
    """
    app = {
        "uri": address,
        "uriTemplate": address,
        "viewMode": "view",
        "sharedSecret": sent.secret.value,
    }
    return {"name": "multi", "options": {}, "webapp": app}


def require_taken(peer: str, status: int) -> None:
    """Say what it means that a cloud did not take an announcement.

    Raises:
        NotTaken: just that.
    """
    if status == _NOT_SUPPORTED:
        raise NotTaken(f"{peer}: takes no web applications")
    if status >= _TAKEN:
        raise NotTaken(f"{peer}: status {status} for a dashboard")


__all__ = ["announcement", "require_taken"]
