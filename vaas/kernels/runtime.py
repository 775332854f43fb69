"""What a server leaves on the machine while it runs, and who clears it up after a crash.

Kernels die with the server; what may stay are empty cgroups and, without
sandbox, folders. Each server holds a lock on a file of its own in the runtime
folder. A file that nobody holds names a dead server, whose remains the next
server removes.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import secrets
import shutil
import time
from pathlib import Path

from vaas.kernels.limits import Cgroups, prepare, remove

log = logging.getLogger(__name__)


class Runtime:
    """This server's place; open it before use, in a thread (it touches the disk).

    Attributes:
        name: of this server, also its parent cgroup's.
        folder: for files of kernels without sandbox.
        groups: the cgroups that may be used; none if making them failed.
    """

    def __init__(self, folder: Path) -> None:
        """Name it.

        Args:
            folder: common to all servers of one installation.
        """
        self._common = folder
        self.name = f"vaas-{secrets.token_hex(6)}"
        self.folder = folder / self.name
        self.groups = Cgroups()
        self._lock: int | None = None

    def open(self) -> None:
        """Take the lock, clear up after dead servers, make the parent cgroup."""
        self._common.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(self.folder.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.folder.mkdir(mode=0o700)
        self.groups = Cgroups.find()
        self.reap()
        try:
            prepare(self.groups, self.name)
        except OSError as error:
            log.warning("no cgroup limits: %s", error)
            self.groups = Cgroups()

    def reap(self) -> list[str]:
        """Remove what dead servers left.

        Returns:
            their names.
        """
        dead = []
        for path in self._common.glob("vaas-*.lock"):
            with contextlib.suppress(OSError), path.open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._clear(path.stem)
                dead.append(path.stem)
        return dead

    def _clear(self, name: str) -> None:
        until = time.monotonic() + 2
        for folder in self.groups.folders(name):
            remove(folder, until)
        shutil.rmtree(self._common / name, ignore_errors=True)
        (self._common / f"{name}.lock").unlink(missing_ok=True)

    def close(self) -> None:
        """Remove all that is ours."""
        if self._lock is not None:
            self._clear(self.name)
            os.close(self._lock)
            self._lock = None


def reap(folder: Path) -> None:
    """Remove what dead servers of an installation left, without being one of its servers.

    Args:
        folder: as ``Runtime`` takes it; need not be there.
    """
    runtime = Runtime(folder)
    runtime.groups = Cgroups.find()
    runtime.reap()


__all__ = ["Runtime", "reap"]
