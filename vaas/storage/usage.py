"""What finished copies take on disk. All of it blocks."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished version: when it was used, where it lies, how many bytes it holds."""

    used: float
    path: Path
    disk: int


def folders(path: Path) -> list[Path]:
    """The folders in a folder; none if it is not there."""
    try:
        with os.scandir(path) as entries:
            return [Path(entry) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []


class Usage:
    """Bytes on disk of several versions; a file that they share counts once."""

    def __init__(self, kept: list[Kept]) -> None:
        self._blocks = {one.path: _blocks(one.path / "files") for one in kept}
        self._owners = Counter(inode for blocks in self._blocks.values() for inode in blocks)
        unique = {inode: size for blocks in self._blocks.values() for inode, size in blocks.items()}
        self.total = sum(unique.values())

    def forget(self, one: Kept) -> None:
        """A version is gone: what only it held no longer counts."""
        for inode, size in self._blocks[one.path].items():
            self._owners[inode] -= 1
            if not self._owners[inode]:
                self.total -= size


def _blocks(files: Path) -> dict[int, int]:
    """Bytes on disk by inode of the files in a folder."""
    with suppress(FileNotFoundError), os.scandir(files) as entries:
        found = (entry.stat(follow_symlinks=False) for entry in entries)
        return {state.st_ino: state.st_blocks * 512 for state in found}
    return {}


__all__ = ["Kept", "Usage", "folders"]
