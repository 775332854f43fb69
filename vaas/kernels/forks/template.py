"""A notebook that has run once, ready to be forked."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import AsyncExitStack

from vaas.errors import KernelStartFailed
from vaas.kernels.base import KernelRequest
from vaas.kernels.descriptors import readable
from vaas.kernels.forks.client import LineClient, LineManager
from vaas.kernels.forks.peer import Peer, meet, pair
from vaas.kernels.process import Process

LONGEST_REPORT = 1 << 16
SEALED_WITHIN = 20.0
"""Seconds for a last collection of garbage and a look around."""


class Template:
    """One template process.

    Attributes:
        request: what it was started for; nothing of a viewer is in it.
        manager: for whoever runs the cells.
        client: likewise, connected.
        remains: after ``seal``: why it cannot be forked; empty if it can.
        forks: viewers' forks that live now.
    """

    def __init__(
        self,
        request: KernelRequest,
        process: Process,
        peer: Peer,
        client: LineClient,
        control: socket.socket,
        resources: AsyncExitStack,
    ) -> None:
        """Put it together.

        Args:
            request: what it was started for.
            process: its sandbox.
            peer: its own process inside.
            client: on its line.
            control: by which it is told to fork.
            resources: closed at its end.
        """
        self.request = request
        self.client, self.manager = client, LineManager(client, peer)
        self.remains: list[str] | None = None
        self.forks = 0
        self._process, self._peer, self._control = process, peer, control
        self._resources = resources

    @property
    def pid(self) -> int:
        """Its process as the host sees it."""
        return self._peer.first

    @property
    def alive(self) -> bool:
        """Whether its sandbox lives."""
        return self._process.returncode is None

    async def seal(self) -> list[str]:
        """End the run: no more cells, from now on only forks.

        Returns:
            what of the run stands in the way of forks, in words for the author.
            If there is something, the template has ended.

        Raises:
            KernelStartFailed: it ended instead.
        """
        self.client.stop_channels()
        try:
            self._control.send(b"seal")
            async with asyncio.timeout(SEALED_WITHIN):
                await readable(self._control.fileno())
            said = json.loads(self._control.recv(LONGEST_REPORT))
        except (OSError, TimeoutError, ValueError) as error:
            raise KernelStartFailed("the template ended at its run's end") from error
        self.remains = [str(reason)[:500] for reason in said]
        return self.remains

    async def fork(self) -> tuple[socket.socket, Peer]:
        """Have a fork made.

        Returns:
            our end of its line, and its process, which waits to be placed.

        Raises:
            KernelStartFailed: there is none to be had of this template.
        """
        if self.remains != [] or not self.alive:
            raise KernelStartFailed("this template cannot be forked")
        ours, theirs = pair()
        try:
            with theirs:
                socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
            return ours, await meet(ours)
        except BaseException as error:
            ours.close()
            if isinstance(error, OSError):
                raise KernelStartFailed("the template has gone") from error
            raise

    async def retire(self) -> None:
        """No more forks; those that live go on, and the sandbox ends with the last of them."""
        self._control.close()

    async def close(self) -> None:
        """End it, and all its forks with it."""
        await self._resources.aclose()


__all__ = ["Template"]
