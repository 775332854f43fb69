"""A fork in namespaces of its own, and what it does before it is a viewer's.

The namespaces are made by one ``clone(2)`` that the template's system call
filter lets pass only with all of them together. The server then furnishes them
from outside (see ``vaas.kernels.forks``); here the fork waits for that, takes
its new user and gives up every right.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import platform
import signal
import struct
from collections.abc import Iterable
from typing import Any

from . import seeds
from .remains import OpenFile, link

APART = 0x7E020000
"""clone(2): CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""

CLONE = {"x86_64": 56, "aarch64": 220}
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_CAP_AMBIENT = 4, 24, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION = 0x20080522
CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True)
# Unlike CDLL it keeps hold of Python's lock, which the fork must find as it is.
_locked = ctypes.PyDLL(None, use_errno=True)


def prepare() -> None:
    """Make the memory that forks will share as small and as still as it can be."""
    gc.collect()
    seeds.find()
    gc.freeze()
    _libc.malloc_trim(0)
    # Forks that end are collected by the Linux kernel itself.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def outlast() -> None:
    """Wait until all forks have ended."""
    # Their ends are ignored (see ``prepare``), so this returns once, by failing.
    with contextlib.suppress(ChildProcessError):
        os.wait()


def fork_apart() -> int:
    """Fork into new namespaces of every kind.

    Returns:
        0 in the fork, its process id in the template.

    Raises:
        OSError: the Linux kernel refused.
    """
    number = CLONE[platform.machine()]
    python: Any = ctypes.pythonapi
    python.PyOS_BeforeFork()
    pid = int(
        _locked.syscall(number, ctypes.c_long(APART | signal.SIGCHLD), None, None, None, None)
    )
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    code = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(code, f"clone: {os.strerror(code)}")
    return pid


def settle(uid: int | None) -> None:
    """Take the user that the server mapped for us and give up all rights.

    Args:
        uid: as it is called inside; ``None`` if this server may map no other.
    """
    os.setsid()
    if uid is not None:
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    for capability in range(CAPABILITIES):
        _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    if _libc.capset(header, struct.pack("6I", *[0] * 6)):
        raise OSError(ctypes.get_errno(), "capset")
    # What the template wrote there is memory that all its forks would share.
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)
    # A change of user hides a process from itself in /proc.
    _libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def reopen(files: Iterable[OpenFile]) -> None:
    """Open files anew, so that forks do not move each other's place in them."""
    for file in files:
        if link(file.fd) != file.path:
            continue  # libraries close some in a fork, such as matplotlib its fonts
        place = os.lseek(file.fd, 0, os.SEEK_CUR)
        fresh = os.open(file.path, os.O_RDONLY | os.O_CLOEXEC)
        os.lseek(fresh, place, os.SEEK_SET)
        os.dup2(fresh, file.fd, inheritable=False)
        os.close(fresh)


__all__ = ["fork_apart", "outlast", "prepare", "reopen", "settle"]
