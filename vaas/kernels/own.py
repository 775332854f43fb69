"""Messages of the server's own, as if the kernel had said them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from jupyter_client.session import msg_header

from vaas.kernels.wire import Frame, pack


def own_message(
    kind: str,
    content: Mapping[str, Any],
    session: str,
    *,
    parent: Mapping[str, Any] | None = None,
    channel: str = "iopub",
) -> bytes:
    """A message as it goes on the wire.

    Args:
        kind: its type.
        content: what it says.
        session: the kernel's. Jupyter's front end drops what it has not yet
            handled of one session when a message of another comes in.
        parent: header of the message that it answers.
        channel: by which it goes.
    """
    header = msg_header(uuid.uuid4().hex, kind, "", session)
    parts: tuple[Any, ...] = (header, parent or {}, {}, dict(content))
    return pack(Frame(channel, [json.dumps(part, default=str).encode() for part in parts]))


__all__ = ["own_message"]
