"""Scripts and styles that widgets bring, taken out of the line to a page.

A figure of Plotly's carries five megabytes of script in its state. The page is
told an address instead, from which its browser fetches them once and for ever.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Callable
from typing import Any

from vaas.kernels.wire import PARTS, Frame, pack, unpack
from vaas.observability import logger

log = logger(__name__)

_LARGE = 16 << 10
"""Bytes of a message's content below which it holds nothing worth the while."""

_CONTENT = 8 * (1 + PARTS)
"""Where in a frame stands the place of its content: after the offsets' count, the channel's
and three other parts'."""

_NAMES = b'"_esm"', b'"_css"'

Link = Callable[[dict[str, Any]], bool]


async def without_sources(frame: bytes, link: Link) -> bytes:
    """A kernel's frame as it goes to a page.

    Args:
        frame: as the kernel's channel gave it; it goes as it is where they cannot be kept.
        link: puts addresses in place of them in a message's content, and tells
            whether there were any.
    """
    start, end = struct.unpack_from("<2Q", frame, _CONTENT)
    if end - start < _LARGE or all(frame.find(name, start, end) < 0 for name in _NAMES):
        return frame
    try:
        return await asyncio.to_thread(_linked, frame, link)
    except Exception:  # told, not raised: it would come again on every line
        log.exception("sources_not_kept")
        return frame


def _linked(frame: bytes, link: Link) -> bytes:
    message = unpack(frame)
    content = json.loads(message.parts[PARTS - 1])
    if not link(content):
        return frame
    parts = list(message.parts)
    parts[PARTS - 1] = json.dumps(content).encode()
    return pack(Frame(message.channel, parts))


__all__ = ["without_sources"]
