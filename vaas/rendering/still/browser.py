"""A browser behind walls of its own: no network, no files but the system's, nothing kept.

What it shows is a stranger's, like a kernel's code. Bubblewrap gives it its own
user, process, network and IPC namespaces and a small memory file system; it ends
with the context, and with the server. Its only way out is the line on which it
is told what to do, by which it is also given all that its page asks for.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from vaas.rendering.still.devtools import Devtools

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LARGEST_MESSAGE = 32 << 20
_NOBODY = 65534
"""Who the browser is where the server is root."""

_LIMITS = {"data": 2 << 30, "fsize": 64 << 20, "core": 0, "nofile": 1024, "memlock": 0}
_HOME, _MEMORY = "/tmp", "/dev/shm"  # noqa: S108  the browser's own
_ROOM = 128 << 20
"""Bytes of each of its memory file systems."""

_SHOWN = (
    "/etc/fonts", "/etc/alternatives", "/etc/ld.so.cache", "/etc/chromium.d", "/var/cache/fontconfig",
)  # fmt: skip

_WALLS = (
    "--unshare-user", "--uid", "1000", "--gid", "1000",
    "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
    "--unshare-cgroup-try", "--die-with-parent", "--new-session",
    "--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", _HOME,
)  # fmt: skip

_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    # Its own walls need rights that ours do not leave it.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    # As most viewers' machines have it: a mouse, which charts show more to when it is there.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
    "--mute-audio",
    "--no-first-run",
    "--js-flags=--max-old-space-size=768",
    "--user-data-dir=/tmp/profile",
)

# Chromium's line has the numbers 3 and 4, and says nothing on the others.
_LINE = 'exec "$@" 3<&0 4>&1 </dev/null >&2'


def find_browser() -> str | None:
    """A Chromium of this machine."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@asynccontextmanager
async def browser(program: str, denied: bytes = b"") -> AsyncIterator[Devtools]:
    """A browser with one empty page, for as long as the context is open.

    Args:
        program: its path.
        denied: the filter of system calls, in the Linux kernel's own form; empty
            where this machine has none.

    Raises:
        BrowserGone: it ended.
        OSError: it, or bubblewrap, could not be started.
    """
    root = os.geteuid() == 0
    with _in_memory(denied) as fds:
        process = await _start(_command(program, fds), fds, _NOBODY if root else None)
    assert process.stdin
    assert process.stdout
    devtools = Devtools(process.stdout, process.stdin)
    listening = asyncio.create_task(devtools.listen(), name="browser")
    try:
        await devtools.open_page()
        yield devtools
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.stdin.close()
        await process.wait()


async def _start(
    command: Sequence[str], fds: Sequence[int], user: int | None
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LARGEST_MESSAGE,
        env={},
        cwd="/",
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        pass_fds=fds,
    )


@contextlib.contextmanager
def _in_memory(content: bytes) -> Iterator[list[int]]:
    """Descriptors of files that hold the content; none if there is none."""
    if not content:
        yield []
        return
    fd = os.memfd_create("filter")
    try:
        os.write(fd, content)
        os.lseek(fd, 0, os.SEEK_SET)
        yield [fd]
    finally:
        os.close(fd)


def _command(program: str, fds: Sequence[int]) -> list[str]:
    """Bubblewrap, the limits, and the browser inside of both."""
    bwrap = shutil.which("bwrap") or "/usr/bin/bwrap"
    limits = [f"--{name}={most}:{most}" for name, most in _LIMITS.items()]
    inside = ["/usr/bin/nice", "-n", "10", "/usr/bin/prlimit", *limits, "--", program, *_FLAGS]
    filters = [word for fd in fds for word in ("--seccomp", str(fd))]
    return [bwrap, *_WALLS, *filters, *_files(program), "--", "/bin/sh", "-c", _LINE, "sh", *inside]


def _files(program: str) -> Iterator[str]:
    """The system, read-only, and memory to write to."""
    yield from ("--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev")
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    for place in _SHOWN:
        yield from ("--ro-bind-try", place, place)
    home = Path(program).resolve().parent
    if not home.is_relative_to("/usr"):
        yield from ("--ro-bind", str(home), str(home))
    for place in (_HOME, _MEMORY):
        yield from ("--size", str(_ROOM), "--tmpfs", place)
    yield from ("--remount-ro", "/", "--chdir", _HOME)


__all__ = ["browser", "find_browser"]
