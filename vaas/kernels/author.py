"""What of a kernel's messages is for the notebook's author, and what a viewer sees instead."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from vaas.kernels.wire import JSON_LIMIT, read_json
from vaas.model import KernelRef

log = logging.getLogger(__name__)

AUTHOR_LIMIT = 256 << 10
"""Characters for the author from one kernel."""

_UNPRINTABLE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")

OnAuthorMessage = Callable[[str], None]
"""Called with text that the notebook's author should see: errors, standard error."""


def author_text(kind: str, part: bytes) -> str | None:
    """What an error or standard error says; ``None`` for what viewers may see."""
    content = read_json(part)
    if content is None and len(part) <= JSON_LIMIT:
        # Names of files, which errors tell of, need not be UTF-8.
        content = read_json(part.decode(errors="replace").encode())
    if content is None:
        # Too long to be read here; ipykernel writes the stream's name first.
        hidden = kind == "error" or b'"stderr"' in part[:40]
        return f"({len(part)} bytes of {kind})" if hidden else None
    if kind == "error":
        lines = content.get("traceback")
        text = "\n".join(map(str, lines)) if isinstance(lines, list) else str(content)
    elif content.get("name") == "stderr":
        text = str(content.get("text", ""))
    else:
        return None
    return _UNPRINTABLE.sub("", text).encode("utf-8", "replace").decode()


def stand_in(parts: list[bytes], content: Mapping[str, Any]) -> list[bytes]:
    """The message that a viewer gets where the kernel says that something failed.

    It keeps its place (header and parent), so that an ``Output`` widget that
    would have shown the traceback shows this instead.

    Args:
        parts: header, parent header, metadata and content of the error.
        content: of the ``display_data`` to send instead.
    """
    header = {**(read_json(parts[0]) or {}), "msg_type": "display_data"}
    return [json.dumps(header).encode(), *parts[1:3], json.dumps(dict(content)).encode()]


def log_for_author(ref: KernelRef, text: str) -> None:
    """Write what a notebook says to its author into the log."""
    # Indented, so that no notebook can write what looks like a line of ours.
    log.info("%s: %s", ref.notebook, "\n    ".join(text.strip().splitlines()))


__all__ = ["AUTHOR_LIMIT", "OnAuthorMessage", "author_text", "log_for_author", "stand_in"]
