"""The sandbox: what a kernel sees of the machine, as a bubblewrap command line.

The kernel gets its own user, process, mount, network, IPC, host name and cgroup
namespaces. Its world is ``/usr`` and its Python environment read-only, a few
made-up files below ``/etc``, the share read-only at ``/data``, and sized
memory file systems for scratch, home, ``/tmp`` and ``/dev/shm``. The arguments
travel through a descriptor, so that ``/proc/1/cmdline`` inside tells nothing.
(What Linux tells all the same: ``/proc/self/mountinfo`` names the folder on the
host that a bound folder comes from. No secret may stand in such a path.)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vaas.errors import KernelStartFailed
from vaas.kernels.base import Limits

INSIDE_ID = 1000
"""User and group of every viewer, as they are called inside."""

DATA, SCRATCH, HOME = "/data", "/scratch", "/home/viewer"
MOUNTED = "/mounted"
"""Shows the folder around a mounted share, so that a mount made anew appears; a link leads on."""

SOCKETS = "/run/kernel"
"""Where the kernel puts its sockets: a small private file system, not the host's disk."""

USERS = "viewer:x:1000:1000:viewer:/home/viewer:/bin/false\nnobody:x:65534:65534::/:/bin/false\n"
GROUPS = "viewer:x:1000:\nnogroup:x:65534:\n"
HOSTS = "127.0.0.1 localhost vaas\n::1 localhost\n"
NSSWITCH = "passwd: files\ngroup: files\nhosts: files\n"

SHARED_ETC = (
    "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts", "/etc/mime.types",
    "/etc/ssl/certs", "/etc/ca-certificates.conf", "/etc/magic", "/etc/R", "/etc/julia",
)  # fmt: skip
"""What programs below ``/usr`` need of the host's ``/etc``; no secret is kept there."""

FIRST_OTHER = 2000
"""The first of the users that a template's forks become, as the template calls it."""

OWN_USER = ("--unshare-user", "--uid", str(INSIDE_ID), "--gid", str(INSIDE_ID))
GIVEN_USERS = (200, 201)
"""Descriptors of the user namespaces that ``stage`` makes: to set up in, and to run in."""

