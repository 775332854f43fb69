"""A folder or notebook on this machine, named by the person at the keyboard."""

from __future__ import annotations

import asyncio
import os
import stat
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from vaas.errors import ShareChanged, ShareUnknown
from vaas.model import Entry, Secret, Share, ShareLink, Version
from vaas.shares.base import Provider, digest

TREE_ENTRIES = 20_000
"""Entries that a folder's version takes in."""

_PIECE = 256 * 2**10


class Local(Provider):
    """Folders and files of this machine, by names that the operator registered.

    Symbolic links are followed as long as they stay inside the share; those
    that lead out of it, and all that is neither file nor folder, are left out.
    """

    product = "local"

    def __init__(self, paths: Mapping[str, Path]) -> None:
        """Register what may be opened.

        Args:
            paths: folder or file by the token of its link.
        """
        self._paths = paths

    async def resolve(self, link: ShareLink, password: Secret | None) -> Share:  # noqa: ARG002 (nothing here asks for one)
        """See ``Provider.resolve``."""
        name, is_file, tag, size = await asyncio.to_thread(_state, self._path(link))
        version = Version(link.fingerprint, tag)
        return Share(link, self.product, name, is_file, version, size=size)

    async def list(self, share: Share, folder: str) -> Sequence[Entry]:
        """See ``Provider.list``."""
        path = self._path(share.link)
        if share.is_file:
            return await asyncio.to_thread(_single, path)
        return await asyncio.to_thread(lambda: [*_members(path.resolve(), folder)])

    async def read(
        self,
        share: Share,
        entry: Entry,
        offset: int = 0,
        size: int | None = None,  # noqa: ARG002 (the whole rest costs nothing here)
    ) -> AsyncGenerator[bytes, None]:
        """See ``Provider.read``."""
        path = self._path(share.link)
        inside = "" if share.is_file else entry.path
        file = await asyncio.to_thread(_open, path, inside, entry.tag, offset)
        try:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece
        finally:
            file.close()

    def _path(self, link: ShareLink) -> Path:
        if link.token not in self._paths:
            raise ShareUnknown("no local share of this name")
        return self._paths[link.token]


def _state(path: Path) -> tuple[str, bool, str, int | None]:
    """Its name, whether it is a file, its tag, and its bytes if it is a file."""
    try:
        root = path.resolve()
        info = root.stat()
    except OSError as problem:
        raise ShareUnknown("the local share is no longer there") from problem
    if stat.S_ISREG(info.st_mode):
        return root.name, True, _tag(info), info.st_size
    return root.name, False, digest(_tree(root)), None


def _tag(info: os.stat_result) -> str:
    return f"{info.st_size}-{info.st_mtime_ns}"


def _tree(root: Path) -> Iterator[Entry]:
    """What lies below, nearest first, at most ``TREE_ENTRIES``."""
    folders, left = deque([""]), TREE_ENTRIES
    visited = {root}
    while folders:
        with suppress(ShareChanged):
            for entry in _members(root, folders.popleft()):
                if left == 0:
                    return
                left -= 1
                yield entry
                real = (root / entry.path).resolve()
                # Links inside the share may go in circles.
                if entry.is_folder and real not in visited:
                    visited.add(real)
                    folders.append(entry.path)


def _members(root: Path, folder: str) -> Iterator[Entry]:
    try:
        found = sorted(_inside(root, folder).iterdir())
    except OSError as problem:
        raise ShareChanged("a local folder is no longer there") from problem
    for path in found:
        with suppress(OSError, ValueError):
            entry = _entry(path, f"{folder}/{path.name}" if folder else path.name)
            if entry and path.resolve().is_relative_to(root):
                yield entry


def _entry(path: Path, name: str) -> Entry | None:
    info = path.stat()
    if stat.S_ISDIR(info.st_mode):
        return Entry(name, is_folder=True)
    if stat.S_ISREG(info.st_mode):
        return Entry(name, False, info.st_size, _tag(info), str(info.st_mtime_ns))
    return None


def _single(path: Path) -> list[Entry]:
    try:
        root = path.resolve()
        entry = _entry(root, root.name)
    except OSError as problem:
        raise ShareChanged("the local file is no longer there") from problem
    return [entry] if entry else []


def _inside(root: Path, path: str) -> Path:
    real = (root / path).resolve()
    if not real.is_relative_to(root):
        raise ShareChanged("a path leads out of the local share")
    return real


def _unblocked(path: str, flags: int) -> int:
    """Opens so that a pipe put in a file's place does not hold the thread."""
    return os.open(path, flags | os.O_NONBLOCK)


def _open(path: Path, inside: str, tag: str, offset: int) -> BinaryIO:
    """The file in the state that was listed, at ``offset``."""
    try:
        real = _inside(path.resolve(), inside)
        file = open(real, "rb", opener=_unblocked)  # noqa: SIM115 (handed on; Path has no opener)
    except OSError as problem:
        raise ShareChanged("a local file is no longer there") from problem
    if _tag(os.fstat(file.fileno())) != tag:
        file.close()
        raise ShareChanged("a local file has changed since it was listed")
    file.seek(offset)
    return file


__all__ = ["Local"]
