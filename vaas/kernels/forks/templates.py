"""Kernels on this machine, forked from a notebook that has run already."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from vaas.errors import KernelStartFailed, SandboxMissing, ServerFull
from vaas.kernels.base import Kernel, KernelRequest, Limits, Template
from vaas.kernels.environment import Environment, build_template_world, environment_of
from vaas.kernels.forks.client import LineManager
from vaas.kernels.forks.furnishing import MOST_PROCESSES, Fork, Furnisher, greet
from vaas.kernels.forks.peer import Peer
from vaas.kernels.forks.sandboxes import SandboxingHost
from vaas.kernels.forks.spares import MOST, Spares
from vaas.kernels.forks.template import LocalTemplate
from vaas.kernels.kernel import LocalKernel
from vaas.kernels.limits import Leaf
from vaas.kernels.local import FIRST_UID
from vaas.kernels.process import END_WITHIN
from vaas.kernels.sandbox import World

FIRST_TEMPLATE_UID = 60001
"""Users of templates when the server is root: one each, from here on; kernels' follow."""

PATIENCE = 1.0
"""Seconds for which forks made ahead stand back for kernels that start."""

T = TypeVar("T", bound=LocalTemplate)
R = TypeVar("R")


def template_users(templates: int, most: int) -> range:
    """The users that templates run as.

    Args:
        templates: how many may be forked at a time.
        most: how many kernels; each may be what became of a template, or keep one alive.
    """
    return range(FIRST_TEMPLATE_UID, min(FIRST_TEMPLATE_UID + templates + most, FIRST_UID))


def fork_users(most: int, spares: int = MOST) -> range:
    """The users that kernels run as, and forks that wait to be one.

    Args:
        most: how many kernels may live at a time.
        spares: how many such forks.
    """
    return range(FIRST_UID, FIRST_UID + most + spares)


