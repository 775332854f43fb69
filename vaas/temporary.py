"""Folders for single runs of commands, which nobody else will look after.

A command removes its own. One that was killed cannot, and its next run begins in a
folder of another name; so each run first removes what killed ones left. Who still
runs holds a lock on its folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vaas.kernels.runtime import reap
from vaas.storage.fuse import detach, mounts_below

RUNTIME = "run"
"""Folder of the kernels' locks, inside a folder of data."""

_KINDS = ("demo", "open", "check")
_YOUNG = 10.0
"""Seconds in which a run has made its folder and locked it."""


@contextmanager
def run_folder(kind: str) -> Iterator[Path]:
    """A folder for as long as the context is open.

    Args:
        kind: the command, ``demo``, ``open`` or ``check``.
    """
    _clear_up(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"vaas-{kind}-") as name:
        held = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(held)


def _clear_up(folder: Path) -> None:
    """Remove the folders of killed runs of this user."""
    for kind in _KINDS:
        for path in folder.glob(f"vaas-{kind}-*"):
            with suppress(OSError):
                _clear(path)


def _clear(path: Path) -> None:
    about = path.lstat()
    is_ours = stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid()
    if not is_ours or time.time() - about.st_mtime < _YOUNG:
        return
    held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        reap(path / RUNTIME)
        if any(path.glob(f"{RUNTIME}/*.lock")):
            return
        for mount in mounts_below(path):
            detach(mount)
        if not mounts_below(path):
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(held)


__all__ = ["RUNTIME", "run_folder"]
