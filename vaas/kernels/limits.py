"""Control groups: what a whole kernel, with all it starts, may use.

Each kernel gets a leaf below one parent group of this server, in every
hierarchy that the machine lets us write: on version 1 those of ``memory``,
``cpu`` and ``pids``, on version 2 the one that carries all. The rules are those
of the Linux kernel's documents ``cgroup-v1`` and ``cgroup-v2``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from vaas.kernels.base import Limits

WANTED = ("memory", "cpu", "pids")
PERIOD = 100_000
"""Microseconds over which processor time is shared out."""


@dataclass(frozen=True, slots=True)
class Cgroups:
    """The groups below which this process may make leaves.

    Attributes:
        version: of the interface; 0 if there is none to be used.
        roots: our own group by controller (version 2: under each controller's
            name the same one).
    """

    version: Literal[0, 1, 2] = 0
    roots: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def find(cls, proc: Path = Path("/proc/self")) -> Cgroups:
        """Look where this process is and what it may write there."""
        try:
            own, mounts = (proc / "cgroup").read_text(), (proc / "mountinfo").read_text()
        except OSError:
            return cls()
        first = {name: path for name, path in _version_1(own, mounts) if _may_write(path)}
        if "memory" in first:
            return cls(1, first)
        second = _version_2(own, mounts)
        return cls(2, second) if second else cls(1 if first else 0, first)

    def folders(self, name: str) -> list[Path]:
        """Where the group ``name`` is, once for each hierarchy."""
        return sorted({root / name for root in self.roots.values()})


def _mounts(text: str, kind: str) -> list[tuple[str, Path, str]]:
    """(root inside the hierarchy, mount point, options) of mounts of a kind."""
    found = []
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        fields, (fstype, _, options) = left.split(), right.split(None, 2)
        if fstype == kind:
            found.append((fields[3], Path(fields[4]), options))
    return found


def _inside(mount: Path, root: str, own: str) -> Path:
    """Our own group as a path, seen through a mount that may show only a part."""
    return mount / os.path.relpath(own, root) if own.startswith(root) else mount


def _version_1(own: str, mounts: str) -> list[tuple[str, Path]]:
    """Our group in each hierarchy of version 1 that we use."""
    paths = {}
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update(dict.fromkeys(controllers.split(","), path))
    return [
        (name, _inside(mount, root, paths[name]))
        for root, mount, options in _mounts(mounts, "cgroup")
        for name in WANTED
        if name in options.split(",") and name in paths
    ]


def _version_2(own: str, mounts: str) -> dict[str, Path]:
    """Our group in the hierarchy of version 2, for the controllers it can pass on."""
    path = next((line[3:] for line in own.splitlines() if line.startswith("0::")), None)
    for root, mount, _ in _mounts(mounts, "cgroup2") if path else ():
        group = _inside(mount, root, str(path))
        with contextlib.suppress(OSError):
            offered = (group / "cgroup.controllers").read_text().split()
            if _may_write(group) and "memory" in offered:
                return {name: group for name in WANTED if name in offered}
    return {}


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path / "cgroup.procs", os.W_OK)


def prepare(groups: Cgroups, name: str) -> None:
    """Make the server's parent group ``name``; kernels become its leaves.

    On version 2 a group that passes controllers on may hold no process itself,
    so the server first moves into a leaf of its own.
    """
    for folder in groups.folders(name):
        folder.mkdir(exist_ok=True)
    if groups.version != 2:  # noqa: PLR2004
        return
    root = next(iter(groups.roots.values()))
    enable = " ".join(f"+{controller}" for controller in groups.roots)
    try:
        (root / "cgroup.subtree_control").write_text(enable)
    except OSError:
        server = root / f"{name}-server"
        server.mkdir(exist_ok=True)
        for pid in (root / "cgroup.procs").read_text().split():
            with contextlib.suppress(OSError):
                (server / "cgroup.procs").write_text(pid)
        (root / "cgroup.subtree_control").write_text(enable)
    (root / name / "cgroup.subtree_control").write_text(enable)


class Leaf:
    """One kernel's groups.

    They are made and removed in threads, and who is cancelled cannot stop a thread: what
    was removed is never made afterwards.
    """

    def __init__(self, groups: Cgroups, parent: str, name: str) -> None:
        """Name them; nothing is made yet.

        Args:
            groups: where this server may make groups.
            parent: the server's group.
            name: the kernel's.
        """
        self._version = groups.version
        self._of = {c: root / parent / name for c, root in groups.roots.items()}
        self._turn, self._removed = threading.Lock(), False

    @property
    def procs(self) -> list[str]:
        """The files that a process writes its id to in order to join."""
        return sorted({str(folder / "cgroup.procs") for folder in self._of.values()})

    def create(self, limits: Limits) -> None:
        """Make the groups and set their limits.

        Raises:
            OSError: the machine does not let us.
        """
        with self._turn:
            if not self._removed:
                self._make(limits)

    def _make(self, limits: Limits) -> None:
        for folder in set(self._of.values()):
            folder.mkdir()
        values = _values_2(limits) if self._version == 2 else _values_1(limits)  # noqa: PLR2004
        for name, value in values.items():
            if group := self._of.get(name.split(".", 1)[0]):
                _write(group / name, str(value))

    def out_of_memory(self) -> int:
        """How many processes the limit on memory has ended."""
        name = "memory.events" if self._version == 2 else "memory.oom_control"  # noqa: PLR2004
        with contextlib.suppress(OSError, KeyError):
            for line in (self._of["memory"] / name).read_text().splitlines():
                key, _, count = line.partition(" ")
                if key == "oom_kill":
                    return int(count)
        return 0

    def held(self) -> int:
        """Bytes that all inside hold now; 0 where they are not counted."""
        name = "memory.current" if self._version == 2 else "memory.usage_in_bytes"  # noqa: PLR2004
        with contextlib.suppress(OSError, KeyError, ValueError):
            return int((self._of["memory"] / name).read_text())
        return 0

    def remove(self, patience: float = 2.0) -> bool:
        """End what still runs inside and remove the groups.

        Blocks up to ``patience`` seconds; call it in a thread.

        Returns:
            whether they are gone.
        """
        until = time.monotonic() + patience
        with self._turn:
            self._removed = True
            results = [remove(folder, until) for folder in set(self._of.values())]
        return all(results)


def _values_1(limits: Limits) -> dict[str, int]:
    return {
        "memory.limit_in_bytes": limits.memory,
        # Absent without swap accounting; equal to the above it forbids swap.
        "memory.memsw.limit_in_bytes": limits.memory,
        "cpu.cfs_period_us": PERIOD,
        "cpu.cfs_quota_us": int(limits.cpus * PERIOD),
        "pids.max": limits.processes + 8,
    }


def _values_2(limits: Limits) -> dict[str, int | str]:
    return {
        "memory.max": limits.memory,
        "memory.swap.max": 0,
        "memory.oom.group": 1,
        "cpu.max": f"{int(limits.cpus * PERIOD)} {PERIOD}",
        "pids.max": limits.processes + 8,
    }


def remove(folder: Path, until: float) -> bool:
    """Kill the group's processes and remove it with all groups below it.

    Args:
        folder: the group.
        until: ``time.monotonic()`` at which to give up.
    """
    # Usually it is empty: nothing need be looked for.
    with contextlib.suppress(OSError):
        folder.rmdir()
    if not folder.exists():
        return True
    for child in [path for path in folder.iterdir() if path.is_dir()]:
        remove(child, until)
    while True:
        _kill(folder)
        try:
            folder.rmdir()
        except FileNotFoundError:
            return True
        except OSError:
            # Busy until the last of its processes is gone.
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        else:
            return True


def _write(file: Path, text: str) -> None:
    """Set a value, where the Linux kernel has such a file; none is made."""
    with contextlib.suppress(FileNotFoundError):
        fd = os.open(file, os.O_WRONLY | os.O_TRUNC)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)


def _kill(folder: Path) -> None:
    """Kill what is in the group."""
    with contextlib.suppress(OSError):
        (folder / "cgroup.kill").write_text("1")
        return
    with contextlib.suppress(OSError):
        for pid in (folder / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


__all__ = ["Cgroups", "Leaf", "prepare", "remove"]
