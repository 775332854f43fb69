"""Whether all walls of a fork stand, seen from outside.

The fork is stopped meanwhile, so that nothing moves while we look. A fork of an
honest notebook always passes; one that does not is ended before a viewer's
first message reaches it.
"""

from __future__ import annotations

import os
import re
import signal
import stat
import time
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain
from pathlib import Path

from vaas.errors import KernelStartFailed
from vaas.kernels.sandbox import MOUNTED

NAMESPACES = ("user", "pid", "mnt", "net", "ipc", "uts", "cgroup")
STOPPED_WITHIN = 5.0
SHARED = re.compile(rb" [r-][w-][x-]s \S+ \S+ \S+ +(.*)$", re.MULTILINE)
TABLES = (b"/usr/", b"/data/", b"/opt/", b"/lib")
"""Below these nothing can be written inside; libraries map tables from there."""
RIGHT = {"CapInh": 0, "CapPrm": 0, "CapEff": 0, "CapBnd": 0, "CapAmb": 0, "NoNewPrivs": 1}
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def check(
    pid: int, template: int, uid: int | None, *, lines: int = 1, mounted: Path | None = None
) -> None:
    """Look at a fork that says it is ready; blocks, call it in a thread.

    Args:
        pid: the fork, as the host sees it.
        template: its template's process.
        uid: the user it must have on the host, if it has one of its own.
        lines: how many sockets lead to us.
        mounted: the mount on the host that it must see as it is now.

    Raises:
        KernelStartFailed: something is not as it must be.
    """
    try:
        status = _stopped(pid)
        seen = (_namespaces(pid, template, status), _rights(status, uid), _company(pid))
        wrong = [*chain(*seen, _shared(pid, lines), _share(pid, mounted))]
    except OSError as error:
        raise KernelStartFailed(f"a fork ended while it was looked at: {error}") from error
    if wrong:
        raise KernelStartFailed(f"a fork is not apart: {'; '.join(wrong)}")
    os.kill(pid, signal.SIGCONT)


def _stopped(pid: int) -> dict[str, str]:
    """Stop it; its status then."""
    os.kill(pid, signal.SIGSTOP)
    until = time.monotonic() + STOPPED_WITHIN
    while (status := _status(pid))["State"][0] != "T":
        if time.monotonic() > until:
            raise KernelStartFailed("a fork does not stop")
        time.sleep(0.0005)
    return status


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _namespaces(pid: int, template: int, status: Mapping[str, str]) -> Iterator[str]:
    for kind in NAMESPACES:
        theirs, others = (os.readlink(f"/proc/{one}/ns/{kind}") for one in (pid, template))  # noqa: PTH115
        if theirs == others:
            yield f"its {kind} namespace is the template's"
    for name in ("NSpid", "NSpgid", "NSsid"):
        # A signal to a group reaches all of it, in whichever namespace they are.
        if status[name].split()[-1] != "1":
            yield f"it is not the first by {name}: {status[name]}"


def _rights(status: Mapping[str, str], uid: int | None) -> Iterator[str]:
    for name, right in RIGHT.items():
        if int(status[name], 16) != right:
            yield f"{name} is {status[name]}"
    if status["Seccomp"] != "2":
        yield "its system calls are not filtered"
    if uid is not None and set(status["Uid"].split()) != {str(uid)}:
        yield f"its user is {status['Uid']}"


def _company(pid: int) -> Iterator[str]:
    if len([*Path(f"/proc/{pid}/task").iterdir()]) != 1:
        yield "it has threads"
    if Path(f"/proc/{pid}/task/{pid}/children").read_text():
        yield "it has children"


def _share(pid: int, mounted: Path | None) -> Iterator[str]:
    """Whether a mount was made anew while a copy of it was on its way into the fork."""
    if mounted is not None:
        ours = _devices("self", str(mounted))
        theirs = _devices(str(pid), f"{MOUNTED}/{mounted.name}")
        if ours != theirs:
            yield "its share is being mounted anew"


def _devices(process: str, place: str) -> list[str]:
    lines = Path(f"/proc/{process}/mountinfo").read_text().splitlines()
    found = [line.split() for line in lines]
    return [one[2] for one in found if one[4].encode().decode("unicode_escape") == place]


def _shared(pid: int, lines: int) -> Iterator[str]:
    """Descriptors and memory by which two forks could reach each other."""
    sockets = 0
    mounts = _read_only_mounts(pid)
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        path, mode = str(fd.readlink()), fd.stat().st_mode
        sockets += stat.S_ISSOCK(mode)
        if not (stat.S_ISSOCK(mode) or path in DEVICES or _harmless(pid, fd.name, mounts, mode)):
            yield f"open: {path}"
    if sockets > lines:
        yield f"{sockets} sockets"
    for found in SHARED.finditer(Path(f"/proc/{pid}/maps").read_bytes()):
        if not found[1].startswith(TABLES):
            yield f"shared memory: {found[1].decode(errors='replace') or 'anonymous'}"


def _read_only_mounts(pid: int) -> set[str]:
    """The ids of the fork's own mounts in which nobody inside can write."""
    lines = [line.split() for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines()]
    return {line[0] for line in lines if "ro" in line[5].split(",")}


def _harmless(pid: int, fd: str, mounts: AbstractSet[str], mode: int) -> bool:
    """A file that can only be read, opened where nobody inside can write.

    Opened by the fork itself, too: by one of the template's all forks would share their place.
    """
    lines = Path(f"/proc/{pid}/fdinfo/{fd}").read_text().splitlines()
    told = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    reads = int(told["flags"], 8) & os.O_ACCMODE == os.O_RDONLY
    return stat.S_ISREG(mode) and reads and told["mnt_id"] in mounts


__all__ = ["check"]
