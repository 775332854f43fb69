"""Folders for single runs of commands, and what servers that were killed left behind.

A command removes its own folder. For one that was killed a janitor does (``vaas.kernels.janitor``);
where that was killed too, the next run. Who still runs holds a lock on its folder.
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
from vaas.storage.fuse import detach, mounts_below, reap_mounts

RUNTIME, MOUNTS = "run", "mounts"
"""Folders of the kernels' locks and of mounts, inside a folder of data."""

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


def clear(data: Path) -> None:
    """Remove what killed servers left in a folder of data, and itself if it was for one run.

    Blocks for up to seconds. What belongs to a server that lives stays.
    """
    reap(data / RUNTIME)
    reap_mounts(data / MOUNTS)
    if any(data.match(f"vaas-{kind}-*") for kind in _KINDS):
        with suppress(OSError):
            _remove(data)


def _clear_up(folder: Path) -> None:
    """Remove the folders of killed runs of this user."""
    for kind in _KINDS:
        for path in folder.glob(f"vaas-{kind}-*"):
            with suppress(OSError):
                if time.time() - path.lstat().st_mtime > _YOUNG:
                    _remove(path)


def _remove(path: Path) -> None:
    """Remove the folder of a run, unless somebody holds it.

    Raises:
        OSError: somebody does.
    """
    about = path.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
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


__all__ = ["MOUNTS", "RUNTIME", "clear", "run_folder"]
