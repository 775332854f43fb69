"""One running sandbox: started, watched, ended.

``launch`` hands the prepared files to ``stage``, which becomes bubblewrap. The
kernel's processes are all children of the sandbox's first process; when that
dies, by our hand or the server's death, the Linux kernel ends every other.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from vaas.errors import KernelStartFailed
from vaas.kernels import sandbox, seccomp
from vaas.kernels.descriptors import NOTES_SIZE, memory_file, notes_file, own, readable

log = logging.getLogger(__name__)

END_WITHIN = 3.0
"""Seconds in which a killed process is gone, unless the Linux kernel itself holds it."""

STAGE = Path(__file__).with_name("stage.py")


@dataclass(frozen=True, slots=True)
class Orders:
    """How one process is to be started.

    Attributes:
        cgroups: files to write the process id to.
        uid: user to become, or ``None`` to stay who we are.
        no_nesting: bubblewrap can forbid further user namespaces.
        filtered: system calls are filtered.
        users: the first of the users that it may give to others, and how many there
            are; ``None`` if it shall know its own alone.
    """

    cgroups: Sequence[str]
    uid: int | None
    no_nesting: bool
    filtered: bool
    users: tuple[int, int] | None = None


class Process:
    """A started kernel process, inside bubblewrap or not.

    Attributes:
        first: id of the sandbox's first process as the host sees it.
        returncode: once it has ended.
    """

    def __init__(self, popen: subprocess.Popen[bytes], notes: int) -> None:
        """Watch a process that was just started.

        Args:
            popen: the direct child.
            notes: descriptor of its standard error; owned from now on.
        """
        self._popen = popen
        self._fds = ExitStack()
        self._notes = own(self._fds, notes)
        self._child: int | None = own(self._fds, os.pidfd_open(popen.pid))
        self._first: int | None = None
        self.first = popen.pid

    def found_first(self, pid: int) -> None:
        """Learn the sandbox's first process, which holds all others."""
        self.first = pid
        with contextlib.suppress(ProcessLookupError):
            self._first = own(self._fds, os.pidfd_open(pid))

    @property
    def returncode(self) -> int | None:
        """The exit status, ``None`` while it runs."""
        return self._popen.poll()

    @property
    def notes(self) -> str:
        """What it wrote to standard error, for the author or operator."""
        text = os.pread(self._notes, NOTES_SIZE, 0).rstrip(b"\0")
        return text.decode("utf-8", "replace").strip()

    async def wait(self) -> int:
        """Wait until it has ended, with everything that it started."""
        for fd in (self._first, self._child):
            if fd is not None:
                await readable(fd)
        return self._popen.wait()

    def kill(self) -> None:
        """End it and all in its sandbox; does not wait.

        With the first process all others die; bubblewrap outside then collects
        it and ends by itself, so that nobody is left for the machine's init.
        """
        fd = self._first if self._first is not None else self._child
        with contextlib.suppress(ProcessLookupError):
            if fd is not None:
                signal.pidfd_send_signal(fd, signal.SIGKILL)

    def close(self) -> None:
        """Let go of the descriptors; nothing can be sent to the process afterwards."""
        self._first = self._child = None
        self._fds.close()


def _start(
    orders: Orders,
    argv: list[str],
    sources: list[str],
    fds: Sequence[int],
    *,
    folder: str = "/",
    environment: dict[str, str] | None = None,
) -> Process:
    """Start ``stage`` with its orders; it becomes ``argv``.

    Must be called from the thread of the event loop: the death signal that ends
    kernels with the server is tied to the thread that started them.
    """
    with ExitStack() as stack:
        text = json.dumps(
            {
                "cgroups": list(orders.cgroups),
                "uid": orders.uid,
                "sources": sources,
                "users": orders.users,
                "given": sandbox.GIVEN_USERS,
                "parent": os.getpid(),
                "argv": argv,
                "environment": environment or {"PATH": "/usr/bin:/bin"},
            }
        )
        paper = memory_file(stack, "orders", text.encode())
        notes = notes_file()
        popen = subprocess.Popen(
            [sys.executable, "-I", "-S", str(STAGE), str(paper)],
            pass_fds=[paper, *fds],
            stdin=subprocess.DEVNULL,
            stdout=notes,
            stderr=notes,
            env={},
            cwd=folder,
            start_new_session=True,
        )
    return Process(popen, notes)


