"""Kernels on this machine, forked from a notebook that has run already."""

from __future__ import annotations

import asyncio
import secrets
import socket
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from vaas.errors import KernelStartFailed, SandboxMissing, ServerFull
from vaas.kernels.base import Kernel, KernelRequest, Limits, Template
from vaas.kernels.environment import Environment, build_template_world, environment_of
from vaas.kernels.forks.channel import LineChannel
from vaas.kernels.forks.client import LineClient, LineManager
from vaas.kernels.forks.line import Line
from vaas.kernels.forks.peer import Peer, meet, pair
from vaas.kernels.forks.placing import Confinement, Placing
from vaas.kernels.forks.spares import CALM, MOST, Furnished, Spares
from vaas.kernels.forks.template import LocalTemplate
from vaas.kernels.forks.walling import greet, wall_in
from vaas.kernels.installations import held
from vaas.kernels.kernel import LocalKernel
from vaas.kernels.limits import Leaf
from vaas.kernels.local import FIRST_UID, LocalKernelHost, stop
from vaas.kernels.process import Orders, Process, abandon, launch
from vaas.kernels.watchdog import tree
from vaas.model import KernelRef

FIRST_TEMPLATE_UID = 60001
"""Users of templates when the server is root: one each, from here on; kernels' follow."""

MOST_PROCESSES = 8192
"""Of a template and all its forks; each fork has its own, smaller limit."""


def template_users(templates: int, most: int) -> range:
    """The users that templates run as.

    Args:
        templates: how many may live at a time.
        most: how many kernels; each of them may be what became of a template.
    """
    return range(FIRST_TEMPLATE_UID, min(FIRST_TEMPLATE_UID + templates + most, FIRST_UID))


