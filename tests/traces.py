"""What of something can still be found on disk."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def holding(folder: Path, text: str | bytes) -> list[Path]:
    """Files below a folder that hold a text; some may be going while they are looked at."""
    wanted, found = text.encode() if isinstance(text, str) else text, []
    for path in folder.rglob("*"):
        with suppress(OSError):  # folders and sockets, which cannot be read, and what is gone
            if wanted in path.read_bytes():
                found.append(path)
    return found
