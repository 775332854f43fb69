"""A template process: a notebook that has run once, ready to be forked."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from vaas.errors import KernelStartFailed
from vaas.kernels.base import Kernel, KernelRequest, Template
from vaas.kernels.descriptors import readable
from vaas.kernels.forks.client import LineClient, LineManager
from vaas.kernels.forks.peer import Peer, meet, pair
from vaas.kernels.process import Process

LONGEST_REPORT = 1 << 16
SEALED_WITHIN = 20.0
"""Seconds for a last look around."""

LONGEST_REASON = 500


class LocalTemplate(Template):
    """A template on this machine.

    Attributes:
        ended: see ``Template``.
        request: what it was started for; nothing of a viewer is in it.
    """

    def __init__(
        self,
        request: KernelRequest,
        *,
        process: Process,
        peer: Peer,
        client: LineClient,
        control: socket.socket,
        furnish: Callable[[LocalTemplate, KernelRequest], Awaitable[Kernel]],
    ) -> None:
        """Put it together; ``owns`` follows.

        Args:
            request: what it was started for.
            process: its sandbox.
            peer: its own process inside.
            client: on its line.
            control: by which it is told to fork.
            furnish: makes a viewer's kernel of a fork.
        """
        self.request = request
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client, self._manager = client, LineManager(client, peer)
        self._process, self._peer, self._control = process, peer, control
        self._furnish = furnish
        self._sealed = False
        self._watch: asyncio.Task[None] | None = None

    def owns(self, resources: AsyncExitStack) -> None:
        """Take over what was opened for it; closed when it has ended with all its forks."""
        self._watch = asyncio.create_task(self._until_end(resources), name="template's end")

    @property
    def manager(self) -> Any:
        """See ``Template.manager``."""
        return self._manager

    @property
    def client(self) -> Any:
        """See ``Template.client``."""
        return self._client

    @property
    def pid(self) -> int:
        """Its process as the host sees it."""
        return self._peer.first

    async def seal(self) -> Sequence[str]:
        """See ``Template.seal``."""
        self._client.stop_channels()
        try:
            self._control.send(b"seal")
            async with asyncio.timeout(SEALED_WITHIN):
                await readable(self._control.fileno())
            said = [str(one)[:LONGEST_REASON] for one in json.loads(self._answer())]
        except (OSError, TimeoutError, ValueError, TypeError) as error:
            raise KernelStartFailed("the template ended with its run") from error
        self._sealed = not said
        return said

    def _answer(self) -> bytes:
        return self._control.recv(LONGEST_REPORT)

    async def fork(self, request: KernelRequest) -> Kernel:
        """See ``Template.fork``."""
        return await self._furnish(self, request)

    async def begin_fork(self) -> tuple[socket.socket, Peer]:
        """Have a bare fork made.

        Returns:
            our end of its line, and its process, which waits to be furnished.

        Raises:
            KernelStartFailed: there is none to be had of this template.
        """
        if not self._sealed or self.ended.done():
            raise KernelStartFailed("this template makes no forks")
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
        """See ``Template.retire``."""
        self._end()
        # It ends by itself at the end of its socket; with forks its sandbox lives on.
        self._control.close()
        if not self._sealed:
            self._process.kill()

    async def close(self) -> None:
        """End it, and all its forks with it; safe to call twice."""
        self._process.kill()
        if self._watch:
            await asyncio.wait([self._watch])

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    async def _until_end(self, resources: AsyncExitStack) -> None:
        """Let go of everything once the sandbox is empty."""
        gone = asyncio.create_task(self._peer.wait(), name="template's process")
        gone.add_done_callback(lambda _: self._end())
        await self._process.wait()
        await gone
        await resources.aclose()


__all__ = ["LocalTemplate"]
