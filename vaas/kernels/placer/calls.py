"""The Linux kernel's calls for namespaces and mounts, and their numbers."""

from __future__ import annotations

import ctypes
import os
from typing import Any

NEWUSER, NEWNS, NEWPID, NEWNET, NEWIPC, NEWUTS = (
    0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000,
)  # fmt: skip
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
OPEN_TREE, MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT, AT_FDCWD = 428, 429, 430, 431, 432, -100
CLONE_TREE, MOVE_FROM_FD = 1 | 0x8000 | 0x80000, 4
"""OPEN_TREE_CLONE with all below it; the tree is named by its descriptor alone."""

SET_STRING, CREATE = 1, 6
ATTRIBUTES = 2 | 8
"""MOUNT_ATTR_NOSUID and NOEXEC."""

_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> None:
    """Call a C function; raises OSError if it fails."""
    if getattr(_libc, name)(*arguments) < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}{arguments[1:3]}: {os.strerror(code)}")


def syscall(number: int, *arguments: Any) -> int:
    """Make a system call that the C library has no function for; raises OSError if it fails."""
    done = int(_libc.syscall(number, *arguments))
    if done < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{number}{arguments}: {os.strerror(code)}")
    return done


def write(path: str, text: str, folder: int | None = None) -> None:
    """Write a file of the Linux kernel's, all at once."""
    fd = os.open(path, os.O_WRONLY, dir_fd=folder)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def mount(kind: str, target: str, options: str = "", flags: int = 0) -> None:
    """Mount a fresh file system."""
    flags |= MS_NOSUID | MS_NODEV
    call("mount", kind.encode(), target.encode(), kind.encode(), flags, options.encode())


__all__ = ["call", "mount", "syscall", "write"]