class TemplatesHost(SandboxingHost):
    """A host that also keeps templates and forks them."""

    def __init__(
        self, *where: Any, templates: int = 8, spares: int = MOST, **settings: Any
    ) -> None:
        """Set it up.

        Args:
            where: see ``LocalKernelHost``.
            templates: at a time, without those that live on for their forks alone.
            spares: forks made ahead, of all templates.
            settings: see ``LocalKernelHost``.
        """
        super().__init__(*where, **settings)
        users = fork_users(self._most, spares)
        self._users, self._most_forks = list(users)[::-1], len(users)
        self._spares = Spares(self._made_ahead, self._calm, spares)
        self._most_templates = templates
        self._template_users = list(template_users(templates, self._most))[::-1]
        self._templates: dict[int, LocalTemplate] = {}
        self._furnisher = Furnisher()

    async def prepare(self, request: KernelRequest) -> Template:
        """See ``KernelHost.prepare``."""
        report = await self._open()
        if not self._sandboxed or not report.usable:
            raise SandboxMissing("templates need the sandbox")
        environment = await environment_of(request)
        if not environment.is_ipykernel:
            raise KernelStartFailed("only Python's own kernel can be forked")
        return await self._in_time(request.limits, self._template(request, environment))

    async def fork(self, template: LocalTemplate, request: KernelRequest) -> Kernel:
        """See ``Template.fork``."""
        self.admit()
        try:
            kernel = await self._in_time(request.limits, self._owned(self._fork(template, request)))
        except asyncio.CancelledError:
            self._expect(template, request.limits)  # who left has taken one along
            raise
        self._expect(template, request.limits)
        return kernel

    def _expect(self, template: LocalTemplate, limits: Limits) -> None:
        """Make forks for those who follow, where what such hold without a viewer is counted."""
        if self._counted:
            self._spares.want(template, limits)

    async def close(self) -> None:
        """See ``KernelHost.close``."""
        await self._close_kernels()
        await self._furnisher.close()
        await super().close()

    async def _close_kernels(self) -> None:
        """End what is forked, too."""
        await super()._close_kernels()
        await self._spares.close()
        await asyncio.gather(*(template.close() for template in list(self._templates.values())))

    async def _in_time(self, limits: Limits, making: Awaitable[R]) -> R:
        try:
            async with asyncio.timeout(limits.start):
                return await making
        except TimeoutError as error:
            raise KernelStartFailed("the notebook's process did not answer in time") from error

    async def _template(self, request: KernelRequest, environment: Environment) -> LocalTemplate:
        """A template in a sandbox of its own."""
        async with AsyncExitStack() as stack:
            uid = self._take_template_place(stack)

            def world(fds: tuple[int, int]) -> World:
                """Where it runs, with the ends of its lines."""
                roomy = replace(request.limits, processes=MOST_PROCESSES)
                wanted = replace(request, limits=roomy)
                return build_template_world(wanted, environment, fds, counted=self._counted)

            users = (uid, (FIRST_UID, self._most_forks))
            kind = self._kind(LocalTemplate)
            return self._keep(uid, await self._begin_in_sandbox(kind, request, world, users, stack))

    def _keep(self, uid: int, template: LocalTemplate) -> LocalTemplate:
        self._templates[uid] = template
        template.ended.add_done_callback(lambda _: self._spares.drop(template))
        return template

    def _kind(self, kind: type[T]) -> Callable[..., T]:
        """Makes templates of a kind, which come back to us for their viewers' kernels."""
        return partial(kind, furnish=self.fork, adopt=self._adopt)

    def _take_template_place(self, stack: AsyncExitStack) -> int:
        """The user of a new template.

        One that became a kernel, or was let go and lives on for its forks alone, keeps its
        user, but no place: there are no more of them than kernels.
        """
        live = sum(not template.ended.done() for template in self._templates.values())
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
            user = self._take_user(stack)
            await template.claim()
            await self._furnisher.confine(template, request.limits)
            # From here on nothing can come between: a kernel has one owner at any time.
            kernel = template.as_kernel(request.ref, self._clock)
            stack.push_async_exit(template.release())
            self._kernels[user] = kernel
            stack.callback(self._kernels.pop, user)
            kernel.owns(stack.pop_all())
            return kernel

    async def _fork(
        self, template: LocalTemplate, request: KernelRequest, shown: KernelRequest | None = None
    ) -> LocalKernel:
        """A viewer's kernel; ``shown`` if what it is a fork of has not seen the share."""
        async with AsyncExitStack() as stack:
            self._take_place(stack)
            fork = self._spares.take(template, request.limits)
            fork = fork or await self._furnish(template, request.limits, shown)
            await stack.enter_async_context(fork.resources)
            greet(fork.ours, request.environment)
            client, channel = await self._listen(request, fork.ours, fork.peer, stack)
            channel.kernel_session = template.channel.kernel_session
            kernel = LocalKernel(
                request.ref,
                request.limits,
                process=fork.peer,
                manager=LineManager(client, fork.peer),
                client=client,
                channel=channel,
                leaf=fork.leaf,
                clock=self._clock,
                interrupt=request.workspace.interrupt,
            )
            self._kernels[fork.user] = kernel
            stack.callback(self._kernels.pop, fork.user)
            kernel.owns(stack.pop_all())
            return kernel

    async def _furnish(
        self, template: LocalTemplate, limits: Limits, shown: KernelRequest | None = None
    ) -> Fork:
        """A fork within its walls, for whoever comes."""
        async with AsyncExitStack() as stack:
            user = self._take_user(stack)
            leaf = await self._make_leaf(stack, f"k{secrets.token_hex(6)}", limits)
            fork = await self._bare(template, limits, user, leaf, stack)
            fork.shown = shown
            await self._furnisher.furnish(fork)
            fork.resources = stack.pop_all()
            return fork

    async def _bare(
        self,
        template: LocalTemplate,
        limits: Limits,
        user: int,
        leaf: Leaf,
        stack: AsyncExitStack,
        *told: socket.socket,
    ) -> Fork:
        """A fork without walls; ``told`` if it is to be told to fork in its turn."""
        rooted = (await self._open()).own_users
        ours, peer = await template.begin_fork(*told)
        stack.callback(template.let_go)
        stack.callback(ours.close)
        stack.callback(peer.close)
        stack.push_async_callback(_end, peer)
        return Fork(template, limits, user, leaf, ours, peer, rooted, self._counted)

    def _made_ahead(self, template: LocalTemplate, limits: Limits) -> Awaitable[Fork]:
        return self._in_time(limits, self._furnish(template, limits))

    async def _calm(self) -> None:
        """Wait until whoever waits now for a kernel has it."""
        if self._starting:
            await asyncio.wait(self._starting, timeout=PATIENCE)


async def _end(peer: Peer) -> None:
    """End a fork; one that the Linux kernel itself holds, as in a hung mount, is not waited for."""
    peer.kill()
    with suppress(TimeoutError):
        async with asyncio.timeout(END_WITHIN):
            await peer.wait()


__all__ = ["FIRST_TEMPLATE_UID", "TemplatesHost", "fork_users", "template_users"]
