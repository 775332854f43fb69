"""What looks after mounts outlives what it meets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.integration.test_davfs import caches, processes
from tests.integration.test_davfs import storage as davfs
from tests.integration.test_mount import Cloud, a_cloud, daemons, storage
from tests.unit.storage.readers import until
from vaas.storage import DavfsMount, RcloneMount
from vaas.storage import davfs as module

pytestmark = pytest.mark.sandbox

__all__ = ["caches", "davfs", "storage"]


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    async with a_cloud() as found:
        yield found


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A program that cannot be started, as none can where descriptors or processes run out."""
    program = tmp_path / "broken" / "setpriv"
    program.parent.mkdir()
    program.write_text("neither a script nor a binary")
    program.chmod(0o755)
    return program


def said(logs: list[MutableMapping[str, Any]], event: str) -> Callable[[], bool]:
    return lambda: any(one["event"] == event for one in logs)


async def until_read(file: Path) -> None:
    """Wait until a mount serves again."""
    async with asyncio.timeout(15):
        while True:
            with suppress(OSError):
                assert await asyncio.to_thread(file.read_text) == "a,b\n"
                return


async def test_a_daemon_that_cannot_be_started_is_tried_again(
    cloud: Cloud, storage: RcloneMount, broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with storage.open(cloud.share, cloud.shares, lambda _: None) as workspace:
        with monkeypatch.context() as patch, capture_logs() as logs:
            patch.setenv("PATH", f"{broken.parent}{os.pathsep}{os.environ['PATH']}")
            (daemon,) = daemons()
            daemon.kill()
            await until(said(logs, "mounts not back yet"), 10)
        await until_read(workspace.path / "sub" / "small.csv")


async def test_davfs2_that_cannot_be_started_is_tried_again(
    cloud: Cloud,
    davfs: DavfsMount,
    tmp_path: Path,
    broken: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with davfs.open(cloud.share, cloud.shares, lambda _: None) as workspace:
        with monkeypatch.context() as patch, capture_logs() as logs:
            patch.setattr(module, "_AS_IF", (str(broken),))
            (process,) = processes(tmp_path)
            process.kill()
            await until(said(logs, "a mount does not come back"), 10)
        await until_read(workspace.path / "sub" / "small.csv")


async def test_unused_mounts_go_although_a_share_is_withdrawn_meanwhile(
    cloud: Cloud, storage: RcloneMount
) -> None:
    storage._linger = 0.3
    root = cloud.share.link.root.replace("/locked", "/open")
    other = await cloud.shares.resolve(replace(cloud.share.link, root=root))
    for share in (cloud.share, other):
        async with storage.open(share, cloud.shares, lambda _: None):
            pass
    # One is being taken away because nobody uses it, when the other one's share ends.
    await until(lambda: len(storage._mounts) == 1, 10)
    (left,) = storage._mounts.values()
    assert await storage.erase(left.door.view.share.version.share)
    async with storage.open(cloud.share, cloud.shares, lambda _: None):
        pass
    await until(lambda: not storage._mounts, 10)
