"""Furnishes a fork's namespaces from outside, a small program of its own.

A fork is made by the template's process, whose memory a stranger's code shares;
so it is not the fork that builds its walls. This program does, as the server's
user: it moves the fork into its control groups, writes its user map, enters its
namespaces and puts fresh memory file systems and a fresh ``/proc`` over what it
inherited. What the notebook's run wrote into its own places is copied over.

A fork of an environment's own process (see ``forks.zygotes``) is shown its share here.

It is started alone (``python -I -S -c …``) and imports nothing of VaaS but what
lies beside it. Each request comes in one packet, JSON with two descriptors: the fork's
pidfd, and a pipe for the answer, ``DONE`` if all went well; who says nothing has been
killed half-way. A request may also be for a template that becomes a viewer's kernel: it
makes no forks any more, so nobody in it shall make namespaces.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import stat
import struct
import sys
from collections.abc import Iterable
from typing import Any

from .belongings import collect, put
from .calls import (
    AT_FDCWD,
    ATTRIBUTES,
    CLONE_TREE,
    CREATE,
    FSCONFIG,
    FSMOUNT,
    FSOPEN,
    IFF_UP,
    MOVE_FROM_FD,
    MOVE_MOUNT,
    MS_NOEXEC,
    MS_RDONLY,
    NEWIPC,
    NEWNET,
    NEWNS,
    NEWPID,
    NEWUSER,
    NEWUTS,
    OPEN_TREE,
    SET_STRING,
    SIOCGIFFLAGS,
    SIOCSIFFLAGS,
    call,
    mount,
    syscall,
    write,
)
from .root import Share, make_root, share_tree

PTS = "/dev/pts"
NESTING = "/proc/sys/user/max_user_namespaces"
"""Of the user namespace that the writer is in."""

PR_SET_PDEATHSIG = 1
RLIMIT_NPROC = 6
LARGEST = 1 << 17
DONE = b"done"
INSIDE_ID = 1000
"""User and group of every viewer, as they are called inside."""


def inner_mounts(template: int, places: Iterable[str]) -> dict[str, list[str]]:
    """Mounts below each place: an environment may lie below ``/tmp``."""
    with open(f"/proc/{template}/mountinfo", encoding="utf-8") as file:  # noqa: PTH123
        points = [line.split()[4].encode().decode("unicode_escape") for line in file]
    found = {}
    for place in places:
        inner = [point for point in points if point.startswith(f"{place}/")]
        found[place] = [p for p in inner if not any(p.startswith(f"{q}/") for q in inner)]
    return found


def _trees(inner: dict[str, list[str]]) -> dict[str, int]:
    """Copies of mounts, not yet anywhere, by the path where they belong."""
    paths = [path for found in inner.values() for path in found]
    return {p: syscall(OPEN_TREE, AT_FDCWD, p.encode(), CLONE_TREE) for p in paths}


def _terminals() -> int:
    """Fresh pseudo-terminals: ``!command`` needs one, and those inherited are shared."""
    context = syscall(FSOPEN, b"devpts", 1)
    for key, value in ((b"mode", b"620"), (b"ptmxmode", b"0666")):
        syscall(FSCONFIG, context, SET_STRING, key, value, 0)
    syscall(FSCONFIG, context, CREATE, None, None, 0)
    return syscall(FSMOUNT, context, 1, ATTRIBUTES)


def _enter(pidfd: int, order: dict[str, Any], inner: dict[str, list[str]]) -> dict[str, int]:
    """Show the fork its share, map its users, then go where it is and become it.

    Returns:
        copies of the mounts that must stay.
    """
    process = os.open(f"/proc/{order['pid']}", os.O_RDONLY)
    parent = os.open(f"/proc/{order['template']}/ns/user", os.O_RDONLY)
    trees: dict[str, int] = {}
    share: Share | None = order["share"]
    tree = share_tree(share) if share else -1
    if not order["deny_groups"]:
        # Only here we still are who may pass the template's own folders.
        call("setns", pidfd, NEWNS)
        trees = _trees(inner) | {PTS: _terminals()}
        if share:
            make_root(share, tree)
    call("setns", parent, NEWUSER)
    # Only one who stands in the parent namespace may write the maps.
    if order["deny_groups"]:
        write("setgroups", "deny", process)
    for kind in ("gid_map", "uid_map"):
        write(kind, "".join(f"{a} {b} {count}\n" for a, b, count in order["users"]), process)
    call("setns", pidfd, NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS)
    # Being no root in there either, we keep our rights when we become the viewer.
    os.setresgid(*[INSIDE_ID] * 3)
    os.setresuid(*[INSIDE_ID] * 3)
    return trees or _trees(inner)


def _cover(place: str, size: int, trees: dict[str, int]) -> None:
    """Put a fresh file system over a place, and what was mounted below it back."""
    owner = f"mode=0700,uid={INSIDE_ID},gid={INSIDE_ID}"
    mount("tmpfs", place, f"size={size},nr_inodes={max(64, size >> 12)},{owner}")
    for path, tree in trees.items():
        if not path.startswith(f"{place}/"):
            continue
        if stat.S_ISDIR(os.fstat(tree).st_mode):
            os.makedirs(path, exist_ok=True)  # noqa: PTH103
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        syscall(MOVE_MOUNT, tree, b"", AT_FDCWD, path.encode(), MOVE_FROM_FD)


def _mount_proc() -> None:
    """A fresh ``/proc``, mounted by a child: only who is in the process namespace may."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            mount("proc", "/proc", flags=MS_NOEXEC)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if status:
        raise OSError(f"/proc could not be mounted: status {status}")