async def launch(world: sandbox.World, orders: Orders) -> Process:
    """Start a kernel inside bubblewrap.

    Returns:
        the process, once its sandbox exists; the kernel itself may still load.

    Raises:
        KernelStartFailed: bubblewrap ended before the sandbox stood.
    """
    with ExitStack() as stack:
        info, tell = os.pipe()
        own(stack, info)
        with ExitStack() as handed:
            own(handed, tell)
            fds = _descriptors(handed, world, orders, tell)
            numbers = [n for n in (getattr(fds, f) for f in fds.__slots__) if n is not None]
            args = sandbox.encode(
                sandbox.arguments(
                    world,
                    fds,
                    staged=orders.uid is not None,
                    no_nesting=orders.no_nesting and not world.forking,
                    users=orders.users is not None,
                )
            )
            paper = memory_file(handed, "args", args)
            sources = [str(bind.source) for bind in world.binds]
            bwrap = shutil.which("bwrap") or "/usr/bin/bwrap"
            argv = [bwrap, "--args", str(paper), *sandbox.command(world)]
            process = _start(orders, argv, sources, [*numbers, paper, *world.fds])
        try:
            process.found_first(await _first_process(info))
        except KernelStartFailed as error:
            raise KernelStartFailed(f"{error.detail}: {await abandon(process)}") from error
        except BaseException:
            await abandon(process)
            raise
        return process


def launch_bare(argv: Sequence[str], orders: Orders, folder: str, env: dict[str, str]) -> Process:
    """Start a kernel without a sandbox, for one's own files only.

    Args:
        argv: the kernel's command.
        orders: its cgroups.
        folder: where it starts.
        env: its variables.
    """
    return _start(orders, list(argv), [], [], folder=folder, environment=env)


async def abandon(process: Process) -> str:
    """End a process that did not become a kernel.

    Returns:
        what it had to say.
    """
    process.kill()
    try:
        async with asyncio.timeout(END_WITHIN):
            await process.wait()
    except TimeoutError:
        # A read from a hung network mount cannot be killed; the end comes with the mount's.
        log.warning("process %d does not end yet", process.first)
    notes = process.notes
    process.close()
    return notes


def _descriptors(
    stack: ExitStack, world: sandbox.World, orders: Orders, info: int
) -> sandbox.Descriptors:
    """The files that bubblewrap reads while it builds the sandbox."""

    def file(name: str, text: str) -> int:
        """A file in memory that holds a text."""
        return memory_file(stack, name, text.encode())

    return sandbox.Descriptors(
        info=info,
        seccomp=memory_file(stack, "seccomp", seccomp.program(forking=world.forking))
        if orders.filtered
        else None,
        connection=memory_file(stack, "connection", world.connection),
        passwd=file("passwd", sandbox.USERS),
        group=file("group", sandbox.GROUPS),
        hosts=file("hosts", sandbox.HOSTS),
        nsswitch=file("nsswitch", sandbox.NSSWITCH),
    )


async def _first_process(info: int) -> int:
    """Read ``child-pid`` from what bubblewrap tells, which arrives in pieces."""
    os.set_blocking(info, False)
    text = b""
    while b"}" not in text:
        await readable(info)
        piece = os.read(info, 4096)
        if not piece:
            raise KernelStartFailed("bubblewrap ended before the sandbox stood")
        text += piece
    match = re.search(rb'"child-pid"\s*:\s*(\d+)', text)
    if match is None:
        raise KernelStartFailed("bubblewrap did not tell its child")
    return int(match[1])


__all__ = ["END_WITHIN", "Orders", "Process", "abandon", "launch", "launch_bare"]
