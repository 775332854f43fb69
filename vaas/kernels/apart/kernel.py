"""Kernels and templates in another process, as the rest of VaaS sees them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from vaas.errors import KernelDied, KernelError, KernelStartFailed, VaasError
from vaas.kernels.apart.cells import Cells, RemotePeer
from vaas.kernels.apart.control import Control, connect
from vaas.kernels.apart.streams import injection
from vaas.kernels.apart.talk import Said, untold
from vaas.kernels.apart.values import request_told
from vaas.kernels.base import Channel, Kernel, KernelRequest, Template
from vaas.kernels.kernel import line_cut
from vaas.model import KernelRef

SENT_WITHIN = 20.0
"""Seconds for a viewer's message; the kernel itself is given less."""

MARGIN = 10.0
"""Seconds that a host's answer may take beyond what it waits for itself."""


class RemoteChannel(Channel):
    """A viewer's line, by way of the host."""

    def __init__(self, control: Control, name: str, cells: Cells) -> None:
        """Take part in a kernel's connections."""
        self._control, self._name, self._cells = control, name, cells

    async def attach(self) -> AsyncIterator[bytes]:
        """See ``Channel.attach``."""
        try:
            talk = await connect(self._control.place, be="page", of=self._name)
        except OSError:
            return
        try:
            with suppress(ConnectionError):
                while True:
                    number, frame = await talk.hear_frame()
                    yield frame
                    talk.say_number(number)
        finally:
            talk.close()

    async def send(self, frame: bytes) -> None:
        """See ``Channel.send``."""
        await self._control.ask("send", body=frame, within=SENT_WITHIN, kernel=self._name)

    def inject(self, message_type: str, content: Mapping[str, Any]) -> None:
        """See ``Channel.inject``."""
        if self._cells.is_open:
            self._cells.post(injection(message_type, content))
        else:
            self._control.post("inject", kernel=self._name, kind=message_type, content=content)


class RemoteKernel(Kernel):
    """A kernel in a host apart.

    Attributes:
        ref, channel, ended: see ``Kernel``.
        gone: done when nothing of it is left.
    """

    def __init__(
        self,
        control: Control,
        said: Said,
        ref: KernelRef,
        interrupt: Callable[[bool], None],
        cells: Cells | None = None,
    ) -> None:
        """Begin to hear of it; ``open`` follows, unless there are connections.

        Args:
            control: to its host.
            said: what the host says of it.
            ref: its identity.
            interrupt: see ``Workspace.interrupt``.
            cells: of the template that it was before.
        """
        self.ref, self.interrupt_mount = ref, interrupt
        self.ended: asyncio.Future[KernelError] = asyncio.get_running_loop().create_future()
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._name, self._session = str(said["kernel"]), str(said["session"])
        self._control = control
        self._cells = cells or Cells(RemotePeer(control, {}))
        self._cells.peer.named = {"kernel": self._name}
        self._cells.when_cut = lambda: self.tell("cut", {})
        self.channel = RemoteChannel(control, self._name, self._cells)
        control.things["kernel", self._name] = self

    async def open(self) -> RemoteKernel:
        """Connect to it.

        Raises:
            KernelDied: the host has ended.
        """
        await self._cells.open(self._control, self._name, self._session)
        return self

    @property
    def manager(self) -> Any:
        """See ``Kernel.manager``."""
        return self._cells.manager

    @property
    def client(self) -> Any:
        """See ``Kernel.client``."""
        return self._cells.client

    def tell(self, event: str, said: Said) -> None:
        """Hear of it from the host.

        Args:
            event: ``ended``, ``gone``, ``stuck`` in a mount, or that the host is ``lost``;
                or, from here, that its line was ``cut``.
            said: the rest.
        """
        if event == "stuck":
            self.interrupt_mount(said["hard"])
            return
        if not self.ended.done():
            error = untold(said["error"]) if event == "ended" else None
            lost = line_cut() if event == "cut" else KernelDied("the kernel host ended")
            # Whoever runs cells learns it by that, and may have a last word for the page.
            self._cells.peer.ended = True
            self.ended.set_result(error if isinstance(error, KernelError) else lost)
        if event not in ("ended", "cut") and not self.gone.done():
            self.gone.set_result(None)
            self._control.things.pop(("kernel", self._name), None)

    def note(self, note: str) -> None:
        """See ``Kernel.note``."""
        self._control.post("note", kernel=self._name, note=note)

    async def memory(self) -> int:
        """See ``Kernel.memory``."""
        return int((await self._control.ask("memory", kernel=self._name))["bytes"])

    async def interrupt(self) -> None:
        """See ``Kernel.interrupt``."""
        if not self.ended.done():
            await self._control.ask("interrupt", kernel=self._name)

    async def close(self) -> None:
        """See ``Kernel.close``."""
        try:
            with suppress(VaasError):
                await self._control.ask("close", kernel=self._name)
        finally:
            # Not before: what was said by it last may still be on its way.
            self._cells.close()


