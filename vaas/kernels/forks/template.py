"""A template process: a notebook runs once, then it is forked, or is one viewer's kernel."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from vaas.errors import KernelDied, KernelError, KernelStartFailed
from vaas.kernels.base import Kernel, KernelRequest, Template
from vaas.kernels.descriptors import readable
from vaas.kernels.forks.channel import LineChannel
from vaas.kernels.forks.client import LineClient, LineManager
from vaas.kernels.forks.peer import Peer, meet, pair
from vaas.kernels.kernel import LocalKernel, gone_in_time, line_cut, out_of_memory
from vaas.kernels.limits import Leaf
from vaas.kernels.local import FIRST_UID
from vaas.kernels.process import END_WITHIN, Process
from vaas.kernels.watchdog import memory
from vaas.model import KernelRef

log = logging.getLogger(__name__)

LONGEST_REPORT = 1 << 16
SEALED_WITHIN = 20.0
"""Seconds for a last look around."""

LONGEST_REASON = 500

Make = Callable[["LocalTemplate", KernelRequest], Awaitable[Kernel]]
"""Makes a viewer's kernel of a template."""


class LocalTemplate(Template):
    """A template on this machine.

    Attributes:
        ended, channel: see ``Template``.
        request: what it was started for; nothing of a viewer is in it.
        process: its sandbox; itself if it is a fork.
        peer: its own process inside.
        first_uid: the user on the host that it calls the first of its forks'.
        released: whether it became a kernel, which its host now ends.
    """

    channel: LineChannel
    first_uid = FIRST_UID

    def __init__(
        self,
        request: KernelRequest,
        *,
        process: Process | Peer,
        peer: Peer,
        client: LineClient,
        channel: LineChannel,
        control: socket.socket,
        leaf: Leaf,
        furnish: Make,
        adopt: Make,
    ) -> None:
        """Put it together; ``owns`` follows.

        Args:
            request: what it was started for.
            process: its sandbox.
            peer: its own process inside.
            client: on its line.
            channel: likewise.
            control: by which it is told to fork.
            leaf: its cgroups.
            furnish: makes a viewer's kernel of a fork.
            adopt: makes a viewer's kernel of itself.
        """
        self.request = request
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client, self._manager = client, LineManager(client, peer)
        self.process, self.channel = process, channel
        self.peer, self._control, self._leaf = peer, control, leaf
        self._furnish, self._adopt = furnish, adopt
        self._asked = self._sealed = self.released = False
        self._forks = 0
        self._watch: asyncio.Task[None] | None = None
        self._death: KernelError = KernelDied("the kernel ended by itself")

    def owns(self, resources: AsyncExitStack) -> None:
        """Take over what was opened for it; closed when it has ended with all its forks."""
        gone = asyncio.create_task(self.peer.wait(), name="template's process")
        gone.add_done_callback(lambda _: self._end())
        resources.push_async_callback(asyncio.wait, [gone])
        self._resources = resources
        self._watch = asyncio.create_task(self._until_end(), name="template's end")
        listening = asyncio.create_task(self._until_cut(), name="template's line")
        self.ended.add_done_callback(lambda _: listening.cancel())

    def as_kernel(self, ref: KernelRef, clock: Callable[[], float]) -> LocalKernel:
        """The kernel that it becomes; ``release`` follows.

        Args:
            ref: the kernel's identity.
            clock: tells the time in seconds.
        """
        self.channel.left = None  # who watched the run was no page
        return LocalKernel(
            ref,
            self.request.limits,
            process=self.process,
            manager=self._manager,
            client=self._client,
            channel=self.channel,
            leaf=self._leaf,
            clock=clock,
            interrupt=self.request.workspace.interrupt,
        )

    async def claim(self) -> None:
        """See that it can become a kernel.

        Raises:
            KernelDied: it has ended by itself.
            KernelOutOfMemory: likewise, and because of that.
            KernelStartFailed: it is sealed.
        """
        assert self._watch is not None
        if self._sealed or self.released:
            raise KernelStartFailed("this template can be nobody's kernel")
        if self.ended.done():
            await asyncio.wait([self._watch], timeout=END_WITHIN)
            raise self._death

    def release(self) -> AsyncExitStack:
        """Let whoever becomes its owner watch for its end.

        Returns:
            what was opened for it, to be closed then.
        """
        assert self._watch is not None
        self.released = True
        self._watch.cancel()
        self._end()
        return self._resources

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
        return self.peer.first

    async def seal(self) -> Sequence[str]:
        """See ``Template.seal``."""
        try:
            async with asyncio.timeout(SEALED_WITHIN):
                await self._has_handled_all()
                self._asked = True
                self._control.send(b"seal")
                await readable(self._control.fileno())
                said = [str(one)[:LONGEST_REASON] for one in json.loads(self._answer())]
                if not said:
                    # It hangs up; until then something may still be on its way.
                    await self.channel.cut.wait()
        except (OSError, TimeoutError, ValueError, TypeError, RecursionError) as error:
            raise KernelStartFailed("the template ended with its run") from error
        self._sealed = not said
        if self._sealed:
            self.channel.close()
        return said

    async def _has_handled_all(self) -> None:
        """Wait until it has taken up all that was sent to it.

        Raises:
            ConnectionError: it hung up.
        """
        self._client.start_channels()
        tasks = [self._client.kernel_info(reply=True), self.channel.cut.wait()]
        asked = [asyncio.ensure_future(task) for task in tasks]
        try:
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in asked:
                task.cancel()
            self._client.stop_channels()
        if self.channel.cut.is_set():
            raise ConnectionError("the template hung up")

    def _answer(self) -> bytes:
        return self._control.recv(LONGEST_REPORT)

    async def fork(self, request: KernelRequest, *, runs: bool = True) -> Kernel:
        """See ``Template.fork``."""
        kernel = await self._furnish(self, request)
        if not runs:
            # What nobody reads would pile up.
            kernel.client.stop_channels()
        return kernel

    async def memory(self) -> int:
        """See ``Template.memory``."""
        # Its forks are its children.
        return await asyncio.to_thread(memory, self.process.first)

    async def become(self, request: KernelRequest) -> Kernel:
        """See ``Template.become``."""
        return await self._adopt(self, request)

    async def begin_fork(self, *told: socket.socket) -> tuple[socket.socket, Peer]:
        """Have a bare fork made.

        Args:
            told: by which it is to be told to fork in its turn, if it is.

        Returns:
            our end of its line, and its process, which waits to be furnished; ``let_go``
            follows when that has ended.

        Raises:
            KernelStartFailed: there is none to be had of this template.
        """
        if not self._sealed or self.ended.done():
            raise KernelStartFailed("this template makes no forks")
        ours, theirs = pair()
        self._forks += 1
        try:
            with theirs:
                fds = [one.fileno() for one in (theirs, *told)]
                socket.send_fds(self._control, [b"fork"], fds)
            return ours, await meet(ours)
        except BaseException as error:
            ours.close()
            self.let_go()
            if isinstance(error, OSError):
                raise KernelStartFailed("the template has gone") from error
            raise

    def let_go(self) -> None:
        """One of its forks is no more."""
        self._forks -= 1
        self._end_if_alone()

    async def retire(self) -> None:
        """See ``Template.retire``."""
        if self.released:
            return
        self._end()
        self._control.close()
        self._end_if_alone()

    async def close(self) -> None:
        """End it, and all its forks with it; safe to call twice."""
        self.process.kill()
        if (end := self._watch) and not await gone_in_time(
            end, end, self.request.workspace.interrupt
        ):
            log.warning("a process of %s does not end yet", self.request.ref.notebook)

    def _end_if_alone(self) -> None:
        """End one of which nobody wants more forks, with the last of those that there are.

        It would end by itself then; but its notebook's code decides whether.
        """
        if self.ended.done() and not self._forks and not self.released:
            self.process.kill()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    async def _until_cut(self) -> None:
        """End one that cannot be heard any more, but is not sealed."""
        await self.channel.cut.wait()
        if self._asked:
            return
        # Usually the process is about to end, and knows a better reason.
        await asyncio.wait([self.ended], timeout=1.0)
        if not self.ended.done():
            self._death = line_cut()
            self.process.kill()

    async def _until_end(self) -> None:
        """Let go of everything once the sandbox is empty."""
        await self.process.wait()
        if await asyncio.to_thread(self._leaf.out_of_memory):
            self._death = out_of_memory(self.request.limits)
        await self._resources.aclose()


__all__ = ["LocalTemplate"]
