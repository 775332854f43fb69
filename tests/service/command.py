"""The ``vaas`` command as a process of its own, and what it leaves on the machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

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
        mark: stands in its environment, and in that of what it starts.
        temporary: its folder for temporary files.
    """

    url: str
    process: asyncio.subprocess.Process
    log: Path
    said: str
    mark: str
    temporary: Path

    def name(self) -> str:
        """What the server calls itself, and its cgroups."""
        (lock,) = self.temporary.glob("**/run/vaas-*.lock")
        return lock.stem

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


LEAN = {"VAAS_KERNEL__ZYGOTES": "0"}
"""Where tests do not want it, imports ahead would only take their time."""


@contextlib.asynccontextmanager
async def running(*arguments: str, given: str = "", **environment: str) -> AsyncIterator[Running]:
    """Run the command until it is ready; end it when the context does."""
    mark = os.urandom(8).hex()
    with (
        tempfile.NamedTemporaryFile(prefix="vaas-log-") as log,
        tempfile.TemporaryDirectory(prefix="vaas-run-") as temporary,
    ):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "vaas",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stdin=asyncio.subprocess.PIPE,
            stderr=log,
            env={**clean(), **LEAN, "VAAS_TEST_RUN": mark, "TMPDIR": temporary, **environment},
        )
        assert process.stdout
        assert process.stdin
        process.stdin.write(given.encode())
        process.stdin.close()
        found = Running("", process, Path(log.name), "", mark, Path(temporary))
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


def groups_of(names: Iterable[str]) -> list[str]:
    """Cgroups of servers, by the servers' names, with those of their kernels."""
    top = Path("/sys/fs/cgroup")
    return [
        str(found)
        for name in names
        for place in (top, *top.glob("*/"))
        for found in (place / name, *place.glob(f"{name}/*/"))
        if found.is_dir()
    ]
