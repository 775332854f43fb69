"""The life of a template: run the notebook, say what it left, fork when told to.

If what it left stands in the way of forks it goes on serving: as one viewer's kernel.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from . import forking, remains, seeds
from .frames import Line
from .loop import ForkingLoop

HELLO = b"\n"
"""The first byte on a line: by it the server learns which process speaks."""

UNNEEDED = ("debugpy", "jedi")
LARGEST_ORDER = 1 << 16


def _import_from_folder() -> None:
    """Let the notebook import what lies beside it: after the standard library, as IPython does."""
    ends = ("site-packages", "dist-packages")
    places = [i for i, place in enumerate(sys.path) if place.endswith(ends)]
    sys.path.insert(places[0] if places else len(sys.path), "")


def _make_kernel(line: Line, loop: ForkingLoop) -> Any:
    """Load IPython without what no viewer needs."""
    for name in UNNEEDED:
        sys.modules[name] = None  # type: ignore[assignment]
    from .kernel import make_kernel  # noqa: PLC0415  after the hiding

    # Not sooner: the kernel itself looks for a debugger while it is made.
    kernel = make_kernel(line, loop)
    for name in UNNEEDED:
        del sys.modules[name]
    return kernel


async def _until_asked(kernel: Any, control: socket.socket) -> None:
    """Serve whoever is on the line until the server says that the run is over."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(control, asked.set)
    serving = asyncio.ensure_future(kernel.serve())
    waiting = asyncio.ensure_future(asked.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    loop.remove_reader(control)
    for task in (serving, waiting):
        task.cancel()
    await asyncio.wait({serving, waiting})


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    data, fds, _, _ = socket.recv_fds(control, LARGEST_ORDER, 2)
    return data, fds


def main() -> None:
    """Start: ``main LINE CONTROL LIBRARY``, two inherited sockets and a folder."""
    del sys.path[0]
    line_fd, control_fd, library = sys.argv[1:]
    sys.path.append(library)
    _import_from_folder()
    # What was needed to build the sandbox is no business of a notebook's.
    for fd in remains.descriptors() - {0, 1, 2, int(line_fd), int(control_fd)}:
        os.close(fd)
    line = Line(socket.socket(fileno=int(line_fd)))
    control = socket.socket(fileno=int(control_fd))
    loop = ForkingLoop()
    asyncio.set_event_loop(loop)
    kernel = _make_kernel(line, loop)
    line.write(HELLO)
    _run(kernel, control, loop)
    os._exit(0)


def _run(kernel: Any, control: socket.socket, loop: ForkingLoop) -> None:
    """Run cells until the server says that the run is over, then fork if that can be."""
    known = remains.descriptors()
    while True:
        loop.run_until_complete(_until_asked(kernel, control))
        if not _receive(control)[0]:
            return
        remains.flush()
        # What nobody holds any more is no reason, nor shall a fork open it again.
        gc.collect()
        found = remains.reasons(known)
        if not found:
            kernel.line.close()  # by its end the server knows that it has heard all
        control.send(json.dumps(found).encode())
        if not found:
            _serve_forks(kernel, control, loop, known)
            return


def _serve_forks(kernel: Any, control: socket.socket, loop: ForkingLoop, known: set[int]) -> None:
    """Fork for each line that comes, until the server lets go of the template.

    With a second socket the fork shall be a template in its turn, told by that to fork.

    Returns after its last fork has ended: bubblewrap would end them with this process.
    """
    forking.prepare()
    files = remains.readers(known)
    while True:
        _, fds = _receive(control)
        if not fds:
            forking.outlast()
            return
        try:
            pid = forking.fork_apart()
        except OSError as error:
            print(error, file=sys.__stderr__)
            pid = -1
        if pid == 0:
            control.close()
            line, *told = [socket.socket(fileno=fd) for fd in fds]
            _live(kernel, line, loop, files, *told)
        for fd in fds:
            os.close(fd)


def _live(
    kernel: Any,
    sock: socket.socket,
    loop: ForkingLoop,
    files: list[remains.OpenFile],
    control: socket.socket | None = None,
) -> None:
    """Be a viewer's kernel until the end; or a template, if there is somebody to tell us to fork."""
    told: Callable[[bytes], object] = sock.send
    try:
        sock.send(HELLO)
        orders = json.loads(sock.recv(LARGEST_ORDER))
        forking.settle(orders["uid"])
        loop.disarm()
        forking.reopen(files)
        if orders["folder"] is not None:
            kernel.enter(orders["folder"])
        sock.send(HELLO)
        if sock.recv(len(HELLO)) == HELLO:  # the server has seen that our walls stand
            told = bytes  # from now on only frames pass
            os.environ.update(_viewer(sock))
            seeds.renew()
            loop.rearm()
            kernel.line.use(sock)
            if control is None:
                loop.run_until_complete(kernel.serve())
            else:
                _run(kernel, control, loop)
    except BaseException as error:  # noqa: BLE001  the last line of a process
        told(repr(error).encode(errors="replace"))
    os._exit(0)


def _viewer(sock: socket.socket) -> dict[str, str]:
    """Wait for a viewer, perhaps for long; their variables.

    Raises:
        EOFError: nobody needs this fork.
    """
    size = sock.recv(8, socket.MSG_WAITALL)
    if not size:
        raise EOFError("no viewer came")
    told: dict[str, str] = json.loads(sock.recv(int.from_bytes(size, "little"), socket.MSG_WAITALL))
    return told


__all__ = ["main"]
