"""One rclone daemon: started, asked, watched, ended.

It is asked through its remote control on loopback. The password for that is
made for each daemon and reaches it as a hash in an open file; mounts' keys
travel in requests. Nothing of it stands in arguments, environment or on disk.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from vaas.errors import WorkspaceError
from vaas.observability import logger
from vaas.storage.tasks import disk_errors

START = 10.0
"""Seconds until a daemon says where it listens."""

CALL = 5.0
"""Seconds for each request to it."""

END = 3.0
"""Seconds that it may take to leave when asked to."""

_SECOND = 1_000_000_000
_LISTENS = re.compile(rb"remote control on http://127\.0\.0\.1:(\d+)/")
_OK = 200

MOUNT = {"AllowOther": os.geteuid() == 0, "AttrTimeout": 60 * _SECOND, "DeviceName": "share"}
VFS = {
    "CacheMode": 0,
    # Ranges as large as what Linux reads at once; they double while a file is read on.
    "ChunkSize": 128 << 10,
    "ChunkSizeLimit": 64 << 20,
    # The tree stays as it was opened, for as long as the mount lives.
    "DirCacheTime": 30 * 24 * 3600 * _SECOND,
    "PollInterval": 0,
    "ReadOnly": True,
    # For reads that come in another order than they were made; longer only delays random ones.
    "ReadWait": _SECOND // 200,
    "NoChecksum": True,
    "DirPerms": 0o555,
    "FilePerms": 0o444,
}
COPY = {
    "Transfers": 8,
    "Checkers": 1,
    "CheckFirst": False,
    "IgnoreChecksum": True,
}
FLAGS = (
    "--buffer-size", "0",
    "--contimeout", "2s",
    "--timeout", "20s",
    "--low-level-retries", "1",
    "--retries", "1",
    # In one stream a file has its full length only when all of it is there.
    "--multi-thread-streams", "0",
)  # fmt: skip
"""The proxy's own deadlines are shorter; these end waiting for a proxy that is gone."""

_log = logger(__name__)


