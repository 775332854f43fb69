"""A WebDAV server behind a slow line, our way to it and rclone's own, side by side."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.data.line import SlowLine
from tests.contracts import servers
from tests.contracts.certificates import Authority
from vaas.model import Share, ShareLink
from vaas.shares import FailureMemory, OutboundClient, OutboundPolicy, Shares, SiteRule
from vaas.storage import CopyLimits, RcloneMount, RcloneSite, Sites
from vaas.storage.fuse import detach, mounts_below

ROOMY = CopyLimits(free_bytes=0, size=8 << 30, files=50_000)


@dataclass(frozen=True, slots=True)
class Cloud:
    """A server that shows one folder.

    Attributes:
        folder: what it shows.
        work: for whoever measures.
        line: the slow way to it.
        direct: its port without delay.
        authority: who its certificate is from, as a file.
    """

    folder: Path
    work: Path
    line: SlowLine
    direct: int
    authority: Path

    def address(self, *, slow: bool = True) -> str:
        """Where the folder is shown."""
        return f"https://127.0.0.1:{self.line.port if slow else self.direct}/open"


@contextlib.asynccontextmanager
async def cloud(furnish: Callable[[Path], None]) -> AsyncIterator[Cloud]:
    """Apache, whose folder ``furnish`` fills, behind the line; encrypted, as clouds are."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _lay_out(folder, furnish)
        authority = Authority(folder)
        pair = authority.issue("cloud")
        with servers.apache(folder / "cloud", folder / "state", pair) as (url, _):
            port = int(url.split(":")[2].split("/")[0])
            line = SlowLine(port)
            async with line.listening():
                yield Cloud(folder / "cloud", folder / "work", line, port, authority.file)


def _lay_out(folder: Path, furnish: Callable[[Path], None]) -> None:
    folder.chmod(0o755)  # Apache is another user
    for part in ("cloud", "state", "work"):
        (folder / part).mkdir()
    furnish(folder / "cloud")


@contextlib.asynccontextmanager
async def shares(there: Cloud, *, slow: bool = True) -> AsyncIterator[tuple[Shares, Share]]:
    """Our client, and the cloud's folder as a share."""
    host = f"127.0.0.1:{there.line.port if slow else there.direct}"
    policy = OutboundPolicy([SiteRule(host, private=True)])
    trusted = ssl.create_default_context(cafile=there.authority)
    async with OutboundClient(policy, tls=trusted) as client:
        found = Shares(client, policy, FailureMemory())
        yield found, await found.resolve(ShareLink(f"https://{host}/open", "-", "", "webdav"))


@contextlib.asynccontextmanager
async def our_mount(there: Cloud) -> AsyncIterator[Path]:
    """The folder as our mount shows it."""
    storage = RcloneMount(Sites(there.work / "ours", RcloneSite))
    async with shares(there) as (found, share):
        try:
            async with storage.open(share, found, lambda _: None) as workspace:
                yield workspace.path
        finally:
            await storage.close()


@contextlib.asynccontextmanager
async def plain_mount(there: Cloud) -> AsyncIterator[Path]:
    """The folder as ``rclone mount`` shows it by itself."""
    place = Path(tempfile.mkdtemp(dir=there.work))
    command = ["rclone", "mount", *remote(there), str(place), "--read-only"]
    process = psutil.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while place not in mounts_below(there.work):  # noqa: ASYNC110 - Linux sets no event
            await asyncio.sleep(0.05)
        yield place
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)
        detach(place)


def remote(there: Cloud) -> list[str]:
    """The folder as rclone's command line names it."""
    trusted = ["--ca-cert", str(there.authority), "--config", ""]
    return [*trusted, f":webdav,url='{there.address()}',vendor=other:"]


@contextlib.contextmanager
def timed() -> Iterator[list[float]]:
    """The seconds that its block took, when that has ended."""
    taken: list[float] = []
    began = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - began)


__all__ = ["ROOMY", "Cloud", "cloud", "our_mount", "plain_mount", "remote", "shares", "timed"]
