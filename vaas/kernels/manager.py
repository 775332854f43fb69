"""jupyter_client's manager and client, on sockets that cannot be exchanged.

Each socket of the kernel is opened once as a path descriptor, before any code
of the notebook runs; all connections go through that descriptor. The notebook
may later replace its socket files by links to others: the server never looks
at the names again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import stat
from contextlib import ExitStack
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Type

from vaas.errors import KernelStartFailed
from vaas.kernels.descriptors import own
from vaas.kernels.process import Process

PORTS = {"shell": 1, "iopub": 2, "stdin": 3, "control": 4, "hb": 5}
USED = ("shell", "iopub", "control")
MESSAGE_LIMIT = 128 << 20
"""Bytes of the largest message taken from a kernel; a larger one cuts the line."""


def make_context() -> zmq.asyncio.Context:
    """The ZeroMQ context of a host, with what every socket needs."""
    context: zmq.asyncio.Context = zmq.asyncio.Context()
    context.setsockopt(zmq.LINGER, 0)
    context.setsockopt(zmq.MAXMSGSIZE, MESSAGE_LIMIT)
    # Few messages wait here; the rest waits in the kernel, at its own cost.
    context.setsockopt(zmq.RCVHWM, 64)
    context.setsockopt(zmq.SNDHWM, 64)
    # The file of a socket appears a moment before it listens.
    context.setsockopt(zmq.RECONNECT_IVL, 20)
    return context


class Sockets:
    """A kernel's sockets, held by descriptor."""

    def __init__(self) -> None:
        """Hold none yet."""
        self._stack = ExitStack()
        self._fds: dict[str, int] = {}

    async def open(self, folder: str, stem: str, process: Process) -> None:
        """Wait until the kernel has made its sockets, and hold them.

        Args:
            folder: where they are, as the server sees it.
            stem: their names up to the number.
            process: the kernel; if it ends, so does the wait.

        Raises:
            KernelStartFailed: the process ended, or a name is no socket.
        """
        while not await asyncio.to_thread(self._try, folder, stem):
            if process.returncode is not None:
                raise KernelStartFailed(f"the kernel ended while it started: {process.notes}")
            await asyncio.sleep(0.01)

    def _try(self, folder: str, stem: str) -> bool:
        flags = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
        with ExitStack() as stack:
            try:
                place = own(stack, os.open(folder, flags | os.O_DIRECTORY))
                fds = {
                    name: own(stack, os.open(f"{stem}-{PORTS[name]}", flags, dir_fd=place))
                    for name in USED
                }
            except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
                return False
            if not all(stat.S_ISSOCK(os.fstat(fd).st_mode) for fd in fds.values()):
                raise KernelStartFailed("the kernel put something else in place of a socket")
            self._fds = {name: own(self._stack, os.dup(fd)) for name, fd in fds.items()}
        return True

    def url(self, channel: str) -> str:
        """The address of a channel, valid in this process."""
        if channel not in self._fds:
            raise KernelStartFailed(f"the channel {channel} is not in use")
        return f"ipc:///proc/self/fd/{self._fds[channel]}"

    def close(self) -> None:
        """Let go of them."""
        self._fds = {}
        self._stack.close()


class Provisioner(KernelProvisionerBase):
    """Tells jupyter_client about a process that we start, watch and end ourselves."""

    process: Process | None = None

    @property
    def has_process(self) -> bool:
        """Whether there is a process, running or not yet cleaned up."""
        return self.process is not None

    async def poll(self) -> int | None:
        """The exit status, ``None`` while it runs."""
        return self.process.returncode if self.process else 0

    async def wait(self) -> int | None:
        """Wait for the end."""
        return await self.process.wait() if self.process else None

    async def send_signal(self, signum: int) -> None:
        """Signals do not pass into the sandbox; interrupts travel as messages."""

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002  the base class's form
        """End the sandbox and all in it."""
        if self.process:
            self.process.kill()

    async def terminate(self, restart: bool = False) -> None:
        """As ``kill``: a stranger's code is not asked to agree."""
        await self.kill(restart)

    async def launch_kernel(self, cmd: list[str], **_kwargs: Any) -> Any:  # noqa: ARG002  as above
        """The host has started the process before the manager is told to."""
        return self.connection_info

    async def pre_launch(self, **_kwargs: Any) -> dict[str, Any]:
        """No command is built and no variable of ours is passed on."""
        return {"cmd": [], "env": {}}

    async def cleanup(self, restart: bool = False) -> None:  # noqa: ARG002  as above
        """The host lets go of the process itself."""
        self.process = None