class Daemon:
    """A running daemon.

    Attributes:
        ended: is set when its process has ended.
    """

    def __init__(self, process: Process, port: int, password: str) -> None:
        """Made by ``start``."""
        self._process, self._port = process, port
        login = base64.b64encode(f"vaas:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
        self._known: Mapping[str, Any] = {}
        self.ended = asyncio.Event()
        self._watch = asyncio.create_task(self._until_end(), name="rclone's end")

    @classmethod
    async def start(cls, folder: Path) -> Daemon:
        """Start one.

        Args:
            folder: for its few files, on disk and existing.

        Raises:
            WorkspaceError: rclone is not installed, or does not start.
        """
        program = shutil.which("rclone")
        if program is None:
            raise WorkspaceError("rclone is not installed")
        password = secrets.token_hex(32)
        with disk_errors():
            process, first = await _spawn(program, folder, password)
        found = _LISTENS.search(first)
        if found is None:
            await _end(process)
            raise WorkspaceError(f"rclone does not start: {first.decode(errors='replace')[-300:]}")
        daemon = cls(process, int(found[1]), password)
        try:
            daemon._known = await daemon.call("options/get")
        except BaseException:
            await daemon.close()
            raise
        return daemon

    async def call(self, path: str, **parameters: object) -> dict[str, Any]:
        """Make one request.

        Args:
            path: of the remote control, as ``mount/mount``.
            parameters: as rclone documents them for the path.

        Raises:
            WorkspaceError: it refuses, or does not answer within ``CALL`` seconds.
        """
        text = json.dumps(parameters)
        try:
            async with asyncio.timeout(CALL + 1):
                status, body = await asyncio.to_thread(self._post, path, text)
            answer = json.loads(body)
        except (OSError, TimeoutError, http.client.HTTPException, ValueError) as error:
            raise WorkspaceError(f"rclone does not answer: {type(error).__name__}") from None
        if status != _OK or not isinstance(answer, dict):
            # Its words may hold the proxy's address: they are not passed on.
            raise WorkspaceError(f"rclone refuses {path} with status {status}")
        return answer

    async def mount(self, url: str, key: str, place: Path) -> None:
        """Mount a share that the proxy shows.

        Args:
            url: of the proxy's door.
            key: its bearer token.
            place: an empty folder.

        Raises:
            WorkspaceError: it cannot be mounted.
        """
        await self.call(
            "mount/mount",
            fs=_remote(url, key),
            mountPoint=str(place),
            mountOpt=_those_known(MOUNT, self._known.get("mount", {})),
            vfsOpt=_those_known(VFS, self._known.get("vfs", {})),
        )

    async def begin_copy(self, url: str, key: str, place: Path) -> int:
        """Copy all that a door shows into an empty folder.

        Args:
            url: of the proxy's door.
            key: its bearer token.
            place: the folder.

        Returns:
            the job's number, for ``progress``.

        Raises:
            WorkspaceError: it refuses.
        """
        config = _those_known(COPY, self._known.get("main", {}))
        answer = await self.call(
            "sync/copy", srcFs=_remote(url, key), dstFs=str(place), _async=True, _config=config
        )
        return int(answer["jobid"])

    async def progress(self, job: int) -> tuple[int, int] | None:
        """Files and bytes that a copy has brought; ``None`` when it has ended well.

        Raises:
            WorkspaceError: it failed, or the daemon does not answer.
        """
        status = await self.call("job/status", jobid=job)
        if status["finished"]:
            if not status["success"]:
                raise WorkspaceError("a copy by rclone is not complete")
            return None
        stats = await self.call("core/stats", group=f"job/{job}")
        return int(stats.get("transfers", 0)), int(stats.get("bytes", 0))

    async def stop(self, job: int) -> None:
        """End a copy; if the daemon does not answer it has ended too."""
        with suppress(WorkspaceError):
            await self.call("job/stop", jobid=job)

    async def unmount(self, place: Path) -> None:
        """Take a mount away.

        Raises:
            WorkspaceError: it is in use, or the daemon does not answer.
        """
        await self.call("mount/unmount", mountPoint=str(place))

    def kill(self) -> None:
        """End it at once: all its mounts fail, and processes stuck in them come free."""
        with suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """End it; mounts still there go with it."""
        await _end(self._process)
        await self._watch

    async def _until_end(self) -> None:
        """Drop what it writes, since it may hold addresses, until it ends."""
        assert self._process.stderr is not None
        while await self._process.stderr.read(1 << 16):
            pass
        _log.info("rclone ended", status=await self._process.wait())
        self.ended.set()

    def _post(self, path: str, text: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=CALL)
        try:
            connection.request("POST", f"/{path}", text, self._headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


async def _spawn(program: str, folder: Path, password: str) -> tuple[Process, bytes]:
    """Start the process; returns it and what it first said."""
    digest = base64.b64encode(hashlib.sha1(password.encode(), usedforsecurity=False).digest())
    users = os.memfd_create("users", 0)
    try:
        os.write(users, b"vaas:{SHA}" + digest + b"\n")
        process = await asyncio.create_subprocess_exec(
            *_with_us(), program, "rcd", "--config", "", "--cache-dir", str(folder),
            "--rc-addr", "127.0.0.1:0", "--rc-htpasswd", f"/proc/self/fd/{users}", *FLAGS,
            pass_fds=[users], stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
            stderr=PIPE, env={"PATH": "/usr/local/bin:/usr/bin:/bin"}, cwd="/",
            start_new_session=True,
        )  # fmt: skip
    finally:
        os.close(users)
    assert process.stderr is not None
    said = b""
    try:
        async with asyncio.timeout(START):
            while not _LISTENS.search(said) and (line := await process.stderr.readline()):
                said += line
    except TimeoutError:
        pass
    except BaseException:
        await _end(process)
        raise
    return process, said


def _with_us() -> list[str]:
    """The wrapper by which the daemon ends with the server, where there is one."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", "TERM"] if program else []


async def _end(process: Process) -> None:
    """Ask a process to leave, then make it."""
    for stop in (process.terminate, process.kill):
        with suppress(ProcessLookupError):
            stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(END):
                await process.wait()
            return


def _remote(url: str, key: str) -> dict[str, str]:
    """A door of the proxy, as rclone is told of it."""
    return {
        "type": "webdav",
        "url": url,
        "vendor": "other",
        "bearer_token": key,
        "pacer_min_sleep": "1ms",  # versions that do not know it pass over it
    }


def _those_known(wanted: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The options that this version of rclone has."""
    return {name: value for name, value in wanted.items() if name in known}


__all__ = ["Daemon"]
