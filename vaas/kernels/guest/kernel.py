"""IPython's kernel, speaking frames instead of ZeroMQ."""

from __future__ import annotations

import asyncio
import builtins
import inspect
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, SimpleNamespace
from typing import Any

from ipykernel.eventloops import enable_gui, loop_map
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from traitlets.config import Config

from . import figures
from .folder import keeper
from .frames import Line
from .interrupts import stop
from .streams import Stream

SETTINGS = {"HistoryManager": {"enabled": False}, "IPCompleter": {"use_jedi": False}}


class Port:
    """Stands where ipykernel expects a socket: the name of a channel on the line."""

    def __init__(self, line: Line, channel: str) -> None:
        """Name it."""
        self.line, self.channel = line, channel


class FrameSession(Session):
    """Builds messages as Jupyter's own and sends them as frames."""

    def send(  # type: ignore[override,unused-ignore]  # noqa: PLR0917  as the library calls it
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,  # noqa: ARG002  ZeroMQ's matter
        buffers: Any = None,
        track: bool = False,  # noqa: ARG002
        header: Any = None,
        metadata: Any = None,
    ) -> Any:
        """Send a message on the channel that ``stream`` names."""
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(msg_or_type, content, parent, header, metadata)
        parts = [message[name] for name in ("header", "parent_header", "metadata", "content")]
        buffers = buffers or message.get("buffers") or ()
        if isinstance(stream, Port):
            packed = [self._packed(part) for part in parts]
            self._tell_first(stream, message, packed[-1], buffers)
            stream.line.send(stream.channel, [*packed, *buffers])
        return message

    def _packed(self, part: Any) -> bytes:
        """A part of a message; half characters, which no line can carry, are made whole or marked."""
        try:
            return bytes(self.pack(part))
        except UnicodeEncodeError:
            text = json.dumps(part, default=json_default, ensure_ascii=False)
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()

    def _tell_first(self, stream: Port, message: Any, content: bytes, buffers: Any) -> None:
        aside = stream.line.aside
        aside.take(message, buffers)
        if told := aside.needed(message, content):
            for one in told:
                self.send(stream, one)
            aside.catch_up()


class GuestShell(ZMQInteractiveShell):
    """IPython where no application holds the kernel, which is where ipykernel would look for it."""

    kernel: Any

    def enable_gui(self, gui: Any = None) -> None:
        """As ``%matplotlib inline`` and ``widget`` ask for.

        Raises:
            RuntimeError: it is a toolkit with a loop of its own; only other kernels run those.
        """
        if loop_map.get(gui) is not None:
            raise RuntimeError(f"a kernel that is forked runs no loop of {gui}'s")
        enable_gui(gui, self.kernel)  # type: ignore[no-untyped-call]
        self.active_eventloop = gui


class GuestKernel(IPythonKernel):
    """The kernel of a template and of each of its forks."""

    shell_class = GuestShell
    line: Line
    busy = False
    awaiting: asyncio.Future[Any] | None = None
    shell: Any
    session: Any
    io_loop: Any
    set_parent: Any
    _publish_status: Any

    _supports_kernel_subshells = False

    def attach(self, line: Line, loop: asyncio.AbstractEventLoop) -> None:
        """Stand in for what ``IPKernelApp`` would set up."""
        self.line = line
        self.ports = {name: Port(line, name) for name in ("shell", "control", "iopub")}
        self.iopub_socket = self.ports["iopub"]
        self.shell.displayhook.pub_socket = self.shell.display_pub.pub_socket = self.iopub_socket
        self._execute_sleep = 0.0
        self._step_back_in = keeper()
        self.io_loop = SimpleNamespace(
            add_callback=loop.call_soon_threadsafe, call_later=loop.call_later, stop=loop.stop
        )
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        sys.stdout, sys.stderr = self._streams()
        builtins.input = self.raw_input
        signal.signal(signal.SIGINT, self._on_interrupt)

    def enter(self, folder: str) -> None:
        """Work in another folder from now on.

        Args:
            folder: the notebook's.
        """
        os.chdir(folder)
        self._step_back_in = keeper()

    async def serve(self) -> None:
        """Handle one message after the other until the server has gone."""
        while (received := await self.line.receive()) is not None:
            channel, message = received
            await self._handle(channel, message)

    async def _handle(self, channel: str, message: dict[str, Any]) -> None:
        """Let IPython handle a message, between ``busy`` and ``idle``."""
        self.set_parent([], message, channel)
        self._publish_status("busy", channel)
        handlers = self.control_handlers if channel == "control" else self.shell_handlers
        handler = handlers.get(message["msg_type"])
        self.busy = True
        try:
            self._step_back_in()
            if figures.are_asked_for(message):
                figures.refresh()
            result = handler(self.ports[channel], [], message) if handler else None
            if inspect.isawaitable(result):
                await result
        except (Exception, KeyboardInterrupt):  # noqa: BLE001  the notebook's, shown as its own
            self.shell.showtraceback()
        finally:
            self.busy = False
            sys.stdout.flush()
            sys.stderr.flush()
            self._publish_status("idle", channel)

    def _streams(self) -> Iterator[Stream]:
        for name in ("stdout", "stderr"):
            yield Stream(name, self.shell.get_parent, self._print)

    def _print(self, name: str, text: str, parent: Any) -> None:
        content = {"name": name, "text": text}
        self.session.send(self.iopub_socket, "stream", content, parent)

    @contextmanager
    def _cancel_on_sigint(self, future: asyncio.Future[Any]) -> Iterator[None]:
        """Around a cell that awaits, where ipykernel has a handler of its own."""
        self.awaiting = future
        try:
            yield
        finally:
            self.awaiting = None

    def _on_interrupt(self, _signal: int, frame: FrameType | None) -> None:
        if self.line.sending:
            self.line.interrupted = True
        elif self.awaiting is not None:
            stop(self.awaiting, frame)
        elif self.busy:
            raise KeyboardInterrupt

    def _abort_queues(self, *_: Any) -> None:
        """Whoever runs the cells stops by itself after one that failed."""


def make_kernel(line: Line, loop: asyncio.AbstractEventLoop) -> GuestKernel:
    """The kernel of this process, ready to serve."""
    session = FrameSession(check_pid=False)
    log = logging.getLogger("ipykernel")
    kernel = GuestKernel.instance(config=Config(SETTINGS), session=session, log=log)
    kernel.attach(line, loop)
    return kernel


__all__ = ["GuestKernel", "make_kernel"]
