"""Whole shares: copies beside rclone's, our proxy beside none, a large share beside a small one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.data.cloud import ROOMY, Cloud, cloud, remote, shares, timed
from benchmarks.data.line import SlowLine
from benchmarks.servers import server, wait
from tests.service.harness import Viewer, code, until_ended
from vaas.demo import DemoEfss
from vaas.shares import parse_link
from vaas.shares.links import canonical_path
from vaas.storage import CopyStorage, RcloneSite, Sites
from vaas.storage.view import View

_DOWNLOAD = """
import sys, urllib.request
with urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers=dict([sys.argv[2:]] if sys.argv[2:] else []))) as answer:
    while answer.read(1 << 20):
        pass
"""

FILES = 2000
LARGE = 300 << 20
ROUNDS = 3
BOOK = code("print(sum(open('data/0.bin', 'rb').read(1000)) > 0)")


def small_files(folder: Path) -> None:
    """Many small files, in some folders."""
    for n in range(FILES):
        place = folder / f"folder{n % 20}"
        place.mkdir(exist_ok=True)
        (place / f"{n}.txt").write_bytes(os.urandom(500 + n % 3500))


async def measure_copies() -> None:
    """Print what a copy of many small files takes."""
    async with cloud(small_files) as there:
        command = ["rclone", "copy", *remote(there), str(there.work / "theirs")]
        with timed() as theirs:
            done = await asyncio.create_subprocess_exec(*command)
            assert await done.wait() == 0
        storage = CopyStorage(there.work / "ours", ROOMY)
        async with shares(there) as (found, share):
            with timed() as ours:
                async with storage.open(share, found, lambda _: None) as workspace:
                    assert workspace.files == FILES
        await storage.close()
    print(
        f"a copy of {FILES} small files: ours {ours[0]:.2f} s,"
        f" rclone copy {theirs[0]:.2f} s: {ours[0] / theirs[0]:.2f}"
    )


async def measure_proxy() -> None:
    """Print how fast one large file comes through the credential proxy, without a slow line."""
    async with cloud(lambda folder: _write(folder / "big.bin", LARGE)) as there:
        direct = await _download(f"{there.address(slow=False)}/big.bin", {}, there.authority)
        through = await _through_proxy(there)
    print(
        f"{LARGE >> 20} MB direct {LARGE / 1e6 / direct:.0f} MB/s,"
        f" through the proxy {LARGE / 1e6 / through:.0f} MB/s: {direct / through:.2f}"
    )


async def _through_proxy(there: Cloud) -> float:
    sites = Sites(there.work / "proxy", RcloneSite)
    await sites.open()
    try:
        async with shares(there, slow=False) as (found, share):
            line = sites.site(share.link.host).line
            door = sites.proxy.add(View(share, found, line))
            key = {"Authorization": f"Bearer {door.key}"}
            return await _download(f"{door.url}big.bin", key, there.authority)
    finally:
        await sites.close()


async def _download(address: str, headers: dict[str, str], authority: Path) -> float:
    """Seconds; by another process, as a mount's would be."""
    words = [word for pair in headers.items() for word in pair]
    with timed() as seconds:
        done = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _DOWNLOAD, address, *words, env={"SSL_CERT_FILE": str(authority)}
        )
        assert await done.wait() == 0
    return seconds[0]


def _write(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(os.urandom(1 << 20))


def two_shares(folder: Path) -> None:
    """One share of 2 MB and one of 2 GB, with the same notebook."""
    folder.chmod(0o755)
    for share, files, size in (("small", 1, 2 << 20), ("large", 8, 256 << 20)):
        for n in range(files):
            _write(folder / share / "data" / f"{n}.bin", size)
        (folder / share / "book.ipynb").write_text(BOOK)


async def measure_first_output() -> None:
    """Print how soon a notebook of a large share, never opened, shows something."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        two_shares(Path(name))
        with DemoEfss(Path(name)) as demo:
            line = SlowLine(urlsplit(demo.url).port or 0)
            async with line.listening(), _service(line.port) as base:
                seconds: dict[str, list[float]] = {"small": [], "large": []}
                for _ in range(ROUNDS):
                    for share, taken in seconds.items():
                        link = demo.add_link("nextcloud", share)
                        slow = link.replace(urlsplit(demo.url).netloc, f"127.0.0.1:{line.port}")
                        taken.append(await _first_output(base + canonical_path(parse_link(slow))))
    small, large = (statistics.median(seconds[one]) for one in ("small", "large"))
    print(
        f"first output of a share of 2 GB {large:.2f} s, of 2 MB {small:.2f} s: {large / small:.2f}"
    )


@contextlib.asynccontextmanager
async def _service(port: int) -> AsyncIterator[str]:
    """``vaas serve``, which may open the cloud behind the line."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        settings, log = Path(name) / "vaas.toml", Path(name) / "ready"
        settings.write_text(
            f'port = 0\ndata = "{name}"\n[[site]]\nhost = "127.0.0.1:{port}"\n'
            "insecure = true\nprivate = true\n"
        )
        with server(Path(sys.executable), "-m", "vaas", "serve", "--config", settings, out=log):
            await asyncio.to_thread(wait, lambda: "ready " in log.read_text(), "vaas")
            yield log.read_text().split("ready ")[1].split()[0].rstrip("/")


async def _first_output(address: str) -> float:
    async with Viewer(address.split("/s/", maxsplit=1)[0]) as viewer:
        with timed() as seconds:
            page = await viewer.get(address)
            async with viewer.line(page.kernel) as line:
                await line.until("vaas_cell")
        await viewer.leave(page.kernel)
        await until_ended(viewer, page.kernel)
    return seconds[0]


__all__ = ["measure_copies", "measure_first_output", "measure_proxy"]
