"""Reads of a large file behind a slow line: our mount beside rclone's own, in one run.

Run as root on a machine with rclone and FUSE: ``python -m benchmarks.mounts``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil

from tests.contracts import servers
from vaas.model import ShareLink
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares, SiteRule
from vaas.storage import RcloneMount, RcloneSite, Sites
from vaas.storage.fuse import detach, mounts_below

SIZE, READS, PART = 300 << 20, 60, 64 << 10
DELAY = 0.015
"""Seconds that a byte takes each way."""


class SlowLine:
    """Passes bytes on after a delay, however many are under way."""

    def __init__(self, target: int) -> None:
        self._target, self.port, self.passed, self.connections = target, 0, 0, 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take connections on ``port``."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await asyncio.sleep(2 * DELAY)  # the handshake of a true line
        there, out = await asyncio.open_connection("127.0.0.1", self._target)
        ends = [asyncio.ensure_future(self._pass(reader, out, count=False))]
        ends.append(asyncio.ensure_future(self._pass(there, writer, count=True)))
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
        out.transport.abort()
        writer.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, count: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        under_way: deque[tuple[float, bytes]] = deque()
        came, ended = asyncio.Event(), False

        async def write() -> None:
            """Pass on what came, as late as the line is long."""
            while under_way or not ended:
                if not under_way:
                    came.clear()
                    await came.wait()
                    continue
                due, data = under_way.popleft()
                await asyncio.sleep(max(0.0, due - loop.time()))
                writer.write(data)
                await writer.drain()

        writing = asyncio.ensure_future(write())
        try:
            while data := await reader.read(1 << 16):
                under_way.append((loop.time() + DELAY, data))
                self.passed += len(data) if count else 0
                came.set()
        finally:
            ended = True
            came.set()
            if not reader.at_eof():
                writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)


def at_random(path: Path) -> float:
    """Seconds for reads here and there."""
    began = time.perf_counter()
    with path.open("rb") as file:
        for n in range(READS):
            assert len(os.pread(file.fileno(), PART, n * 104_729_003 % (SIZE - PART))) == PART
    return time.perf_counter() - began


def in_order(path: Path) -> float:
    """Seconds for the whole file."""
    began = time.perf_counter()
    with path.open("rb") as file:
        while file.read(1 << 20):
            pass
    return time.perf_counter() - began


async def measure(name: str, line: SlowLine, path: Path, work: Callable[[Path], float]) -> None:
    """Do the work once and print its seconds, megabytes and connections."""
    before, connections = line.passed, line.connections
    seconds = await asyncio.to_thread(work, path)
    megabytes = (line.passed - before) / 1e6
    lines = line.connections - connections
    print(f"{name:28} {seconds:6.2f} s  {megabytes:6.1f} MB fetched  {lines} connections")


async def ours(line: SlowLine, folder: Path) -> None:
    """Measure a mount of ours."""
    host = f"127.0.0.1:{line.port}"
    policy = OutboundPolicy([SiteRule(host, insecure=True, private=True)])
    storage = RcloneMount(Sites(folder / "ours", RcloneSite))
    async with OutboundClient(policy) as client:
        shares = Shares(client, policy, FailureMemory())
        share = await shares.resolve(ShareLink(f"http://{host}/open", "-", "", "webdav"))
        began = time.perf_counter()
        async with storage.open(share, shares, lambda _: None) as workspace:
            print(f"{'ours, until it is open':28} {time.perf_counter() - began:6.2f} s")
            await measure("ours, at random", line, workspace.path / "big.bin", at_random)
            await measure("ours, in order", line, workspace.path / "big.bin", in_order)
        await storage.close()


async def theirs(line: SlowLine, folder: Path) -> None:
    """Measure rclone's mount as it is by itself."""
    place = folder / "theirs"
    place.mkdir()
    url = f"http://127.0.0.1:{line.port}/open"
    remote = f":webdav,url='{url}',vendor=other:"
    command = ["rclone", "mount", remote, str(place), "--read-only", "--config", ""]
    process = psutil.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while place not in mounts_below(folder):  # noqa: ASYNC110 - Linux sets no event
            await asyncio.sleep(0.05)
        await measure("rclone mount, at random", line, place / "big.bin", at_random)
        await measure("rclone mount, in order", line, place / "big.bin", in_order)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)
        detach(place)


def furnish(folder: Path) -> None:
    """Make the cloud's file, readable for its server."""
    folder.chmod(0o755)
    (folder / "cloud").mkdir()
    (folder / "state").mkdir()
    (folder / "cloud" / "big.bin").write_bytes(os.urandom(SIZE))


async def main() -> None:
    """Measure both behind the same slow line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        furnish(folder)
        with servers.apache(folder / "cloud", folder / "state") as (url, _):
            line = SlowLine(int(url.split(":")[2].split("/")[0]))
            async with line.listening():
                await theirs(line, folder)
                await ours(line, folder)


if __name__ == "__main__":
    asyncio.run(main())
