"""The step between the server and bubblewrap, a small program of its own.

It joins the kernel's cgroups, puts the folders that the sandbox will show at
places where another user can reach them, becomes that user, and turns into
bubblewrap. It is started by its path (``python -I -S stage.py FD``) and imports
nothing of VaaS, so that it costs milliseconds; ``FD`` holds its orders as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import Any

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_SLAVE = 2, 4, 4096, 16384, 1 << 19
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
INSIDE_ID, FIRST_OTHER = 1000, 2000
"""User inside a sandbox, and the first of those that a template's forks become."""

STAGING = "/run"
"""Hidden by a small tmpfs in our own mount namespace; nothing below it is needed."""


def _call(libc: ctypes.CDLL, name: str, *arguments: Any) -> None:
    """Call a C function and raise OSError if it fails."""
    if getattr(libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def stage_mounts(libc: ctypes.CDLL, sources: list[str]) -> None:
    """Bind each source to ``/run/INDEX`` in a mount namespace of our own.

    A user who may not pass the folders above a source (a home, a private cache)
    can so still be shown the source itself.
    """
    _call(libc, "unshare", CLONE_NEWNS)
    # Slave, not private: a share mounted later on the host still appears.
    _call(libc, "mount", None, b"/", None, MS_REC | MS_SLAVE, None)
    opened = [os.open(source, os.O_PATH | os.O_CLOEXEC) for source in sources]
    flags = MS_NOSUID | MS_NODEV
    _call(libc, "mount", b"tmpfs", STAGING.encode(), b"tmpfs", flags, b"size=64k,mode=0755")
    for index, fd in enumerate(opened):
        place = f"{STAGING}/{index}"
        if os.path.isdir(f"/proc/self/fd/{fd}"):  # noqa: PTH112  pathlib would cost start-up time
            os.mkdir(place)  # noqa: PTH102
        else:
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY))
        origin = f"/proc/self/fd/{fd}".encode()
        _call(libc, "mount", origin, place.encode(), None, MS_BIND | MS_REC, None)


def _map(pid: int, lines: list[tuple[int, int, int]]) -> None:
    text = "".join(f"{inside} {outside} {count}\n" for inside, outside, count in lines)
    for kind in ("gid_map", "uid_map"):
        with open(f"/proc/{pid}/{kind}", "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(text)


def _hold_users(libc: ctypes.CDLL, uid: int, count: int, ask: int, say: int) -> None:
    """Make two user namespaces, one inside the other, and hold them until ``ask`` ends."""
    become(uid)
    # A change of user hides a process from its peers; its maps must be written.
    _call(libc, "prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)
    _call(libc, "unshare", CLONE_NEWUSER)
    os.write(say, b"made")
    os.read(ask, 1)
    ready, tell = os.pipe()
    inner = os.fork()
    if inner == 0:
        _call(libc, "unshare", CLONE_NEWUSER)
        os.write(tell, b"made")
        signal.pause()
    os.read(ready, 4)
    _map(inner, [(INSIDE_ID, 0, 1), (FIRST_OTHER, 1, count)])
    os.write(say, str(inner).encode())
    os.read(ask, 1)
    os.kill(inner, signal.SIGKILL)
    os.waitpid(inner, 0)


def make_users(libc: ctypes.CDLL, uid: int, users: tuple[int, int], given: list[int]) -> None:
    """Make user namespaces in which others than the template's own user exist.

    Bubblewrap's own know one user alone. Its set-up needs a root, so there are
    two: in the outer one the template's user is root, in the inner one it is
    the viewer, and the forks' users follow from ``FIRST_OTHER`` on.

    Args:
        libc: the C library.
        uid: the template's user.
        users: the first of its forks' users, and how many.
        given: numbers that the descriptors of both shall have.
    """
    first, count = users
    (asked, ask), (heard, say) = os.pipe(), os.pipe()
    holder = os.fork()
    if holder == 0:
        code = 1
        try:
            os.close(ask)
            _hold_users(libc, uid, count, asked, say)
            code = 0
        finally:
            os._exit(code)
    os.close(say)
    os.read(heard, 4)
    _map(holder, [(0, uid, 1), (1, first, count)])
    os.write(ask, b"1")
    inner = os.read(heard, 20)
    if not inner:
        raise OSError("the user namespaces could not be made")
    for number, pid in zip(given, (holder, int(inner)), strict=True):
        fd = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY)
        os.dup2(fd, number, inheritable=True)
    os.close(ask)
    os.waitpid(holder, 0)


def become(uid: int) -> None:
    """Drop root for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def die_with(libc: ctypes.CDLL, parent: int) -> None:
    """Be killed when the server dies; leave at once if it is dead already.

    Must follow ``become``: a change of user clears the wish.
    """
    _call(libc, "prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    """Carry out the orders and become the program that they name."""
    with open(int(sys.argv[1]), encoding="utf-8") as file:  # noqa: PTH123  a descriptor
        orders = json.load(file)
    libc = ctypes.CDLL(None, use_errno=True)
    for procs in orders["cgroups"]:
        with open(procs, "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(str(os.getpid()))
    if orders["uid"] is not None:
        if orders["users"] is not None:
            make_users(libc, orders["uid"], orders["users"], orders["given"])
        stage_mounts(libc, orders["sources"])
        become(orders["uid"])
    die_with(libc, orders["parent"])
    argv = orders["argv"]
    os.execve(argv[0], argv, orders["environment"])  # noqa: S606  fixed by the server


if __name__ == "__main__":
    main()
