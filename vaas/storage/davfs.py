"""Data mode ``davfs``: where rclone is missing, davfs2 mounts shares, each by a process of its own.

It fetches a file whole when it is opened, one after the other, into a folder
that only it can read and that goes with the mount. The key to the proxy reaches
it by its standard input alone. It shows files only to users that have a name, so
it sees a list of users in which those of kernels have one.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from vaas.errors import WorkspaceError
from vaas.observability import logger, metrics
from vaas.storage.fuse import detach
from vaas.storage.mounted import MountedStorage, find_program
from vaas.storage.proxy import LOGIN
from vaas.storage.site import Mount, Site
from vaas.storage.tasks import disk_errors, in_thread, settle, until_done
from vaas.storage.trees import SEALED_FILE, remove_tree

START = 10.0
"""Seconds in which a share must be mounted."""

CACHES = Path("/var/tmp")  # noqa: S108 - made with a random name, for a process of another user
PIDS = Path("/run/mount.davfs")
"""Where davfs2 tells the numbers of its processes."""

_MONTH = 30 * 24 * 3600
_OPTIONS = "ro,nosuid,nodev,noexec,uid=0,gid=0,file_mode=444,dir_mode=555"
_AS_IF = (
    "unshare", "--mount", "--propagation", "unchanged", "sh", "-c",
    # What is mounted below our own folder, which is shared, still appears outside.
    'mount --make-private / && mount --bind "$0" /etc/passwd && exec "$@"',
)  # fmt: skip
_SETTINGS = f"""
use_locks 0
# Smaller ones cannot list folders on newer Linux.
buf_size 128
# The tree stays as it was opened, for as long as the mount lives.
dir_refresh {_MONTH}
file_refresh {_MONTH}
connect_timeout 2
read_timeout 20
retry 1
max_retry 1
"""

_log = logger(__name__)


class DavfsSite(Site):
    """One site's mounts by davfs2."""

    asks = True

    def __init__(self, folder: Path, users: Iterable[int] = ()) -> None:
        """See ``Site``.

        Args:
            folder: for the program's few files.
            users: numbers of the users that kernels run as.
        """
        super().__init__(folder)
        self._users = tuple(users)
        self._keepers: dict[Path, asyncio.Task[None]] = {}
        self._cache: _Cache | None = None

    async def add(self, mount: Mount) -> None:
        """See ``Site``."""
        async with self._changing:
            if self._cache is None:
                self._cache = await in_thread(_Cache, self._users)
            pid = await _mount(mount, self._cache.path)
            keeper = asyncio.create_task(self._keep(mount, pid), name="a mount by davfs2")
            self._keepers[mount.place] = keeper
            self._note(mount)

    async def remove(self, mount: Mount) -> None:
        """See ``Site``."""
        async with self._changing:
            self._forget(mount)
            keeper = self._keepers.pop(mount.place, None)
            if keeper is not None:
                keeper.cancel()
                await settle(keeper)
            await in_thread(_end, mount.place)
            if not self.mounts and self._cache is not None:
                await in_thread(self._cache.close)
                self._cache = None

    def break_off(self, mount: Mount) -> None:
        """See ``Site``."""
        _kill(mount.place)

    async def close(self) -> None:
        """See ``Site``."""
        for mount in tuple(self.mounts):
            await self.remove(mount)

    async def _keep(self, mount: Mount, pid: int) -> None:
        """Make a mount anew at its place whenever its process dies, until cancelled."""
        while True:
            pid = await until_done(partial(self._again, mount, pid), "a mount does not come back")

    async def _again(self, mount: Mount, pid: int) -> int:
        """Make a mount anew when its process has died; the new one's id."""
        with disk_errors():
            await _until_end(pid)
        _log.warning("a mount by davfs2 died")
        metrics.mount_restarts.inc()
        await in_thread(_end, mount.place)
        assert self._cache is not None
        return await _mount(mount, self._cache.path)


class DavfsMount(MountedStorage):
    """Mounts shares with davfs2."""

    programs = ("mount.davfs",)

    def _require(self) -> None:
        super()._require()
        if os.geteuid() != 0:
            raise WorkspaceError("davfs2 mounts for the administrator alone")


class _Cache:
    """A folder on disk that davfs2's processes may write, locked while it is in use."""

    def __init__(self, users: Iterable[int]) -> None:
        for left in CACHES.glob("vaas-davfs-*"):
            _remove_if_left(left)
        self.path = Path(tempfile.mkdtemp(prefix="vaas-davfs-", dir=CACHES))
        self._fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        shutil.chown(self.path, "root", "davfs2")
        self.path.chmod(0o770)
        kernels = (f"vaas-{uid}:x:{uid}:{uid}::/:/bin/false\n" for uid in users)
        (self.path / "users").write_text("".join([Path("/etc/passwd").read_text(), *kernels]))
        (self.path / "users").chmod(SEALED_FILE)
        (self.path / "conf").write_text(f"{_SETTINGS}cache_dir {self.path}\n")
        (self.path / "conf").chmod(0o600)

    def close(self) -> None:
        """Remove the files and let go of the lock."""
        remove_tree(self.path)
        os.close(self._fd)


def _remove_if_left(folder: Path) -> None:
    """Remove the folder of a server that was killed."""
    with suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(fd).st_uid == os.geteuid():
                remove_tree(folder)
        finally:
            os.close(fd)


async def _mount(mount: Mount, folder: Path) -> int:
    """Mount a share with what is in ``folder``; returns the process that serves it.

    Raises:
        WorkspaceError: davfs2 refuses.
    """
    program = find_program("mount.davfs")
    if program is None:
        raise WorkspaceError("davfs2 is not installed")
    with disk_errors():
        process = await asyncio.create_subprocess_exec(
            *_AS_IF, str(folder / "users"), program, "-o", f"{_OPTIONS},conf={folder}/conf", mount.door.url, str(mount.place),
            stdin=PIPE, stdout=DEVNULL, stderr=STDOUT, cwd="/", start_new_session=True,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
        )  # fmt: skip
    try:
        async with asyncio.timeout(START):
            await process.communicate(f"{LOGIN}\n{mount.door.key}\n".encode())
    except TimeoutError:
        await _stop(process)
    except BaseException:
        await _stop(process)
        raise
    pid = await in_thread(_pid, mount.place)
    if process.returncode or pid is None:
        await in_thread(_end, mount.place)
        raise WorkspaceError(f"davfs2 ends with status {process.returncode}")
    return pid


async def _stop(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _until_end(pid: int) -> None:
    """Wait for the end of a process that is no child of ours."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_reader(fd, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(fd)
        os.close(fd)


def _pid(place: Path) -> int | None:
    """The process that serves a mount, if it lives; its own file would tell only later."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.fsencode(place) in (folder / "cmdline").read_bytes().split(b"\0"):
                return int(folder.name)
    return None


def _kill(place: Path) -> None:
    pid = _pid(place)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    name = str(place).lstrip("/").replace("/", "-")
    (PIDS / f"{name}.pid").unlink(missing_ok=True)


def _end(place: Path) -> None:
    """Take a mount away with its process, which has nothing to save."""
    detach(place)
    _kill(place)


__all__ = ["DavfsMount", "DavfsSite"]
