"""Kernels on this machine, forked from a notebook that has run already, or from its environment."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from vaas.errors import KernelStartFailed, ServerFull
from vaas.kernels.base import Kernel, KernelRequest, Template
from vaas.kernels.environment import build_zygote_world, environment_of
from vaas.kernels.forks.furnishing import MOST_PROCESSES, greet
from vaas.kernels.forks.peer import control_pair
from vaas.kernels.forks.template import LocalTemplate
from vaas.kernels.forks.templates import FIRST_TEMPLATE_UID, TemplatesHost
from vaas.kernels.forks.zygotes import Zygote, Zygotes
from vaas.kernels.installations import held
from vaas.kernels.local import FIRST_UID
from vaas.kernels.sandbox import World
from vaas.model import Installation

log = logging.getLogger(__name__)

FIRST_ZYGOTE_UID, MOST_ZYGOTES = 59001, 64
"""Users of environments' own processes, the retired ones that still have forks included."""


class ForkingHost(TemplatesHost):
    """A host whose kernels and templates begin as forks themselves, where that can be."""

    def __init__(
        self,
        *where: Any,
        zygotes: int = 0,
        preload: Mapping[str, Sequence[str]] = MappingProxyType({}),
        **settings: Any,
    ) -> None:
        """Set it up.

        Args:
            where: see ``LocalKernelHost``.
            zygotes: environments of which a process is kept that has imported what
                takes long; 0: every kernel imports what it needs itself.
            preload: what that is, by environments' names; for others the usual.
            settings: see ``TemplatesHost``.
        """
        super().__init__(*where, **settings)
        self._zygote_users = list(range(FIRST_ZYGOTE_UID, FIRST_ZYGOTE_UID + MOST_ZYGOTES))[::-1]
        self._living: dict[int, Zygote] = {}
        self._zygotes = Zygotes(self._make_zygote, zygotes, preload)

    async def start(self, request: KernelRequest) -> Kernel:
        """See ``KernelHost.start``."""
        if zygote := await self._zygote(request):
            self.admit()
            fork = self._owned(self._fork(zygote, request, shown=request))
            try:
                return await self._in_time(request.limits, fork)
            except KernelStartFailed as error:
                log.warning("a kernel begins slowly: %s", error.detail)
        kernel = await super().start(request)
        try:
            await self._want(request)
        except BaseException:
            await kernel.close()
            raise
        return kernel

    async def prepare(self, request: KernelRequest) -> Template:
        """See ``KernelHost.prepare``."""
        if zygote := await self._zygote(request):
            try:
                return await self._in_time(request.limits, self._template_of(zygote, request))
            except KernelStartFailed as error:
                log.warning("a template begins slowly: %s", error.detail)
        template = await super().prepare(request)
        try:
            await self._want(request)
        except BaseException:
            await template.retire()
            raise
        return template

    async def warm(self, installation: Installation) -> None:
        """Have ready what kernels of an environment begin with, where this machine allows that.

        Args:
            installation: the environment.
        """
        if await self._may_preload() and (
            task := await self._zygotes.want(installation, "python3")
        ):
            await asyncio.wait([task])

    async def _close_kernels(self) -> None:
        """End environments' own processes, too."""
        await super()._close_kernels()
        await self._zygotes.close()
        await asyncio.gather(*(zygote.close() for zygote in list(self._living.values())))

    async def _may_preload(self) -> bool:
        report = await self._open()
        # A share can be shown from outside by root alone.
        return self._zygotes.most > 0 and self._sandboxed and report.usable and report.own_users

    async def _zygote(self, request: KernelRequest) -> Zygote | None:
        """What a kernel or template can be forked from, if there is such a thing already."""
        if not await self._may_preload():
            return None
        return await self._zygotes.find(request.installation, request.kernel_name)

    async def _want(self, request: KernelRequest) -> None:
        """Have the next kernel of an environment begin sooner."""
        if await self._may_preload() and (await environment_of(request)).is_ipykernel:
            await self._zygotes.want(request.installation, request.kernel_name)

    async def _make_zygote(self, request: KernelRequest) -> Zygote:
        """A zygote in which nothing is imported yet."""
        environment = await environment_of(request)
        async with AsyncExitStack() as stack:
            if not self._zygote_users:
                raise ServerFull("as many processes of environments live as are allowed")
            uid = self._zygote_users.pop()
            stack.callback(self._zygote_users.append, uid)
            stack.callback(self._living.pop, uid, None)

            def world(fds: tuple[int, int]) -> World:
                """Where it runs, with the ends of its lines."""
                roomy = replace(request.limits, processes=MOST_PROCESSES)
                return build_zygote_world(replace(request, limits=roomy), environment, fds)

            # Those of templates and of kernels: what is forked of it may be either.
            users = (FIRST_TEMPLATE_UID, FIRST_UID - FIRST_TEMPLATE_UID + self._most_forks)
            zygote = await self._begin_in_sandbox(
                self._kind(Zygote), request, world, (uid, users), stack
            )
            self._living[uid] = zygote
            return zygote

    async def _template_of(self, zygote: Zygote, request: KernelRequest) -> LocalTemplate:
        """A template that is a fork of its environment's own process."""
        async with AsyncExitStack() as stack:
            stack.enter_context(held(request.installation))
            uid = self._take_template_place(stack)
            leaf = await self._make_leaf(stack, f"t{secrets.token_hex(6)}", request.limits)
            control, its = control_pair()
            stack.callback(control.close)
            with its:
                fork = await self._bare(zygote, request.limits, uid, leaf, stack, its)
            fork.shown, fork.forks = request, self._most_forks
            await self._furnisher.furnish(fork)
            greet(fork.ours, request.environment)
            client, channel = await self._listen(request, fork.ours, fork.peer, stack)
            channel.kernel_session = zygote.channel.kernel_session
            template = self._kind(LocalTemplate)(
                request,
                process=fork.peer,
                peer=fork.peer,
                client=client,
                channel=channel,
                control=control,
                leaf=leaf,
            )
            template.owns(stack.pop_all())
            return self._keep(uid, template)


__all__ = ["ForkingHost"]
