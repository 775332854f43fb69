"""The copies on disk: which are there, which are in use, which must go.

::

    shares/<share>/<key>/version.json   what it holds; locked while in use
                         tree/          the share's files, for the kernel
                         files/         the same files by digest, for the next version
    staging/<share>.<key>/              an unfinished copy (see ``stage``)
    trash/                              on its way out

A version appears by one rename and leaves by one rename, so nobody ever sees
half of it. Locks are ``flock`` on files that move along: several VaaS on one
cache respect each other, and a killed one leaves no lock. All of it blocks.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vaas.errors import DiskFull
from vaas.model import Version, Workspace
from vaas.observability import logger
from vaas.storage.limits import CopyLimits
from vaas.storage.stage import SEAL, Stage, lock
from vaas.storage.trees import make_folder, remove_tree
from vaas.storage.usage import Kept, Usage, folders

STALE = 86400.0
"""Seconds after which an unfinished copy that nobody fills is removed."""

KEPT = 4
"""Versions of one share that stay when nobody uses them: it may change every few seconds."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Pin:
    """A version in use: as long as it is held, nobody evicts it.

    Attributes:
        workspace: the version's files.
        fd: its seal, open and locked for sharing.
    """

    workspace: Workspace
    fd: int

    def close(self) -> None:
        """Let it go; call once. It counts as used just now."""
        with suppress(OSError):
            os.utime(self.fd)
        os.close(self.fd)