class ForkingHost(LocalKernelHost):
    """A host that also keeps templates and forks them."""

    def __init__(
        self, *where: Any, templates: int = 8, spares: int = MOST, **settings: Any
    ) -> None:
        """Set it up.

        Args:
            where: see ``LocalKernelHost``.
            templates: at a time.
            spares: forks made ahead, of all templates.
            settings: see ``LocalKernelHost``.
        """
        super().__init__(*where, **settings)
        self._users = list(range(self._most + spares - 1, -1, -1))
        self._spares = Spares(self._made_ahead, self._calm, spares)
        self._most_templates = templates
        self._template_users = list(template_users(templates, self._most))[::-1]
        self._templates: dict[int, LocalTemplate] = {}
        self._placing: Placing | None = None

    async def prepare(self, request: KernelRequest) -> Template:
        """See ``KernelHost.prepare``."""
        report = await self._open()
        if not self._sandboxed or not report.usable:
            raise SandboxMissing("templates need the sandbox")
        environment = await environment_of(request)
        if not environment.is_ipykernel:
            raise KernelStartFailed("only Python's own kernel can be forked")
        try:
            async with asyncio.timeout(request.limits.start):
                return await self._prepare(request, environment)
        except TimeoutError as error:
            raise KernelStartFailed("the template did not answer in time") from error

    async def fork(self, template: LocalTemplate, request: KernelRequest) -> Kernel:
        """See ``Template.fork``."""
        self.admit()
        try:
            async with asyncio.timeout(request.limits.start):
                kernel = await self._owned(self._fork(template, request))
        except TimeoutError as error:
            raise KernelStartFailed("the fork did not answer in time") from error
        if self._counted:  # nobody else watches what forks without a viewer hold
            self._spares.want(template, request.limits)
        return kernel

    async def close(self) -> None:
        """See ``KernelHost.close``."""
        await self._close_kernels()
        await self._spares.close()
        await asyncio.gather(*(template.close() for template in list(self._templates.values())))
        if self._placing:
            await asyncio.to_thread(self._placing.close)
            self._placing = None
        await super().close()

    async def _prepare(self, request: KernelRequest, environment: Environment) -> LocalTemplate:
        async with AsyncExitStack() as stack:
            return await self._begin_template(request, environment, stack)

    async def _begin_template(
        self, request: KernelRequest, environment: Environment, stack: AsyncExitStack
    ) -> LocalTemplate:
        stack.enter_context(held(request.installation))
        uid = self._take_template_place(stack)
        name = f"t{secrets.token_hex(6)}"
        leaf = await self._make_leaf(stack, name, request.limits)
        (ours, theirs), (control, its) = pair(), _control()
        stack.callback(control.close)
        stack.callback(ours.close)
        with theirs, its:
            fds = (theirs.fileno(), its.fileno())
            process = await self._launch(request, environment, leaf, fds, uid)
        stack.push_async_callback(abandon, process)
        peer = await _met(ours, process)
        stack.callback(peer.close)
        line = await Line.open(ours)
        client = LineClient(line, peer)
        channel = LineChannel(line, peer, client, *self._page(request.ref))
        stack.callback(channel.close)
        relay = asyncio.create_task(channel.run(), name="template's line")
        stack.push_async_callback(stop, relay)
        template = LocalTemplate(
            request,
            process=process,
            peer=peer,
            client=client,
            channel=channel,
            control=control,
            leaf=leaf,
            furnish=self.fork,
            adopt=self._adopt,
        )
        self._templates[uid] = template
        template.owns(stack.pop_all())
        template.ended.add_done_callback(lambda _: self._spares.drop(template))
        return template

    async def _launch(
        self,
        request: KernelRequest,
        environment: Environment,
        leaf: Leaf,
        fds: tuple[int, int],
        uid: int,
    ) -> Process:
        report = await self._open()
        roomy = replace(request, limits=replace(request.limits, processes=MOST_PROCESSES))
        world = build_template_world(roomy, environment, fds, counted=self._counted)
        orders = Orders(
            cgroups=leaf.procs,
            uid=uid if report.own_users else None,
            no_nesting=False,
            filtered=report.seccomp,
            users=(FIRST_UID, self._most + self._spares.most) if report.own_users else None,
        )
        return await launch(world, orders)

    def _take_template_place(self, stack: AsyncExitStack) -> int:
        """The user of a new template; one that became a kernel keeps its own, but no place."""
        live = sum(not template.released for template in self._templates.values())
        if live >= self._most_templates or not self._template_users:
            raise ServerFull("as many templates live as are allowed")
        uid = self._template_users.pop()
        stack.callback(self._template_users.append, uid)
        stack.callback(self._templates.pop, uid, None)
        return uid

    async def _adopt(self, template: LocalTemplate, request: KernelRequest) -> Kernel:
        """See ``Template.become``."""
        async with AsyncExitStack() as stack:
            self._take_place(stack)
            slot = self._take_user(stack)
            await template.claim()
            await self._confine(template, request.limits)
            # From here on nothing can come between: a kernel has one owner at any time.
            kernel = template.as_kernel(request.ref, self._clock)
            stack.push_async_exit(template.release())
            self._kernels[slot] = kernel
            stack.callback(self._kernels.pop, slot)
            kernel.owns(stack.pop_all())
            return kernel

    async def _confine(self, template: LocalTemplate, limits: Limits) -> None:
        """Take from a template what it needed for its forks alone."""
        pids = await asyncio.to_thread(tree, template.process.first)
        await self._placer.confine(Confinement(pids, limits.processes), template.peer)

    async def _fork(self, template: LocalTemplate, request: KernelRequest) -> LocalKernel:
        async with AsyncExitStack() as stack:
            self._take_place(stack)
            fork = self._spares.take(template, request.limits)
            fork = fork or await self._furnish(template, request.limits)
            await stack.enter_async_context(fork.resources)
            greet(fork.ours, request.environment)
            line = await Line.open(fork.ours)
            kernel = self._join(request, line, fork.peer, fork.leaf, stack)
            kernel.channel.kernel_session = template.channel.kernel_session
            self._kernels[fork.user] = kernel
            stack.callback(self._kernels.pop, fork.user)
            kernel.owns(stack.pop_all())
            return kernel

    async def _furnish(self, template: LocalTemplate, limits: Limits) -> Furnished:
        """A fork within its walls, for whoever comes."""
        async with AsyncExitStack() as stack:
            user = self._take_user(stack)
            leaf = await self._make_leaf(stack, f"k{secrets.token_hex(6)}", limits)
            ours, peer = await template.begin_fork()
            stack.callback(ours.close)
            stack.callback(peer.close)
            stack.push_async_callback(_end, peer)
            fork = Furnished(limits, user, leaf, ours, peer, stack)
            own_user = FIRST_UID + user if (await self._open()).own_users else None
            await wall_in(self._placer, template.pid, fork, own_user)
            fork.resources = stack.pop_all()
            return fork

    async def _made_ahead(self, template: LocalTemplate, limits: Limits) -> Furnished:
        async with asyncio.timeout(limits.start):
            return await self._furnish(template, limits)

    async def _calm(self) -> None:
        """Wait until no kernel has been started for a moment."""
        while True:
            await asyncio.sleep(CALM)
            if not self._starting:
                return
            await asyncio.wait(self._starting)

    def _join(
        self, request: KernelRequest, line: Line, peer: Peer, leaf: Leaf, stack: AsyncExitStack
    ) -> LocalKernel:
        client = LineClient(line, peer)
        channel = LineChannel(line, peer, client, *self._page(request.ref))
        stack.callback(channel.close)
        relay = asyncio.create_task(channel.run(), name="channel")
        stack.push_async_callback(stop, relay)
        return LocalKernel(
            request.ref,
            request.limits,
            process=peer,
            manager=LineManager(client, peer),
            client=client,
            channel=channel,
            leaf=leaf,
            clock=self._clock,
            interrupt=request.workspace.interrupt,
        )

    @property
    def _placer(self) -> Placing:
        """Started when it is first needed."""
        self._placing = self._placing or Placing()
        return self._placing

    def _page(self, ref: KernelRef) -> tuple[Any, ...]:
        """What a page's channel needs."""
        return (lambda text: self._tell_author(ref, text), self._clock, self._failure_view)


def _control() -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    return ours, theirs


async def _met(ours: socket.socket, process: Process) -> Peer:
    """Meet a template, or tell why it did not come."""
    try:
        return await meet(ours)
    except KernelStartFailed as error:
        raise KernelStartFailed(f"{error.detail}: {process.notes}") from error


async def _end(peer: Peer) -> None:
    peer.kill()
    await peer.wait()


__all__ = ["ForkingHost", "template_users"]
