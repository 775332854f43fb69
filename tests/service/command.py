"""The ``vaas`` command as a process of its own, and what it leaves on the machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

READY = "ready "


@dataclass
class Running:
    """A command that serves.

    Attributes:
        url: what it said it serves.
        process: its process.
        log: what it wrote to standard error; read it when it has ended.
        said: what it wrote to standard output so far.
    """

    url: str
    process: asyncio.subprocess.Process
    log: Path
    said: str
    mark: str

    def family(self) -> list[psutil.Process]:
        """The command and all processes that it started."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    async def end(self, number: signal.Signals = signal.SIGINT, within: float = 10) -> int:
        """Ask it to end and wait; its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        async with asyncio.timeout(within):
            return await self.process.wait()


@contextlib.asynccontextmanager
async def running(*arguments: str, given: str = "", **environment: str) -> AsyncIterator[Running]:
    """Run the command until it is ready; end it when the context does."""
    mark = os.urandom(8).hex()
    with (
        tempfile.NamedTemporaryFile(prefix="vaas-log-") as log,
    ):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "vaas",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stdin=asyncio.subprocess.PIPE,
            stderr=log,
            env={**clean(), "VAAS_TEST_RUN": mark, **environment},
        )
        assert process.stdout
        assert process.stdin
        process.stdin.write(given.encode())
        process.stdin.close()
        found = Running("", process, Path(log.name), "", mark)
        try:
            async with asyncio.timeout(60):
                while not found.url:
                    line = (await process.stdout.readline()).decode()
                    assert line, found.log.read_text()
                    found.said += line
                    found.url = line.removeprefix(READY).strip() if line.startswith(READY) else ""
            yield found
        finally:
            await found.end()
            if process.returncode:
                print(found.log.read_text())
            found.said += (await process.stdout.read()).decode()
            process._transport.close()  # type: ignore[attr-defined]


async def run(
    *arguments: str, given: str | None = None, within: float = 90, **environment: str
) -> tuple[int, str, str]:
    """Run the command to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "vaas",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**clean(), **environment},
    )
    async with asyncio.timeout(within):
        out, err = await process.communicate((given or "").encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def clean() -> dict[str, str]:
    """Our environment without settings of VaaS."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VAAS_")}


def processes_of(mark: str) -> list[int]:
    """Processes in whose environment a mark stands."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("VAAS_TEST_RUN") == mark:
                found.append(process.pid)
    return found


def traces() -> dict[str, Any]:
    """What a command could leave on the machine."""
    temporary = Path(tempfile.gettempdir())
    groups = Path("/sys/fs/cgroup")
    return {
        "folders": {p.name for p in temporary.glob("vaas-*") if not p.name.startswith("vaas-log-")},
        "mounts": Path("/proc/self/mountinfo").read_text().count("\n"),
        "groups": {str(p) for p in groups.rglob("*vaas*") if p.is_dir()},
        "memory": {p.name for p in Path("/dev/shm").glob("*vaas*")},
    }