class RemoteTemplate(Template):
    """A template in a host apart.

    Attributes:
        ended, channel: see ``Template``.
    """

    def __init__(self, control: Control, said: Said, interrupt: Callable[[bool], None]) -> None:
        """Begin to hear of it; ``open`` follows.

        Args:
            control: to its host.
            said: what the host says of it.
            interrupt: see ``Workspace.interrupt``.
        """
        self._interrupt, self._becoming = interrupt, False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._name, self._session = str(said["template"]), str(said["session"])
        self._control = control
        self._cells = Cells(RemotePeer(control, {"template": self._name}))
        self.channel = RemoteChannel(control, self._name, self._cells)
        control.things["template", self._name] = self

    async def open(self) -> RemoteTemplate:
        """Connect to it.

        Raises:
            KernelDied: the host has ended.
        """
        await self._cells.open(self._control, self._name, self._session)
        return self

    @property
    def manager(self) -> Any:
        """See ``Template.manager``."""
        return self._cells.manager

    @property
    def client(self) -> Any:
        """See ``Template.client``."""
        return self._cells.client

    def tell(self, event: str, said: Said) -> None:
        """Hear of it from the host.

        Args:
            event: ``ended``, ``stuck`` in a mount, or that the host is ``lost``.
            said: the rest.
        """
        if event == "stuck":
            self._interrupt(said["hard"])
            return
        self._cells.peer.ended = not self._becoming
        if not self.ended.done():
            self.ended.set_result(None)
        if not self._becoming:
            self._control.things.pop(("template", self._name), None)

    async def seal(self) -> Sequence[str]:
        """See ``Template.seal``."""
        self._cells.client.stop_channels()
        said = await self._ask("seal")
        return [str(one) for one in said["reasons"]]

    async def fork(self, request: KernelRequest, *, runs: bool = True) -> Kernel:
        """See ``Template.fork``."""
        kernel: RemoteKernel = await self._ask(
            "fork",
            within=request.limits.start + MARGIN,
            take=maker(self._control, request),
            request=request_told(request),
            runs=runs,
        )
        return await kernel.open() if runs else kernel

    async def memory(self) -> int:
        """See ``Template.memory``."""
        return int((await self._ask("memory"))["bytes"])

    async def become(self, request: KernelRequest) -> Kernel:
        """See ``Template.become``."""
        if self._becoming:
            raise KernelStartFailed("this template has become a kernel")
        self._becoming = True
        try:
            kernel: RemoteKernel = await self._ask(
                "become",
                take=lambda said: self._as_kernel(said, request.ref),
                request=request_told(request),
            )
        except BaseException:
            self._becoming = False
            if self.ended.done():
                self.tell("ended", {})
            raise
        return kernel

    def _as_kernel(self, said: Said, ref: KernelRef) -> RemoteKernel:
        """The kernel that it is now, on the same connection."""
        self._control.things.pop(("template", self._name), None)
        if not self.ended.done():
            self.ended.set_result(None)
        return RemoteKernel(self._control, said, ref, self._interrupt, self._cells)

    async def retire(self) -> None:
        """See ``Template.retire``."""
        if not self._becoming:
            try:
                with suppress(VaasError):
                    await self._ask("retire")
            finally:
                self._cells.close()

    async def _ask(self, do: str, **said: Any) -> Any:
        try:
            return await self._control.ask(do, template=self._name, **said)
        except KernelDied as error:
            if do == "become":
                raise
            raise KernelStartFailed(error.detail) from error


def maker(control: Control, request: KernelRequest) -> Callable[[Said], RemoteKernel]:
    """What makes a kernel of the host's answer to a request."""
    return lambda said: RemoteKernel(control, said, request.ref, request.workspace.interrupt)


__all__ = ["MARGIN", "RemoteKernel", "RemoteTemplate", "maker"]
