"""Sandboxes for processes that can be forked: started, met, listened to."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from vaas.errors import KernelStartFailed
from vaas.kernels.base import KernelRequest
from vaas.kernels.forks.channel import LineChannel
from vaas.kernels.forks.client import LineClient
from vaas.kernels.forks.line import Line
from vaas.kernels.forks.peer import Peer, control_pair, meet, pair
from vaas.kernels.forks.template import LocalTemplate
from vaas.kernels.installations import held
from vaas.kernels.limits import Leaf
from vaas.kernels.local import LocalKernelHost, stop
from vaas.kernels.process import Orders, Process, abandon, launch
from vaas.kernels.sandbox import World
from vaas.model import KernelRef

T = TypeVar("T", bound=LocalTemplate)


class SandboxingHost(LocalKernelHost):
    """A host that can start what is forked."""

    async def _begin_in_sandbox(
        self,
        kind: Callable[..., T],
        request: KernelRequest,
        world: Callable[[tuple[int, int]], World],
        users: tuple[int, tuple[int, int]],
        stack: AsyncExitStack,
    ) -> T:
        """Start a sandbox for a process that can be forked.

        Args:
            kind: makes of it what it is.
            request: what it is started for.
            world: what it sees, given the sockets that it inherits.
            users: its own, then the first of those of its forks, and how many.
            stack: what was opened for it.
        """
        stack.enter_context(held(request.installation))
        leaf = await self._make_leaf(stack, f"t{secrets.token_hex(6)}", request.limits)
        (ours, theirs), (control, its) = pair(), control_pair()
        stack.callback(control.close)
        stack.callback(ours.close)
        with theirs, its:
            fds = (theirs.fileno(), its.fileno())
            process = await launch(world(fds), await self._orders(leaf, *users))
        stack.push_async_callback(abandon, process)
        peer = await _met(ours, process)
        stack.callback(peer.close)
        client, channel = await self._listen(request, ours, peer, stack)
        made = kind(
            request,
            process=process,
            peer=peer,
            client=client,
            channel=channel,
            control=control,
            leaf=leaf,
        )
        made.owns(stack.pop_all())
        return made

    async def _orders(self, leaf: Leaf, uid: int, forks: tuple[int, int]) -> Orders:
        report = await self._open()
        return Orders(
            cgroups=leaf.procs,
            uid=uid if report.own_users else None,
            no_nesting=False,
            filtered=report.seccomp,
            users=forks if report.own_users else None,
        )

    async def _listen(
        self, request: KernelRequest, ours: socket.socket, peer: Peer, stack: AsyncExitStack
    ) -> tuple[LineClient, LineChannel]:
        """Take over the line of a process that is ready."""
        line = await Line.open(ours)
        client = LineClient(line, peer)
        channel = LineChannel(line, peer, client, *self._page(request.ref))
        stack.callback(channel.close)
        relay = asyncio.create_task(channel.run(), name="channel")
        stack.push_async_callback(stop, relay)
        return client, channel

    def _page(self, ref: KernelRef) -> tuple[Any, ...]:
        """What a page's channel needs."""
        return (lambda text: self._tell_author(ref, text), self._clock, self._failure_view)


async def _met(ours: socket.socket, process: Process) -> Peer:
    """Meet a template, or tell why it did not come."""
    try:
        return await meet(ours)
    except KernelStartFailed as error:
        raise KernelStartFailed(f"{error.detail}: {process.notes}") from error


__all__ = ["SandboxingHost"]
