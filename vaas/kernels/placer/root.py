"""A root of its own for a fork, in which it sees its share.

The process that it is a fork of has seen no share, so its root has no place for
one; and it is closed. So the fork gets a small one with the same folders in it.
A share that is mounted is shown by the folder around it, as a slave of the
host's: what is mounted there later, or anew, appears inside.
"""

from __future__ import annotations

import os
import struct
from typing import TypedDict

from .calls import (
    AT_FDCWD,
    CLONE_TREE,
    MOVE_FROM_FD,
    MOVE_MOUNT,
    MS_NODEV,
    MS_NOSUID,
    MS_RDONLY,
    OPEN_TREE,
    call,
    mount,
    syscall,
)

MOUNT_SETATTR = 442
AT_EMPTY_PATH, AT_RECURSIVE = 0x1000, 0x8000
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4
MS_REMOUNT, MS_BIND, MS_SLAVE, MNT_DETACH = 32, 4096, 1 << 19, 2
BUILT_AT = "/run"
"""Where the new root lies until it is one."""


class Share(TypedDict):
    """What is shown, and where.

    Attributes:
        source: a folder of the host.
        target: the folder of the new root in which it appears.
        links: symbolic links of the new root: what they lead to, by name.
    """

    source: str
    target: str
    links: dict[str, str]


def share_tree(share: Share) -> int:
    """A copy of the share's mounts, not yet anywhere: read-only, and hearing what is mounted.

    Must be called where the share is, before other namespaces are entered.
    """
    tree = syscall(OPEN_TREE, AT_FDCWD, os.fsencode(share["source"]), CLONE_TREE)
    flags = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
    wanted = struct.pack("4Q", flags, 0, MS_SLAVE, 0)
    how = AT_EMPTY_PATH | AT_RECURSIVE
    syscall(MOUNT_SETATTR, tree, b"", how, wanted, len(wanted))
    return tree


def make_root(share: Share, tree: int) -> None:
    """Give the mount namespace that we are in another root.

    Args:
        share: what the new one shows besides the old one's folders.
        tree: see ``share_tree``.
    """
    names = os.listdir("/")  # noqa: PTH208  pathlib would cost start-up time
    links = {name: os.readlink(f"/{name}") for name in names if os.path.islink(f"/{name}")}  # noqa: PTH114, PTH115
    trees = {
        name: syscall(OPEN_TREE, AT_FDCWD, f"/{name}".encode(), CLONE_TREE)
        for name in names
        if name not in links
    }
    mount("tmpfs", BUILT_AT, "size=64k,mode=0755")
    os.chdir(BUILT_AT)
    for name, one in {**trees, share["target"]: tree}.items():
        os.mkdir(name, 0o755)  # noqa: PTH102
        syscall(MOVE_MOUNT, one, b"", AT_FDCWD, name.encode(), MOVE_FROM_FD)
    for name, goal in {**links, **share["links"]}.items():
        os.symlink(goal, name)  # noqa: PTH211
    closed = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV
    call("mount", None, b".", None, closed, None)
    call("pivot_root", b".", b".")
    # What is beneath the new root is the old one.
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")


__all__ = ["Share", "make_root", "share_tree"]
