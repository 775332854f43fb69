"""What a run leaves behind that a fork would break."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SELF = Path("/proc/self")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
MOST = 20
"""Reasons told; one would do."""


@dataclass(frozen=True)
class OpenFile:
    """A file that was opened for reading and can be opened again.

    Attributes:
        fd: its number.
        path: where it is.
    """

    fd: int
    path: str


def descriptors() -> set[int]:
    """Numbers of all open descriptors."""
    # The one that lists the folder is closed again when we look.
    return {int(path.name) for path in (SELF / "fd").iterdir() if link(path.name)}


def reasons(known: set[int]) -> list[str]:
    """Why this process cannot be forked for viewers; empty if it can.

    Args:
        known: descriptors that were open before the notebook ran.
    """
    found = [*_threads(), *_children(), *_mappings()]
    found += [said for fd in sorted(descriptors() - known) if (said := _open(fd))]
    return found[:MOST]


def readers(known: set[int]) -> list[OpenFile]:
    """Files that the notebook reads; a fork opens them anew, to have a place of its own."""
    return [OpenFile(fd, link(fd)) for fd in descriptors() - known]


def link(fd: int | str) -> str:
    """What a descriptor leads to; empty if it is closed."""
    try:
        return str((SELF / "fd" / str(fd)).readlink())
    except OSError:
        return ""


def _threads() -> Iterator[str]:
    others = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
    native = len([*(SELF / "task").iterdir()]) - 1 - len(others)
    yield from (f"the thread {name!r} still runs" for name in others)
    if native > 0:
        yield f"{native} threads of a library still run"


def _children() -> Iterator[str]:
    for task in (SELF / "task").iterdir():
        pids = (task / "children").read_text().split()
        yield from (f"process {pid} that it started still runs" for pid in pids)


def _mappings() -> Iterator[str]:
    for line in (SELF / "maps").read_text(errors="replace").splitlines():
        _, rights, _, _, _, *path = line.split(None, 5)
        if rights.endswith("s") and "w" in rights:
            yield f"memory shared with others: {''.join(path).strip() or 'anonymous'}"


def _open(fd: int) -> str:
    """What is wrong with an open descriptor; empty if nothing is."""
    path, mode = link(fd), os.fstat(fd).st_mode
    if path in DEVICES:
        return ""
    if not stat.S_ISREG(mode) or path.startswith("/memfd:") or path.endswith(" (deleted)"):
        return f"open: {path}"
    return "" if _reads_only(fd) else f"open for writing: {path}"


def _reads_only(fd: int) -> bool:
    lines = (SELF / "fdinfo" / str(fd)).read_text().splitlines()
    flags = next(line.split()[1] for line in lines if line.startswith("flags:"))
    return int(flags, 8) & os.O_ACCMODE == os.O_RDONLY


def flush() -> None:
    """Write out what Python itself still holds back."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()


__all__ = ["OpenFile", "descriptors", "flush", "link", "readers", "reasons"]
