"""Folders and files on disk whose modes are ours whatever the umask is. All of it blocks."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

FOLDER = 0o755
"""While it is filled."""

SEALED_FOLDER = 0o555
SEALED_FILE = 0o444
"""When it is finished: readable for the kernel, which runs as another user."""


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, open to read for everybody."""
    if not path.parent.exists():
        make_folder(path.parent)
    try:
        path.mkdir()
    except FileExistsError:
        return
    path.chmod(FOLDER)


def build_tree(tree: Path, folders: Iterable[str], files: Iterable[tuple[Path, str]]) -> None:
    """Make a finished tree out of files that lie elsewhere on the same disk.

    Args:
        tree: the new tree's folder; what is there is replaced.
        folders: relative paths, each after the one that holds it.
        files: a source and its relative path in the tree, for each file; it is
            linked, so that it takes no room of its own.
    """
    remove_tree(tree)
    made = [str(tree), *(f"{tree}/{folder}" for folder in folders)]
    for folder in made:
        os.mkdir(folder)  # noqa: PTH102 - plain text paths: thousands of them
    for source, local in files:
        os.link(source, f"{tree}/{local}")
    for folder in made:
        os.chmod(folder, SEALED_FOLDER)  # noqa: PTH101 - as above


def remove_tree(path: Path) -> None:
    """Remove whatever is there, sealed folders included; symbolic links are not followed.

    What another process removes at the same time is no error.
    """
    try:
        is_folder = stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_folder:
        path.unlink(missing_ok=True)
        return
    for folder, _, _ in os.walk(path):
        try:
            os.chmod(folder, 0o700)  # noqa: PTH101 - os.walk gives text
        except FileNotFoundError:
            continue
    shutil.rmtree(path, ignore_errors=True)


__all__ = [
    "FOLDER",
    "SEALED_FILE",
    "SEALED_FOLDER",
    "build_tree",
    "make_folder",
    "remove_tree",
]
