"""A received share outlives the server that took it: state, session, and its end."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import psutil
import pytest

from tests.contracts.clouds import Nextcloud28
from tests.contracts.servers import free_port
from tests.service.command import processes_of, running
from tests.service.harness import Viewer, code, until_ended
from tests.traces import holding

pytestmark = pytest.mark.sandbox


def settings(folder: Path, cloud: Nextcloud28, port: int) -> str:
    file = folder / "vaas.toml"
    file.write_text(
        f'port = {port}\npublic_url = "http://127.0.0.1:{port}"\ndata = "{folder / "data"}"\n'
        "[kernel]\nstay = 60\ntemplates = 0\n"
        f'[ocm]\nenabled = true\n[[ocm.peer]]\nhost = "{cloud.host}"\n'
        "insecure = true\nprivate = true\n"
    )
    return str(file)


def seen_by_others(mark: str) -> str:
    """Arguments and variables of our processes."""
    found = [psutil.Process(pid) for pid in processes_of(mark)]
    return repr([(one.cmdline(), one.environ()) for one in found])


async def test_another_server_goes_on(tmp_path: Path) -> None:
    shared = tmp_path / "Rivers"
    shared.mkdir()
    (shared / "app.ipynb").write_text(code("print('the level')"))
    with Nextcloud28(tmp_path) as cloud:
        port = free_port()
        config = settings(tmp_path, cloud, port)
        announced = cloud.share(shared, f"dashboards@127.0.0.1:{port}")
        secret = announced["protocol"]["options"]["sharedSecret"]
        async with running("serve", "--config", config) as first:
            answer = await cloud.post(f"{first.url}ocm/shares", announced)
            signed = "/ocm/s/" + answer.json()["message"].partition("/ocm/s/")[2]
            async with Viewer(first.url) as viewer:
                await viewer.get(signed)
                kernel = (await viewer.get(signed.partition("?")[0])).kernel
                async with viewer.line(kernel) as line:
                    await line.until("vaas_ready")
                assert secret not in seen_by_others(first.mark)
                await first.end(signal.SIGTERM)
                assert secret not in first.log.read_text()
                assert not holding(tmp_path / "data", secret)
                async with running("serve", "--config", config) as second:
                    async with viewer.line(kernel) as line:
                        await line.ask("kernel_info_request")
                        told = cloud.unsharing(announced)
                        await cloud.post(f"{second.url}ocm/notifications", told)
                        await line.until_closed()
                    ended = await until_ended(viewer, kernel)
                    assert ended["error"]["code"] == "withdrawn"
                    await until_gone(tmp_path / "data", "the level")
                    page = await viewer.get(signed.partition("?")[0])
                    assert (page.status, page.failure) == (410, "withdrawn")


async def until_gone(folder: Path, text: str) -> None:
    async with asyncio.timeout(10):
        while holding(folder, text):  # noqa: ASYNC110 - the disk tells nobody
            await asyncio.sleep(0.05)
