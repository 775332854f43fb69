"""What a bare fork gets from outside before it is a viewer's, or a template; at last its viewer."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import select
import socket
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from vaas.errors import KernelStartFailed
from vaas.kernels.base import KernelRequest, Limits
from vaas.kernels.descriptors import readable
from vaas.kernels.environment import notebook_folder, share_in
from vaas.kernels.forks import walls
from vaas.kernels.forks.peer import Peer
from vaas.kernels.forks.placing import Confinement, Order, Placing
from vaas.kernels.forks.template import LocalTemplate
from vaas.kernels.limits import Leaf
from vaas.kernels.local import FIRST_UID
from vaas.kernels.sandbox import DATA, FIRST_OTHER, INSIDE_ID, places
from vaas.kernels.watchdog import tree

log = logging.getLogger(__name__)

MOST_PROCESSES = 8192
"""Of a template and all its forks; each fork has its own, smaller limit."""

HELLO = b"\n"
LONGEST_WORD = 500


@dataclass(slots=True, eq=False)
class Fork:
    """A fork, and what it shall be.

    Attributes:
        template: of which it is.
        limits: what it may use.
        user: the user that it shall be on the host, if the server is root.
        leaf: its cgroups.
        ours: our end of its line.
        peer: its process.
        rooted: the server is root.
        counted: a cgroup counts its memory.
        shown: whose share it is shown; ``None`` if it sees what its template sees.
        forks: how many users its own forks may be; 0 if it shall make none.
        resources: ends it and gives all of it back.
    """

    template: LocalTemplate
    limits: Limits
    user: int
    leaf: Leaf
    ours: socket.socket
    peer: Peer
    rooted: bool
    counted: bool
    shown: KernelRequest | None = None
    forks: int = 0
    resources: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def own_user(self) -> int | None:
        """The user that it must have on the host, if it has one of its own."""
        return self.user if self.rooted else None

    @property
    def lives(self) -> bool:
        """Whether its process has not ended."""
        asked = select.poll()
        asked.register(self.peer.pidfd, select.POLLIN)
        return not asked.poll(0)


class Furnisher:
    """Gives forks what they need, by a program of its own."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._placing: Placing | None = None

    async def furnish(self, fork: Fork) -> None:
        """Furnish a fork's namespaces, have it settle there, see that all walls stand.

        Raises:
            KernelStartFailed: it ended meanwhile, or a wall is missing.
        """
        await self._placer.place(_order(fork), fork.peer)
        folder = notebook_folder(fork.shown.ref.notebook, DATA) if fork.shown else None
        orders = {"uid": INSIDE_ID if fork.rooted else None, "folder": folder}
        fork.ours.send(json.dumps(orders).encode())
        await readable(fork.ours.fileno())
        if (said := fork.ours.recv(LONGEST_WORD)) != HELLO:
            why = said.decode(errors="replace")
            raise KernelStartFailed(f"a fork ended before it was ready {why}")
        await asyncio.to_thread(
            walls.check,
            fork.peer.first,
            fork.template.pid,
            fork.own_user,
            lines=2 if fork.forks else 1,
            mounted=_mount(fork),
        )
        fork.ours.send(HELLO)

    async def confine(self, template: LocalTemplate, limits: Limits) -> None:
        """Take from a template what it needed for its forks alone."""
        pids = await asyncio.to_thread(tree, template.process.first)
        await self._placer.confine(Confinement(pids, limits.processes), template.peer)

    async def close(self) -> None:
        """End the program."""
        if self._placing:
            await asyncio.to_thread(self._placing.close)
            self._placing = None

    @property
    def _placer(self) -> Placing:
        """Started when it is first needed, and anew should it have ended."""
        if self._placing and not self._placing.lives:
            log.warning("the program that places forks has ended; another one is started")
            self._placing.close()
            self._placing = None
        self._placing = self._placing or Placing()
        return self._placing


def greet(ours: socket.socket, environment: Mapping[str, str]) -> None:
    """Tell a fork that its viewer has come; from now on only frames pass.

    Args:
        ours: our end of its line.
        environment: the viewer's variables.

    Raises:
        KernelStartFailed: it has gone meanwhile.
    """
    words = json.dumps(dict(environment)).encode()
    said = len(words).to_bytes(8, "little") + words
    try:
        sent = ours.send(said)
    except OSError as error:
        raise KernelStartFailed("a fork ended before its viewer came") from error
    if sent < len(said):
        raise KernelStartFailed("a viewer's variables are more than a fork takes")


def _order(fork: Fork) -> Order:
    return Order(
        pid=fork.peer.first,
        template=fork.template.pid,
        users=_users(fork),
        cgroups=fork.leaf.procs,
        limits=_limits(fork),
        places=places(fork.limits),
        deny_groups=not fork.rooted,
        share=share_in(fork.shown.workspace) if fork.shown else None,
        forking=bool(fork.forks),
    )


def _mount(fork: Fork) -> Path | None:
    """The mount on the host that it is shown, if its share is one."""
    if fork.shown is None or not fork.shown.workspace.mounted:
        return None
    return fork.shown.workspace.path


def _users(fork: Fork) -> list[tuple[int, int, int]]:
    """A fork's users as it calls them, as its template calls the first, and how many."""
    if not fork.rooted:
        return [(INSIDE_ID, INSIDE_ID, 1)]
    first = FIRST_OTHER - fork.template.first_uid
    own = (INSIDE_ID, first + fork.user, 1)
    return [own, (FIRST_OTHER, first + FIRST_UID, fork.forks)] if fork.forks else [own]


def _limits(fork: Fork) -> Sequence[tuple[int, int]]:
    """Limits of resources that a fork does not have of its template."""
    found = [(resource.RLIMIT_NPROC, MOST_PROCESSES if fork.forks else fork.limits.processes)]
    if fork.shown:
        found.append((resource.RLIMIT_FSIZE, fork.limits.file_size))
        if not fork.counted:
            found.append((resource.RLIMIT_DATA, fork.limits.memory))
    return found


__all__ = ["MOST_PROCESSES", "Fork", "Furnisher", "greet"]
