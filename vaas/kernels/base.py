"""What a kernel and its host promise.

``launch`` asks a ``KernelHost`` for a kernel, ``rendering`` runs the notebook
in it through ``Kernel.manager`` and ``Kernel.client``, and ``web`` relays a
viewer's frames through ``Kernel.channel``. Every implementation keeps strangers'
code in the sandbox and leaves nothing behind when closed.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vaas.errors import KernelError, KernelStartFailed
from vaas.model import BASE, Installation, KernelRef, Workspace


@dataclass(frozen=True, slots=True)
class Limits:
    """What one kernel may use.

    Attributes:
        memory: bytes, the whole process tree.
        cpus: processors' worth of time, 1.0 is one core.
        processes: processes and threads in all.
        file_size: bytes of the largest single file it may write.
        scratch: bytes of ``$VAAS_SCRATCH``; counts as memory too.
        start: seconds until the kernel must answer.
        cell: seconds that one cell may run.
        idle: seconds without a viewer's message after which it is ended.
        life: seconds after which it is ended in any case.
    """

    memory: int = 1 << 30
    cpus: float = 1.0
    processes: int = 128
    file_size: int = 256 << 20
    scratch: int = 256 << 20
    start: float = 60.0
    cell: float = 300.0
    idle: float = 1800.0
    life: float = 86400.0


@dataclass(frozen=True, slots=True)
class KernelRequest:
    """What a kernel is started for.

    Attributes:
        ref: the new kernel's identity.
        workspace: the share's files; the kernel sees them read-only. It runs
            as another user where the server is root, so the files and folders
            inside must be readable by all (those above need not).
        kernel_name: name of the kernelspec.
        installation: to which that belongs.
        environment: variables for the notebook, without any credential.
        limits: what it may use.
    """

    ref: KernelRef
    workspace: Workspace
    kernel_name: str = "python3"
    installation: Installation = BASE
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()


class Channel(ABC):
    """A viewer's line to the kernel, in frames of ``v1.kernel.websocket.jupyter.org``.

    It exists from the kernel's start on and keeps what the kernel publishes
    while nobody is attached (up to a limit of bytes, oldest dropped first), so
    that a page that comes late, or comes back, misses nothing.
    """

    @abstractmethod
    def attach(self) -> AsyncIterator[bytes]:
        """The kernel's frames, kept ones first; one page at a time, the last wins.

        Ends when another page attaches, or when the kernel has ended and its owner,
        who may have a last word, has closed it.
        """

    @abstractmethod
    async def send(self, frame: bytes) -> None:
        """Pass a viewer's frame on.

        Raises:
            MessageRefused: the message is of a kind that viewers may not send
                (anything but comm, info and interrupt), or is no message.
        """

    @abstractmethod
    def inject(self, message_type: str, content: Mapping[str, Any]) -> None:
        """Put an iopub message of the server's own before the viewer.

        Between ``vaas_run`` and ``vaas_ready`` what cells show is not passed on:
        it comes with their results (``vaas_cell``).
        """


class Kernel(ABC):
    """One live kernel for one viewer.

    Attributes:
        ref: its identity.
        channel: the viewer's line.
        ended: done when the kernel has ended, for whatever reason; its result
            tells why (``SessionGone`` for a wanted end, ``KernelDied``,
            ``KernelOutOfMemory``).
    """

    ref: KernelRef
    channel: Channel
    ended: asyncio.Future[KernelError]

    @property
    @abstractmethod
    def manager(self) -> Any:
        """The ``jupyter_client.AsyncKernelManager``, for running cells."""

    @property
    @abstractmethod
    def client(self) -> Any:
        """A connected ``jupyter_client.AsyncKernelClient``, for running cells.

        Whoever runs the cells stops its channels afterwards: what nobody reads
        would pile up in the server.
        """

    @abstractmethod
    async def memory(self) -> int:
        """Bytes that the kernel and all it started hold now, shared pages divided."""

    @abstractmethod
    async def interrupt(self) -> None:
        """Stop the cell or callback that runs now."""

    @abstractmethod
    async def close(self) -> None:
        """End the kernel and all it started, within 3 s; safe to call twice."""

    def note(self, note: str) -> None:  # noqa: B027  not every host keeps them
        """Write down what a server that comes after this one must know to adopt it.

        Args:
            note: kept in memory only; one that is empty says that nobody can.
        """


class Template(ABC):
    """A notebook that runs once, and is then forked for each viewer.

    If its run cannot be forked it becomes one viewer's kernel instead.

    Attributes:
        channel: what a page sees of the run, as by ``Kernel.channel``; it ends
            when the template is sealed, after all that the run said.
        ended: done when it makes no more forks, for whatever reason.
    """

    channel: Channel
    ended: asyncio.Future[None]

    @property
    @abstractmethod
    def manager(self) -> Any:
        """As ``Kernel.manager``, until it is sealed."""

    @property
    @abstractmethod
    def client(self) -> Any:
        """As ``Kernel.client``, until it is sealed."""

    @abstractmethod
    async def seal(self) -> Sequence[str]:
        """End the run: no more cells, from now on only forks.

        Returns:
            what of the run stands in the way of forks, in words for the author;
            if anything does, it is not sealed, and can only ``become`` a kernel.

        Raises:
            KernelStartFailed: it ended meanwhile, or does not answer.
        """

    @abstractmethod
    async def fork(self, request: KernelRequest, *, runs: bool = True) -> Kernel:
        """Start a viewer's kernel with all that the run made.

        Args:
            request: the viewer's. Its variables are set in the fork, the
                template's stay where it sets none.
            runs: whether cells will be run in it; else its ``manager`` and
                ``client`` are not to be used.

        Raises:
            ServerFull: as many kernels run as the operator allows.
            KernelStartFailed: there is none to be had of this template.
        """

    @abstractmethod
    async def memory(self) -> int:
        """Bytes that it and all its forks hold now, shared pages counted once."""

    @abstractmethod
    async def become(self, request: KernelRequest) -> Kernel:
        """Be one viewer's kernel from now on, as far as the notebook ran.

        The same process, on the same line: the kernel's ``channel`` is the
        template's. It counts as a kernel and no longer as a template.

        Args:
            request: the viewer's; its variables and workspace are not used,
                the process has those that it was started with.

        Raises:
            ServerFull: as many kernels run as the operator allows.
            KernelDied: it has ended by itself.
            KernelOutOfMemory: likewise, and because of that.
            KernelStartFailed: it is sealed, or the machine does not let us.
        """

    @abstractmethod
    async def retire(self) -> None:
        """Make no more forks; those that live go on, as does a kernel that it became.

        Safe to call twice.
        """


class KernelHost(ABC):
    """Starts kernels and owns them."""

    @abstractmethod
    async def start(self, request: KernelRequest) -> Kernel:
        """Start a kernel and wait until it answers.

        Raises:
            SandboxMissing: this machine cannot isolate it.
            ServerFull: as many kernels run as the operator allows.
            LanguageUnknown: no kernelspec fits ``request.kernel_name``.
            KernelStartFailed: it did not answer within ``limits.start``.
        """

    async def prepare(self, request: KernelRequest) -> Template:
        """Start a template, in which the notebook's cells are then run.

        Args:
            request: the notebook; nothing of a viewer may be in it.

        Raises:
            SandboxMissing: this machine cannot isolate it.
            ServerFull: as many templates live as the operator allows.
            LanguageUnknown: no kernelspec fits ``request.kernel_name``.
            KernelStartFailed: it did not answer, or cannot be forked at all.
        """
        raise KernelStartFailed(f"no templates here, so none of {request.ref.notebook}")

    @abstractmethod
    def kernels(self) -> tuple[Kernel, ...]:
        """All kernels that live now."""

    async def adopt(self) -> Sequence[tuple[Kernel, str]]:
        """Take over the kernels that a server before this one left, with their notes."""
        return ()

    @abstractmethod
    async def close(self) -> None:
        """End all kernels; nothing is left behind."""


__all__ = ["Channel", "Kernel", "KernelHost", "KernelRequest", "Limits", "Template"]
