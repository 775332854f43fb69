"""How much of a share is copied, and how much room copies may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CopyLimits:
    """What one copy, and the cache of all copies, may use.

    Attributes:
        size: bytes of one share in all.
        file_size: bytes of its largest file.
        files: number of its files.
        folders: number of its folders.
        depth: how many folders may lie one inside the other.
        seconds: time that one copy may take.
        cache_bytes: bytes of all copies together; files that several versions
            have in common count once.
        free_bytes: bytes that stay free on the disk.
    """

    size: int = 2 << 30
    file_size: int = 2 << 30
    files: int = 20_000
    folders: int = 5_000
    depth: int = 16
    seconds: float = 1800.0
    cache_bytes: int = 10 << 30
    free_bytes: int = 512 << 20


__all__ = ["CopyLimits"]
