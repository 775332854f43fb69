"""A small process beside a server, which clears up if the server is killed.

A server that ends in order leaves nothing. One that is killed takes its kernels
with it, but not its folders, control groups and mounts; they would stay until the
next one starts. The janitor waits for the end of its standard input, which comes
with the server's end, whatever that is like.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

_DEAF_TO = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
"""What ends the server often goes to all who came with it."""

_LOOKS, _BETWEEN = 20, 0.25
"""How often, and every how many seconds: mounts and groups of the dead go by and by."""

_IN_ORDER = b"."
_LEAVES_WITHIN = 5.0


class Janitor:
    """Looks after one folder of data, from its making until it is dismissed."""

    def __init__(self, data: Path) -> None:
        """Start it; blocks for some milliseconds.

        Args:
            data: the server's folder.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", "vaas.janitor", str(data)],
            stdin=subprocess.PIPE,
            # Whoever reads what the server says shall learn of its end at once.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """The server ended in order; blocks until the janitor has gone."""
        with suppress(OSError, subprocess.TimeoutExpired):
            self._process.communicate(_IN_ORDER, _LEAVES_WITHIN)
        self._process.kill()
        self._process.wait()


def main(data: Path) -> None:
    """Wait for the server's end; clear up unless it was in order.

    Args:
        data: as ``Janitor`` takes it.
    """
    for number in _DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.buffer.read(1) == _IN_ORDER:
        return
    from vaas.temporary import clear  # noqa: PLC0415  it weighs little while it waits

    for _ in range(_LOOKS):
        clear(data)
        time.sleep(_BETWEEN)


__all__ = ["Janitor", "main"]

if __name__ == "__main__":
    main(Path(sys.argv[1]))
