"""A process inside a sandbox, known by the word of the Linux kernel alone."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
from contextlib import ExitStack

from vaas.errors import KernelStartFailed
from vaas.kernels.descriptors import own, readable

CREDENTIALS = struct.Struct("3i")


class Peer:
    """The process at the other end of a socket.

    Attributes:
        first: its id as the host sees it.
        ended: whether ``wait`` has seen its end.
    """

    def __init__(self, pid: int) -> None:
        """Hold on to a process that lives.

        Args:
            pid: its id as the host sees it.

        Raises:
            KernelStartFailed: it has ended already.
        """
        self.first = pid
        self.ended = False
        self._fds = ExitStack()
        try:
            self.pidfd = own(self._fds, os.pidfd_open(pid))
        except ProcessLookupError as error:
            raise KernelStartFailed("the process ended before it was met") from error

    async def wait(self) -> None:
        """Wait until it has ended; nobody but its parent is told how."""
        await readable(self.pidfd)
        self.ended = True

    def kill(self) -> None:
        """End it, and with it all in its process namespace if it is the first there."""
        self._signal(signal.SIGKILL)

    def interrupt(self) -> None:
        """Stop what it runs now."""
        self._signal(signal.SIGINT)

    def _signal(self, number: signal.Signals) -> None:
        # After the end its descriptor is gone too.
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self.pidfd, number)

    def close(self) -> None:
        """Let go of it."""
        self._fds.close()
        self.pidfd = -1


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a line: ours, which is told who speaks, and the guest's."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    ours.setblocking(False)
    return ours, theirs


def control_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a line by which a template is told what to do, ours first."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    return ours, theirs


async def meet(ours: socket.socket) -> Peer:
    """Wait for the first byte on a line and learn whose it is.

    Raises:
        KernelStartFailed: the line was closed instead.
    """
    await readable(ours.fileno())
    data, ancillary, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
    for level, kind, content in ancillary:
        if data and (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            pid, _, _ = CREDENTIALS.unpack(content[: CREDENTIALS.size])
            return Peer(pid)
    raise KernelStartFailed("the kernel ended before it said a word")


__all__ = ["Peer", "control_pair", "meet", "pair"]
