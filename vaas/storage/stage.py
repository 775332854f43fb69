"""The unfinished copy of one version: where files arrive.

Each file arrives under the digest of its path, tag and size: complete as
``files/<digest>``, unfinished as ``files/<digest>.part``. So an interrupted
copy needs no journal: whoever comes next sees from the names what is there,
and a file that changed meanwhile has another name. Whoever fills the stage
holds its lock; it is gone with the process. All of it blocks.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vaas.storage.listing import Item, Plan
from vaas.storage.names import order_notebooks
from vaas.storage.trees import FOLDER, SEALED_FILE, build_tree, make_folder, remove_tree

SEAL = "version.json"
"""Tells what a finished version holds; its lock pins it, its time is that of the last use."""

_BLOCK = 4096


def lock(path: Path, flags: int, kind: int) -> int | None:
    """Open a file and lock it, without waiting.

    Args:
        path: the file.
        flags: how to open it.
        kind: ``fcntl.LOCK_SH`` or ``fcntl.LOCK_EX``.

    Returns:
        the open file, or ``None`` if it is not there, is locked, or has been
        moved or replaced since it was opened.
    """
    try:
        fd = os.open(path, flags | os.O_CLOEXEC, 0o644)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
        if os.fstat(fd).st_ino == path.stat().st_ino:
            return fd
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(fd)
    return None


@dataclass(frozen=True, slots=True)
class Survey:
    """What of a plan is already there.

    Attributes:
        missing: files to fetch, with the bytes already there of each.
        files: number of those that need no fetching.
        size: bytes that need no fetching.
    """

    missing: tuple[tuple[Item, int], ...]
    files: int
    size: int


class Stage:
    """A locked staging folder.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path, fd: int) -> None:
        """Take over a folder whose seal is locked.

        Args:
            path: the folder.
            fd: its seal, open and locked.
        """
        self.path = path
        self._fd = fd
        self._files = path / "files"

    @classmethod
    def enter(cls, path: Path) -> Stage | None:
        """Make or continue a stage; ``None`` while somebody else fills it."""
        make_folder(path)
        fd = lock(path / SEAL, os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX)
        if fd is None:
            return None
        (path / "files").mkdir(exist_ok=True)
        return cls(path, fd)

    def close(self) -> None:
        """Give up the lock; what arrived stays."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def survey(self, plan: Plan, older: Path | None) -> Survey:
        """Find what is already there, here or in an older version of the share.

        Args:
            plan: what is wanted.
            older: ``files`` of a finished version whose unchanged files are
                linked into this stage.
        """
        here = _sizes(self._files)
        there = _sizes(older) if older else {}
        missing: list[tuple[Item, int]] = []
        size = 0
        for item in plan.items:
            digest = item.digest
            found = here.get(digest) if item.known else None
            if found is None and item.known and older and digest in there:
                found = there[digest] if self._adopt(older / digest) else None
            if found is None:
                missing.append((item, self._resumable(item, here.get(f"{digest}.part", 0))))
            else:
                size += found
        return Survey(tuple(missing), len(plan.items) - len(missing), size)

    def _adopt(self, source: Path) -> bool:
        try:
            (self._files / source.name).hardlink_to(source)
        except OSError:  # evicted just now, or too many links: it is fetched instead
            return False
        return True

    @staticmethod
    def _resumable(item: Item, there: int) -> int:
        return there if item.known and there < item.size else 0

    def put(self, files: Iterable[tuple[str, Iterable[bytes]]]) -> None:
        """Store small complete files.

        Args:
            files: digest and content, in pieces, of each.
        """
        for digest, content in files:
            self.finish(digest, 0, content)

    def write(self, digest: str, offset: int, pieces: Iterable[bytes]) -> None:
        """Put bytes into an unfinished file; what lay beyond ``offset`` is dropped.

        Args:
            digest: the file's name here.
            offset: bytes before these.
            pieces: the bytes.
        """
        fd = os.open(self._part(digest), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with open(fd, "wb", buffering=0) as file:  # noqa: PTH123 - an open descriptor
            if os.fstat(fd).st_size > offset:
                file.truncate(offset)
            file.seek(offset)
            for piece in pieces:
                rest = memoryview(piece)
                while rest:
                    rest = rest[file.write(rest) :]

    def finish(self, digest: str, offset: int, pieces: Iterable[bytes]) -> None:
        """Write the last bytes of a file and declare it complete."""
        self.write(digest, offset, pieces)
        part = self._part(digest)
        os.chmod(part, SEALED_FILE)  # noqa: PTH101 - plain text path: thousands of them
        os.rename(part, part.removesuffix(".part"))  # noqa: PTH104 - as above

    def arriving(self) -> Path:
        """An empty folder for files that somebody else brings, under their digests."""
        remove_tree(self.path / "arriving")
        (self.path / "arriving").mkdir(mode=0o700)
        return self.path / "arriving"

    def take_in(self, sizes: Mapping[str, int]) -> None:
        """Declare complete what was brought, and drop what is not as long as it should be.

        Args:
            sizes: bytes of each file that was to be brought.
        """
        folder = self.path / "arriving"
        for name, size in _sizes(folder).items():
            if sizes.get(name) == size:
                (folder / name).chmod(SEALED_FILE)
                (folder / name).rename(self._files / name)
        remove_tree(folder)

    def discard(self, digest: str) -> None:
        """Forget an unfinished file."""
        with suppress(FileNotFoundError):
            os.unlink(self._part(digest))  # noqa: PTH108 - as above

    def _part(self, digest: str) -> str:
        return f"{self._files}/{digest}.part"

    def seal(self, plan: Plan) -> None:
        """Build the tree and write down what it holds; after this it only has to be moved."""
        wanted = {item.digest: item for item in plan.items}
        for name in _sizes(self._files).keys() - wanted.keys():
            (self._files / name).unlink()
        sources = ((self._files / item.digest, item.local) for item in plan.items)
        build_tree(self.path / "tree", plan.folders, sources)
        text = json.dumps(_summary(plan, _sizes(self._files))).encode()
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, text, 0)
        self._files.chmod(FOLDER)
        os.fchmod(self._fd, 0o644)


def _summary(plan: Plan, sizes: Mapping[str, int]) -> dict[str, object]:
    return {
        "notebooks": order_notebooks(item.local for item in plan.items),
        "files": len(plan.items),
        "size": sum(sizes.values()),
        "disk": sum(-(-size // _BLOCK) * _BLOCK for size in sizes.values()),
        "names": plan.names,
    }


def _sizes(folder: Path) -> dict[str, int]:
    """Size by name of the files in a folder; none if it is not there."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.stat(follow_symlinks=False).st_size for entry in entries}
    except FileNotFoundError:
        return {}


__all__ = ["SEAL", "Stage", "Survey", "lock"]
