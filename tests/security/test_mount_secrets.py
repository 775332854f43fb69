"""A mount's process knows nothing of the share it serves, and what it knows stands nowhere."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.contracts.servers import PASSWORD
from tests.integration.test_mount import a_cloud, daemons, opened, reading
from tests.security.kernel_tools import run
from vaas.storage import RcloneMount, RcloneSite, Sites

pytestmark = pytest.mark.sandbox


def texts(pid: int) -> Iterator[str]:
    """What a process shows of itself, and the files that it has open."""
    for name in ("cmdline", "environ", "mountinfo"):
        yield Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if fd.is_file():
                yield str(fd.readlink()) + fd.read_text(errors="replace")


def on_disk(folder: Path) -> Iterator[str]:
    """Names and content of files, mounts left out."""
    for top, below, names in os.walk(folder):
        below[:] = [
            name for name in below if not os.path.ismount(Path(top, name)) or name[0] == "m"
        ]
        for name in names:
            yield name + Path(top, name).read_text(errors="replace")


async def test_no_secret_can_be_seen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    storage = RcloneMount(Sites(tmp_path / "mounts", RcloneSite))
    async with a_cloud() as cloud:
        async with opened(cloud, storage, tmp_path) as (kernel, _):
            (mount,) = storage._mounts.values()
            (site,) = storage.sites.known.values()
            assert site._daemon is not None
            login = site._daemon._headers["Authorization"].removeprefix("Basic ")
            door = mount.door
            secrets = {
                "the share's password": PASSWORD,
                "the share's server": f":{cloud.line.port}",
                "the proxy's path": door.url.split("/")[3],
                "the proxy's key": door.key,
                "the remote control's login": login,
            }
            await run(kernel, reading())
            await cloud.line.set("refuse")
            await run(kernel, reading(offset=30 << 20))
            await cloud.line.set("")
            inside = "import os; print(open('/proc/self/mountinfo').read(), dict(os.environ))"
            seen = [(await run(kernel, inside)).out]
            for process in (*daemons(), psutil.Process()):
                seen += await asyncio.to_thread(lambda pid=process.pid: [*texts(pid)][:3])
            for daemon in daemons():
                seen += await asyncio.to_thread(lambda pid=daemon.pid: [*texts(pid)])
            seen += await asyncio.to_thread(lambda: [*on_disk(tmp_path)])
        await storage.close()
    said = capfd.readouterr()
    seen += [said.out, said.err, caplog.text]
    assert any("rcd" in text for text in seen), "nothing was looked at"
    for what, secret in secrets.items():
        assert not [text for text in seen if secret in text], what


async def test_the_proxy_opens_to_its_mount_alone(tmp_path: Path) -> None:
    storage = RcloneMount(Sites(tmp_path / "mounts", RcloneSite))
    async with a_cloud() as cloud, storage.open(cloud.share, cloud.shares, lambda _: None):
        (mount,) = storage._mounts.values()
        door, key = mount.door, {"Authorization": f"Bearer {mount.door.key}"}
        async with httpx.AsyncClient(trust_env=False) as client:

            async def status(method: str, url: str, **headers: str) -> int:
                return (await client.request(method, url, headers=headers)).status_code

            app = f"{door.url}app.ipynb"
            assert await status("GET", app, **key) == 200
            assert await status("GET", app) == 404
            assert await status("GET", app, Authorization="Bearer x") == 404
            assert await status("GET", door.url.replace(door.url.split("/")[3], "x"), **key) == 404
            for method in ("PUT", "DELETE", "MKCOL", "MOVE", "COPY", "PROPPATCH", "LOCK", "POST"):
                assert await status(method, app, **key) == 405, method
            for path in ("../x", "%2e%2e/x", "sub/../../x", "sub%2f..%2fapp.ipynb", "none"):
                assert await status("GET", door.url + path, **key) == 404, path
            assert await status("GET", app, Range="bytes=9-", **key) == 416
    await storage.close()


async def test_the_remote_control_asks_for_its_password(tmp_path: Path) -> None:
    storage = RcloneMount(Sites(tmp_path / "mounts", RcloneSite))
    async with a_cloud() as cloud, storage.open(cloud.share, cloud.shares, lambda _: None):
        (site,) = storage.sites.known.values()
        assert site._daemon is not None
        url = f"http://127.0.0.1:{site._daemon._port}"
        async with httpx.AsyncClient(trust_env=False) as client:
            for path in ("mount/listmounts", "config/dump", "core/command", "rc/noop", "vfs/list"):
                assert (await client.post(f"{url}/{path}")).status_code == 401, path
                answer = await client.post(f"{url}/{path}", auth=("vaas", "guess"))
                assert answer.status_code == 401, path
    await storage.close()
