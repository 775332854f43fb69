"""One live kernel and its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Protocol

from vaas.errors import KernelDied, KernelError, KernelOutOfMemory, SessionGone
from vaas.kernels.base import Kernel, Limits
from vaas.kernels.limits import Leaf
from vaas.kernels.manager import MESSAGE_LIMIT
from vaas.kernels.page import PageChannel
from vaas.kernels.process import END_WITHIN
from vaas.kernels.watchdog import memory
from vaas.model import KernelRef

log = logging.getLogger(__name__)

_STUCK = ((0.5, False), (1.0, True))
"""After how many seconds a killed kernel that does not end is freed from its mount, and how."""


class Running(Protocol):
    """What a kernel must know of its process.

    Attributes:
        first: id of its first process as the host sees it; all others die with it.
    """

    first: int

    async def wait(self) -> int | None:
        """Wait for its end; the exit status, if that can be known."""

    def kill(self) -> None:
        """End it; does not wait."""


class LocalKernel(Kernel):
    """A kernel on this machine.

    Attributes:
        ref, channel, ended: see ``Kernel``.
        limits: what it may use.
        started: clock time of its start.
        pid: its sandbox's first process.
    """

    channel: PageChannel

    def __init__(
        self,
        ref: KernelRef,
        limits: Limits,
        *,
        process: Running,
        manager: Any,
        client: Any,
        channel: PageChannel,
        leaf: Leaf,
        clock: Callable[[], float],
        interrupt: Callable[[bool], None],
    ) -> None:
        """Put it together; ``owns`` follows.

        Args:
            ref: its identity.
            limits: what it may use.
            process: its process, running.
            manager: jupyter_client's view of it.
            client: for the executor, started.
            channel: for the viewer.
            leaf: its cgroups.
            clock: tells the time in seconds.
            interrupt: see ``Workspace.interrupt``.
        """
        self.ref, self.limits, self.channel = ref, limits, channel
        self.started = clock()
        self.pid = process.first
        self.ended: asyncio.Future[KernelError] = asyncio.get_running_loop().create_future()
        self._process, self._manager, self._client = process, manager, client
        self._leaf, self._interrupt = leaf, interrupt
        self._verdict: KernelError | None = None
        self._watch: asyncio.Task[None] | None = None

    def owns(self, resources: AsyncExitStack) -> None:
        """Take over what was opened for it and begin to watch for its end.

        Args:
            resources: closed when the process has ended.
        """
        self._watch = asyncio.create_task(self._until_end(resources), name="kernel's end")
        self._listening = asyncio.create_task(self._until_cut(), name="kernel's line")
        self.ended.add_done_callback(lambda _: self._listening.cancel())

    @property
    def manager(self) -> Any:
        """See ``Kernel.manager``."""
        return self._manager

    @property
    def client(self) -> Any:
        """See ``Kernel.client``; stop its channels when the run is over."""
        return self._client

    async def memory(self) -> int:
        """See ``Kernel.memory``."""
        return await asyncio.to_thread(memory, self.pid)

    async def interrupt(self) -> None:
        """See ``Kernel.interrupt``."""
        if not self.ended.done():
            await self._manager.interrupt_kernel()

    async def close(self) -> None:
        """See ``Kernel.close``."""
        await self.end(SessionGone("the kernel was ended"))

    async def end(self, verdict: KernelError) -> None:
        """End the kernel for a reason of ours; the first one counts."""
        self._verdict = self._verdict or verdict
        self._process.kill()
        assert self._watch is not None
        if not await gone_in_time(self.ended, self._watch, self._interrupt):
            log.warning("a kernel of %s does not end yet", self.ref.notebook)

    async def gone(self) -> None:
        """Wait until nothing of it is left."""
        assert self._watch is not None
        await asyncio.wait([self._watch])

    async def _until_end(self, resources: AsyncExitStack) -> None:
        """Wait for the end of the process, tell why, let go of everything."""
        status = await self._process.wait()
        killed = await asyncio.to_thread(self._leaf.out_of_memory)
        self.ended.set_result(self._reason(status, killed))
        await resources.aclose()

    async def _until_cut(self) -> None:
        """End a kernel that lives but cannot be heard any more."""
        await self.channel.cut.wait()
        # Usually the process is about to end, and knows a better reason.
        await asyncio.wait([self.ended], timeout=1.0)
        if not self.ended.done():
            self._verdict = self._verdict or line_cut()
            self._process.kill()

    def _reason(self, status: int | None, killed: int) -> KernelError:
        if self._verdict:
            return self._verdict
        if killed:
            return out_of_memory(self.limits)
        how = "" if status is None else f" with status {status}"
        return KernelDied(f"the kernel ended by itself{how}")


async def gone_in_time(
    ended: asyncio.Future[Any], gone: asyncio.Future[Any], interrupt: Callable[[bool], None]
) -> bool:
    """Wait for the end of what was killed, ``END_WITHIN`` seconds at most.

    A read from a hung network mount cannot be killed: the mount is made to let go of it.

    Args:
        ended: done when the process has ended.
        gone: done when nothing of it is left.
        interrupt: see ``Workspace.interrupt``.

    Returns:
        whether nothing of it is left.
    """
    latest = asyncio.get_running_loop().time() + END_WITHIN
    for patience, hard in _STUCK:
        await asyncio.wait([ended], timeout=patience)
        if not ended.done():
            interrupt(hard)
    await asyncio.wait([gone], timeout=latest - asyncio.get_running_loop().time())
    return gone.done()


def out_of_memory(limits: Limits) -> KernelOutOfMemory:
    """The error that tells of too much memory."""
    return KernelOutOfMemory(f"over {limits.memory >> 20} MiB")


def line_cut() -> KernelError:
    """The error that tells of a kernel that lives but cannot be heard any more."""
    return KernelDied(f"its line was cut, as by a message over {MESSAGE_LIMIT >> 20} MiB")


__all__ = ["LocalKernel", "gone_in_time", "line_cut", "out_of_memory"]
