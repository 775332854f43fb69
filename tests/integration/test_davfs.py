"""Data mode davfs under real kernels: what a cell sees, also when something fails."""

from __future__ import annotations

import asyncio
import base64
import errno
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest

from tests.contracts.servers import PASSWORD
from tests.integration.chaos import Fault
from tests.integration.test_mount import Cloud, a_cloud, opened, reading, until_stuck
from tests.security.kernel_tools import run
from tests.security.test_mount_secrets import on_disk, texts
from tests.unit.storage.readers import until
from vaas.errors import WorkspaceError
from vaas.kernels.local import FIRST_UID
from vaas.storage import DavfsMount, DavfsSite, Sites
from vaas.storage import davfs as module
from vaas.storage.davfs import PIDS
from vaas.storage.proxy import LOGIN

USERS = range(FIRST_UID, FIRST_UID + 50)

pytestmark = pytest.mark.sandbox


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    async with a_cloud() as cloud:
        yield cloud


# Other tests of this machine may mount with davfs2 meanwhile: what is ours is told by our folder.


@pytest.fixture
def caches(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for caches that another user may pass."""
    with tempfile.TemporaryDirectory(dir=module.CACHES) as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(module, "CACHES", Path(folder))
        yield Path(folder)


@pytest.fixture
async def storage(tmp_path: Path, caches: Path) -> AsyncIterator[DavfsMount]:
    storage = DavfsMount(Sites(tmp_path / "mounts", partial(DavfsSite, users=USERS)))
    yield storage
    await storage.close()
    assert not list((tmp_path / "mounts").iterdir())
    ours = "-".join(tmp_path.parts[1:])
    assert not [*caches.iterdir(), *PIDS.glob(f"{ours}-*.pid")]  # noqa: ASYNC240
    await until(lambda: not processes(tmp_path))


def processes(folder: Path) -> list[psutil.Process]:
    """Those of davfs2 that live and mount below a folder; the ended are the system's to reap."""
    found = [
        one for one in psutil.process_iter(["name", "status", "cmdline"]) if one.info["cmdline"]
    ]
    return [
        one
        for one in found
        if one.info["name"] == "mount.davfs"
        and one.info["status"] != psutil.STATUS_ZOMBIE
        and any(word.startswith(f"{folder}/") for word in one.info["cmdline"])
    ]


async def test_a_kernel_reads_and_a_killed_process_is_replaced(
    cloud: Cloud, storage: DavfsMount, tmp_path: Path
) -> None:
    async with opened(cloud, storage, tmp_path) as (kernel, _):
        assert (await run(kernel, "print(open('sub/small.csv').read())")).out == "a,b\n\n"
        assert (await run(kernel, reading())).out == "300000 True\n"
        assert "Read-only" in (await run(kernel, "open('/data/new', 'w')")).error
        (first,) = processes(tmp_path)
        first.send_signal(signal.SIGKILL)
        await until(lambda: [one for one in processes(tmp_path) if one.pid != first.pid])
        async with asyncio.timeout(20):
            while (await run(kernel, reading())).out != "300000 True\n":
                pass


@pytest.mark.parametrize("fault", ["refuse", "crawl", "cut"])
async def test_a_fault_is_an_error_in_the_cell_and_passes(
    fault: Fault, cloud: Cloud, storage: DavfsMount, tmp_path: Path
) -> None:
    async with opened(cloud, storage, tmp_path) as (kernel, _):
        await cloud.line.set(fault)
        assert (await run(kernel, reading())).out == f"{errno.EAGAIN} True\n"
        await cloud.line.set("")
        async with asyncio.timeout(15):
            while (await run(kernel, reading())).out != "300000 True\n":
                pass


async def test_a_cloud_that_hangs(cloud: Cloud, storage: DavfsMount, tmp_path: Path) -> None:
    async with opened(cloud, storage, tmp_path) as (kernel, _):
        await cloud.line.set("hang")
        stuck = asyncio.create_task(run(kernel, reading()))
        await asyncio.to_thread(until_stuck)
        began = time.monotonic()
        await kernel.close()
        assert time.monotonic() - began < 3
        assert kernel.ended.done()
        stuck.cancel()
        await asyncio.gather(stuck, return_exceptions=True)


async def test_a_process_that_is_stopped(cloud: Cloud, storage: DavfsMount, tmp_path: Path) -> None:
    async with opened(cloud, storage, tmp_path) as (kernel, _):
        (process,) = processes(tmp_path)
        process.send_signal(signal.SIGSTOP)
        stuck = asyncio.create_task(run(kernel, reading()))
        await asyncio.to_thread(until_stuck)
        began = time.monotonic()
        await kernel.close()
        assert time.monotonic() - began < 3
        stuck.cancel()
        await asyncio.gather(stuck, return_exceptions=True)


async def test_no_secret_can_be_seen(
    cloud: Cloud,
    storage: DavfsMount,
    tmp_path: Path,
    caches: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with opened(cloud, storage, tmp_path) as (kernel, _):
        (mount,) = storage._mounts.values()
        key = mount.door.key
        secrets = {
            "the share's password": PASSWORD,
            "the share's server": f":{cloud.line.port}",
            "the proxy's key": key,
            "the same, encoded": base64.b64encode(f"{LOGIN}:{key}".encode()).decode(),
        }
        await run(kernel, reading())
        inside = "import os; print(open('/proc/self/mountinfo').read(), dict(os.environ))"
        seen = [(await run(kernel, inside)).out]
        for process in (*processes(tmp_path), psutil.Process()):
            seen += await asyncio.to_thread(lambda pid=process.pid: [*texts(pid)][:3])
        for folder in (tmp_path, caches):
            seen += await asyncio.to_thread(lambda folder=folder: [*on_disk(folder)])
    seen += capfd.readouterr()
    assert any("mount.davfs" in text for text in seen), "nothing was looked at"
    for what, secret in secrets.items():
        assert not [text for text in seen if secret in text], what


async def test_the_proxy_asks_for_the_key(cloud: Cloud, storage: DavfsMount) -> None:
    async with storage.open(cloud.share, cloud.shares, lambda _: None):
        (mount,) = storage._mounts.values()
        key, url = mount.door.key, f"{mount.door.url}app.ipynb"
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(url, auth=(LOGIN, key))).status_code == 200
            for wrong in ({"auth": (LOGIN, "x")}, {"headers": {"Authorization": f"Bearer {key}"}}):
                answer = await client.get(url, **wrong)  # type: ignore[arg-type]
                assert answer.status_code == 401
                assert answer.headers["WWW-Authenticate"].startswith("Basic")


async def test_what_a_killed_server_left_is_removed(
    cloud: Cloud, storage: DavfsMount, caches: Path
) -> None:
    left = caches / "vaas-davfs-left"
    left.mkdir()
    (left / "data").write_text("of a share")
    async with storage.open(cloud.share, cloud.shares, lambda _: None):
        assert not left.exists()


async def test_only_where_it_can(
    cloud: Cloud, storage: DavfsMount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(WorkspaceError, match="administrator"):
        await storage.open(cloud.share, cloud.shares, lambda _: None).__aenter__()
    assert not await storage.usable()
    monkeypatch.undo()
