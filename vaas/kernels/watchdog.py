"""Memory of a whole kernel where no cgroup counts it.

``RLIMIT_DATA`` then bounds each process, but a kernel may start many. What they
hold together is added up from ``/proc`` now and then: the proportional share
(``Pss``), so that what a fork shares with its parent counts once.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

PROC = Path("/proc")


def tree(first: int) -> list[int]:
    """A process and all that it and its children started."""
    found, new = [], [first]
    while new:
        pid = new.pop()
        found.append(pid)
        # Each of them may end while it is looked at.
        with contextlib.suppress(OSError):
            for task in (PROC / str(pid) / "task").iterdir():
                with contextlib.suppress(OSError):
                    new += map(int, (task / "children").read_text().split())
    return found


def memory(first: int) -> int:
    """Bytes that the tree of a process holds; blocks, call it in a thread."""
    return sum(map(_proportional, tree(first)))


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    return 0


__all__ = ["memory", "tree"]
