"""The server's side of ``placer``."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vaas.errors import KernelStartFailed
from vaas.kernels.descriptors import own, readable
from vaas.kernels.forks.peer import Peer
from vaas.kernels.placer.main import DONE

PLACER = Path(__file__).parents[1]
"""The folder of the package ``placer``, which is all that it imports."""

START = "import sys; sys.path.append({!r}); from placer.main import main; main()"
LONGEST_ANSWER = 4096
PLACED_WITHIN = 10.0
"""Seconds; usually it takes milliseconds."""


@dataclass(frozen=True, slots=True)
class Order:
    """What ``placer`` shall do for one fork.

    Attributes:
        pid: of the fork, as the host sees it.
        template: of the template's process, as the host sees it.
        users: its users and groups, as it calls them and as the template's user
            namespace calls the first of them, and how many.
        cgroups: files to write its id to.
        limits: of resources, by their numbers.
        places: bytes of each fresh memory file system, by its path inside.
        kept: those of them whose content is copied from the template.
        deny_groups: the server is not root and may map groups only without.
        share: what of the host it is shown in a root of its own; ``None`` if it
            sees what the template sees.
        forking: it shall make forks itself.
    """

    pid: int
    template: int
    users: Sequence[tuple[int, int, int]]
    cgroups: Sequence[str]
    limits: Sequence[tuple[int, int]]
    places: dict[str, int]
    kept: Sequence[str] = field(default=("/scratch", "/tmp", "/home/viewer"))  # noqa: S108  inside
    deny_groups: bool = False
    share: Mapping[str, Any] | None = None
    forking: bool = False


@dataclass(frozen=True, slots=True)
class Confinement:
    """What ``placer`` shall do with a template that becomes a viewer's kernel.

    Attributes:
        all: its processes, as the host sees them.
        processes: how many there may be.
    """

    all: Sequence[int]
    processes: int


class Placing:
    """Holds the program; one for all forks of a server."""

    def __init__(self) -> None:
        """Start it; from the event loop's thread, with which it dies."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", START.format(str(PLACER)), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,
            )
        self._control = ours

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    async def place(self, order: Order, peer: Peer) -> None:
        """Have a fork placed.

        Raises:
            KernelStartFailed: the machine, or the fork, did not let us.
        """
        await self._ask(asdict(order), peer)

    async def confine(self, order: Confinement, peer: Peer) -> None:
        """Have a template made a kernel like any other.

        Raises:
            KernelStartFailed: the machine did not let us.
        """
        await self._ask(asdict(order), peer)

    async def _ask(self, order: dict[str, Any], peer: Peer) -> None:
        with ExitStack() as stack:
            answer, tell = os.pipe()
            own(stack, answer)
            try:
                data = json.dumps(order).encode()
                socket.send_fds(self._control, [data], [peer.pidfd, tell])
            except OSError as error:
                raise KernelStartFailed("the placer has gone") from error
            finally:
                os.close(tell)
            async with asyncio.timeout(PLACED_WITHIN):
                await readable(answer)
            if (said := os.read(answer, LONGEST_ANSWER)) != DONE:
                why = said.decode(errors="replace") or "the placer was killed"
                raise KernelStartFailed(f"a kernel could not be placed: {why}")

    def close(self) -> None:
        """Hang up; it ends then."""
        self._control.close()
        self._popen.wait()


__all__ = ["Confinement", "Order", "Placing"]