def _furnish(order: dict[str, Any], trees: dict[str, int]) -> None:
    """Put fresh file systems over the inherited ones, and let nobody nest further."""
    _mount_proc()
    if not order["forking"]:
        write(NESTING, "0")
    if PTS in trees:
        syscall(MOVE_MOUNT, trees[PTS], b"", AT_FDCWD, PTS.encode(), MOVE_FROM_FD)
    else:  # only root may make terminals for another
        mount("tmpfs", PTS, "size=4k,nr_inodes=2,mode=0555", MS_RDONLY | MS_NOEXEC)
    for place, size in order["places"].items():
        _cover(place, size, trees)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        asked = fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0))
        flags = struct.unpack("16sH14x", asked)[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def place(order: dict[str, Any], pidfd: int) -> None:
    """Do all that a fork needs done."""
    for procs in order["cgroups"]:
        # Ourselves too: what is copied is the viewer's memory, not the server's.
        for pid in (os.getpid(), order["pid"]):
            write(procs, str(pid))
    root = f"/proc/{order['template']}/root"
    found = {name: list(collect(root + name, order["places"][name])) for name in order["kept"]}
    trees = _enter(pidfd, order, inner_mounts(order["template"], order["places"]))
    for number, most in order["limits"]:
        _limit(order["pid"], number, most)
    _furnish(order, trees)
    for name, files in found.items():
        put(name, files)


def confine(order: dict[str, Any], pidfd: int) -> None:
    """Let a template make no namespaces any more, and no more processes than others."""
    call("setns", pidfd, NEWUSER)
    write(NESTING, "0")
    for pid in order["all"]:
        with contextlib.suppress(ProcessLookupError):
            _limit(pid, RLIMIT_NPROC, order["processes"])


def _limit(pid: int, number: int, most: int) -> None:
    call("prlimit64", pid, number, struct.pack("2Q", most, most), None)


def _answer(order: dict[str, Any], pidfd: int, reply: int) -> None:
    """Place one fork in a process of its own, and say how it went."""
    try:
        (confine if "all" in order else place)(order, pidfd)
        _tell(reply, DONE)
    except BaseException as error:  # noqa: BLE001  told to the server
        _tell(reply, _words(error))
    os._exit(0)


def _tell(reply: int, words: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):  # the viewer has gone meanwhile
        os.write(reply, words)


def _words(error: BaseException) -> bytes:
    return f"{type(error).__name__}: {error}".encode(errors="replace")


def _begin(data: bytes, pidfd: int, reply: int) -> None:
    """Have a request done beside those that come meanwhile."""
    try:
        pid = os.fork()
    except OSError as error:  # a machine that is full now need not be so later
        _tell(reply, _words(error))
        return
    if pid == 0:
        _answer(json.loads(data), pidfd, reply)


def main() -> None:
    """Serve requests until the server hangs up."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[-1]))
    while True:
        data, fds, _, _ = socket.recv_fds(control, LARGEST, 2)
        if len(fds) != 2:  # noqa: PLR2004
            return
        _begin(data, *fds)
        for fd in fds:
            os.close(fd)


__all__ = ["confine", "main", "place"]