class Cache:
    """One folder of copies."""

    def __init__(self, root: Path, limits: CopyLimits) -> None:
        """Remember where; nothing is touched yet.

        Args:
            root: the folder, made when needed.
            limits: ``cache_bytes`` and ``free_bytes`` are kept here.
        """
        self._shares = root / "shares"
        self._staging = root / "staging"
        self._trash = root / "trash"
        self._root = root
        self._limits = limits

    def pin(self, version: Version) -> Pin | None:
        """Take a finished version into use.

        Returns:
            ``None`` if there is none, or it is leaving right now.
        """
        home = self._home(version)
        fd = lock(home / SEAL, os.O_RDONLY, fcntl.LOCK_SH)
        if fd is None:
            return None
        try:
            workspace = _read(fd, home / "tree", version)
            os.utime(fd)
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            os.close(fd)
            _log.warning("broken copy removed", share=version.share, version=version.key)
            self._remove(home)
            return None
        return Pin(workspace, fd)

    def stage(self, version: Version) -> Stage | None:
        """The place to copy a version to; ``None`` while another process copies it."""
        make_folder(self._staging)
        return Stage.enter(self._staging / f"{self._home(version).parent.name}.{version.key}")

    def older(self, version: Version) -> Path | None:
        """The files of the version of the same share that was used last."""
        kept = self._sorted(folders(self._home(version).parent))
        return kept[-1].path / "files" if kept else None

    def publish(self, stage: Stage, version: Version) -> None:
        """Make a sealed stage the finished version."""
        home = self._home(version)
        try:
            self._move(stage, home)
        except OSError:
            self._discard(home)  # what is there is broken, or it would have been pinned
            self._move(stage, home)
        for old in self._sorted(folders(home.parent))[:-KEPT]:
            if old.path != home:
                self._remove(old.path)

    @staticmethod
    def _move(stage: Stage, home: Path) -> None:
        make_folder(home.parent)
        stage.path.rename(home)

    def abandon(self, stage: Stage) -> None:
        """Remove a stage that nobody needs."""
        self._discard(stage.path)

    def erase(self, share: str) -> bool:
        """Remove all copies of a share (``Version.share``); whether none is left."""
        homes = self._home(Version(share, "")).parent
        begun = [one for one in folders(self._staging) if one.name.startswith(f"{homes.name}.")]
        for path in [*folders(homes), *begun]:
            if (path / SEAL).exists():
                self._remove(path)
            else:
                self._discard(path)
        with suppress(OSError):
            homes.rmdir()  # goes only when empty
        return not any(path.exists() for path in [*folders(homes), *begun])

    def make_room(self, need: int) -> None:
        """Evict what was not used for longest until ``need`` more bytes fit.

        Args:
            need: bytes that copies under way will still write.

        Raises:
            DiskFull: they do not fit even then; versions in use stay.
        """
        kept = self._all()
        if self._fits(sum(one.disk for one in kept), need):
            return
        usage = Usage(kept)
        for one in kept:
            if self._fits(usage.total, need):
                return
            if self._remove(one.path):
                usage.forget(one)
                _log.info("version evicted", version=one.path.name, cache_bytes=usage.total)
        if not self._fits(usage.total, need) and usage.total + need <= self._limits.cache_bytes:
            self._sweep_staging(older_than=0)
        if not self._fits(usage.total, need):
            raise DiskFull(f"{need} more bytes do not fit into the cache")

    def sweep(self) -> None:
        """Remove what dead processes left: trash, old unfinished copies, broken versions."""
        for junk in folders(self._trash):
            remove_tree(junk)
        self._sweep_staging(older_than=STALE)
        for share in folders(self._shares):
            for home in folders(share):
                if self._kept(home) is None:
                    self._discard(home)
            with suppress(OSError):
                share.rmdir()  # goes only when empty

    def _home(self, version: Version) -> Path:
        share = hashlib.sha256(version.share.encode()).hexdigest()[:16]
        return self._shares / share / version.key

    def _fits(self, used: int, need: int) -> bool:
        make_folder(self._root)
        free = shutil.disk_usage(self._root).free
        return used + need <= self._limits.cache_bytes and free - need >= self._limits.free_bytes

    def _all(self) -> list[Kept]:
        """Finished versions, the one not used for longest first."""
        return self._sorted(home for share in folders(self._shares) for home in folders(share))

    def _sorted(self, homes: Iterable[Path]) -> list[Kept]:
        kept = (self._kept(home) for home in homes)
        return sorted((one for one in kept if one), key=lambda one: one.used)

    @staticmethod
    def _kept(home: Path) -> Kept | None:
        seal = home / SEAL
        try:
            disk = int(json.loads(seal.read_bytes())["disk"])
            return Kept(seal.stat().st_mtime, home, disk)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _remove(self, home: Path) -> bool:
        """Remove a folder unless somebody uses it."""
        fd = lock(home / SEAL, os.O_RDONLY, fcntl.LOCK_EX)
        if fd is None:
            return False
        try:
            gone = self._to_trash(home)
        finally:
            os.close(fd)
        remove_tree(gone)
        return True

    def _discard(self, path: Path) -> None:
        """Remove a folder that is broken or our own."""
        with suppress(FileNotFoundError):
            remove_tree(self._to_trash(path))

    def _to_trash(self, path: Path) -> Path:
        make_folder(self._trash)
        gone = self._trash / uuid.uuid4().hex
        return path.rename(gone)

    def _sweep_staging(self, older_than: float) -> None:
        for stage in folders(self._staging):
            with suppress(FileNotFoundError):
                if time.time() - _last_change(stage) < older_than:
                    continue
                if (stage / SEAL).exists():
                    self._remove(stage)
                elif older_than:  # else it is perhaps being made
                    self._discard(stage)


def _last_change(stage: Path) -> float:
    files = stage / "files"
    return (files if files.exists() else stage).stat().st_mtime


def _read(fd: int, tree: Path, version: Version) -> Workspace:
    with open(fd, "rb", closefd=False) as file:
        seal = json.loads(file.read())
    tree.stat()
    return Workspace(
        path=tree,
        version=version,
        notebooks=tuple(seal["notebooks"]),
        files=int(seal["files"]),
        size=int(seal["size"]),
        names=dict(seal["names"]),
    )


__all__ = ["KEPT", "STALE", "Cache", "Pin"]
