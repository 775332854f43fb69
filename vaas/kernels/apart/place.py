"""Where kernel hosts are found, and how one is started."""

from __future__ import annotations

import fcntl
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from vaas.errors import KernelStartFailed
from vaas.kernels.apart.keeper import socket_name
from vaas.kernels.apart.talk import PROTOCOL
from vaas.kernels.apart.values import Terms

READY_WITHIN = 30.0
"""Seconds in which a host has looked at the machine and can be reached."""

_LONGEST = 1000
"""Bytes that are told of the last words of one that cannot."""


def hosts(folder: Path) -> list[Path]:
    """Sockets of hosts that speak as we do; not all of them need live."""
    return sorted(folder.glob(f"vaas-*/{socket_name(str(PROTOCOL))}-*"))


def ensure(
    folder: Path, terms: Terms, name: str
) -> tuple[Path | None, subprocess.Popen[bytes] | None]:
    """Find the host with these terms, or start it; blocks for up to a second.

    Args:
        folder: in which hosts are found.
        terms: of the one that is wanted.
        name: of such hosts.

    Returns:
        its socket, unless it has gone again, and its process if it was started.

    Raises:
        KernelStartFailed: it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # One at a time: who comes second finds what the first one started.
        fcntl.flock(held, fcntl.LOCK_EX)
        if found := _find(folder, name):
            return found, None
        process = _start(folder, terms, name)
        return _find(folder, name), process
    finally:
        os.close(held)


def _find(folder: Path, terms_name: str) -> Path | None:
    """The socket of a host that lives."""
    places = sorted(folder.glob(f"vaas-*/{socket_name(terms_name)}"))
    return next(filter(_answers, places), None)


def _answers(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock, suppress(OSError):
        folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            sock.settimeout(READY_WITHIN)
            sock.connect(f"/proc/self/fd/{folder}/{place.name}")
        finally:
            os.close(folder)
        return True
    return False


def _start(folder: Path, terms: Terms, name: str) -> subprocess.Popen[bytes]:
    """Start a host, and wait until it can be reached.

    Raises:
        KernelStartFailed: it ends instead, or takes too long.
    """
    with tempfile.TemporaryFile() as notes:
        process = subprocess.Popen(
            [sys.executable, "-m", "vaas.kernels.apart", str(folder.resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Whoever reads what the server says shall learn of its end at once.
            stderr=notes,
            cwd="/",
            start_new_session=True,
        )
        if not _is_ready(process, json.dumps([name, asdict(terms)]).encode()):
            process.kill()
            process.wait()
            said = os.pread(notes.fileno(), _LONGEST, max(0, notes.seek(0, 2) - _LONGEST))
            raise KernelStartFailed(
                f"the kernel host did not start: {said.decode(errors='replace')}"
            )
    return process


def _is_ready(process: subprocess.Popen[bytes], terms: bytes) -> bool:
    """Tell a host its terms, and wait for its word."""
    assert process.stdin
    assert process.stdout
    with process.stdout, suppress(BrokenPipeError):
        with process.stdin:
            process.stdin.write(terms)
        waiting = select.poll()
        waiting.register(process.stdout, select.POLLIN)
        return bool(waiting.poll(1000 * READY_WITHIN) and process.stdout.readline())
    return False


__all__ = ["ensure", "hosts"]
