"""Kernels on this machine, one sandbox each."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, Literal

import zmq.asyncio

from vaas.errors import KernelStartFailed, SandboxMissing, ServerFull
from vaas.kernels.author import log_for_author
from vaas.kernels.base import Kernel, KernelHost, KernelRequest, Limits
from vaas.kernels.channel import LocalChannel
from vaas.kernels.culling import Culler
from vaas.kernels.environment import Environment, environment_of
from vaas.kernels.installations import held
from vaas.kernels.kernel import LocalKernel, out_of_memory
from vaas.kernels.launcher import Begun, begin_bare, begin_sandboxed
from vaas.kernels.limits import Leaf
from vaas.kernels.manager import Manager, make_context, make_manager, until_heard
from vaas.kernels.probe import SandboxReport, probe
from vaas.kernels.process import Orders, abandon
from vaas.kernels.runtime import Runtime
from vaas.kernels.watchdog import memory
from vaas.model import KernelRef

log = logging.getLogger(__name__)

FIRST_UID = 61001
"""Users of kernels when the server is root: one each, from here on."""

CULL_EVERY = 2.0
SandboxMode = Literal["bubblewrap", "none"]


class LocalKernelHost(KernelHost):
    """Starts kernels on this machine, in bubblewrap unless told otherwise."""

    def __init__(
        self,
        runtime: Path,
        *,
        most: int = 32,
        mode: SandboxMode = "bubblewrap",
        on_author_message: Callable[[KernelRef, str], None] = log_for_author,
        clock: Callable[[], float] = time.monotonic,
        grace: float = 20.0,
        failure_view: Mapping[str, Any] | None = None,
    ) -> None:
        """Set it up; nothing lives before the first ``start``.

        Args:
            runtime: folder for locks (and, in mode ``none``, kernels' files).
            most: kernels at a time.
            mode: ``none`` runs kernels unprotected: for one's own files only.
            on_author_message: takes errors and standard error of notebooks.
            clock: tells the time in seconds.
            grace: seconds that a kernel outlives its page.
            failure_view: what viewers see in place of a traceback, the content
                of a ``display_data`` message.
        """
        self._runtime = Runtime(runtime)
        self._sandboxed = mode == "bubblewrap"
        self._tell_author, self._failure_view = on_author_message, failure_view
        self._clock, self._most = clock, most
        self._taken, self._closed = 0, False
        self._users = list(range(FIRST_UID, FIRST_UID + most))[::-1]
        self._kernels: dict[int, LocalKernel] = {}
        self._culler = Culler(self.kernels, clock, grace=grace)
        self._opening = asyncio.Lock()
        self._report: SandboxReport | None = None
        self._context: zmq.asyncio.Context | None = None
        self._culling: asyncio.Task[None] | None = None
        self._starting: set[asyncio.Task[LocalKernel]] = set()

    @property
    def folder(self) -> Path:
        """This host's own folder for runtime files; there from ``report`` to ``close``."""
        return self._runtime.folder

    def kernels(self) -> tuple[LocalKernel, ...]:
        """See ``KernelHost.kernels``."""
        return tuple(self._kernels.values())

    def admit(self) -> None:
        """Tell whether there is a place for one more kernel, before anything is done for it.

        Raises:
            ServerFull: as many kernels run as the operator allows.
        """
        if self._taken >= self._most:
            raise ServerFull("as many kernels run as are allowed", retry_after=30)

    async def start(self, request: KernelRequest) -> Kernel:
        """See ``KernelHost.start``."""
        report = await self._open()
        if self._sandboxed and not report.usable:
            raise SandboxMissing(report.detail)
        environment = await environment_of(request)
        try:
            async with asyncio.timeout(request.limits.start):
                return await self._owned(self._start(request, environment, report))
        except TimeoutError as error:
            seconds = request.limits.start
            raise KernelStartFailed(f"the kernel did not answer within {seconds:g} s") from error

    async def close(self) -> None:
        """See ``KernelHost.close``."""
        await self._close_kernels()
        if self._context:
            self._context.destroy(linger=0)
            self._context = None
        await asyncio.to_thread(self._runtime.close)

    async def _close_kernels(self) -> None:
        """End all kernels and what starts them."""
        self._closed = True
        if self._culling:
            self._culling.cancel()
            await asyncio.wait([self._culling])
        for task in self._starting:
            task.cancel()
        if self._starting:
            await asyncio.wait(self._starting)
        await asyncio.gather(*(kernel.close() for kernel in self.kernels()))

    async def report(self) -> SandboxReport:
        """What this machine can do for the sandbox, as found at the start."""
        return await self._open()

    async def _open(self) -> SandboxReport:
        """Find out what the machine can do and start what lives, once."""
        async with self._opening:
            if self._closed:
                raise ServerFull("this server is stopping")
            if self._report is None:
                await asyncio.to_thread(self._runtime.open)
                self._context = make_context()
                self._culling = asyncio.create_task(self._cull(), name="culler")
                self._report = await probe()
            return self._report

    async def _owned(self, start: Coroutine[Any, Any, LocalKernel]) -> LocalKernel:
        """Run a start so that ``close`` can stop it half-way."""
        task = asyncio.create_task(start, name="kernel's start")
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        try:
            return await task
        except asyncio.CancelledError:
            # Who left in the very moment in which it was there takes it no more.
            if task.done() and not task.cancelled() and not task.exception():
                await task.result().close()
            caller = asyncio.current_task()
            if caller and caller.cancelling():
                raise
            raise KernelStartFailed("this server is stopping") from None

    async def _cull(self) -> None:
        while True:
            await asyncio.sleep(CULL_EVERY)
            try:
                await self._culler.round()
                if not self._counted:
                    await self._watch_memory()
            except Exception:  # one round's trouble is not the next one's
                log.exception("kernels could not be looked at")

    async def _watch_memory(self) -> None:
        """Stand in for the cgroup that this machine does not let us have."""
        for kernel in self.kernels():
            if await asyncio.to_thread(memory, kernel.pid) > kernel.limits.memory:
                await kernel.end(out_of_memory(kernel.limits))

    @property
    def _counted(self) -> bool:
        """Whether cgroups count the memory of kernels."""
        return "memory" in self._runtime.groups.roots

    async def _start(
        self, request: KernelRequest, environment: Environment, report: SandboxReport
    ) -> LocalKernel:
        """Take a place, start the process, connect; undo all of it if a step fails."""
        async with AsyncExitStack() as stack:
            stack.enter_context(held(request.installation))
            self._take_place(stack)
            user = self._take_user(stack)
            name = f"k{secrets.token_hex(6)}"
            leaf = await self._make_leaf(stack, name, request.limits)
            orders = Orders(
                cgroups=leaf.procs,
                uid=user if report.own_users and self._sandboxed else None,
                no_nesting=report.no_nesting,
                filtered=report.seccomp,
            )
            begun = await self._begin(request, environment, orders, name)
            stack.push_async_callback(abandon, begun.process)
            kernel = await self._connect(request, environment, begun, leaf, stack)
            self._kernels[user] = kernel
            stack.callback(self._kernels.pop, user)
            kernel.owns(stack.pop_all())
            return kernel

    def _take_place(self, stack: AsyncExitStack) -> None:
        """Count as a kernel.

        Raises:
            ServerFull: there are enough of them.
        """
        self.admit()
        self._taken += 1
        stack.callback(self._give_place)

    def _give_place(self) -> None:
        self._taken -= 1

    def _take_user(self, stack: AsyncExitStack) -> int:
        """A user that no other kernel has.

        Raises:
            ServerFull: forks that wait, or end, have what is left of them.
        """
        if not self._users:
            raise ServerFull("every user that kernels may be is taken", retry_after=5)
        user = self._users.pop()
        stack.callback(self._users.append, user)
        return user

    async def _make_leaf(self, stack: AsyncExitStack, name: str, limits: Limits) -> Leaf:
        leaf = Leaf(self._runtime.groups, self._runtime.name, name)
        stack.push_async_callback(asyncio.to_thread, leaf.remove)
        await asyncio.to_thread(leaf.create, limits)
        return leaf

    async def _begin(
        self, request: KernelRequest, environment: Environment, orders: Orders, name: str
    ) -> Begun:
        if self._sandboxed:
            return await begin_sandboxed(request, environment, orders, name, counted=self._counted)
        return await begin_bare(request, environment, orders, self._runtime.folder / name)

    async def _connect(
        self,
        request: KernelRequest,
        environment: Environment,
        begun: Begun,
        leaf: Leaf,
        stack: AsyncExitStack,
    ) -> LocalKernel:
        """Open the kernel's sockets and wait until it answers on them."""
        assert self._context is not None
        manager = make_manager(self._context, environment.spec, begun.name, begun.info)
        stack.push_async_callback(manager.cleanup_resources)
        stack.callback(manager.sockets.close)
        await manager.sockets.open(begun.folder, begun.name, begun.process)
        manager.provisioner.process = begun.process
        await manager.start_kernel()
        client = manager.client()
        channel = self._open_channel(request.ref, manager, str(client.session.session), stack)
        client.start_channels()
        stack.callback(client.stop_channels)
        await until_heard(client, channel.joined, begun.process)
        return LocalKernel(
            request.ref,
            request.limits,
            process=begun.process,
            manager=manager,
            client=client,
            channel=channel,
            leaf=leaf,
            clock=self._clock,
            interrupt=request.workspace.interrupt,
        )

    def _open_channel(
        self, ref: KernelRef, manager: Manager, executor: str, stack: AsyncExitStack
    ) -> LocalChannel:
        tell = partial(self._tell_author, ref)
        channel = LocalChannel(manager, tell, self._clock, self._failure_view, executor)
        stack.callback(channel.close)
        stack.push_async_callback(stop, asyncio.create_task(channel.run(), name="channel"))
        return channel


async def stop(task: asyncio.Task[None]) -> None:
    """Cancel a task of ours and see it end."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled() and (error := task.exception()):
        log.error("a channel broke: %r", error)


__all__ = ["LocalKernelHost", "SandboxMode", "stop"]
