"""Small helpers that keep disk work off the event loop and tasks owned."""

from __future__ import annotations

import asyncio
import errno
import functools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import ParamSpec, TypeVar, cast

from vaas.errors import DiskFull, VaasError, WorkspaceError
from vaas.observability import logger

P = ParamSpec("P")
T = TypeVar("T")

log = logger(__name__)

_FIRST_WAIT, _LONGEST_WAIT = 0.2, 10.0
"""Seconds between two tries."""

_FULL = {errno.ENOSPC, errno.EDQUOT}


async def settle(task: asyncio.Future[T]) -> None:
    """Wait until ``task`` is over, even if the waiting one is cancelled meanwhile."""
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            continue
    if not task.cancelled():
        task.exception()  # mark it as seen


async def until_done(work: Callable[[], Awaitable[T]], what: str) -> T:
    """Do something again and again until it is done, with longer and longer pauses.

    Args:
        work: tried anew whatever error it raises, which may pass.
        what: told of each, as an event of the log.
    """
    wait = _FIRST_WAIT
    while True:
        try:
            return await work()
        except VaasError as error:
            log.warning(what, detail=error.detail)
        except Exception:  # told, not raised
            log.exception(what)
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)


@contextmanager
def disk_errors() -> Iterator[None]:
    """Say what the disk refused in our own words.

    Raises:
        DiskFull: no room or no quota left.
        WorkspaceError: anything else the operating system refused.
    """
    try:
        yield
    except OSError as error:
        kind = DiskFull if error.errno in _FULL else WorkspaceError
        raise kind(f"{error.strerror}: {error.filename or 'cache'}") from error


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` in a thread; when cancelled, leave only after the thread has.

    A thread cannot be stopped: without the waiting, a cancelled copy would
    give up its lock while its last write is still under way.

    Raises:
        DiskFull, WorkspaceError: as ``disk_errors`` says.
    """
    return await grasp(functools.partial(work, *args, **kwargs), lambda _: None)


async def grasp(work: Callable[[], T], let_go: Callable[[T], None]) -> T:
    """Like ``in_thread`` for work whose result must be closed: nothing leaks when cancelled.

    Args:
        work: opens something.
        let_go: closes it.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        with disk_errors():
            return await asyncio.shield(task)
    except asyncio.CancelledError:
        await settle(task)
        if not task.cancelled() and task.exception() is None:
            let_go(task.result())
        raise


async def in_own_thread(
    work: Callable[[], T], seconds: float, slots: threading.BoundedSemaphore
) -> T:
    """Run work that may hang for ever, and do not wait for that.

    Its thread is nobody else's, so that one which never comes back keeps no
    other work waiting, nor the end of the process.

    Args:
        work: what blocks; what it raises is raised here.
        seconds: how long it is waited for.
        slots: as many such threads as there may be at a time.

    Raises:
        WorkspaceError: it took longer, too many others hang already, or the
            disk refused.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    if not slots.acquire(blocking=False):
        raise WorkspaceError("too many reads of this machine's file systems hang")

    def tell(result: T | None, error: BaseException | None) -> None:
        """Hand over how the work ended, if somebody still waits."""
        if not done.done():
            done.set_exception(error) if error else done.set_result(cast("T", result))

    def run() -> None:
        """Do the work, and have its end told on the loop."""
        result: T | None = None
        problem: BaseException | None = None
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - handed to who waits
            problem = error
        finally:
            slots.release()
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, result, problem)

    threading.Thread(target=run, name="may hang", daemon=True).start()
    try:
        await asyncio.wait([done], timeout=seconds)
    finally:
        done.cancel()  # no effect on one that came in time
    if done.cancelled():
        raise WorkspaceError("a file system of this machine does not answer")
    with disk_errors():
        return done.result()


@asynccontextmanager
async def crew() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that raises the first error itself instead of a group of errors."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


__all__ = [
    "crew",
    "disk_errors",
    "grasp",
    "in_own_thread",
    "in_thread",
    "settle",
    "until_done",
]