NAMESPACES = (
    "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
    "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv",
    "--hostname", "vaas",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bind:
    """A folder or file of the host that the sandbox shows, read-only.

    Attributes:
        source: on the host.
        target: inside.
    """

    source: Path
    target: str


@dataclass(frozen=True, slots=True)
class World:
    """All that one sandbox is made of.

    Attributes:
        argv: the kernel's command, with paths as they are inside.
        binds: what it sees of the host besides the system.
        environment: all its variables.
        folder: where it starts.
        limits: what it may use.
        connection: the text of its connection file.
        data: bytes of private memory for each process, where no cgroup counts it.
        fds: descriptors that it inherits.
        forking: it is a template: forks of it get namespaces of their own.
        links: symbolic links: what they lead to, by their place.
    """

    argv: Sequence[str]
    binds: Sequence[Bind]
    environment: Mapping[str, str]
    folder: str
    limits: Limits
    connection: bytes
    data: int | None = None
    fds: Sequence[int] = ()
    forking: bool = False
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Numbers of the files that bubblewrap reads or writes while it starts."""

    info: int
    seccomp: int | None
    connection: int
    passwd: int
    group: int
    hosts: int
    nsswitch: int


def arguments(
    world: World, fds: Descriptors, *, staged: bool, no_nesting: bool, users: bool = False
) -> list[str]:
    """Bubblewrap's arguments, without the program's own name.

    Args:
        world: what to show and run.
        fds: descriptors as the child has them.
        staged: sources were put at ``/run/INDEX`` by ``stage``.
        no_nesting: this bubblewrap can forbid further user namespaces.
        users: ``stage`` makes the user namespaces.
    """
    setup, inside = GIVEN_USERS
    given = ("--userns", str(setup), "--userns2", str(inside))
    out = [*(given if users else OWN_USER), *NAMESPACES, "--info-fd", str(fds.info)]
    out += ["--disable-userns"] if no_nesting else []
    out += ["--seccomp", str(fds.seccomp)] if fds.seccomp is not None else []
    out += [*_system(), *_etc(fds), *_writable(world.limits), *_binds(world.binds, staged=staged)]
    for place, goal in world.links.items():
        out += ["--symlink", goal, place]
    out += ["--perms", "0600", "--file", str(fds.connection), f"{SOCKETS}/connection.json"]
    out += ["--remount-ro", "/", "--chdir", world.folder]
    for name, value in world.environment.items():
        out += ["--setenv", name, value]
    return out


def command(world: World) -> list[str]:
    """What bubblewrap runs; unlike its arguments this may be seen inside."""
    return ["--", *prlimit(world.limits, world.data), *world.argv]


def encode(args: Sequence[str]) -> bytes:
    """Arguments as bubblewrap reads them from a descriptor.

    Raises:
        KernelStartFailed: one holds a NUL, which would start a new argument.
    """
    if any("\0" in arg for arg in args):
        raise KernelStartFailed("a name or value for the kernel holds a NUL character")
    return b"".join(os.fsencode(arg) + b"\0" for arg in args)


def prlimit(limits: Limits, data: int | None = None) -> list[str]:
    """The wrapper that sets limits inside, where processes are counted for this sandbox alone.

    Args:
        limits: the kernel's limits.
        data: bytes of private memory for each process, where no cgroup counts it.
    """
    wanted = {
        "nproc": limits.processes,
        "fsize": limits.file_size,
        "nofile": 1024,
        "core": 0,
        "memlock": 8 << 20,
        "msgqueue": 0,
    }
    if data is not None:
        wanted["data"] = data
    return ["/usr/bin/prlimit", *(f"--{k}={v}:{v}" for k, v in wanted.items()), "--"]


def _system() -> Iterator[str]:
    """``/usr``, the links to it, processes and devices."""
    yield from ("--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev")
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))


def _etc(fds: Descriptors) -> Iterator[str]:
    """The few files below ``/etc`` that programs look for."""
    made_up = {
        "passwd": fds.passwd,
        "group": fds.group,
        "hosts": fds.hosts,
        "nsswitch.conf": fds.nsswitch,
    }
    for name, fd in made_up.items():
        yield from ("--perms", "0644", "--file", str(fd), f"/etc/{name}")
    yield from _parents(SHARED_ETC)
    for path in SHARED_ETC:
        yield from ("--ro-bind-try", path, path)


def places(limits: Limits) -> dict[str, int]:
    """What can be written inside: bytes of each memory file system, by its path."""
    small = min(64 << 20, limits.memory // 8)
    return {
        "/dev/shm": small,  # noqa: S108  the sandbox's own
        "/tmp": small,  # noqa: S108  the sandbox's own
        HOME: small,
        SCRATCH: limits.scratch,
        SOCKETS: 256 << 10,
    }


def _writable(limits: Limits) -> Iterator[str]:
    """Memory file systems; ``/dev`` itself is closed before one is put into it."""
    yield from ("--remount-ro", "/dev")
    # Else they would be made as private as what is put into them.
    yield from ("--dir", "/home", "--dir", "/run")
    for place, size in places(limits).items():
        yield from ("--perms", "0700", "--size", str(size), "--tmpfs", place)


def _parents(places: Iterable[str]) -> Iterator[str]:
    """The folders above; bubblewrap itself makes them for one user, but forks are others."""
    for folder in sorted({str(one) for place in places for one in Path(place).parents}):
        yield from ("--dir", folder)


def _binds(binds: Sequence[Bind], *, staged: bool) -> Iterator[str]:
    yield from _parents(bind.target for bind in binds)
    for index, bind in enumerate(binds):
        source = f"/run/{index}" if staged else str(bind.source)
        yield from ("--ro-bind", source, bind.target)


__all__ = [
    "DATA",
    "FIRST_OTHER",
    "GIVEN_USERS",
    "GROUPS",
    "HOME",
    "HOSTS",
    "INSIDE_ID",
    "MOUNTED",
    "NSSWITCH",
    "SCRATCH",
    "SOCKETS",
    "USERS",
    "Bind",
    "Descriptors",
    "World",
    "arguments",
    "command",
    "encode",
    "places",
    "prlimit",
]
