"""Frames of ``v1.kernel.websocket.jupyter.org``.

One binary frame is a Jupyter message: a little-endian u64 that counts offsets,
the offsets themselves, then the channel's name, header, parent header,
metadata, content and any buffers, each between two offsets. The layout is that
of jupyter_server's ``kernel_websocket_protocol`` documentation. Its own reader
trusts the counts that a frame names; a viewer's frame is not to be trusted, so
ours checks each number before it is used.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from vaas.errors import MessageRefused

FRAME_LIMIT = 64 << 20
"""Bytes of the largest frame that passes, in either direction."""

JSON_LIMIT = 1 << 20
"""Bytes of JSON that are parsed on the event loop; more would hold up other viewers."""

PARTS = 4
"""Header, parent header, metadata and content, before any buffers."""

MOST_PARTS = 4096
"""Parts in one message; a widget's state may hold many small buffers."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it travels on a websocket.

    Attributes:
        channel: ``shell``, ``control`` or ``iopub``.
        parts: header, parent header, metadata, content as JSON bytes, then buffers.
    """

    channel: str
    parts: Sequence[bytes]


def pack(frame: Frame) -> bytes:
    """The frame's bytes."""
    pieces = [frame.channel.encode(), *frame.parts]
    place = 8 * (len(pieces) + 2)
    offsets = [place]
    for piece in pieces:
        place += len(piece)
        offsets.append(place)
    return b"".join([struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets), *pieces])


def unpack(data: bytes, limit: int = FRAME_LIMIT) -> Frame:
    """Take apart a frame that a stranger made.

    Args:
        data: its bytes.
        limit: how many it may have.

    Raises:
        MessageRefused: it is too large or no frame of this protocol.
    """
    if len(data) > limit:
        raise MessageRefused(f"a frame of {len(data)} bytes is over {limit}")
    offsets = _offsets(data)
    pieces = [bytes(data[a:b]) for a, b in pairwise(offsets)]
    try:
        return Frame(pieces[0].decode("ascii"), pieces[1:])
    except UnicodeDecodeError as error:
        raise MessageRefused("the frame's channel is no name") from error


def message_type(data: bytes) -> str:
    """What kind of message a frame holds that ``pack`` made."""
    start, end = struct.unpack_from("<2Q", data, 16)
    return str((read_json(data[start:end]) or {}).get("msg_type"))


def _offsets(data: bytes) -> list[int]:
    """The frame's offsets, checked: ascending and within the frame."""
    count = int.from_bytes(data[:8], "little")
    if not PARTS + 2 <= count <= MOST_PARTS + 2 or len(data) < 8 * (count + 1):
        raise MessageRefused("the frame counts its parts wrongly")
    offsets = list(struct.unpack_from(f"<{count}Q", data, 8))
    ascending = all(a <= b for a, b in pairwise(offsets))
    if not ascending or offsets[0] < 8 * (count + 1) or offsets[-1] > len(data):
        raise MessageRefused("the frame's offsets lead outside of it")
    return offsets


def read_json(part: bytes, limit: int = JSON_LIMIT) -> dict[str, Any] | None:
    """A JSON object, or ``None`` for anything else or what is longer than ``limit`` bytes."""
    if len(part) > limit:
        return None
    try:
        value = json.loads(part)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


__all__ = [
    "FRAME_LIMIT",
    "JSON_LIMIT",
    "MOST_PARTS",
    "PARTS",
    "Frame",
    "message_type",
    "pack",
    "read_json",
    "unpack",
]
