"""A small process beside another, which clears up if that is killed.

A server or kernel host that ends in order leaves nothing. One that is killed
leaves folders, control groups and mounts; they would stay until the next one
starts. The janitor waits for the end of its standard input, which comes with the
other's end, whatever that is like. It is started by its path and imports nothing
of VaaS before it is needed, so that it weighs little.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

_DEAF_TO = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
"""What ends the other often goes to all who came with it."""

_LOOKS, _BETWEEN = 40, 0.25
"""How often, and every how many seconds: mounts and groups of the dead go by and by."""

_IN_ORDER = b"."
_LEAVES_WITHIN = 5.0


class Janitor:
    """Looks after one folder, from its making until it is dismissed."""

    def __init__(self, folder: Path, clear: Callable[[Path], None]) -> None:
        """Start it; blocks for some milliseconds.

        Args:
            folder: what is cleared up.
            clear: how, a function of a module; called again and again for some
                seconds.
        """
        words = [str(folder), clear.__module__, clear.__name__]
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, *words],
            stdin=subprocess.PIPE,
            # Whoever reads what the other says shall learn of its end at once.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """The other ended in order; blocks until the janitor has gone."""
        with suppress(OSError, subprocess.TimeoutExpired):
            self._process.communicate(_IN_ORDER, _LEAVES_WITHIN)
        self._process.kill()
        self._process.wait()


def main(folder: Path, module: str, name: str) -> None:
    """Wait for the other's end; clear up unless it was in order.

    Args:
        folder: as ``Janitor`` takes it.
        module: where the function is.
        name: what it is called.
    """
    for number in _DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.buffer.read(1) == _IN_ORDER:
        return
    clear = getattr(import_module(module), name)
    for _ in range(_LOOKS):
        clear(folder)
        time.sleep(_BETWEEN)


__all__ = ["Janitor", "main"]

if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
