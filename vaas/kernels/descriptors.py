"""Files in memory, descriptors with an owner, and waiting for them."""

from __future__ import annotations

import asyncio
import fcntl
import os
import resource
from contextlib import ExitStack

MOST_OPEN = 65_536
"""Enough, and few enough for programs that at their start close all that might be open."""

NOTES_SIZE = 64 << 10
"""Bytes kept of what the kernel's process writes to its own standard error."""

F_ADD_SEALS, F_SEAL_SHRINK, F_SEAL_GROW = 1033, 2, 4


def allow_many() -> None:
    """Let this process have more open than a shell's usual 1024: a kernel takes about 24."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_OPEN if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def own(stack: ExitStack, fd: int) -> int:
    """Have the stack close a descriptor."""
    stack.callback(os.close, fd)
    return fd


def _settle(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


async def readable(fd: int) -> None:
    """Wait until a descriptor can be read; a pidfd can when its process has ended."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    # One descriptor has one reader: a copy lets several wait for the same end.
    copy = os.dup(fd)
    loop.add_reader(copy, _settle, done)
    try:
        await done
    finally:
        loop.remove_reader(copy)
        os.close(copy)


def memory_file(stack: ExitStack, name: str, content: bytes) -> int:
    """A file in memory that a child may read."""
    fd = own(stack, os.memfd_create(name))
    os.write(fd, content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def notes_file() -> int:
    """A file of fixed size: a kernel that floods its standard error fills nothing."""
    fd = os.memfd_create("notes", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, NOTES_SIZE)
    fcntl.fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW)
    return fd


__all__ = ["NOTES_SIZE", "allow_many", "memory_file", "notes_file", "own", "readable"]
