"""A bare fork gets its walls, and at last its viewer."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping

from vaas.errors import KernelStartFailed
from vaas.kernels.descriptors import readable
from vaas.kernels.forks import walls
from vaas.kernels.forks.placing import Order, Placing
from vaas.kernels.forks.spares import Furnished
from vaas.kernels.local import FIRST_UID
from vaas.kernels.sandbox import FIRST_OTHER, INSIDE_ID, places

HELLO = b"\n"
LONGEST_WORD = 500


async def wall_in(placer: Placing, template: int, fork: Furnished, own_user: int | None) -> None:
    """Furnish a fork's namespaces, have it settle there, see that all walls stand.

    Args:
        placer: furnishes.
        template: its template's process.
        fork: itself.
        own_user: the user that it must have on the host, if it has one of its own.

    Raises:
        KernelStartFailed: it could not be, or something is not as it must be.
    """
    rooted = own_user is not None
    order = Order(
        pid=fork.peer.first,
        template=template,
        outer=FIRST_OTHER + own_user - FIRST_UID if own_user is not None else INSIDE_ID,
        cgroups=fork.leaf.procs,
        processes=fork.limits.processes,
        places=places(fork.limits),
        deny_groups=not rooted,
    )
    await placer.place(order, fork.peer)
    fork.ours.send(json.dumps({"uid": INSIDE_ID if rooted else None}).encode())
    await readable(fork.ours.fileno())
    if (said := fork.ours.recv(LONGEST_WORD)) != HELLO:
        why = said.decode(errors="replace")
        raise KernelStartFailed(f"a fork ended before it was ready {why}")
    await asyncio.to_thread(walls.check, fork.peer.first, template, own_user)
    fork.ours.send(HELLO)


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


__all__ = ["greet", "wall_in"]