class ClientChannel(AsyncZMQSocketChannel):
    """A channel on which a message may be sent while another is waited for.

    The library sends by a second view of the socket, which uses up the sign that
    something has come: a reply that arrives at that moment would wake nobody.
    """

    def send(self, msg: dict[str, Any]) -> None:
        """Send by the socket that is waited on."""
        assert self.socket is not None
        self.socket.send_multipart([*self.session.serialize(msg), *msg.get("buffers", ())])


class Client(AsyncKernelClient):
    """A client that has no heartbeat and asks no questions of a user."""

    sockets: Sockets
    shell_channel_class = Type(ClientChannel)

    def _make_url(self, channel: str) -> str:
        return self.sockets.url(channel)

    def start_channels(  # type: ignore[override]  # whatever the caller wants
        self, **_kwargs: bool
    ) -> None:
        """Open shell, iopub and control, whatever was asked for."""
        super().start_channels(stdin=False, hb=False)

    def stop_channels(self) -> None:
        """Close what was opened; safe to call twice."""
        for channel in (self._shell_channel, self._iopub_channel, self._control_channel):
            if channel is not None:
                channel.stop()


class Manager(AsyncKernelManager):
    """A manager that writes nothing to the host's disk."""

    sockets: Sockets
    provisioner: Provisioner

    def _make_url(self, channel: str) -> str:
        return self.sockets.url(channel)

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        await self.provisioner.launch_kernel(kernel_cmd, **kw)

    _launch_kernel = _async_launch_kernel

    def cleanup_ipc_files(self) -> None:
        """They are inside the sandbox and go with it."""

    def cleanup_connection_file(self) -> None:
        """There is none on the host."""

    def new_session(self) -> Any:
        """The kernel's key under a new name.

        The kernel tells its peers apart by this name; two of one name would
        take each other's replies.
        """
        session = self.session.clone()
        session.session = secrets.token_hex(16)
        return session

    def client(self, **kwargs: Any) -> Client:  # type: ignore[override]  # theirs is typed wrongly
        """A further client, not yet started."""
        client = Client(
            parent=self,
            context=self.context,
            session=self.new_session(),
            transport="ipc",
            **kwargs,
        )
        client.sockets = self.sockets
        return client


def make_manager(context: zmq.asyncio.Context, spec: Any, kernel_id: str, info: Any) -> Manager:
    """A manager whose process is still to come.

    Args:
        context: of the host.
        spec: the kernelspec.
        kernel_id: any name.
        info: the connection file's content.
    """
    manager = Manager(context=context, kernel_id=kernel_id, transport="ipc")
    manager._kernel_spec = spec  # noqa: SLF001  there is no other way to give a changed spec
    manager.load_connection_info(info)
    manager.sockets = Sockets()
    manager.provisioner = Provisioner(kernel_id=kernel_id, kernel_spec=spec, parent=manager)
    return manager


async def until_heard(client: Client, others: asyncio.Event, process: Process) -> None:
    """Wait until the kernel answers on shell and its iopub reaches us.

    Args:
        client: asks the kernel, again each second.
        others: set when iopub reaches the other subscriber as well.
        process: the kernel; if it ends, so does the wait.

    ipykernel 7 greets each new subscriber (``iopub_welcome``); with other
    kernels the status messages around the reply to our question serve as well.
    Without this the first outputs of a fast kernel would be lost.
    """
    answered = False
    while process.returncode is None:
        client.kernel_info()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                if not answered:
                    await client.shell_channel.get_msg()
                    answered = True
                await client.iopub_channel.get_msg()
                await others.wait()
                return
    raise KernelStartFailed(f"the kernel ended before it answered: {process.notes}")


__all__ = [
    "MESSAGE_LIMIT",
    "PORTS",
    "Client",
    "ClientChannel",
    "Manager",
    "Sockets",
    "make_context",
    "make_manager",
    "until_heard",
]
